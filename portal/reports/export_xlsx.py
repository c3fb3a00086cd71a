"""A Table as an Excel file: the rows on one sheet, what they mean on another."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import Any

import xlsxwriter

from portal.reports.about import definitions, facts, notes
from portal.reports.cells import AMOUNTS, heading, plain
from portal.reports.table import Column, Table
from portal.tabular.currencies import minor_digits

# Text is text, whatever it begins with.
SAFE = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FORMATS = {
    "count": "#,##0",
    "points": "+0.0;-0.0;0.0",
    "percent": "0.0",
    "rating": "0.00",
    "date": "yyyy-mm-dd",
}
NARROW, WIDE = 12, 42


def as_xlsx(table: Table) -> bytes:
    """Write the rows with number formats, a frozen heading and filters, and a sheet About."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, SAFE)
    _rows(book, table)
    _about(book, table)
    book.close()
    return buffer.getvalue()


def _rows(book: Any, table: Table) -> None:
    sheet = book.add_worksheet(table.title)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    for place, column in enumerate(table.columns):
        is_text = column.type == "text"
        sheet.set_column(place, place, WIDE if place == 0 else NARROW * 2 if is_text else NARROW)
        sheet.write_string(0, place, heading(column, table.currency), bold)
    formats = [_format(book, column, table.currency) for column in table.columns]
    for number, row in enumerate(table.rows, 1):
        for place, (value, column) in enumerate(zip(row.values, table.columns, strict=True)):
            _write(sheet, number, place, plain(value, column, table.currency), formats[place])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)


def _format(book: Any, column: Column, currency: str) -> Any:
    digits = minor_digits(currency)
    if column.type in AMOUNTS:
        return book.add_format({"num_format": f"#,##0.{'0' * digits}" if digits else "#,##0"})
    return book.add_format({"num_format": FORMATS[column.type]}) if column.type in FORMATS else None


def _write(sheet: Any, row: int, place: int, value: str | int | float | date | None, style: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(row, place, value, style)
    elif isinstance(value, date):
        sheet.write_datetime(row, place, datetime.combine(value, time.min), style)
    else:
        sheet.write_number(row, place, value, style)


def _about(book: Any, table: Table) -> None:
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)
    bold, wrapped = book.add_format({"bold": True, "valign": "top"}), book.add_format({"text_wrap": True})
    number = 0
    for lines in (facts(table), definitions(table), notes(table)):
        for name, words in lines:
            sheet.write_string(number, 0, name, bold)
            sheet.write_string(number, 1, words, wrapped)
            number += 1
        number += 1
