from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from portal.deals.reading import DealRow, read_deals
from portal.tabular.table import read_table
from tests.deals.reading import one, reading


def test_the_shared_crm_file_is_read_with_its_totals(shared_data: Path) -> None:
    found = read_deals(read_table(shared_data / "crm" / "sales_pipeline.csv"))

    assert len(found.rows) == 8_800
    assert (found.refusals, found.warnings, found.notes) == ((), (), ())
    assert Counter(row.status for row in found.rows) == {"won": 4_238, "lost": 2_473, "open": 2_089}
    assert sum(row.amount_minor or 0 for row in found.rows if row.status == "won") == 10_005_534_00
    assert sum(not row.account for row in found.rows) == 1_425
    assert found.formats == {
        "created": "year-month-day", "closed": "year-month-day", "amount": "decimal point",
    }  # fmt: skip
    assert found.rows[0] == DealRow(
        line=2,
        external_id="1C1I7A6R",
        name="GTX Plus Basic for Cancity",
        account="Cancity",
        owner_name="Moses Frase",
        owner_email="",
        stage="Won",
        status="won",
        crm_status="won",
        amount_minor=105_400,
        currency="USD",
        created_on=date(2016, 10, 20),
        closed_on=date(2017, 3, 1),
        expected_close=None,
        industry="",
        segment="",
        region="",
        product="GTX Plus Basic",
        lead_source="",
        loss_reason="",
    )


@pytest.mark.parametrize("shape", ["%m/%d/%Y", "%d-%m-%y", "%d.%m.%Y", "%Y-%m-%dT12:00:00Z", "%d %b %Y"])
def test_the_shared_crm_file_reads_the_same_with_other_dates_amounts_and_encodings(
    shared_data: Path, shape: str
) -> None:
    path = shared_data / "crm" / "sales_pipeline.csv"
    plain = read_deals(read_table(path))
    lines = ["Opportunity ID;Sales Agent;Product;Account Name;Stage;Engage Date;Close Date;Amount"]
    for row in read_table(path).rows:
        *texts, created, closed, amount = row.cells
        days = [day and date.fromisoformat(day).strftime(shape) for day in (created, closed)]
        money = f"{int(amount):,}".replace(",", ".") + ",00 €" if amount else ""
        lines.append(";".join([*texts, *days, money]))

    found = read_deals(read_table("\r\n".join(lines).encode("utf-16")), currency="EUR")

    assert found.refusals == ()
    assert [replace(row, currency="USD") for row in found.rows] == list(plain.rows)
    assert {row.currency for row in found.rows} == {"EUR"}


@pytest.mark.parametrize(
    "name", ["random_use", "measured_confounding", "confounding_and_dead_deals_left_open"]
)
def test_the_simulated_deals_are_read_whole(shared_data: Path, name: str) -> None:
    found = read_deals(read_table(shared_data / "impact" / name / "deals.csv"))

    assert (len(found.rows), found.refusals, found.columns.ignored) == (6_000, (), ())
    assert all(row.owner_email and row.segment and row.region and row.created_on for row in found.rows)


def test_a_hubspot_export_is_understood() -> None:
    row = one(
        "Deal ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal Owner,Deal Type,Closed Lost Reason,"
        "Associated Company Domain,Associated Contact Email\n"
        "77,Renewal,closedlost,default,1054.00,2017-03-01 10:15,2016-10-20 09:00,Jo Day (jo@example.com),"
        "existingbusiness,Price,acme.example,buyer@acme.example\n"
    )

    assert (row.external_id, row.name, row.status, row.amount_minor) == ("77", "Renewal", "lost", 105_400)
    assert (row.created_on, row.closed_on) == (date(2016, 10, 20), date(2017, 3, 1))
    assert (row.owner_name, row.owner_email) == ("Jo Day", "jo@example.com")
    assert (row.account, row.segment, row.loss_reason) == ("acme.example", "existingbusiness", "Price")


SALESFORCE = (
    "Opportunity ID,Opportunity Name,Account Name,Owner,Stage,Amount,"
    "Created Date,Close Date,Lead Source,Type,Won,Closed\n"
)


