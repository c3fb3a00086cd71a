"""`flask deals import`: what is refused, and in which words."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.deals.models import Deal, DealImport
from tests.deals.conftest import LOST, OPEN, counts

BAD_ROWS = {
    "a closed deal without a date": (
        "D1,First,Acme,Jo,,Won,10,USD,2026-01-01,",
        "closed",
        "has no closing date",
    ),
    "a negative amount": ("D1,First,Acme,Jo,,Proposal,-10,USD,2026-01-01,", "amount", "negative"),
    "no id": (",First,Acme,Jo,,Proposal,10,USD,2026-01-01,", "id", "empty"),
    "a long id": (f"{'x' * 201},First,Acme,Jo,,Proposal,10,USD,2026-01-01,", "id", "up to 200"),
    "a day that does not exist": ("D1,First,Acme,Jo,,Proposal,10,USD,2026-02-31,", "created", ""),
    "a title without end": (f"D1,{'x' * 10_000},Acme,Jo,,Proposal,10,USD,,", "name", "10,000 characters"),
}


@pytest.mark.parametrize("case", BAD_ROWS)
def test_a_bad_row_is_refused_with_line_and_reason_and_the_others_are_taken(write, report, rows, case):
    line, field, reason = BAD_ROWS[case]
    said = report("deals", "import", write(OPEN, line, LOST))
    assert counts(said) == (2, 0, 0, 1)
    [refused] = said["rows_refused"]
    assert (refused["line"], refused["field"]) == (3, field)
    assert reason in refused["reason"]
    assert len(rows(select(Deal))) == 2


def test_the_second_of_two_rows_with_one_id_is_refused(write, report, rows):
    said = report("deals", "import", write(OPEN, OPEN.replace("Third", "Other")))
    assert said["rows_refused"][0]["reason"] == "The same id is on line 2 already."
    assert rows(select(Deal.name)) == ["Third"]


BAD_FILES = {
    "empty": (b"", "is empty"),
    "blank": (b"\n\n  \n", "is empty"),
    "only a header": (b"id,stage\n", "has a header line but no rows"),
    "a workbook": (b"PK\x03\x04" + bytes(200), "damaged workbook"),
    "binary": (bytes(range(256)) * 20, "is not text"),
    "no column for the id": (b"name,stage\na,b\n", "has no column for the deal's id"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_is_no_table_of_deals_is_refused_in_words(tmp_path, run, rows, case):
    data, words = BAD_FILES[case]
    path = tmp_path / "bad.csv"
    path.write_bytes(data)
    result = run("deals", "import", path)
    assert result.exit_code == 1
    assert "bad.csv" in result.output
    assert words in result.output
    assert rows(select(DealImport)) == []


def test_a_missing_file_is_named(tmp_path, run):
    result = run("deals", "import", tmp_path / "none.csv")
    assert result.exit_code == 1
    assert "none.csv can't be opened" in result.output


def test_a_wrong_source_is_refused(write, run):
    result = run("deals", "import", write(OPEN), "--source", "../x")
    assert result.exit_code == 1
    assert "letters, digits, hyphens" in result.output
