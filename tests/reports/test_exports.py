"""The exports of one Table say the same, cell by cell, and say what they are."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from portal.reports.cells import heading, plain, words
from portal.reports.export_csv import as_csv
from portal.reports.export_docx import as_docx
from portal.reports.export_xlsx import as_xlsx
from portal.reports.table import Column, Row, Table
from portal.reports.usage import COLUMNS
from tests.reports.test_sums import at, closed, use

SOME = Table(
    name="usage",
    title="Content usage",
    columns=(
        Column("content", "Content", "text", "What it is."),
        Column("uses", "Uses", "count", "How often."),
        Column("credited", "Credited revenue", "money", "Shares that add up."),
        Column("difference", "Difference", "points", "In win rate."),
        Column("share", "Share", "percent", "Of deals."),
        Column("rating", "Rating", "rating", "Mean."),
        Column("day", "Last used", "date", "The day."),
    ),
    rows=(
        Row(("Deck", 1234, 1_234_567, 0.0712, 0.3421, 4.256, date(2026, 3, 9)), "/library/deck"),
        Row(("=1+1", 0, 0, -0.0712, 0.0, 1.0, None)),
        Row(('+4 ideas, “quoted” "twice"', None, None, None, None, None, None)),
        Row(("-cmd|' /C calc'!A0", 5, -50, -0.00004, 1.0, 5, date(2026, 12, 31))),
        Row(("@SUM(A1)", 1, 99, 0.0, 0.5, 3.0, None)),
        Row(("Größe 文書 😀\u200d", 2, 100, 0.5, 0.25, 2.5, None)),
        Row(("bad \x07 and \ud800 signs", 3, 100, 0.5, 0.25, 2.5, None)),
        Row(("two\nlines", 4, 100, 0.5, 0.25, 2.5, None)),
    ),
    filters=(("Kind", "Deck"), ("Team", "=East")),
    period="1 Mar 2026 to 31 Mar 2026",
    data_as_of=datetime(2026, 4, 1, 9, 30, tzinfo=UTC),
    notes=("Read me.",),
    currency="USD",
    drawn="uses",
)


def read_csv(data: bytes) -> tuple[list[list[str]], list[list[str]]]:
    """The rows, headings first, and what follows the empty line."""
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    end = lines.index([])
    return lines[:end], lines[end + 1 :]


def read_xlsx(data: bytes) -> tuple[list[list[Any]], list[list[Any]], Any]:
    book = load_workbook(io.BytesIO(data))
    rows, about = ([list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book)
    return rows, about, book


def read_docx(data: bytes) -> tuple[list[list[str]], Any]:
    document = Document(io.BytesIO(data))
    return [[cell.text for cell in row.cells] for row in document.tables[-1].rows], document


def as_text(value: Any) -> str:
    """What CSV shows of a plain value."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def assert_same_cells(app: Any, table: Table) -> None:
    with app.app_context():
        from_csv, _ = read_csv(as_csv(table))
        from_xlsx, _, _ = read_xlsx(as_xlsx(table))
        from_docx, _ = read_docx(as_docx(table))
        headings = [heading(column, table.currency) for column in table.columns]
        assert from_csv[0] == from_xlsx[0] == from_docx[0] == headings
        assert len(from_csv) == len(from_xlsx) == len(from_docx) == len(table.rows) + 1
        for number, row in enumerate(table.rows, 1):
            for place, (value, column) in enumerate(zip(row.values, table.columns, strict=True)):
                expected = plain(value, column, table.currency)
                text = from_csv[number][place]
                if isinstance(expected, str):
                    assert text.removeprefix("'") == expected
                elif isinstance(expected, int | float):
                    assert float(text) == expected
                else:
                    assert text == as_text(expected)
                in_excel = from_xlsx[number][place]
                in_excel = in_excel.date() if isinstance(in_excel, datetime) else in_excel
                assert in_excel == expected
                assert from_docx[number][place] == words(value, column, table.currency)


def test_every_format_has_the_same_cells(app):
    assert_same_cells(app, SOME)


def test_every_format_has_the_same_cells_of_a_real_report(app, make):
    from portal.reports.filters import Filters
    from portal.reports.usage import usage_table

    rep = make.user()
    for number in range(3):
        asset = make.asset(f"=Deck {number}")
        use(make, asset, rep, "sent", at(2 + number), closed(make, "won"))
        make.rating(asset, rep, stars=4)
    with app.app_context():
        table = usage_table(None, Filters())
    assert len(table.rows) == 3
    assert len(table.columns) == len(COLUMNS)
    assert_same_cells(app, table)


def test_words_are_those_of_the_pages(app):
    with app.app_context():
        shown = [
            [words(v, c, "USD") for v, c in zip(row.values, SOME.columns, strict=True)] for row in SOME.rows
        ]
    assert shown[0] == ["Deck", "1,234", "$12,346", "+7.1", "34.2%", "4.26", "9 Mar 2026"]
    assert shown[1][2:6] == ["$0", "−7.1", "0.0%", "1.00"]
    assert shown[2][1:] == ["–"] * 6
    assert shown[3][3] == "0.0"


def test_no_text_becomes_a_formula(app):
    with app.app_context():
        from_csv, about = read_csv(as_csv(SOME))
        _, _, book = read_xlsx(as_xlsx(SOME))
    names = [row[0] for row in from_csv[1:]]
    assert names[1:5] == ["'=1+1", '\'+4 ideas, “quoted” "twice"', "'-cmd|' /C calc'!A0", "'@SUM(A1)"]
    assert from_csv[2][3] == "-7.1"
    assert ["Team", "'=East"] in about
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    assert book.worksheets[0]["A3"].value == "=1+1"


