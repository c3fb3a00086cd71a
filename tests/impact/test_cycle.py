"""Cycle time on cases that can be worked out by hand."""

import numpy as np
import pytest

from portal.impact.cells import find_moments
from portal.impact.cycle import CycleTime, cycle_time
from portal.impact.inputs import UNKNOWN, Deals, Touches
from tests.impact.builders import deals_of, history_of, touches_of


def cycle_of(deals: Deals, touches: Touches, assets: int = 2) -> CycleTime:
    return cycle_time(deals, find_moments(deals, history_of(), touches, assets))


def test_whole_weeks_from_the_use_to_the_close_are_compared():
    days_left = [28, 34, 70, 84]
    deals = deals_of(4, won=True, closed_day=[1014 + days for days in days_left])
    cycle = cycle_of(deals, touches_of(*((deal, deal // 2, 1014) for deal in range(4))))
    assert (cycle.used_weeks[0], cycle.comparison_weeks[0], cycle.weeks[0]) == (4, 11, -7)
    spread = np.var([4, 4, 10, 12], ddof=1)
    assert cycle.se[0] == pytest.approx(np.sqrt(spread * (1 / 2 + 1 / 2)))
    assert cycle.ci_low[0] == pytest.approx(-7 - 1.96 * cycle.se[0])


def test_remaining_weeks_are_capped_at_twenty_six():
    deals = deals_of(2, won=True, closed_day=[1000 + 7 * 20, 1000 + 7 * 200])
    cycle = cycle_of(deals, touches_of((0, 0, 1000), (1, 1, 1000)))
    assert cycle.weeks[0] == -6


def test_only_won_deals_with_a_closing_day_count():
    deals = deals_of(4, won=[True, True, False, True], closed_day=[1070, 1140, 1007, UNKNOWN])
    cycle = cycle_of(deals, touches_of((0, 0, 1000), (1, 1, 1000), (2, 1, 1000), (3, 0, 1000)))
    assert cycle.weeks.tolist() == [-10, 10]
    assert cycle.won_deals.tolist() == [1, 1]
