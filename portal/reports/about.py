"""About: what every export says of itself beside its rows."""

from __future__ import annotations

from portal.reports.cells import heading
from portal.reports.table import Table
from portal.web.formatting import exact

Lines = list[tuple[str, str]]


def facts(table: Table) -> Lines:
    """Return what the rows are narrowed to and when the data was read, as (name, words)."""
    return [
        ("Report", table.title),
        *([("In short", table.in_short)] if table.in_short else []),
        ("Period", table.period),
        *table.filters,
        ("Data as of", exact(table.data_as_of)),
        ("Amounts in", table.currency),
    ]


def definitions(table: Table) -> Lines:
    """Return what each column counts, as (heading, words)."""
    return [(heading(column, table.currency), column.definition) for column in table.columns]


def notes(table: Table) -> Lines:
    """Return what else one must know to read the rows rightly."""
    return [("Note", note) for note in table.notes]
