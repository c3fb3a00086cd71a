"""What counts as a moment, and which moments are comparable."""

import numpy as np
import pytest

from portal.impact.cells import CellCode, Moments, find_moments, rep_tiers, terciles
from portal.impact.inputs import UNKNOWN, Deals, StageHistory, Touches, countable
from tests.impact.builders import deals_of, history_of, random_inputs, touches_of

NO_HISTORY = history_of()


def moments_of(
    deals: Deals, touches: Touches, history: StageHistory = NO_HISTORY, assets: int = 9
) -> Moments:
    return find_moments(deals, history, touches, assets)


def same_cell(moments: Moments) -> bool:
    assert len(moments.cell) == 2
    return bool(moments.cell[0] == moments.cell[1])


def test_a_moment_is_a_week_in_which_something_was_first_used():
    moments = moments_of(
        deals_of(1), touches_of((0, 0, 1000), (0, 1, 1006), (0, 0, 1008), (0, 2, 1014), (0, 2, 1013))
    )
    assert moments.week.tolist() == [0, 1]
    assert moments.use_asset.tolist() == [0, 1, 2]
    assert moments.use_moment.tolist() == [0, 0, 1]


def test_only_closed_deals_give_moments_and_the_rest_is_counted():
    deals = deals_of(3, closed=[True, False, True], closed_day=[1100, UNKNOWN, 1100])
    touches = touches_of((0, 0, 1010), (1, 0, 1010), (2, 0, 999), (2, 1, 1101))
    assert moments_of(deals, touches).deal.tolist() == [0]
    left_out = countable(deals, touches)[1]
    assert (left_out.before_created, left_out.after_close, left_out.still_open) == (1, 1, 1)


def test_a_use_before_the_deal_was_created_does_not_hide_a_later_one():
    moments = moments_of(deals_of(1), touches_of((0, 0, 990), (0, 0, 1020)))
    assert moments.week.tolist() == [2]


def test_a_use_on_the_closing_day_counts():
    assert moments_of(deals_of(1), touches_of((0, 0, 1100))).week.tolist() == [14]


@pytest.mark.parametrize(
    ("before", "same"),
    [((1, 2), True), ((3, 5), True), ((0, 1), False), ((2, 3), False), ((5, 6), False), ((6, 8), True)],
)
def test_prior_assets_are_binned_as_none_one_or_two_three_to_five_and_six_or_more(before, same):
    uses = [(deal, asset, 1000) for deal in (0, 1) for asset in range(before[deal])]
    uses += [(deal, 8, 1007) for deal in (0, 1)]
    moments = moments_of(deals_of(2), touches_of(*uses))
    cells = moments.cell[moments.use_moment[moments.use_asset == 8]]
    assert (cells[0] == cells[1]) == same


def test_assets_first_used_in_the_same_week_are_not_prior_ones():
    moments = moments_of(deals_of(2), touches_of((0, 0, 1000), (1, 0, 1000), (1, 1, 1003)))
    assert same_cell(moments)


@pytest.mark.parametrize(
    ("weeks", "same"), [((0, 1), True), ((2, 4), True), ((5, 9), True), ((1, 2), False), ((4, 5), False)]
)
def test_weeks_in_the_first_stage_count_from_its_own_week(weeks, same):
    history = history_of((0, 0, 1000), (1, 0, 1000))
    uses = touches_of(*((deal, 0, 1000 + 7 * weeks[deal]) for deal in (0, 1)))
    assert same_cell(moments_of(deals_of(2), uses, history)) == same


@pytest.mark.parametrize(
    ("weeks", "same"), [((3, 4), True), ((5, 7), True), ((8, 20), True), ((4, 5), False), ((7, 8), False)]
)
def test_a_later_stage_counts_from_the_week_after_it_was_entered(weeks, same):
    history = history_of((0, 0, 1000), (1, 0, 1000), (0, 1, 1016), (1, 1, 1020))  # entered in week 2
    uses = touches_of(*((deal, 0, 1000 + 7 * weeks[deal]) for deal in (0, 1)))
    deals = deals_of(2, closed_day=1200)
    assert same_cell(moments_of(deals, uses, history)) == same


def test_a_use_on_the_day_of_a_move_still_belongs_to_the_stage_before_and_one_after_it_does_not():
    history = history_of((0, 0, 1000), (1, 0, 1000), (1, 1, 1015))
    on_its_day = touches_of((0, 0, 1015), (1, 0, 1015))
    assert same_cell(moments_of(deals_of(2), on_its_day, history))
    day_after = touches_of((0, 0, 1016), (1, 0, 1016))
    assert not same_cell(moments_of(deals_of(2), day_after, history))


