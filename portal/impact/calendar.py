"""Calendar: the day of many moments in one time zone at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from portal.impact.rows import IntArray

SECONDS_IN_DAY = 86_400
FIRST_DAY = date(1970, 1, 1).toordinal()


def local_days(moments: Sequence[str], zone: ZoneInfo) -> IntArray:
    """Turn moments in UTC, (n,), written as in 2026-03-31 17:05:00, into days (date.toordinal()) of a time zone.

    The zone is asked once for every UTC day, and for every moment of the few days on which its clocks change.
    """
    seconds = np.array(list(moments), "datetime64[s]").astype(np.int64)
    days, place = np.unique(seconds // SECONDS_IN_DAY, return_inverse=True)
    starts = (days * SECONDS_IN_DAY).tolist()
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
