"""Columns: whole columns of the database, each joined into one text there and taken apart into an array here.

That takes a tenth of the time that as many rows take. Columns of one statement are joined in the same order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import String, cast, func, literal_column

from portal.impact.calendar import MOMENT, days_of_dates, seconds_of
from portal.impact.inputs import UNKNOWN
from portal.impact.rows import FloatArray, IntArray

# Written into the statement, as one that is given beside it takes half as long again.
COMMA: Any = literal_column("','")
NOTHING: Any = literal_column("''")
# A character that parts units of text and stands in none.
UNIT = "\x1f"
DATE = len("2026-03-31")
NO_DATE: Any = literal_column(f"'{' ' * DATE}'")
NOT_A_NUMBER: Any = literal_column("'nan'")


def joined_numbers(column: Any) -> Any:
    """Join a column of whole numbers, none of them missing."""
    return func.aggregate_strings(cast(column, String), COMMA)


def joined_amounts(column: Any) -> Any:
    """Join a column of numbers, some of which may be missing."""
    return func.aggregate_strings(func.coalesce(cast(column, String), NOT_A_NUMBER), COMMA)


def joined_words(column: Any) -> Any:
    """Join a column of words; a missing one is an empty one."""
    unit: Any = literal_column(f"'{UNIT}'")
    return func.aggregate_strings(func.replace(func.coalesce(column, NOTHING), unit, NOTHING), unit)


def joined_dates(column: Any) -> Any:
    """Join a column of dates, some of which may be missing."""
    return func.aggregate_strings(func.coalesce(func.substr(cast(column, String), 1, DATE), NO_DATE), NOTHING)


def joined_moments(column: Any) -> Any:
    """Join a column of moments, none of them missing."""
    return func.aggregate_strings(func.substr(cast(column, String), 1, MOMENT), NOTHING)


def numbers_of(text: str | None) -> IntArray:
    """Take joined whole numbers apart, (n,)."""
    return np.fromstring(text or "", np.int64, sep=",")


def amounts_of(text: str | None) -> FloatArray:
    """Take joined numbers apart, (n,), nan where there was none."""
    return np.fromstring(text or "", np.float64, sep=",")


def words_of(text: str | None) -> list[str]:
    """Take joined words apart."""
    return [] if text is None else text.split(UNIT)


def days_of(text: str | None) -> IntArray:
    """Take joined dates apart, (n,), as days (date.toordinal()); UNKNOWN where there was none."""
    characters = np.frombuffer((text or "").encode(), np.uint8).reshape(-1, DATE)
    known = np.flatnonzero(characters[:, 0] != ord(" "))
    days = np.full(len(characters), UNKNOWN, np.int64)
    days[known] = days_of_dates(characters[known])
    return days


def moments_of(text: str | None) -> IntArray:
    """Take joined moments apart, (n,), as seconds since 1970."""
    return seconds_of(text or "")
