"""Lift taken apart, against tables that can be added up by hand and against the figures of all assets at once."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from portal.impact.cells import CellCode, Moments, find_moments
from portal.impact.inputs import UNKNOWN, Deals, StageHistory, Touches
from portal.impact.lift import matched_lift
from portal.impact.parts.dividing import by_deal, by_moment, by_segment, by_stage, by_use, overall
from portal.impact.parts.drawing import Spread, drawn, spread_of
from portal.impact.parts.everywhere import all_by_moment, spread_over
from portal.impact.parts.sides import Sides, sides_of
from portal.impact.parts.strength import by_event
from portal.impact.parts.trend import days_of, quarter_of, trend
from tests.impact.builders import deals_of, history_of, random_inputs, touches_of

ASSETS = 70


def of_asset(deals: Deals, touches: Touches, history: StageHistory, asset: int = 0) -> tuple[Moments, Sides]:
    moments = find_moments(deals, history, touches, 3)
    return moments, sides_of(deals, moments, asset)


def two_regions() -> tuple[Deals, np.ndarray, Touches]:
    """Region 0: asset 0 on 40 deals, 30 won, asset 1 on 40, 10 won. Region 1: 20 of 40 won and 20 of 40."""
    won = np.concatenate([np.arange(40) < wins for wins in (30, 10, 20, 20)])
    touches = touches_of(*((deal, deal // 40 % 2, 1000) for deal in range(160)))
    return deals_of(160, won=won, rep=-1), np.repeat([0, 1], 80), touches


def test_parts_of_the_deals_are_compared_within_themselves():
    deals, region, touches = two_regions()
    moments, sides = of_asset(deals, touches, history_of())
    assert overall(sides).lift[0] == pytest.approx(50 / 80 - 30 / 80)
    found = by_deal(moments, sides, region, 2)
    np.testing.assert_allclose(found.lift, [0.5, 0.0])
    np.testing.assert_allclose(found.used_rate, [0.75, 0.5])
    np.testing.assert_allclose(found.comparison_rate, [0.25, 0.5])
    np.testing.assert_allclose(found.variance, 0.25 * 80 / 79 * (1 / 40 + 1 / 40))
    assert (found.deals_used.tolist(), found.won.tolist(), found.matched.tolist()) == (
        [40, 40],
        [30, 20],
        [40, 40],
    )


def test_an_unknown_part_and_an_empty_one_are_left_out():
    deals, region, touches = two_regions()
    moments, sides = of_asset(deals, touches, history_of())
    found = by_deal(moments, sides, np.where(region == 1, UNKNOWN, 0), 2)
    assert found.deals_used.tolist() == [40, 0]
    np.testing.assert_allclose(found.lift, [0.5, np.nan])


def test_parts_of_the_uses_are_compared_with_everything_comparable():
    deals, _, touches = two_regions()
    _, sides = of_asset(deals, touches, history_of())
    version = np.repeat([0, 1], 40)  # of the uses in the order of the deals: region 0, then region 1
    found = by_use(sides, version, 3)
    np.testing.assert_allclose(found.lift, [30 / 40 - 30 / 80, 20 / 40 - 30 / 80, np.nan])
    assert found.deals_used.tolist() == [40, 40, 0]


@pytest.mark.parametrize("seed", range(3))
def test_every_asset_on_its_own_gives_what_all_give_at_once(seed):
    deals, history, touches = random_inputs(seed)
    moments = find_moments(deals, history, touches, ASSETS)
    lift = matched_lift(deals, moments)
    stage = moments.cell_codes[moments.cell, CellCode.STAGE] - 1
    quarter, names = quarter_of(moments)
    facet = np.random.default_rng(seed).integers(-1, 3, len(deals.won))
    together = [
        all_by_moment(deals, moments, code, parts)
        for code, parts in (
            (stage, 3),
            (deals.segment[moments.deal], 2),
            (quarter, len(names)),
            (facet[moments.deal], 3),
        )
    ]
    for asset in range(ASSETS):
        sides = sides_of(deals, moments, asset)
        alone = [
            by_stage(moments, sides, 3),
            by_segment(moments, sides, 2),
            by_moment(moments, sides, quarter, len(names)),
            by_deal(moments, sides, facet, 3),
        ]
        for one, every in zip(alone, together, strict=True):
            for name, column in vars(one).items():
                np.testing.assert_allclose(column, getattr(every, name)[asset], err_msg=name, atol=1e-12)
        whole = overall(sides)
        np.testing.assert_allclose(whole.lift[0], lift.lift[asset], atol=1e-12)
        if whole.variance[0] > 0:
            np.testing.assert_allclose(np.sqrt(whole.variance[0] + 0.015**2), lift.se[asset])


def test_a_deal_that_used_it_in_one_stage_is_no_comparison_in_a_later_one():
    # Deal 0 uses asset 0 in stage 0 and asset 1 in stage 1; deal 1 uses asset 0 in stage 1.
    deals = deals_of(2, won=[True, False], rep=-1)
    history = history_of((0, 0, 1000), (1, 0, 1000), (0, 1, 1007), (1, 1, 1007))
    touches = touches_of((0, 0, 1000), (0, 1, 1021), (1, 2, 1000), (1, 0, 1021))
    moments, sides = of_asset(deals, touches, history)
    assert by_stage(moments, sides, 2).matched.tolist() == [1, 0]
    stage = moments.cell_codes[moments.cell, CellCode.STAGE] - 1
    assert all_by_moment(deals, moments, stage, 2).matched[0].tolist() == [1, 0]


def test_quarters_are_those_of_the_calendar_in_order_without_empty_ones():
    days = [date(2026, 3, 31), date(2026, 4, 1), date(2027, 1, 5)]
    created = [day.toordinal() for day in days]
    deals = deals_of(3, created_day=created, closed_day=[day + 30 for day in created])
    moments, _ = of_asset(deals, touches_of(*((deal, 0, created[deal]) for deal in range(3))), history_of())
    assert days_of(moments).tolist() == created
    code, names = quarter_of(moments)
    assert (code.tolist(), names) == ([0, 1, 2], ("2026 Q1", "2026 Q2", "2027 Q1"))
    assert quarter_of(of_asset(deals_of(1), touches_of(), history_of())[0])[1] == ()


def worn_off(newer_wins: int, market: int = 20) -> tuple[Moments, Sides]:
    """Asset 0: 60 of 80 older deals won, then newer_wins of 80; asset 1: 20 of 80, then as many as the market."""
    won = np.concatenate([np.arange(80) < wins for wins in (60, 20, newer_wins, market)])
    created = np.repeat([1000, 2000], 160)
    touches = touches_of(*((deal, deal // 80 % 2, created[deal]) for deal in range(320)))
    return of_asset(
        deals_of(320, won=won, rep=-1, created_day=created, closed_day=created + 50), touches, history_of()
    )


def test_the_trend_is_the_newer_half_against_the_older_each_with_its_own_time():
    found = trend(*worn_off(30))
    assert found is not None
    assert (found.older_lift, found.newer_lift) == pytest.approx((0.5, 0.125))
    error = 1.96 * np.sqrt((80 * 80 / 160**2 + 50 * 110 / 160**2) * 160 / 159 * (2 / 80))
    assert (found.change, found.ci_low) == pytest.approx((-0.375, -0.375 - error))
    together_worse = trend(*worn_off(40, market=0))
    assert together_worse is not None
    assert together_worse.change == pytest.approx(0)


def test_there_is_no_trend_in_too_few_uses_or_outcomes_all_alike():
    few = touches_of((0, 0, 1000), (1, 1, 1000))
    assert trend(*of_asset(deals_of(2, won=[True, False]), few, history_of())) is None
    assert trend(*worn_off(80, market=80)) is None
    assert trend(*of_asset(deals_of(2), few, history_of(), asset=2)) is None


def test_parts_are_drawn_to_their_asset_by_how_much_parts_differ_and_small_ones_get_no_verdict():
    deals, region, touches = two_regions()
    moments, sides = of_asset(deals, touches, history_of())
    found = by_deal(moments, sides, np.where(np.arange(160) % 40 == 0, 2, region), 3)
    one, two, small = drawn(found, 0.25, Spread(0.01, 0.0), 0.0)
    share = 0.01 / (0.01 + one.se**2)
    assert one.shrunk == pytest.approx(0.25 + share * (one.lift - 0.25))
    assert (one.verdict, two.verdict, small.verdict) == (
        "won_more",
        "no_clear_difference",
        "not_enough_deals",
    )
    assert (small.code, small.deals_used, small.q_value) == (2, 2, None)
    level = drawn(found, 0.25, Spread(0.0, 0.0), 0.0)
    assert [part.shrunk for part in level[:2]] == pytest.approx([0.25, 0.25])


def test_the_spread_is_what_distances_show_beyond_their_errors():
    own = np.full(40, 0.1)
    distance = np.tile([0.2, -0.2], 20)
    found = spread_of(own + distance, np.full(40, 0.1), own)
    assert found.mean == pytest.approx(0)
    assert found.tau2 == pytest.approx(np.var(distance, ddof=1) - 0.01)
    assert spread_of(own[:1], own[:1], own[:1]) == Spread(0.0, 0.0)
    deals, history, touches = random_inputs(1)
    moments = find_moments(deals, history, touches, ASSETS)
    parts = all_by_moment(deals, moments, deals.segment[moments.deal], 2)
    assert spread_over(parts, matched_lift(deals, moments).lift).tau2 >= 0


@pytest.mark.parametrize("late_record", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_first_use_as_an_event_gives_the_figures_of_the_asset(seed, late_record):
    deals, history, touches = random_inputs(seed)
    if late_record:  # nothing tells when deals began, and their first stage was recorded after many uses
        deals = replace(deals, created_day=np.full(len(deals.won), UNKNOWN))
        history = replace(history, entered_day=history.entered_day + 60)
    moments = find_moments(deals, history, touches, ASSETS)
    for asset in range(0, ASSETS, 7):
        sides, of_it = sides_of(deals, moments, asset), touches.asset == asset
        found = by_event(deals, history, moments, sides, touches.deal[of_it], touches.day[of_it])
        for name, column in vars(overall(sides)).items():
            np.testing.assert_allclose(getattr(found, name), column, err_msg=name)


def test_an_opening_counts_in_its_own_week_and_only_on_deals_that_live_to_it():
    # Sent in week 0 on deals 0 and 1. Deal 0 opens it in week 3; deal 1 would have, after its close in week 2.
    closes = [1100, 1014, 1100, 1014]
    deals = deals_of(4, won=[True, False, False, True], rep=-1, closed_day=closes)
    touches = touches_of((0, 0, 1000), (1, 0, 1000), (2, 1, 1000), (2, 2, 1021), (3, 1, 1000))
    history = history_of(*((deal, 0, 1000) for deal in range(4)))
    moments, sides = of_asset(deals, touches, history)
    found = by_event(deals, history, moments, sides, np.array([0, 1, 2]), np.array([1022, 1029, 1022]))
    assert (found.deals_used.tolist(), found.won.tolist(), found.matched.tolist()) == ([1], [1], [0])
    # Deal 2 has used one other piece by week 3, deal 0 none: nothing to compare with. With one it has.
    more = touches_of((0, 2, 1000), *zip(touches.deal, touches.asset, touches.day, strict=True))
    moments, sides = of_asset(deals, more, history)
    found = by_event(deals, history, moments, sides, np.array([0]), np.array([1022]))
    assert (found.matched.tolist(), found.lift.tolist()) == ([1], [1.0])


def test_no_event_at_all_is_nothing_used():
    moments, sides = of_asset(*two_regions()[::2], history_of())
    none = np.zeros(0, np.int64)
    found = by_event(two_regions()[0], history_of(), moments, sides, none, none)
    assert found.deals_used.tolist() == [0]
    assert np.isnan(found.lift).all()
