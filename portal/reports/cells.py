"""How a value of each type is written: as a plain number for machines, in words for people, alike in every format."""

from __future__ import annotations

import re
from datetime import date

from portal.reports.table import Column, Value
from portal.tabular.currencies import minor_digits
from portal.web.formatting import count, day, estimate, money

# What XML forbids, as Word and Excel files are XML: control characters and halves of a character.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
DECIMALS = {"points": 1, "percent": 1, "rating": 2}
AMOUNTS = ("money", "estimate")
UNITS = {"points": "points", "percent": "%"}
MISSING = "–"


def heading(column: Column, currency: str) -> str:
    """Return a column's label with the unit that its plain numbers are in."""
    unit = currency if column.type in AMOUNTS else UNITS.get(column.type)
    return f"{column.label}, {unit}" if unit else column.label


def plain(value: Value, column: Column, currency: str) -> str | int | float | date | None:
    """Return a value as a file for machines carries it: money in whole units, points and percent times 100."""
    if value is None or isinstance(value, date):
        return value
    if isinstance(value, str):
        return _FORBIDDEN.sub(" ", value)
    if column.type in AMOUNTS:
        digits = minor_digits(currency)
        return round(value / 10**digits, digits) if digits else int(value)
    if column.type in ("points", "percent"):
        value = value * 100
    if column.type in DECIMALS:
        return round(value, DECIMALS[column.type]) + 0.0
    return value


def words(value: Value, column: Column, currency: str) -> str:
    """Return a value as a person reads it, with its sign or unit where the heading does not say it."""
    shown = plain(value, column, currency)
    if shown is None or shown == "":
        return MISSING
    if isinstance(shown, str):
        return shown
    if isinstance(shown, date):
        return day(shown)
    if column.type in AMOUNTS:
        write = estimate if column.type == "estimate" else money
        return write(int(value) if isinstance(value, int | float) else None, currency)
    if column.type == "count":
        return count(shown)
    text = f"{abs(shown):.{DECIMALS.get(column.type, 0)}f}"
    if column.type == "points" and shown > 0:
        return f"+{text}"
    return f"−{text}" if shown < 0 else f"{text}%" if column.type == "percent" else text
