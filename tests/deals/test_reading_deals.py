from __future__ import annotations

import random
from collections import Counter
from dataclasses import astuple
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from portal.deals.reading import DealRow, read_deals
from portal.deals.reading.deal_rows import DealReading
from portal.tabular.decoding import TableUnreadable
from portal.tabular.table import read_table


def reading(text: str, **options: str) -> DealReading:
    return read_deals(read_table(text.encode(), "deals.csv"), **options)  # type: ignore[arg-type]


def one(text: str, **options: str) -> DealRow:
    found = reading(text, **options)
    assert found.refusals == ()
    (row,) = found.rows
    return row


def refused(text: str) -> list[tuple[int, str, str, str]]:
    return [astuple(refusal) for refusal in reading(text).refusals]


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
    assert [astuple(row)[:9] for row in found.rows] == [astuple(row)[:9] for row in plain.rows]
    assert [astuple(row)[10:] for row in found.rows] == [astuple(row)[10:] for row in plain.rows]
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


def test_a_closed_deal_without_a_closing_date_is_refused_with_what_to_do() -> None:
    assert refused("id,stage,Close Date\nD1,Won,\n") == [
        (2, "closed", "", "The deal is won but has no closing date: please fill in “Close Date”.")
    ]
    assert refused("id,stage\nD1,Closed Lost\n")[0][3] == (
        "The deal is lost, and the file has no closing dates: please add a column “close date”."
    )


def test_a_deal_closed_before_it_was_created_is_taken_with_a_warning() -> None:
    found = reading("id,stage,created,closed\nD1,Won,2017-03-02,2017-03-01\n")

    assert found.rows[0].closed_on == date(2017, 3, 1)
    assert [warning.reason for warning in found.warnings] == [
        "The deal was closed before it was created, on 2017-03-02."
    ]


def test_the_second_row_of_an_id_is_refused_and_names_the_first() -> None:
    found = reading("id,stage\nD1,Proposal\nD2,Proposal\nD1,Demo\nd1,Demo\n")

    assert [row.external_id for row in found.rows] == ["D1", "D2", "d1"]
    assert [astuple(refusal) for refusal in found.refusals] == [
        (4, "id", "D1", "The same id is on line 2 already.")
    ]


def test_a_refused_row_does_not_take_the_id_from_a_good_one() -> None:
    found = reading("id,stage,amount\nD1,Proposal,-5\nD1,Proposal,5\n")

    assert [(row.line, row.amount_minor) for row in found.rows] == [(3, 500)]


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (",Proposal,5,2017-03-01,Deal", "id", "The id is empty."),
        ("D1,,5,2017-03-01,Deal", "stage", "The stage is empty."),
        ("D1,Proposal,-5,2017-03-01,Deal", "amount", "The amount is negative."),
        (
            "D1,Proposal,lots,2017-03-01,Deal",
            "amount",
            "This is no amount that can be read; 1054.00 is sure to be.",
        ),
        (
            "D1,Proposal,5,1 Mar 2017,Deal",
            "created",
            "The other dates of this column are written year-month-day",
        ),
        ("D1,Proposal,5,2017-03-01," + "x" * 501, "name", "The name has 501 characters; up to 500 are kept."),
        ("D1,Proposal,5", "", "The row has 3 cells where the header has 5."),
    ],
)
def test_a_bad_row_is_refused_with_its_line_field_and_reason_and_the_others_are_kept(
    row: str, field: str, reason: str
) -> None:
    found = reading(f"id,stage,amount,created,name\nA1,Demo,1,2017-03-01,A\n{row}\nA2,Demo,1,2017-03-01,B\n")

    assert [row.external_id for row in found.rows] == ["A1", "A2"]
    (refusal,) = found.refusals
    assert (refusal.line, refusal.field) == (3, field)
    assert refusal.reason.startswith(reason)
    assert len(refusal.value) <= 80


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


def test_rows_whose_date_could_be_either_in_a_mixed_column_are_each_named() -> None:
    found = reading(
        "id,stage,created\nD1,Demo,12/25/2017\nD2,Demo,12/26/2017\nD3,Demo,25/12/2017\nD4,Demo,3/1/2017\n"
    )

    assert [refusal.line for refusal in found.refusals] == [4]
    assert [(warning.line, warning.value) for warning in found.warnings] == [(5, "3/1/2017")]


def test_a_date_with_a_zone_is_a_day_of_the_organisation() -> None:
    table = read_table(b"id,stage,created\nD1,Demo,2017-03-01T23:30:00Z\n")

    assert read_deals(table, zone=ZoneInfo("Asia/Tokyo")).rows[0].created_on == date(2017, 3, 2)


def test_html_and_emoji_are_kept_as_text() -> None:
    row = one("id,stage,name\nD1,Demo,<script>alert(1)</script> 🚀\n")

    assert row.name == "<script>alert(1)</script> 🚀"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,stage\nA,Won\n", "no column for the deal's id (such as “deal id”)"),
        ("id,name\nD1,A\n", "no column for its stage (such as “stage”)"),
        ("D1,Acme,2017-03-01\nD2,Bolt,2017-03-01\n", "The first line must name the columns; it holds “D1”"),
    ],
)
def test_a_file_without_the_needed_columns_is_refused(text: str, words: str) -> None:
    with pytest.raises(TableUnreadable) as caught:
        reading(text)
    assert words in caught.value.message


def test_every_row_is_either_taken_or_refused_whatever_its_cells_are() -> None:
    dice = random.Random(11)
    good = [
        "D",
        "Won",
        "A",
        "1054",
        "USD",
        "2017-03-01",
        "2017-04-01",
        "1",
        "Jo",
        "jo@example.com",
        "",
        "2017-04-01",
    ]
    odd = [
        "", "lost", "3/1/2017", "25.12.2017", "1 Mar 17", "1.054,00 €", "1,054", "-5", "$", "¥1", "NaN", "Infinity",
        "1e999", "9" * 600, "\x1b", "é" * 600, "ǅ@x.yz", "۵", "2017-03-01T00:00:00+14:59", "1970-01-01T00:00+14:00",
        "2100-12-31T23:59-14:00", "12:00", "﷽",
    ]  # fmt: skip
    header = "id,stage,name,amount,currency,created,closed,won,owner,owner email,status,expected close"
    taken = refused_rows = 0
    for _ in range(300):
        rows = [[cell if dice.random() < 0.9 else dice.choice(odd) for cell in good] for _ in range(8)]
        for number, row in enumerate(rows):
            row[0] += str(number)
        found = reading("\n".join([header, *(",".join(f'"{cell}"' for cell in row) for row in rows)]))
        lines = [row.line for row in found.rows] + [refusal.line for refusal in found.refusals]
        assert sorted(lines) == list(range(2, 10))
        taken += len(found.rows)
        refused_rows += len(found.refusals)
    assert min(taken, refused_rows) > 300


def test_random_bytes_after_a_good_header_raise_nothing_but_a_refusal_of_the_file() -> None:
    dice = random.Random(5)
    pieces = [
        b"D1,",
        b"Won,",
        b"2017-03-01",
        b"\n",
        b'"',
        b",",
        "€".encode(),
        b"1.054,00",
        b"\r",
        b"(",
        b"10:00+99:99",
    ]
    readable = 0
    for _ in range(1_000):
        body = b"".join(dice.choice([*pieces, dice.randbytes(2)]) for _ in range(dice.randrange(30)))
        try:
            found = read_deals(read_table(b"id,stage,amount,created\n" + body))
        except TableUnreadable:
            continue
        readable += bool(found.rows or found.refusals)
    assert readable > 300
