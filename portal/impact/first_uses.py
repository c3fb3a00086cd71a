"""First uses: when each asset was first used on each closed deal, in weeks of the deal."""

from dataclasses import dataclass

import numpy as np

from portal.impact.inputs import UNKNOWN, Deals, StageHistory, Touches, countable
from portal.impact.method import DAYS_IN_WEEK
from portal.impact.rows import IntArray, run_starts, sorted_rows


@dataclass(frozen=True)
class FirstUses:
    """First uses (uses,) in order of deal, then week, then asset, and the day from which weeks count, (deals,)."""

    deal: IntArray  # index into Deals
    week: IntArray
    asset: IntArray
    begin_day: IntArray


def first_uses(deals: Deals, history: StageHistory, touches: Touches) -> FirstUses:
    """Reduce touches to the first use of each asset on each closed deal, between its creation and its close."""
    kept, _ = countable(deals, touches)
    begin = _begin_day(deals, history, kept)
    deal, asset, week = sorted_rows(kept.deal, kept.asset, (kept.day - begin[kept.deal]) // DAYS_IN_WEEK)
    first = np.flatnonzero(run_starts(deal, asset))
    return FirstUses(*_in_time(deal[first], week[first], asset[first]), begin)


def _in_time(deal: IntArray, week: IntArray, asset: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    deal, week, asset = sorted_rows(deal, week, asset)
    return deal, week, asset


def _begin_day(deals: Deals, history: StageHistory, touches: Touches) -> IntArray:
    """The day from which each deal's weeks count, (deals,)."""
    never = np.iinfo(np.int64).max
    begin = np.where(deals.created_day == UNKNOWN, never, deals.created_day)
    for deal, day in ((history.deal, history.entered_day), (touches.deal, touches.day)):
        earliest = np.full(len(begin), never)
        np.minimum.at(earliest, deal, day)
        begin = np.where(begin == never, earliest, begin)
    return np.where(begin == never, 0, begin)
