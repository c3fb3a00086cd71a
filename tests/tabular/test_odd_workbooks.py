"""Workbooks as other programs write them, and parts of them that lie: read as they are meant, or refused."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from portal.tabular.decoding import TableUnreadable
from portal.tabular.table import read_table

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEADER = "".join(
    f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("id", "stage", "amount", "closed", "more")
)


def packed(cells: str, links: dict[str, str] | None = None, parts: dict[str, bytes] | None = None) -> bytes:
    """A workbook of one sheet with a header and one row, whose other parts are as given."""
    targets = {"worksheet": "worksheets/sheet1.xml"} | (links or {})
    relations = "".join(
        f'<Relationship Id="{kind}" Type="{LINKS}/{kind}" Target="{target}"/>'
        for kind, target in targets.items()
    )
    rows = f'<row r="1">{HEADER}</row><row r="2">{cells}</row>'
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        sheets = f'<sheets><sheet name="S" sheetId="1" r:id="worksheet" xmlns:r="{LINKS}"/></sheets>'
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{MAIN}">{sheets}</workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{relations}</Relationships>")
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
    return stream.getvalue()


def row_of(data: bytes) -> list[str]:
    return list(read_table(data, "deals.xlsx").rows[0].cells)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # A script wrote the formula, so that nobody knows the amount: it must not look like none.
        ('<c r="C2"><f>1+1</f></c>', ["", "", "formula without a saved value", ""]),
        ('<c r="C2" t="str"><f>A9</f><v></v></c>', ["", "", "", ""]),
        ('<c r="B2" t="b"><v>false</v></c><c r="C2" t="b"><v>true</v></c>', ["", "FALSE", "TRUE", ""]),
        ('<c r="D2" t="d"><v>soon</v></c><c r="C2"><v>5</v></c>', ["", "", "5", "#VALUE!"]),
        ('<c r="B2"><v>7</v></c><c><v>5</v></c><extLst/>', ["", "7", "5", ""]),
        ('<c r="B2" t="inlineStr"><is><t>a_x000D_b_x005F_x000D_c_xD800_</t></is></c>',
         ["", "a\rb_x000D_c_xD800_", "", ""]),
    ],
)  # fmt: skip
def test_cells_are_read_as_other_programs_mean_them(cells: str, expected: list[str]) -> None:
    assert row_of(packed(f'{cells}<c r="E2"><v>1</v></c>')) == [*expected, "1"]


def test_a_text_that_no_number_names_is_not_taken_from_the_end() -> None:
    texts = f'<sst xmlns="{MAIN}"><si><t>first</t></si></sst>'.encode()
    given = {"links": {"sharedStrings": "texts.xml"}, "parts": {"xl/texts.xml": texts}}
    assert row_of(packed('<c t="s"><v>0</v></c><c><v>1</v></c>', **given))[0] == "first"
    for number in ("-1", "1"):
        with pytest.raises(TableUnreadable):
            read_table(packed(f'<c t="s"><v>{number}</v></c>', **given), "deals.xlsx")


@pytest.mark.parametrize(("kind", "megabytes"), [("styles", 17), ("sharedStrings", 129)])
def test_no_part_is_read_in_one_piece_because_it_is_called_a_sheet(kind: str, megabytes: int) -> None:
    bomb = f'<x xmlns="{MAIN}">'.encode() + b"<a/>" * (megabytes << 18) + b"</x>"
    data = packed("<c><v>1</v></c>", {kind: "worksheets/large.xml"}, {"xl/worksheets/large.xml": bomb})
    with pytest.raises(TableUnreadable) as caught:
        read_table(data, "deals.xlsx")
    assert "larger than any such part" in str(caught.value.__cause__)
