"""Data that real portals have: nothing at all, one of everything, everything unknown, far too much of one thing."""

import numpy as np
import pytest

from portal.impact.cells import Moments, find_moments
from portal.impact.coverage import coverage
from portal.impact.cycle import cycle_time
from portal.impact.influence import Influence, influence
from portal.impact.inputs import UNKNOWN, Deals, StageHistory, Touches, countable
from portal.impact.lift import Lift, matched_lift
from portal.impact.parts.dividing import by_deal, by_moment, by_use, overall
from portal.impact.parts.drawing import Spread, drawn
from portal.impact.parts.sides import sides_of
from portal.impact.parts.strength import by_event
from portal.impact.parts.trend import quarter_of, trend
from portal.impact.parts.working import working
from tests.impact.builders import deals_of, history_of, random_inputs, touches_of

ASSETS = 70


def logged(deals: Deals, touches: Touches) -> np.ndarray:
    """Which deals have a touch that counts."""
    return np.bincount(countable(deals, touches)[0].deal, minlength=len(deals.won)) > 0


def everything(
    deals: Deals, history: StageHistory, touches: Touches, assets: int = ASSETS
) -> tuple[Lift, Influence]:
    """Every figure, checked for what must hold on any data."""
    moments = find_moments(deals, history, touches, assets)
    lift, credited = matched_lift(deals, moments), influence(deals, touches, assets)
    cycle = cycle_time(deals, moments)
    for result in (lift, cycle, credited):
        arrays = [value for value in vars(result).values() if isinstance(value, np.ndarray)]
        assert {len(array) for array in arrays} == {assets}
        assert not any(np.isinf(array).any() for array in arrays if array.dtype.kind == "f")
    assert np.all(lift.won + lift.lost == lift.deals_used)
    assert np.all(lift.matched <= lift.deals_used)
    shown = np.isfinite(lift.lift)
    assert np.all(np.abs(lift.lift[shown]) <= 1)
    assert np.array_equal(shown, lift.matched > 0)
    assert np.isfinite(credited.linear).all()
    kept, out = countable(deals, touches)
    share = coverage(deals, logged(deals, touches)).share
    assert share is None or 0 <= share <= 1
    assert len(kept.deal) + out.before_created + out.after_close + out.still_open == len(touches.deal)
    for asset in range(min(assets, 3)):
        taken_apart(deals, history, touches, moments, lift, asset)
    return lift, credited


def taken_apart(
    deals: Deals, history: StageHistory, touches: Touches, moments: Moments, lift: Lift, asset: int
) -> None:
    """Every part of one asset, checked to leave no use out and no figure without its meaning."""
    sides = sides_of(deals, moments, asset)
    quarter, names = quarter_of(moments)
    of_it = touches.asset == asset
    events = touches.deal[of_it], touches.day[of_it]
    sums = [
        overall(sides),
        by_moment(moments, sides, quarter, max(len(names), 1)),
        by_deal(moments, sides, deals.won.astype(np.int64), 2),
        by_use(sides, sides.used_won.astype(np.int64), 2),
        by_event(deals, history, moments, sides, *events),
    ]
    assert [found.deals_used.sum() for found in sums] == [lift.deals_used[asset]] * len(sums)
    for found in sums:
        for part in drawn(found, float(lift.lift[asset]), Spread(0.01, 0.0), sides.taken_up_later):
            assert part.won + part.lost == part.deals_used
            assert (part.lift is None) == (part.matched == 0)
            assert part.verdict == "not_enough_deals" or part.deals_used >= 30
    laid_open = working(moments, sides)
    assert laid_open.used.sum() + len(laid_open.unmatched_why) == lift.deals_used[asset]
    found_trend = trend(moments, sides)
    assert found_trend is None or found_trend.ci_low <= found_trend.change <= found_trend.ci_high


def test_a_deal_that_closes_before_it_opens_keeps_none_of_its_uses_and_says_so():
    deals = deals_of(2, won=True, created_day=[1100, 1000], closed_day=[1000, 1100])
    touches = touches_of(*((0, 0, day) for day in (999, 1050, 1101)))
    lift, credited = everything(deals, history_of(), touches, 1)
    assert lift.deals_used.tolist() == [0]
    out = countable(deals, touches)[1]
    assert (out.before_created, out.after_close) == (2, 1)
    assert credited.uncredited == 200


def test_an_asset_used_twice_a_day_is_one_use_for_lift_and_two_touches_for_credit():
    deals = deals_of(40, won=np.arange(40) % 2 == 0, rep=-1)
    uses = [(deal, int(deal >= 20), 1003) for deal in range(40)]
    once, credited_once = everything(deals, history_of(), touches_of(*uses), 2)
    twice, credited = everything(deals, history_of(), touches_of(*uses, *uses), 2)
    np.testing.assert_array_equal(once.lift, twice.lift)
    assert twice.deals_used.tolist() == [20, 20]
    assert credited.linear.tolist() == pytest.approx(credited_once.linear.tolist())


