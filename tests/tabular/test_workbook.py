"""Excel workbooks: read as they are meant, and refused within bounds."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from portal.tabular import table as tables
from portal.tabular import workbook as workbooks
from portal.tabular.decoding import TableUnreadable
from portal.tabular.packed import BROKEN
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


def test_formulas_texts_in_pieces_errors_and_dates_since_1904_are_read_as_they_are_meant() -> None:
    data = saved(book(Deals=[HEADER, ("D1", "Won", 1, date(2026, 2, 3)), ("D2", "Won", 1, None)]))
    cells = {
        b'<c r="B3"': b'<c r="B3" t="inlineStr"><is><r><t>Close</t></r><r><t>d Won</t></r><rPh><t>x</t></rPh></is></c>',
        b'<c r="C3"': b'<c r="C3"><f>1+1</f><v>2.5E3</v></c>',
        b'<c r="D3"': b'<c r="D3" t="e"><v>#N/A</v></c>',
    }

    def odd(name: str, part: bytes) -> bytes:
        if name == "xl/workbook.xml":
            return part.replace(b"<workbookPr/>", b'<workbookPr date1904="1"/>').replace(
                b"<workbookPr />", b'<workbookPr date1904="1" />'
            )
        if not name.startswith("xl/worksheets/"):
            return part
        start = part.index(b'<row r="3"')
        first = part[start : part.index(b">", start) + 1]
        end = part.index(b"</row>", start)
        return part[:start] + first + b'<c r="A3" t="b"><v>1</v></c>' + b"".join(cells.values()) + part[end:]

    found = read_table(repacked(data, odd), "deals.xlsx")
    assert found.rows[1].cells == ["TRUE", "Closed Won", "2500", "#N/A"]
    assert found.rows[0].cells[3] == "2030-02-04"


@pytest.mark.parametrize("every", [1, 7])
def test_a_workbook_that_is_cut_off_anywhere_is_refused_in_words(every: int) -> None:
    data = saved(book(Deals=[HEADER, ("D1", "Won", 1.5, date(2026, 2, 3))]))
    for length in range(4 + every, len(data), 97 * every):
        assert "deals.xlsx" in refusal(data[:length])


def test_a_workbook_with_wrong_bytes_is_read_or_refused_in_words() -> None:
    data = saved(book(Deals=[HEADER, ("D1", "Won", 1.5, date(2026, 2, 3))]))
    chance = random.Random(5)
    refused = 0
    for _ in range(400):
        wrong = bytearray(data)
        for _ in range(chance.randint(1, 12)):
            # The first bytes say that it is a zip.
            wrong[chance.randrange(4, len(wrong))] = chance.randrange(256)
        try:
            read_table(bytes(wrong), "deals.xlsx")
        except TableUnreadable:
            refused += 1
    assert refused > 100


@pytest.mark.parametrize("error", BROKEN)
def test_whatever_the_zip_library_trips_over_is_said_in_words(
    monkeypatch: Any, error: type[Exception]
) -> None:
    def trip(*_: object) -> None:
        raise error("odd")

    monkeypatch.setattr(zipfile, "ZipFile", trip)
    assert "is a damaged workbook" in refusal(b"PK\x03\x04")


def with_texts(data: bytes, inside: bytes) -> bytes:
    """The workbook with the part where Excel keeps the texts that cells share."""
    link = b'<Relationship Type="x/sharedStrings" Target="sharedStrings.xml" Id="t"/></Relationships>'
    linked = repacked(
        data,
        lambda name, part: part.replace(b"</Relationships>", link) if name.startswith("xl/_rels/") else part,
    )
    start = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    stream = io.BytesIO(linked)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", start + inside + b"</sst>")
    return stream.getvalue()


def test_texts_that_cells_share_are_read_without_how_they_are_pronounced() -> None:
    data = saved(book(Deals=[HEADER, ("D1", "Won", 1, None)]))
    shared = b"<si><t>x</t></si><si><r><t>Closed </t></r><r><t>Won</t></r><rPh><t>-</t></rPh></si>"
    data = with_texts(data, shared)
    number = b'<c r="B2" t="s"><v>1</v></c>'
    data = repacked(data, lambda _, part: re.sub(rb'<c r="B2".*?</c>', number, part))
    assert read_table(data, "deals.xlsx").rows[0].cells == ["D1", "Closed Won", "1", ""]
    data = repacked(data, lambda _, part: part.replace(b"<v>1</v></c>", b"<v>9</v></c>"))
    assert "is a damaged workbook" in refusal(data)


def test_a_row_or_a_text_without_end_is_given_up_early() -> None:
    data, endless = saved(book(Deals=[HEADER, ("D1", "Won", 1, None)])), b"<c/>" * (20 << 18)

    def long_row(name: str, part: bytes) -> bytes:
        return part.replace(b"</row>", endless + b"</row>", 1) if name.startswith("xl/worksheets/") else part

    for huge in (repacked(data, long_row), with_texts(data, b"<si>" + endless + b"</si>")):
        with pytest.raises(TableUnreadable) as caught:
            read_table(huge, "deals.xlsx")
        assert "larger than any is" in str(caught.value.__cause__)


def test_more_shared_texts_than_are_kept_are_refused_unread(monkeypatch: Any) -> None:
    data = with_texts(saved(book(Deals=[HEADER, ("D1", "Won", 1, None)])), b" " * 20_000)
    assert read_table(data, "deals.xlsx").rows
    monkeypatch.setattr(workbooks, "MOST_OF_TEXTS", 10_000)
    assert "the portal reads workbooks of up to" in refusal(data)