def test_a_week_in_which_a_deal_moved_gives_a_moment_for_each_stage():
    history = history_of((0, 0, 1000), (0, 1, 1009))
    moments = moments_of(
        deals_of(1), touches_of((0, 0, 1008), (0, 1, 1009), (0, 2, 1010), (0, 3, 1013)), history
    )
    assert moments.week.tolist() == [1, 1]
    assert moments.use_moment.tolist() == [0, 0, 1, 1]
    codes = moments.cell_codes[moments.cell]
    assert codes[:, CellCode.STAGE].tolist() == [1, 2]
    assert codes[:, CellCode.PRIOR_ASSETS].tolist() == [0, 0]  # those of the same week are not prior ones


def test_of_stages_entered_on_one_day_the_last_given_holds():
    history = history_of((0, 0, 1000), (0, 1, 1014), (0, 2, 1014), (1, 0, 1000), (1, 2, 1014))
    assert same_cell(moments_of(deals_of(2), touches_of((0, 0, 1030), (1, 0, 1030)), history))


def test_a_deal_without_history_is_compared_only_with_its_like():
    history = history_of((0, 0, 1000))
    assert not same_cell(moments_of(deals_of(2), touches_of((0, 0, 1000), (1, 0, 1000)), history))
    assert same_cell(moments_of(deals_of(2), touches_of((0, 0, 1000), (1, 0, 1090))))


@pytest.mark.parametrize("column", ["segment", "rep"])
def test_an_unknown_code_is_a_bin_of_its_own(column):
    deals = deals_of(2, **{column: [0, UNKNOWN]})
    assert not same_cell(moments_of(deals, touches_of((0, 0, 1000), (1, 0, 1000))))


def test_weeks_count_from_the_first_stage_when_the_created_date_is_unknown():
    deals = deals_of(2, created_day=[UNKNOWN, 1000])
    history = history_of((0, 0, 1000), (1, 0, 1000))
    moments = moments_of(deals, touches_of((0, 0, 1022), (1, 0, 1022)), history)
    assert moments.week.tolist() == [3, 3]
    assert same_cell(moments)


def test_weeks_count_from_the_first_use_when_no_date_is_known():
    deals = deals_of(1, created_day=UNKNOWN)
    assert moments_of(deals, touches_of((0, 0, 1022), (0, 1, 1029))).week.tolist() == [0, 1]


def test_terciles_put_a_value_on_the_cut_above_and_unknown_ones_apart():
    values = np.array([1.0, 2.0, 3.0, 4.0, np.nan, np.inf])
    assert terciles(values, np.ones(6, bool)).tolist() == [0, 1, 2, 2, 3, 3]
    assert terciles(values, np.zeros(6, bool)).tolist() == [3] * 6


def test_rep_tiers_leave_the_deal_itself_out_and_draw_small_reps_in_by_twenty_deals():
    rng = np.random.default_rng(53)  # reps of 8 to 92 deals, whose order turns on the number of pseudo-deals
    rep = rng.integers(0, 30, 400) ** 2 // 30
    won = rng.random(400) < 0.2 + 0.02 * (rep % 20)
    others, wins = np.bincount(rep)[rep] - 1, np.bincount(rep, won)[rep] - won
    rate = (wins + 20 * won.mean()) / (others + 20)
    low, high = np.quantile(rate, [1 / 3, 2 / 3])
    tier = rep_tiers(deals_of(400, won=won, rep=rep))
    assert tier.tolist() == [int(one >= low) + int(one >= high) for one in rate]


@pytest.mark.parametrize("reps", [1, 2])
def test_few_reps_are_placed_whole_as_their_deals_would_be_parted_by_outcome(reps):
    rng = np.random.default_rng(2)
    rep = rng.integers(0, reps, 300)
    tier = rep_tiers(deals_of(300, won=rng.random(300) < 0.4, rep=rep))
    assert [len(set(tier[rep == one])) for one in range(reps)] == [1] * reps


def test_cells_are_the_same_whether_looked_up_or_sorted(monkeypatch):
    deals, history, touches = random_inputs(3)
    looked_up = find_moments(deals, history, touches, 70)
    monkeypatch.setattr("portal.impact.cells.MOST_IN_TABLE", 0)
    by_sorting = find_moments(deals, history, touches, 70)
    for name in ("cell", "cell_codes", "new_in_cell", "cells"):
        np.testing.assert_array_equal(getattr(looked_up, name), getattr(by_sorting, name))
