"""Cycle time: how many weeks sooner or later won deals closed when this was used instead of other content.

Counting from the moment of use and within the same cells, as days to close over whole deals were biased by +2.9 weeks:
long deals have more time to use things.
"""

from dataclasses import dataclass

import numpy as np

from portal.impact.cells import Moments
from portal.impact.inputs import UNKNOWN, Deals
from portal.impact.matching import matched_difference
from portal.impact.method import DAYS_IN_WEEK, MAX_REMAINING_WEEKS, Z
from portal.impact.rows import FloatArray, IntArray


@dataclass(frozen=True)
class CycleTime:
    """Difference in remaining weeks by asset, all (assets,), negative when sooner; nan for what is not available."""

    won_deals: IntArray  # won deals it was used on, with a known closing day
    matched: IntArray  # with at least one comparison moment
    used_weeks: FloatArray  # weighted mean of the weeks left where this was used
    comparison_weeks: FloatArray
    weeks: FloatArray  # used_weeks - comparison_weeks
    se: FloatArray
    ci_low: FloatArray  # 95%
    ci_high: FloatArray


def cycle_time(deals: Deals, moments: Moments) -> CycleTime:
    """Compare the whole weeks from the moment to the close, capped at 26, on won deals."""
    counted = (deals.won & (deals.closed_day != UNKNOWN))[moments.deal]
    closing_week = (deals.closed_day[moments.deal] - moments.begin_day) // DAYS_IN_WEEK
    remaining = np.minimum(closing_week - moments.week, MAX_REMAINING_WEEKS)
    matched = matched_difference(moments, np.where(counted, remaining, np.nan))
    se = np.where(matched.variance > 0, np.sqrt(matched.variance), np.nan)
    return CycleTime(
        won_deals=matched.uses,
        matched=matched.matched,
        used_weeks=matched.used_mean,
        comparison_weeks=matched.other_mean,
        weeks=matched.difference,
        se=se,
        ci_low=matched.difference - Z * se,
        ci_high=matched.difference + Z * se,
    )