def test_one_rep_and_one_of_everything():
    deals = deals_of(1, won=True)
    lift, _ = everything(deals, history_of((0, 0, 1000)), touches_of((0, 0, 1000)), 1)
    assert (lift.deals_used.tolist(), lift.matched.tolist()) == ([1], [0])


def test_nothing_at_all():
    lift, credited = everything(deals_of(0), history_of(), touches_of(), 0)
    assert len(lift.verdict) == len(credited.linear) == 0


def test_deals_without_a_single_use():
    lift, credited = everything(deals_of(5, won=True), history_of(), touches_of(), 3)
    assert lift.verdict.tolist() == ["not_enough_deals"] * 3
    assert np.isnan(lift.lift).all()
    assert (credited.credited, credited.uncredited) == (0, 500)


def test_uses_on_open_deals_alone():
    deals = deals_of(2, closed=False, closed_day=UNKNOWN)
    lift, _ = everything(deals, history_of(), touches_of((0, 0, 1001), (1, 1, 1001)), 2)
    assert lift.deals_used.tolist() == [0, 0]


@pytest.mark.parametrize("won", [True, False])
def test_deals_that_all_ended_alike_show_no_difference(won):
    deals, history, touches = random_inputs(1)
    lift, _ = everything(Deals(**{**vars(deals), "won": np.full(200, won)}), history, touches)
    assert set(lift.lift[np.isfinite(lift.lift)]) == {0.0}
    assert set(lift.verdict) == {"not_enough_deals"}


@pytest.mark.parametrize(
    "change",
    [
        {"rep": 0},
        {"rep": UNKNOWN},
        {"segment": UNKNOWN},
        {"size": 0.0, "value": 0.0},
        {"size": np.nan, "value": np.nan},
        {"size": np.inf, "value": np.inf},
        {"created_day": UNKNOWN},
        {"closed_day": UNKNOWN},
        {"created_day": UNKNOWN, "closed_day": UNKNOWN},
        {"closed_day": 1},
        {"created_day": 1},
        {"segment": 10**9},
    ],
    ids=str,
)
def test_columns_that_say_little_or_nonsense(change):
    deals, history, touches = random_inputs(2)
    columns = {
        name: np.full(len(deals.won), value, getattr(deals, name).dtype) for name, value in change.items()
    }
    everything(Deals(**{**vars(deals), **columns}), history, touches)


def test_no_stage_history_still_gives_figures():
    deals, _, touches = random_inputs(3)
    lift, _ = everything(deals, history_of(), touches)
    assert np.isfinite(lift.lift).sum() > 60


def test_uses_after_the_close_alone():
    lift, credited = everything(
        deals_of(3, won=True), history_of(), touches_of((0, 0, 1101), (1, 0, 2000)), 1
    )
    assert credited.left_out.after_close == 2
    assert lift.deals_used.tolist() == [0]


def test_ten_thousand_uses_on_one_deal():
    days = np.arange(10_000)
    deals = deals_of(2, won=[True, False], created_day=0, closed_day=10_000)
    touches = Touches(np.append(np.zeros(10_000, np.int64), 1), np.append(days % 1000, 0), np.append(days, 3))
    lift, credited = everything(deals, history_of(), touches, 1000)
    assert lift.deals_used[0] == 2
    assert credited.linear.sum() == pytest.approx(100)


def test_an_asset_on_every_deal_has_nothing_to_be_compared_with():
    deals, history, _ = random_inputs(4)
    every = np.arange(len(deals.won))
    closed = deals_of(len(every), won=np.arange(len(every)) % 2 == 0)
    lift, _ = everything(closed, history, Touches(every, np.zeros_like(every), np.full_like(every, 1001)), 1)
    assert lift.deals_used.tolist() == [200]
    assert lift.matched.tolist() == [0]
    assert lift.verdict.tolist() == ["not_enough_deals"]
    assert np.isnan(lift.naive_lift).all()


def test_days_thousands_of_years_apart():
    deals = deals_of(2, created_day=[1, 3_600_000], closed_day=3_652_059)
    everything(deals, history_of((0, 0, 1), (0, 1, 3_000_000)), touches_of((0, 0, 2), (1, 0, 3_650_000)), 1)


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="one length"):
        Touches(np.zeros(2, np.int64), np.zeros(3, np.int64), np.zeros(2, np.int64))


def test_coverage_counts_closed_deals_with_a_use_in_their_life():
    deals = deals_of(5, closed=[True, True, True, True, False], closed_day=[1100, 1100, 1100, 1050, UNKNOWN])
    touches = touches_of((0, 0, 1001), (0, 1, 1002), (1, 0, 1101), (3, 0, 1001), (4, 0, 1001))
    used = logged(deals, touches)
    everywhere, recent = coverage(deals, used), coverage(deals, used, since_day=1100)
    assert (everywhere.closed_deals, everywhere.logged_deals) == (4, 2)
    assert (recent.closed_deals, recent.logged_deals) == (3, 1)
    assert recent.share == pytest.approx(1 / 3)
    assert coverage(deals_of(0), np.zeros(0, np.bool_)).share is None