@pytest.mark.parametrize(
    ("stage", "won", "closed", "status"),
    [
        ("Closed Won", "1", "1", "won"),
        ("Signed", "1", "1", "won"),
        ("Disqualified", "0", "1", "lost"),
        ("Proposal", "0", "0", "open"),
        ("Signed", "true", "true", "won"),
    ],
)
def test_salesforces_flags_say_how_a_deal_ended_where_its_stage_does_not(
    stage: str, won: str, closed: str, status: str
) -> None:
    row = one(
        SALESFORCE + f"006A,Renewal,Acme,Jo Day,{stage},1054,10/20/2016,3/1/2017,Web,New,{won},{closed}\n"
    )

    assert row.status == status
    assert (row.closed_on or row.expected_close) == date(2017, 3, 1)
    assert (row.closed_on is None) == (status == "open")


def test_a_flag_that_contradicts_the_stage_is_a_warning() -> None:
    found = reading(SALESFORCE + "006A,Renewal,Acme,Jo,Closed Won,1,10/20/2016,3/1/2017,Web,New,0,1\n")

    assert found.rows[0].status == "won"
    assert [(warning.line, warning.field) for warning in found.warnings] == [(2, "stage")]


def test_a_status_column_speaks_where_the_stage_is_silent() -> None:
    text = "id,stage,status,close date\nD1,Negotiation,Won,2017-03-01\nD2,Negotiation,Open,2017-03-01\n"

    assert [row.status for row in reading(text).rows] == ["won", "open"]
    assert one("id,status,closed\nD1,lost,2017-03-01\n").stage == "lost"


def test_a_column_named_closed_holds_the_closing_date_when_there_is_no_other() -> None:
    assert one("id,stage,closed\nD1,Won,2017-03-01\n").closed_on == date(2017, 3, 1)


def test_the_close_date_of_an_open_deal_is_when_it_is_expected() -> None:
    row = one("id,stage,close date\nD1,Proposal,2017-03-01\n")
    both = one("id,stage,close date,expected close date\nD1,Proposal,2017-03-01,2017-04-01\n")

    assert (row.closed_on, row.expected_close) == (None, date(2017, 3, 1))
    assert (both.closed_on, both.expected_close) == (None, date(2017, 4, 1))


def test_a_deal_closed_before_it_was_created_is_taken_with_a_warning() -> None:
    found = reading("id,stage,created,closed\nD1,Won,2017-03-02,2017-03-01\n")

    assert found.rows[0].closed_on == date(2017, 3, 1)
    assert [warning.reason for warning in found.warnings] == [
        "The deal was closed before it was created, on 2017-03-02."
    ]


def test_a_deal_without_a_name_is_called_by_product_and_account_or_by_its_id() -> None:
    text = "id,stage,product,account\nD1,Demo,GTX Pro,Cancity\nD2,Demo,GTX Pro,\n"

    assert [row.name for row in reading(text).rows] == ["GTX Pro for Cancity", "Deal D2"]


def test_a_currency_column_names_each_rows_currency() -> None:
    text = "id,stage,amount,currency\nD1,Demo,1054,JPY\nD2,Demo,1054,\nD3,Demo,,EUR\nD4,Demo,5,quid\n"
    found = reading(text, currency="GBP")

    assert [(row.amount_minor, row.currency) for row in found.rows] == [
        (1054, "JPY"),
        (105_400, "GBP"),
        (None, "EUR"),
    ]
    assert found.refusals[0].field == "currency"


def test_an_owner_email_that_is_none_is_left_out_with_a_warning() -> None:
    found = reading("id,stage,owner,owner email\nD1,Demo,Jo Day,unknown\n")

    assert (found.rows[0].owner_name, found.rows[0].owner_email) == ("Jo Day", "")
    assert [warning.field for warning in found.warnings] == ["owner_email"]


def test_a_date_with_a_zone_is_a_day_of_the_organisation() -> None:
    table = read_table(b"id,stage,created\nD1,Demo,2017-03-01T23:30:00Z\n")

    assert read_deals(table, zone=ZoneInfo("Asia/Tokyo")).rows[0].created_on == date(2017, 3, 2)


def test_html_and_emoji_are_kept_as_text() -> None:
    row = one("id,stage,name\nD1,Demo,<script>alert(1)</script> 🚀\n")

    assert row.name == "<script>alert(1)</script> 🚀"
