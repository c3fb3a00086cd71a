"""The three simulated sets: the method's figures to the last printed digit, and how near they come to the truth."""

import json
from pathlib import Path

import numpy as np
import pytest

from portal.impact.cells import find_moments
from portal.impact.cycle import cycle_time
from portal.impact.inputs import Deals
from portal.impact.lift import Lift, matched_lift
from tests.impact.builders import SIMULATED, read_rows, simulated

ASSETS = 60
FIGURES = ("matched_share", "lift")


@pytest.fixture(scope="module", params=SIMULATED)
def folder(request: pytest.FixtureRequest, shared_data: Path) -> Path:
    return shared_data / "impact" / request.param


@pytest.fixture(scope="module")
def computed(folder: Path) -> tuple[Deals, Lift, np.ndarray]:
    """Deals, lift and the true effects."""
    deals, history, touches = simulated(folder)
    truth = json.loads((folder / "truth.json").read_text())
    lift = matched_lift(deals, find_moments(deals, history, touches, ASSETS))
    return deals, lift, np.array([truth[f"Asset {asset:02d}"] for asset in range(ASSETS)])


def test_every_difference_is_the_expected_one_and_its_interval_is_wider(folder, computed):
    _, lift, _ = computed
    expected = read_rows(folder / "expected_lift.csv")
    assert [row["asset"] for row in expected] == [f"Asset {asset:02d}" for asset in range(ASSETS)]
    assert lift.deals_used.tolist() == [int(row["closed_deals_used"]) for row in expected]
    assert lift.won.tolist() == [int(row["won"]) for row in expected]
    for name in FIGURES:
        printed = [float(row[name]) for row in expected]
        np.testing.assert_allclose(getattr(lift, name), printed, rtol=0, atol=5.01e-7, err_msg=name)
    # The expected intervals cover 92% of the true effects here, so those of now hold them and say a little less.
    low, high, se = (np.array([float(row[name]) for row in expected]) for name in ("ci_low", "ci_high", "se"))
    assert np.all((lift.ci_low < low) & (high < lift.ci_high))
    assert np.all((lift.se > se) & (lift.se < 1.05 * se))
    shrunk = [float(row["shrunk_lift"]) for row in expected]
    np.testing.assert_allclose(lift.shrunk_lift, shrunk, rtol=0, atol=0.003)
    said = np.array([row["verdict"] for row in expected])
    assert np.sum(lift.verdict != said) <= 1


def test_lift_comes_near_the_true_effects_where_win_rate_when_used_does_not(computed):
    _, lift, truth = computed
    without_effect = truth == 0
    assert np.sum(without_effect) == 36
    assert abs(lift.lift[without_effect].mean()) < 0.01
    assert np.sqrt(np.mean((lift.lift - truth) ** 2)) < 0.035
    assert np.mean((lift.ci_low <= truth) & (truth <= lift.ci_high)) >= 0.93
    assert lift.naive_lift[without_effect].mean() > 0.2


def test_a_clear_verdict_is_rarely_given_to_content_without_effect(computed):
    _, lift, truth = computed
    clear = np.isin(lift.verdict, ["won_more", "won_less"])
    assert np.sum(clear) >= 15
    assert np.mean(truth[clear] == 0) <= 0.05
    real = clear & (truth != 0)
    assert np.all((lift.verdict[real] == "won_more") == (truth[real] > 0))


def test_cycle_time_shows_no_effect_where_there_is_none_though_days_to_close_do(folder, computed):
    deals, _, truth = computed
    _, history, touches = simulated(folder)
    cycle = cycle_time(deals, find_moments(deals, history, touches, ASSETS))
    assert abs(cycle.weeks[truth == 0].mean()) < 0.1

    weeks = (deals.closed_day - deals.created_day) / 7
    naive = []
    for asset in np.flatnonzero(truth == 0):
        used = np.isin(np.arange(len(weeks)), touches.deal[touches.asset == asset])
        naive.append(weeks[deals.won & used].mean() - weeks[deals.won & ~used].mean())
    assert np.mean(naive) > 2.5


@pytest.mark.parametrize("reps", [1, 2, 3])
def test_few_reps_do_not_hide_the_effects(folder, computed, reps):
    deals, _, truth = computed
    _, history, touches = simulated(folder)
    few = Deals(**{**vars(deals), "rep": deals.rep % reps})
    lift = matched_lift(few, find_moments(few, history, touches, ASSETS)).lift
    assert lift @ truth / (truth @ truth) > 0.75
