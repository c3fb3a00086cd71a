from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.tabular.decoding import TableUnreadable
from portal.tabular.reading import Reading
from portal.tabular.table import read_table
from portal.usage.reading import UsageRow, read_usage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = "at,user_email,asset,kind,deal_id\n"


def reading(text: str) -> Reading[UsageRow]:
    return read_usage(read_table(text.encode(), "usage.csv"), now=NOW)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("random_use", 31_894),
        ("measured_confounding", 33_018),
        ("confounding_and_dead_deals_left_open", 32_991),
    ],
)
def test_the_simulated_uses_are_read_whole(shared_data: Path, name: str, rows: int) -> None:
    found = read_usage(read_table(shared_data / "impact" / name / "usage.csv"), now=NOW)

    assert (len(found.rows), found.refusals, found.warnings) == (rows, (), ())
    assert {row.kind for row in found.rows} == {"sent"}


def test_a_use_is_read_with_its_time_in_utc_and_its_deal() -> None:
    (row,) = reading(HEADER + "2024-06-17T10:00:00+02:00,Rep28@Example.com,Asset 48,share,D1\n").rows

    assert astuple(row) == (
        2,
        datetime(2024, 6, 17, 8, tzinfo=UTC),
        "rep28@example.com",
        "Asset 48",
        "sent",
        "D1",
    )


def test_a_time_without_a_zone_is_utc_and_a_use_may_have_no_deal() -> None:
    found = reading(HEADER + "2024-06-17 10:00,jo@example.com,deck,view,\n")

    assert [(row.at, row.deal_id) for row in found.rows] == [(datetime(2024, 6, 17, 10, tzinfo=UTC), None)]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("view", "viewed"),
        ("Viewed", "viewed"),
        ("look", "viewed"),
        ("looked", "viewed"),
        ("Download", "downloaded"),
        ("downloaded", "downloaded"),
        ("present", "presented"),
        ("PRESENTED", "presented"),
        ("share", "sent"),
        ("send", "sent"),
        (" sent ", "sent"),
    ],
)
def test_kinds_of_use_have_several_words(said: str, kind: str) -> None:
    assert [row.kind for row in reading(HEADER + f"2024-06-17,jo@example.com,deck,{said},D1\n").rows] == [
        kind
    ]


def test_bad_rows_are_refused_one_by_one_with_line_and_reason() -> None:
    good = "2024-06-17T10:00:00,jo@example.com,deck,view,D1\n"
    found = reading(
        HEADER
        + good
        + "2026-01-01T00:00:01,jo@example.com,deck,view,D1\n"
        + ",jo@example.com,deck,view,D1\n"
        + "soon,jo@example.com,deck,view,D1\n"
        + "2024-06-17T10:00:00,jo,deck,view,D1\n"
        + "2024-06-17T10:00:00,jo@example.com,,view,D1\n"
        + "2024-06-17T10:00:00,jo@example.com,deck,burned,D1\n"
        + "2024-06-17T10:00:00,jo@example.com,deck,view\n"
        + good
        + f"2024-06-17T10:00:00,jo@example.com,{'x' * 501},view,D1\n"
    )

    assert [row.line for row in found.rows] == [2]
    assert [(refusal.line, refusal.field, refusal.reason) for refusal in found.refusals] == [
        (3, "at", "The time is in the future."),
        (4, "at", "The time is empty."),
        (5, "at", "This is no date that can be read; 2017-03-01 is sure to be."),
        (6, "user_email", "This is no email address."),
        (7, "asset", "The asset is empty."),
        (8, "kind", "This is no kind of use; view, download, present and share are."),
        (9, "", "The row has 4 cells where the header has 5."),
        (10, "at", "The same use is on line 2 already."),
        (11, "asset", "The asset has 501 characters; up to 500 are kept."),
    ]


def test_a_file_without_the_needed_columns_is_refused() -> None:
    with pytest.raises(TableUnreadable) as caught:
        reading("at,asset\n2024-06-17,deck\n")

    assert "no column for the person (such as “user_email”) or what was done with it (such as “kind”)" in (
        caught.value.message
    )
