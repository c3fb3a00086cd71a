"""Excel workbooks: read as they are meant, and refused within bounds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from portal.tabular import table as tables
from portal.tabular import workbook as workbooks
from portal.tabular.decoding import TableUnreadable
from portal.tabular.table import read_table

HEADER = ("id", "stage", "amount", "closed")


def book(**sheets: Iterable[Sequence[Any]]) -> Workbook:
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return made


def saved(made: Workbook) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The workbook with its parts changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
    return stream.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(TableUnreadable) as caught:
        read_table(data, "deals.xlsx")
    return caught.value.message


def test_cells_keep_what_they_are() -> None:
    row = (12345, "Won", 1054.5, date(2026, 2, 3))
    odd = ("7", True, 1.054, datetime(2026, 2, 3, 14, 30))
    found = read_table(saved(book(Deals=[HEADER, row, odd])), "deals.xlsx")

    assert found.headers == HEADER
    assert [row.cells for row in found.rows] == [
        ["12345", "Won", "1054.5", "2026-02-03"],
        ["7", "TRUE", "1.0540", "2026-02-03 14:30:00"],
    ]
    assert [row.line for row in found.rows] == [2, 3]
    assert (found.sheet, found.sheets, found.notes, found.refusals) == ("Deals", ("Deals",), (), ())


def test_titles_and_merged_cells_above_the_names_are_passed_over_and_said() -> None:
    made = book(
        Report=[["Pipeline report"], [], ["All deals", None, "Money"], HEADER, ("D1", "Won", 5, None)]
    )
    made["Report"].merge_cells("A1:D1")
    found = read_table(saved(made), "report.xlsx")

    assert found.headers == HEADER
    assert [(row.line, row.cells) for row in found.rows] == [(5, ["D1", "Won", "5", ""])]
    assert found.notes == ("Lines 1 to 3 stand above the names of the columns and were passed over.",)


def test_the_first_sheet_with_rows_is_read_or_the_one_that_is_asked_for() -> None:
    made = book(
        Cover=[["Our pipeline"]],
        Deals=[HEADER, ("D1", "Won", 1, None)],
        Old=[HEADER, ("D2", "Lost", 1, None)],
    )
    made.create_sheet("Secret").append(HEADER)
    made["Secret"].append(("D3", "Won", 1, None))
    made["Secret"].sheet_state = "hidden"
    data = saved(made)

    first = read_table(data, "deals.xlsx")
    assert (first.sheet, first.sheets, first.rows[0].cells[0]) == ("Deals", ("Deals", "Old"), "D1")
    assert first.notes == ("The sheet “Deals” was read; the file also has “Old”.",)
    assert read_table(data, "deals.xlsx", sheet="Old").rows[0].cells[0] == "D2"
    assert read_table(data, "deals.xlsx", sheet="Gone").sheet == "Deals"


def test_blank_lines_and_empty_columns_take_nothing_away() -> None:
    made = book(
        Deals=[(None, *HEADER), (), (None, "D1", "Won", None, None), (), (None, "D2", "Won", 1, None)]
    )
    found = read_table(saved(made), "deals.xlsx")

    assert found.headers == ("", *HEADER)
    assert [row.line for row in found.rows] == [3, 5]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (saved(book(Empty=[])), "has no sheet with a line of column names and rows beneath it"),
        (saved(book(Deals=[HEADER])), "has no sheet with a line of column names"),
        (saved(book(Deals=[HEADER, ("D1", "Won", 1, None)]))[:900], "is a damaged workbook"),
        (saved(book(Deals=[("id", "id"), ("1", "2")])), "has the column “id” twice"),
    ],
)
def test_a_workbook_without_a_table_is_refused_in_words(data: bytes, said: str) -> None:
    assert said in refusal(data)


def test_other_packed_files_are_named() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("content.xml", "<x/>")
    assert refusal(stream.getvalue()) == (
        "deals.xlsx is an OpenDocument file. Please save it as an Excel workbook (.xlsx) or as CSV."
    )


def test_a_workbook_that_unpacks_to_more_than_any_needs_is_refused_unread(monkeypatch: Any) -> None:
    data = saved(book(Deals=[HEADER, *(("D1", "Won", 1, None),) * 3000]))
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 50_000)
    assert "the portal reads workbooks of up to" in refusal(data)


def test_a_part_that_is_read_in_one_piece_may_not_be_huge() -> None:
    data = saved(book(Deals=[HEADER, ("D1", "Won", 1, None)]))
    huge = repacked(data, lambda name, part: part + b" " * (20 << 20) if name == "xl/styles.xml" else part)
    assert len(huge) < 100_000
    assert "unpacks to" in refusal(huge)


def test_entities_of_entities_are_never_unfolded() -> None:
    data = saved(book(Deals=[HEADER, ("D1", "Won", 1, None)]))
    laughs = b'<!DOCTYPE x [<!ENTITY a "' + b"ha" * 500 + b'">'
    for name, before in zip(b"bcdefg", b"abcdef", strict=True):
        laughs += b"<!ENTITY " + bytes([name]) + b' "' + (b"&" + bytes([before]) + b";") * 50 + b'">'
    laughs += b"]>"

    def laugh(name: str, part: bytes) -> bytes:
        if not name.startswith("xl/worksheets/"):
            return part
        return laughs + part.replace(b"</sheetData>", b'<row><c t="str"><v>&g;</v></c></row></sheetData>')

    assert "is a damaged workbook" in refusal(repacked(data, laugh))


@pytest.mark.parametrize("reference", ["ZZZ3", "A99999999"])
def test_a_cell_that_claims_to_stand_far_out_takes_no_memory(reference: str) -> None:
    data = saved(book(Deals=[HEADER, ("D1", "Won", 1, None), ("D2", "Won", 1, None)]))
    far = repacked(
        data,
        lambda name, part: (
            part.replace(b'r="A3"', f'r="{reference}"'.encode()).replace(
                b'<row r="3"', b'<row r="99999999"' if reference.startswith("A9") else b'<row r="3"'
            )
            if name.startswith("xl/worksheets/")
            else part
        ),
    )
    if reference.startswith("A9"):
        assert "more lines than Excel allows" in refusal(far)
    else:
        assert len(read_table(far, "deals.xlsx").rows) == 2


def test_too_many_rows_are_refused_as_in_any_file(monkeypatch: Any) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    data = saved(book(Deals=[HEADER, *((f"D{number}", "Won", 1, None) for number in range(3))]))
    assert "has more than 2 rows" in refusal(data)
