from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from portal.deals.reading import read_accounts, read_history, read_users
from portal.tabular.decoding import TableUnreadable
from portal.tabular.table import Table, read_table


def table(text: str) -> Table:
    return read_table(text.encode(), "file.csv")


def test_the_shared_accounts_are_read(shared_data: Path) -> None:
    found = read_accounts(read_table(shared_data / "crm" / "accounts.csv"))

    assert (len(found.rows), found.refusals) == (85, ())
    first = found.rows[0]
    assert (first.name, first.key, first.industry, first.region) == (
        "Acme Corporation",
        "acme corporation",
        "technolgy",
        "United States",
    )


def test_the_shared_sales_teams_are_read(shared_data: Path) -> None:
    found = read_users(read_table(shared_data / "crm" / "sales_teams.csv"))

    assert (len(found.rows), found.refusals) == (35, ())
    first = found.rows[0]
    assert (first.name, first.email, first.team, first.manager) == (
        "Anna Snelling",
        "",
        "Central",
        "Dustin Brinkmann",
    )


def test_a_hubspot_company_export_is_understood() -> None:
    (row,) = read_accounts(
        table(
            "Company ID,Company Name,Company Domain Name,Industry,State/Region,Country\n"
            "9,Acme,acme.example,Retail,,FR\n"
        )
    ).rows

    assert (row.external_id, row.name, row.industry, row.region) == ("9", "Acme", "Retail", "FR")


def test_an_account_twice_is_refused_and_names_the_first() -> None:
    found = read_accounts(table("account\nAcme Corp\nACME corp.\nGTXPro\nGTX Pro\n"))

    assert [row.name for row in found.rows] == ["Acme Corp", "GTXPro", "GTX Pro"]
    assert [astuple(refusal) for refusal in found.refusals] == [
        (3, "name", "ACME corp.", "The same account is on line 2 already.")
    ]


def test_people_keep_what_is_said_and_bad_rows_are_refused() -> None:
    found = read_users(
        table(
            "Name,Email,Team,Role\nJo Day,JO@example.com,West,Manager\nAl Fox,al(at)example.com,West,rep\n,,West,rep\n"
            "J. Day,jo@example.com,East,rep\nKim,,East,Account Executive\n"
        )
    )

    assert [astuple(row)[1:] for row in found.rows] == [
        ("Jo Day", "jo@example.com", "West", "", "manager"),
        ("Kim", "", "East", "", ""),
    ]
    assert [(refusal.line, refusal.field, refusal.reason) for refusal in found.refusals] == [
        (3, "email", "This is no email address."),
        (4, "name", "The name is empty."),
        (5, "email", "The same person is on line 2 already."),
    ]
    assert [(warning.line, warning.value) for warning in found.warnings] == [(6, "Account Executive")]


def test_accounts_and_people_need_a_name_column() -> None:
    with pytest.raises(TableUnreadable, match="no column for the account's name"):
        read_accounts(table("colour\nred\n"))
    with pytest.raises(TableUnreadable, match="no column for the person's name"):
        read_users(table("colour\nred\n"))


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("random_use", 15_982),
        ("measured_confounding", 15_913),
        ("confounding_and_dead_deals_left_open", 15_891),
    ],
)
def test_the_simulated_histories_are_read_whole(shared_data: Path, name: str, rows: int) -> None:
    found = read_history(read_table(shared_data / "impact" / name / "history.csv"))

    assert (len(found.rows), found.refusals, found.warnings) == (rows, (), ())
    assert found.formats == {"entered_at": "year-month-day"}


def test_a_salesforce_history_is_understood_with_the_amount_known_then() -> None:
    (row,) = read_history(
        table(
            "Id,OpportunityId,StageName,CreatedDate,Amount,CloseDate,Probability\n"
            "008X,006A,Closed Won,2017-03-01T23:30:00.000+0000,1054.5,2017-03-01,100\n"
        ),
        zone=ZoneInfo("Europe/Berlin"),
    ).rows

    assert (row.deal_id, row.stage, row.status) == ("006A", "Closed Won", "won")
    assert (row.entered_at, row.entered_on) == (datetime(2017, 3, 1, 23, 30, tzinfo=UTC), date(2017, 3, 2))
    assert (row.amount_minor, row.currency) == (105_450, "USD")


def test_bad_history_rows_are_refused_one_by_one() -> None:
    found = read_history(
        table(
            "deal_id,stage,entered_at\nD1,Demo,2017-03-01\n,Demo,2017-03-01\nD1,,2017-03-01\nD1,Demo,\n"
            "D1,Demo,soon\nD1,Demo,2017-03-01\nD1,Demo,2017-03-02\n"
        )
    )

    assert [row.line for row in found.rows] == [2, 8]
    assert [(refusal.line, refusal.field, refusal.reason) for refusal in found.refusals] == [
        (3, "deal_id", "The deal id is empty."),
        (4, "stage", "The stage is empty."),
        (5, "entered_at", "The date is empty."),
        (6, "entered_at", "This is no date that can be read; 2017-03-01 is sure to be."),
        (7, "deal_id", "The same entry is on line 2 already."),
    ]
