"""The one Table that a page and every export of a report are made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

Type = Literal["text", "count", "money", "estimate", "points", "percent", "rating", "date"]
Value = str | int | float | date | None


@dataclass(frozen=True)
class Column:
    """One column: money, and estimates of it, in minor units, points and percent as fractions; what it counts."""

    key: str
    label: str
    type: Type
    definition: str


@dataclass(frozen=True)
class Row:
    """One row: values in the order of the columns, and the address of what it is about, for the page."""

    values: tuple[Value, ...]
    address: str | None = None


@dataclass(frozen=True)
class Mark:
    """One estimate with its range, fractions of a win rate, for a plot; `words` are the numbers as people read them."""

    name: str
    estimate: float
    low: float
    high: float
    verdict: str
    words: str


@dataclass(frozen=True)
class Table:
    """A report: columns and rows, the first column naming the row, and all that one must know to read them rightly."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    filters: tuple[tuple[str, str], ...]
    period: str
    data_as_of: datetime
    notes: tuple[str, ...]
    currency: str
    drawn: str  # key of the column whose largest values are drawn; empty where none are
    in_short: str = ""  # what the rows say, in a sentence
    marks: tuple[Mark, ...] = ()  # drawn instead, with their ranges, where a number alone would mislead
    marks_title: str = ""
    marks_note: str = ""

    def place(self, key: str) -> int:
        """Return the place of a column."""
        return [column.key for column in self.columns].index(key)

    def sorted_by(self, sort: str) -> Table:
        """Return the same table with its rows in order of a column, falling with a "-" before its key.

        Unknown values stand last either way; a key that is not there changes nothing.
        """
        key, falling = sort.removeprefix("-"), sort.startswith("-")
        if key not in {column.key for column in self.columns}:
            return self
        place = self.place(key)
        known = [row for row in self.rows if row.values[place] is not None]
        unknown = [row for row in self.rows if row.values[place] is None]
        known.sort(key=lambda row: _rank(row.values[place]), reverse=falling)
        return replace(self, rows=(*known, *unknown))

    def largest(self, limit: int) -> list[tuple[str, Value]]:
        """Return the names and values of the largest values that are drawn, largest first; zeros are left out."""
        place = self.place(self.drawn)
        rows = [row for row in self.sorted_by(f"-{self.drawn}").rows if row.values[place]]
        return [(str(row.values[0]), row.values[place]) for row in rows[:limit]]


def _rank(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value
