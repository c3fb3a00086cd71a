from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest

from portal.tabular import table as tables
from portal.tabular.decoding import TableUnreadable
from portal.tabular.table import read_table

PLAIN = "id,name,stage\nD1,Käse & Söhne,Won\nD2,Zoë,Lost\n"


def refusal_of(data: bytes, filename: str = "deals.csv") -> str:
    with pytest.raises(TableUnreadable) as caught:
        read_table(data, filename)
    return caught.value.message


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
def test_a_file_reads_the_same_in_every_usual_encoding(encoding: str) -> None:
    table = read_table(PLAIN.encode(encoding), "deals.csv")

    assert table.headers == ("id", "name", "stage")
    assert [row.cells for row in table.rows] == [["D1", "Käse & Söhne", "Won"], ["D2", "Zoë", "Lost"]]


def test_a_file_that_is_not_utf_8_says_what_it_was_read_as_and_which_line_showed_it() -> None:
    table = read_table(PLAIN.encode("cp1252"), "deals.csv")

    assert table.encoding == "Windows-1252"
    assert table.notes == (
        "Line 2 is not valid UTF-8, so the whole file was read as Windows-1252 (Western European).",
    )


def test_bytes_that_windows_1252_lacks_are_read_as_latin_1() -> None:
    assert read_table(b"id,name\nD1,\x81\xe9\n").encoding == "Latin-1"


def test_a_character_cut_by_a_decoding_step_is_still_utf_8() -> None:
    data = b"id,name\n" + b"a" * ((1 << 20) - 9) + "é".encode() + b",x\n"

    assert tables.detect_encoding(data, "deals.csv").words == "UTF-8"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = (
        f"id{delimiter}name{delimiter}amount\nD1{delimiter}Acme{delimiter}12\nD2{delimiter}Bolt{delimiter}3\n"
    )

    table = read_table(text.encode())

    assert table.delimiter == delimiter
    assert [row.cells for row in table.rows] == [["D1", "Acme", "12"], ["D2", "Bolt", "3"]]


def test_decimal_commas_do_not_hide_the_semicolons_between_cells() -> None:
    table = read_table(b"id;name, short;amount\nD1;Acme, Inc;1,50\nD2;Bolt, Ltd;2,75\n")

    assert table.headers == ("id", "name, short", "amount")


def test_a_line_that_states_the_separator_is_believed_and_is_no_header() -> None:
    table = read_table(b"sep=;\nid;name\nD1;Acme\n")

    assert (table.headers, table.rows[0].line) == (("id", "name"), 3)


def test_rows_know_the_line_they_begin_on_after_quoted_line_ends_and_blank_lines() -> None:
    table = read_table(b'id,name\r\nD1,"two\r\nlines"\r\n\r\nD2,Bolt\r\n')

    assert [(row.line, row.cells) for row in table.rows] == [(2, ["D1", "two\r\nlines"]), (5, ["D2", "Bolt"])]


def test_a_row_with_too_many_or_too_few_cells_is_refused_alone() -> None:
    table = read_table(b"id,name,stage\nD1,Acme\nD2,Bolt,Won\nD3,A,B,C\n")

    assert [row.cells[0] for row in table.rows] == ["D2"]
    assert [(refusal.line, refusal.value, refusal.reason) for refusal in table.refusals] == [
        (2, "D1", "The row has 2 cells where the header has 3."),
        (4, "D3", "The row has 4 cells where the header has 3."),
    ]


def test_cells_that_a_spreadsheet_pads_with_are_no_fault() -> None:
    table = read_table(b"id,name,,\nD1,Acme,,\nD2,Bolt\n,,,\n")

    assert table.headers == ("id", "name")
    assert [row.cells for row in table.rows] == [["D1", "Acme"], ["D2", "Bolt"]]
    assert table.refusals == ()


def test_a_row_that_swallowed_others_says_how_far_it_runs() -> None:
    table = read_table(b'id,name\nD1,"Acme\nD2,Bolt\nD3,"Cog",x\nD4,Dyn\n')

    assert [row.cells[0] for row in table.rows] == ["D4"]
    assert table.refusals[0].line == 2
    assert "runs to line 4: a quote may be missing" in table.refusals[0].reason


@pytest.mark.parametrize("last", [b'D2,"Bolt\nD3,Cog\n', b'"D2,Bolt\nD3,Cog\n'])
def test_a_quote_that_is_never_closed_loses_no_row_before_it_and_is_said(last: bytes) -> None:
    table = read_table(b"id,name\nD1,Acme\n" + last)

    assert [row.cells for row in table.rows] == [["D1", "Acme"]]
    assert [(refusal.line, refusal.reason) for refusal in table.refusals] == [
        (3, "A quote in this row is never closed; what follows was taken for part of it.")
    ]


