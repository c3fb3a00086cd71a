"""How wide the intervals of lift are: against errors clustered by deal, and what was taken up later."""

import numpy as np

from portal.impact.cells import Moments, find_moments
from portal.impact.lift import Lift, interval, matched_lift
from portal.impact.simulation.generating import generate
from tests.impact.builders import deals_of, history_of, touches_of

ASSETS = 60


def figures(seed: int, deals: int) -> tuple[np.ndarray, Moments, Lift]:
    """Which deals were won, their moments, and the lift of each asset, of one generated set."""
    made = generate("measured-confounding", seed, deals)
    moments = find_moments(made.deals, made.history, made.touches, ASSETS)
    return made.deals.won.astype(float), moments, matched_lift(made.deals, moments)


def clustered_by_deal(won: np.ndarray, moments: Moments, asset: int) -> float:
    """The sandwich error of one asset's lift: what each deal adds over all of its moments, squared and added up."""
    first = np.full(len(won), len(moments.deal))
    uses = moments.use_moment[moments.use_asset == asset]
    first[moments.deal[uses]] = uses
    place = np.arange(len(moments.deal))
    used, other = place == first[moments.deal], place < first[moments.deal]
    outcome = won[moments.deal]

    def by_cell(mask: np.ndarray, values: np.ndarray) -> np.ndarray:
        return np.bincount(moments.cell[mask], values[mask], moments.cells)

    ones = np.ones(len(outcome))
    n1, n0 = by_cell(used, ones), by_cell(other, ones)
    weight = n1 * n0 / np.maximum(n1 + n0, 1)
    mean1, mean0 = by_cell(used, outcome) / np.maximum(n1, 1), by_cell(other, outcome) / np.maximum(n0, 1)
    pooled = (n1 * mean1 + n0 * mean0) / np.maximum(n1 + n0, 1)
    sign = np.where(used, (weight / np.maximum(n1, 1))[moments.cell], 0.0)
    sign -= np.where(other, (weight / np.maximum(n0, 1))[moments.cell], 0.0)
    parts = np.bincount(moments.deal, sign * (outcome - pooled[moments.cell]), len(won))
    return float(np.sqrt(np.sum(parts**2)) / weight.sum())


def test_the_sampling_error_is_not_smaller_than_that_clustered_by_deal():
    won, moments, lift = figures(seed=3, deals=6000)
    sampling = np.sqrt(lift.se**2 - 0.015**2)
    clustered = np.array([clustered_by_deal(won, moments, asset) for asset in range(ASSETS)])
    ratio = sampling / clustered
    assert 1.0 <= np.median(ratio) <= 1.08
    assert np.mean(ratio > 0.95) >= 0.9


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    held = []
    for seed in range(4):
        made = generate("measured-confounding", seed)
        lift = matched_lift(made.deals, find_moments(made.deals, made.history, made.touches, ASSETS))
        held.append((lift.ci_low <= made.truth) & (made.truth <= lift.ci_high))
    assert 0.93 <= np.mean(held) <= 0.99


def test_the_far_end_allows_for_compared_deals_that_took_it_up_later():
    # In the first week 40 deals use asset 1 and 40 asset 0; ten of the former take up asset 0 a week later.
    deals = deals_of(80, won=np.arange(80) % 4 == 0, rep=-1)
    first = [(deal, int(deal < 40), 1000) for deal in range(80)]
    later = [(deal, 0, 1007) for deal in range(10)]
    apart = matched_lift(deals, find_moments(deals, history_of(), touches_of(*first), 2))
    mixed = matched_lift(deals, find_moments(deals, history_of(), touches_of(*first, *later), 2))
    assert apart.taken_up_later.tolist() == [0, 0]
    assert mixed.comparison_deals[0] == 40
    assert mixed.taken_up_later[0] == 0.25


def test_ends_are_even_without_late_uptake_and_the_far_one_is_further_out_with_it():
    low, high = interval(
        np.array([0.06, 0.06, -0.06, 0.06]), np.full(4, 0.01), np.array([0, 0.25, 0.25, 0.9])
    )
    np.testing.assert_allclose(low, [0.0404, 0.0404, -0.0996, 0.0404])
    np.testing.assert_allclose(high, [0.0796, 0.0996, -0.0404, 0.1396])
