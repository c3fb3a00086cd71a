"""Calendar: the day of many moments in one time zone at once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from portal.impact.rows import IntArray

SECONDS_IN_DAY = 86_400
MONTHS_BEFORE = 1970 * 12 + 1
MOMENT = len("2026-03-31 17:05:00")
FIRST_DAY = date(1970, 1, 1).toordinal()


Characters = NDArray[np.uint8]


def seconds_of(moments: str) -> IntArray:
    """Turn moments of 19 characters, as in 2026-03-31 17:05:00, one after the other, into seconds since 1970, (n,)."""
    characters = np.frombuffer(moments.encode(), np.uint8).reshape(-1, MOMENT)
    days = days_of_dates(characters) - FIRST_DAY
    minutes = _number(characters, 11, 13) * 60 + _number(characters, 14, 16)
    within = (minutes * 60 + _number(characters, 17, 19)).astype(np.int64)
    return days * SECONDS_IN_DAY + within


def days_of_dates(characters: Characters) -> IntArray:
    """Turn dates, as in 2026-03-31, of which each row of characters begins with one, into days, (n,)."""
    # There are few months among however many dates.
    months = _number(characters, 0, 4) * 12 + _number(characters, 5, 7) - MONTHS_BEFORE
    first = int(months.min(initial=0))
    every = np.arange(first, int(months.max(initial=0)) + 1).astype("datetime64[M]")
    begins = every.astype("datetime64[D]").astype(np.int64) + FIRST_DAY
    return begins[months - first] + _number(characters, 8, 10) - 1


def _number(characters: Characters, begin: int, end: int) -> NDArray[np.int32]:
    value = np.zeros(len(characters), np.int32)
    for place in range(begin, end):
        value *= 10
        value += characters[:, place]
        value -= ord("0")
    return value


def local_days(seconds: IntArray, zone: ZoneInfo) -> IntArray:
    """Turn moments, (n,), in seconds since 1970, into days (date.toordinal()) of a time zone.

    The zone is asked once for every UTC day, and for every moment of the few days on which its clocks change.
    """
    if not len(seconds):
        return seconds
    first = int(seconds.min()) // SECONDS_IN_DAY
    place = seconds // SECONDS_IN_DAY - first
    starts = ((np.arange(int(place.max()) + 1) + first) * SECONDS_IN_DAY).tolist()
    begin = np.array([_offset(start, zone) for start in starts], np.int64)
    end = np.array([_offset(start + SECONDS_IN_DAY - 1, zone) for start in starts], np.int64)
    offset = begin[place]
    for moment in np.flatnonzero((begin != end)[place]):
        offset[moment] = _offset(int(seconds[moment]), zone)
    return (seconds + offset) // SECONDS_IN_DAY + FIRST_DAY


def _offset(second: int, zone: ZoneInfo) -> int:
    """How many seconds the zone is ahead of UTC at a moment, in seconds since 1970."""
    ahead = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()
    return int(ahead.total_seconds()) if ahead else 0
