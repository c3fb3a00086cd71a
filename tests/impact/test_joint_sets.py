"""The joint model on sets whose true effects are known: the three shared ones, and some made here."""

import json
from dataclasses import replace

import numpy as np
import pytest

from portal.impact.inputs import StageHistory
from portal.impact.joint.effects import Joint, joint_effects
from portal.impact.simulation.generating import generate
from tests.impact.builders import SIMULATED, read_rows, simulated

ASSETS = 60


def misses(joint: Joint, truth: np.ndarray) -> tuple[float, float, float]:
    """Bias on content without effect, root mean square error, and coverage."""
    holds = (joint.ci_low <= truth) & (truth <= joint.ci_high)
    error = joint.effect - truth
    return float(joint.effect[truth == 0].mean()), float(np.sqrt(np.mean(error**2))), float(holds.mean())


@pytest.fixture(scope="module", params=SIMULATED)
def shared(request, shared_data) -> tuple[Joint, np.ndarray]:
    folder = shared_data / "impact" / request.param
    region = [row["region"] for row in read_rows(folder / "deals.csv")]
    codes = np.unique(region, return_inverse=True)[1].astype(np.int64)
    truth = json.loads((folder / "truth.json").read_text())
    joint = joint_effects(*simulated(folder), ASSETS, codes)
    return joint, np.array([truth[f"Asset {asset:02d}"] for asset in range(ASSETS)])


def test_the_shared_sets_come_near_their_truth(shared):
    joint, truth = shared
    bias, error, coverage = misses(joint, truth)
    assert abs(bias) < 0.01
    assert error < 0.026
    assert coverage >= 0.88
    assert joint.converged
    assert joint.by_stage


def test_hardly_any_clear_finding_on_the_shared_sets_is_false(shared):
    joint, truth = shared
    clear = joint.q_value < 0.05
    assert np.sum(clear) >= 18
    assert np.mean(truth[clear] == 0) <= 0.05
    real = clear & (truth != 0)
    assert np.all(np.sign(joint.effect[real]) == np.sign(truth[real]))


def test_measured_confounding_leaves_no_bias_and_honest_intervals():
    runs, false, clear = [], 0, 0
    for seed in range(201, 207):
        made = generate("measured-confounding", seed)
        joint = joint_effects(made.deals, made.history, made.touches, ASSETS, made.region)
        truth = np.nan_to_num(made.truth)
        runs.append(misses(joint, truth))
        found = joint.q_value < 0.05
        clear, false = clear + np.sum(found), false + np.sum(found & (truth == 0))
    bias, error, coverage = np.mean(runs, axis=0)
    assert abs(bias) < 0.005
    assert error < 0.024
    assert 0.93 <= coverage <= 0.985
    assert false / clear < 0.06


def test_without_any_history_it_says_so_and_its_intervals_are_wide_enough():
    runs, none = [], StageHistory(*(np.zeros(0, np.int64) for _ in range(3)))
    for seed in range(301, 304):
        made = generate("measured-confounding", seed)
        joint = joint_effects(made.deals, none, made.touches, ASSETS, made.region)
        truth = np.nan_to_num(made.truth)
        runs.append(misses(joint, truth))
        assert not joint.by_stage
        assert not np.any((joint.q_value < 0.05) & (truth == 0))
    bias, _, coverage = np.mean(runs, axis=0)
    assert abs(bias) < 0.015
    assert coverage >= 0.92


def test_deals_without_history_are_left_out_where_most_have_it():
    made = generate("measured-confounding", 302)
    bare = np.arange(len(made.deals.won)) % 4 == 0
    keep = ~bare[made.history.deal]
    history = StageHistory(made.history.deal[keep], made.history.stage[keep], made.history.entered_day[keep])
    joint = joint_effects(made.deals, history, made.touches, ASSETS, made.region)
    assert joint.by_stage
    assert joint.left_out["deals_without_history"] == np.sum(bare & made.deals.closed)
    without = replace(made.deals, closed=made.deals.closed & ~bare)
    same = joint_effects(without, history, made.touches, ASSETS, made.region)
    np.testing.assert_allclose(joint.effect, same.effect, atol=0.003)
