"""A Table as CSV, which Excel opens as UTF-8 and which no cell can turn into a formula."""

from __future__ import annotations

import csv
import io
from datetime import date

from portal.reports.about import definitions, facts, notes
from portal.reports.cells import heading, plain
from portal.reports.table import Table
from portal.tabular.cells import not_a_formula


def as_csv(table: Table) -> bytes:
    """Write headings and rows, then an empty line and what the report says of itself."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([_safe(heading(column, table.currency)) for column in table.columns])
    for row in table.rows:
        cells = zip(row.values, table.columns, strict=True)
        writer.writerow([_safe(plain(value, column, table.currency)) for value, column in cells])
    writer.writerow([])
    for name, words in (*facts(table), *definitions(table), *notes(table)):
        writer.writerow([_safe(name), _safe(words)])
    return buffer.getvalue().encode("utf-8-sig")


def _safe(value: str | int | float | date | None) -> str | int | float | None:
    """Text that a spreadsheet would run gets an apostrophe before it; numbers are left alone."""
    if isinstance(value, date):
        return value.isoformat()
    return not_a_formula(value) if isinstance(value, str) else value