def test_a_quote_in_the_middle_of_a_cell_is_kept() -> None:
    assert read_table(b'id,name\nD1,The 19" rack\n').rows[0].cells == ["D1", 'The 19" rack']


def test_a_header_without_rows_is_a_table_with_no_rows() -> None:
    table = read_table(b"id,name,stage")

    assert (table.headers, table.rows, table.refusals) == (("id", "name", "stage"), (), ())


def packed() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "deals.csv is empty."),
        (b" \r\n\n", "deals.csv is empty."),
        (b"\xef\xbb\xbf", "deals.csv is empty."),
        ("\ufeff".encode("utf-16-le"), "no header line"),
        (b",,\n,,\n", "no header line"),
        (packed(), "is a damaged workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "is an old Excel workbook (.xls), or one with a"),
        (b"%PDF-1.7\n%\xe2\xe3", "is a PDF"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (b"\n<!DOCTYPE html><html><body>Please sign in</body></html>", "is a web page"),
        (b"id,name\nD1,\0\n", "is not text"),
        (bytes(range(1, 32)) * 40, "is not text"),
        ("\ufeffid,name\nD1,x\n".encode("utf-16-le")[:-1], "is damaged further on"),
        (b"id,Name,name\n1,2,3\n", "has the column “name” twice (columns 2 and 3)"),
        (b'id,"name\nD1,Acme\n', "a quote in its header line is never closed"),
        (b"x" * 300 + b",b\n1,2\n", "has no header line: its first line holds “xxx"),
        (",".join(f"c{n}" for n in range(501)).encode(), "has 501 columns; the portal reads up to 500"),
        (b"id,name\nD1,Acme\nD2," + b"x" * 140_000, "from line 3 on: a cell there is too long"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_plain_words(data: bytes, words: str) -> None:
    assert words in refusal_of(data)


def test_a_path_that_cannot_be_opened_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(TableUnreadable, match=r"^gone\.csv can't be opened: no such file or directory\.$"):
        read_table(tmp_path / "gone.csv")
    with pytest.raises(TableUnreadable, match="can't be opened"):
        read_table(tmp_path)


def test_a_path_reads_like_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(PLAIN, encoding="utf-8")

    assert read_table(path) == read_table(PLAIN.encode(), "deals.csv")


def test_the_limits_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (tables.MOST_ROWS, tables.MOST_BYTES) == (1_000_000, 200 * 1024 * 1024)
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    assert "has more than 2 rows" in refusal_of(b"id,a\n1,1\n2,2\n3,3\n")
    monkeypatch.setattr(tables, "MOST_BYTES", 1 << 20)
    assert "is larger than 1 MB" in refusal_of(b"x" * ((1 << 20) + 1))
    big = tmp_path / "big.csv"
    big.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(TableUnreadable, match=r"big\.csv is larger than 1 MB"):
        read_table(big)


def test_a_filename_with_harmful_characters_is_shown_without_them() -> None:
    assert refusal_of(b"", "de\u202eals\x00.csv") == "deals.csv is empty."


def test_whatever_the_bytes_are_nothing_but_a_refusal_comes_out() -> None:
    dice = random.Random(7)
    fragments = [
        b"id,name,stage,amount\n",
        b'"',
        b"\n",
        b",",
        b";",
        b"\t",
        b"\xff\xfe",
        b"\0",
        b"\r",
        b"\xc3",
        b"Won",
    ]
    tables_read = refusals = 0
    for _ in range(3_000):
        data = dice.randbytes(dice.randrange(200))
        if dice.random() < 0.7:
            data = b"".join(dice.choice([*fragments, dice.randbytes(3)]) for _ in range(dice.randrange(40)))
        try:
            table = read_table(data, "deals.csv")
        except TableUnreadable:
            refusals += 1
        else:
            tables_read += 1
            assert all(len(row.cells) == len(table.headers) for row in table.rows)
    assert min(tables_read, refusals) > 300


def test_rows_of_several_lines_are_counted_as_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    found = read_table(b'id,note\n1,"a\nb\nc\nd"\n2,"e\nf"\n', "deals.csv")
    assert [row.line for row in found.rows] == [2, 6]


def test_the_lines_that_salesforce_puts_under_a_report_are_no_rows() -> None:
    report = b'id,stage\nD1,Won\n\n\n"Pipeline"\n"Copyright (c) 2000-2026 salesforce.com"\n"Confidential Information"\n'
    found = read_table(report, "report.csv")
    assert (len(found.rows), found.refusals) == (1, ())
    assert found.notes == ("Lines 5 to 7 stand under the report and were passed over.",)
    cut_short = read_table(b"id,stage\nD1,Won\nD2\n", "deals.csv")
    assert [refusal.line for refusal in cut_short.refusals] == [3], "a row that is cut short is no such line"
