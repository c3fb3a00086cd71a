"""How wide the intervals of lift are: against errors clustered by deal, and by how much assets differ."""

import numpy as np
import pytest

from portal.impact.cells import Moments, find_moments
from portal.impact.inputs import Touches
from portal.impact.lift import Lift, matched_lift
from portal.impact.simulation.generating import generate
from tests.impact.builders import deals_of, history_of

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
    sampling = np.sqrt(lift.se**2 - lift.se_beyond**2)
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


@pytest.mark.parametrize(("assets", "beyond_floor"), [(8, False), (12, True)])
def test_the_error_grows_with_how_much_assets_differ_when_there_are_enough_of_them(assets, beyond_floor):
    asset = np.repeat(np.arange(assets), 100)
    won = np.tile(np.arange(100), assets) < np.where(asset % 2, 70, 30)
    deals = deals_of(len(asset), won=won, rep=-1)
    touches = Touches(np.arange(len(asset)), asset, np.full(len(asset), 1000))
    lift = matched_lift(deals, find_moments(deals, history_of(), touches, assets))
    assert (lift.se_beyond > 0.05) == beyond_floor
    assert (lift.se_beyond == 0.015) != beyond_floor


def test_where_assets_do_not_differ_the_error_keeps_its_floor():
    asset = np.repeat(np.arange(20), 50)
    deals = deals_of(len(asset), won=np.arange(len(asset)) % 2 == 0, rep=-1)
    touches = Touches(np.arange(len(asset)), asset, np.full(len(asset), 1000))
    assert matched_lift(deals, find_moments(deals, history_of(), touches, 20)).se_beyond == 0.015