def test_every_export_says_filters_period_data_as_of_and_definitions(app):
    with app.app_context():
        said_csv = {line[0]: line[1] for line in read_csv(as_csv(SOME))[1]}
        said_xlsx = {line[0]: line[1] for line in read_xlsx(as_xlsx(SOME))[1] if line[0]}
        text = "\n".join(paragraph.text for paragraph in read_docx(as_docx(SOME))[1].paragraphs)
    for said in (said_csv, said_xlsx):
        assert said["Period"] == "1 Mar 2026 to 31 Mar 2026"
        assert said["Kind"] == "Deck"
        assert said["Data as of"] == "01 Apr 2026, 09:30 UTC"
        assert said["Credited revenue, USD"] == "Shares that add up."
        assert said["Note"] == "Read me."
    assert "Period: 1 Mar 2026 to 31 Mar 2026 · Kind: Deck · Team: =East · Data as of: 01 Apr 2026" in text
    assert "Credited revenue, USD: Shares that add up." in text
    assert "Note: Read me." in text


def test_the_spreadsheet_keeps_its_heading_in_sight_and_has_number_formats(app):
    with app.app_context():
        book = read_xlsx(as_xlsx(SOME))[2]
    sheet = book.worksheets[0]
    assert [sheet.title, book.worksheets[1].title] == ["Content usage", "About"]
    assert sheet.freeze_panes == "B2"
    assert sheet["C2"].number_format == "#,##0.00"
    assert sheet["D2"].number_format.startswith("+0.0")
    assert sheet["A1"].font.bold


def test_the_word_file_draws_the_largest_values_with_their_names(app):
    with app.app_context():
        document = read_docx(as_docx(SOME))[1]
    chart = document.tables[0]
    assert [(row.cells[0].text, row.cells[2].text) for row in chart.rows][:2] == [
        ("Deck", "1,234"),
        ("-cmd|' /C calc'!A0", "5"),
    ]
    assert len(document.inline_shapes) == len(chart.rows) == 6
    pictures = [part for part in document.part.package.iter_parts() if part.content_type == "image/png"]
    assert pictures
    assert all(part.blob.startswith(b"\x89PNG") for part in pictures)


def test_many_columns_of_large_amounts_stay_within_the_page_of_the_word_file(app):
    amounts = tuple(Column(f"amount{number}", "Amount", "money", "An amount.") for number in range(14))
    many = replace(
        SOME, columns=(SOME.columns[0], *amounts), rows=(Row(("Deck", *[2_044_750_000] * 14)),), drawn=""
    )
    with app.app_context():
        document = read_docx(as_docx(many))[1]
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    assert sum(column.width for column in document.tables[-1].columns) <= room


def test_an_empty_report_is_still_a_file(app, make):
    with app.app_context():
        nothing = replace(SOME, rows=())
        assert len(read_csv(as_csv(nothing))[0]) == 1
        assert len(read_xlsx(as_xlsx(nothing))[0]) == 1
        assert "There is nothing in this period." in "\n".join(
            paragraph.text for paragraph in Document(io.BytesIO(as_docx(nothing))).paragraphs
        )


def test_amounts_of_a_currency_without_cents_are_whole(app):
    column = Column("amount", "Amount", "money", "")
    with app.app_context():
        assert plain(1234, column, "JPY") == 1234
        assert plain(1234, column, "USD") == 12.34


def run(app: Any, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["reports", "export", *arguments])


@pytest.mark.parametrize("report", ["usage", "adoption"])
def test_the_command_writes_each_format(app, make, tmp_path: Path, report):
    east = make.team("East")
    rep = make.user(team=east, name="Anna")
    use(make, make.asset("Deck"), rep, "sent", at(2))
    for ending in ("csv", "xlsx", "docx"):
        out = tmp_path / f"report.{ending}"
        result = run(
            app, report, "--format", ending, "--out", str(out), "--from", "2026-03-01", "--to", "2026-03-31"
        )
        assert result.exit_code == 0, result.output
        assert "1 row, 1 mar 2026 to 31 mar 2026" in result.output
    first = {"usage": "Deck", "adoption": "Anna"}[report]
    assert read_csv((tmp_path / "report.csv").read_bytes())[0][1][0] == first
    assert read_xlsx((tmp_path / "report.xlsx").read_bytes())[0][1][0] == first
    assert read_docx((tmp_path / "report.docx").read_bytes())[0][1][0] == first


@pytest.mark.parametrize(
    ("option", "value", "words_"),
    [
        ("--from", "31.3.2026", "Please give a day as in 2026-03-31."),
        ("--to", "0001-01-01", "between 1990 and 2199"),
        ("--team", "Nowhere", "There is no such team, or it is not yours to choose."),
        ("--kind", "poem", "There is no such kind of content."),
    ],
)
def test_the_command_names_the_option_that_is_wrong_and_writes_nothing(
    app, tmp_path: Path, option, value, words_
):
    out = tmp_path / "report.csv"
    result = run(app, "usage", "--format", "csv", "--out", str(out), option, value)
    assert result.exit_code != 0
    assert option in result.output
    assert words_ in " ".join(result.output.split())
    assert not out.exists()


def test_a_file_that_cannot_be_written_is_said(app, tmp_path: Path):
    result = run(app, "usage", "--format", "csv", "--out", str(tmp_path / "no" / "folder.csv"))
    assert result.exit_code == 1
    assert "could not be written" in result.output
