"""Trend: whether an asset is wearing off, by quarter of use and between its older and newer uses."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from portal.impact.cells import Moments
from portal.impact.method import DAYS_IN_WEEK, MIN_DEALS_USED, Z
from portal.impact.parts.dividing import by_moment
from portal.impact.parts.sides import Sides
from portal.impact.rows import IntArray

MONTHS_IN_QUARTER = 3


@dataclass(frozen=True)
class Trend:
    """The difference in lift between newer and older uses; None where either has too few to tell."""

    since: date  # the first day of the newer half
    older_lift: float
    newer_lift: float
    change: float  # newer - older
    ci_low: float  # 95%
    ci_high: float


def days_of(moments: Moments) -> IntArray:
    """The day on which the week of each moment begins, (moments,)."""
    return moments.begin_day + moments.week * DAYS_IN_WEEK


def quarter_of(moments: Moments) -> tuple[IntArray, tuple[str, ...]]:
    """The calendar quarter of each moment, (moments,), as a code, and the quarters in order, as in 2026 Q3."""
    days = days_of(moments)
    if not len(days):
        return days, ()
    first, last = (date.fromordinal(max(int(day), 1)) for day in (days.min(), days.max()))
    numbers = range(_quarter(first), _quarter(last) + 1)
    starts = [date(number // 4, number % 4 * MONTHS_IN_QUARTER + 1, 1).toordinal() for number in numbers]
    code = np.searchsorted(np.array(starts[1:], np.int64), days, side="right")
    known = np.flatnonzero(np.bincount(code))
    names = tuple(f"{numbers[place] // 4} Q{numbers[place] % 4 + 1}" for place in known.tolist())
    return np.searchsorted(known, code), names


def _quarter(day: date) -> int:
    return day.year * 4 + (day.month - 1) // MONTHS_IN_QUARTER


def trend(moments: Moments, sides: Sides) -> Trend | None:
    """Compare the newer half of an asset's uses with the older half, each with what was used at its own time.

    The error has no floor: what the asset is compared with is much the same in both halves.
    """
    days = days_of(moments)
    if not len(sides.used):
        return None
    middle = int(np.median(days[sides.used]))
    halves = by_moment(moments, sides, (days >= middle).astype(np.int64), 2)
    if np.min(halves.matched) < MIN_DEALS_USED or not np.all(halves.variance > 0):
        return None
    older, newer = halves.lift.tolist()
    error = Z * float(np.sqrt(halves.variance.sum()))
    change = newer - older
    return Trend(date.fromordinal(middle), older, newer, change, change - error, change + error)
