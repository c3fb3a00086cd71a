"""The joint model: its fit, effects and errors against slow and plain ways to get the same."""

import numpy as np
import pytest
from scipy import sparse
from scipy.special import expit

from portal.impact.inputs import Deals
from portal.impact.joint.design import find_uses, make_design
from portal.impact.joint.effects import joint_effects
from portal.impact.joint.exits import find_exits
from portal.impact.joint.model import fit
from portal.impact.method import JOINT_SE_FLOOR, Z
from tests.impact.builders import deals_of, history_of, random_inputs, touches_of

ASSETS = 12


def small_design(seed: int = 3):
    deals, history, touches = random_inputs(seed, deals=260, assets=ASSETS, touches=900)
    exits = find_exits(deals, history)
    uses = find_uses(deals, exits, touches)
    regions = np.random.default_rng(seed).integers(-1, 3, len(deals.won))
    return deals, exits, uses, make_design(deals, exits, uses, ASSETS, regions), (history, touches, regions)


def dense_newton(matrix: np.ndarray, outcome: np.ndarray, ridge: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Twenty-five full steps, each from the whole second derivative."""
    b = np.zeros(matrix.shape[1])
    for _ in range(25):
        chance = expit(matrix @ b)
        curvature = matrix.T @ (matrix * (chance * (1 - chance))[:, None]) + np.diag(ridge)
        b += np.linalg.solve(curvature, matrix.T @ (outcome - chance) - ridge * b)
    return b, np.linalg.inv(curvature)


def plain_effect(exits, uses, design, closed: np.ndarray, b: np.ndarray, asset: int) -> float:
    """Deal by deal: every stage from the first use on, and those of the usual path that a lost deal never saw."""
    dense, own, found = design.matrix.toarray(), b[design.first_asset + asset], []
    for use in np.flatnonzero((uses.asset == asset) & closed[uses.deal]):
        rows = range(uses.first_row[use], uses.first_row[use] + uses.rows[use])
        etas = [dense[row] @ b for row in rows]
        if not exits.advanced[rows[-1]]:
            was = exits.stage[rows[-1]]
            etas += [
                etas[-1] - b[was] + b[stage]
                for step, stage in enumerate(exits.usual)
                if exits.ahead[was, step]
            ]
        found.append(np.prod(expit(np.array(etas))) - np.prod(expit(np.array(etas) - own)))
    return float(np.mean(found)) if found else np.nan


def test_coefficients_and_covariance_are_those_of_a_dense_newton_solution():
    _, exits, _, design, _ = small_design()
    fitted = fit(design.matrix, exits.advanced, design.ridge)
    b, covariance = dense_newton(design.matrix.toarray(), exits.advanced, design.ridge)
    assert fitted.converged
    np.testing.assert_allclose(fitted.coefficients, b, rtol=0, atol=1e-6)
    np.testing.assert_allclose(fitted.covariance, covariance, rtol=1e-5, atol=1e-6)


def test_coefficients_are_those_of_a_peer():
    glm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(5)
    matrix = np.column_stack([np.ones(400), rng.normal(size=(400, 5))])
    outcome = rng.random(400) < expit(matrix @ np.array([0.5, 1.0, -1.0, 0.0, 0.3, 0.0]))
    ridge = np.array([0.01, 4.0, 4.0, 4.0, 40.0, 0.5])
    peer = glm.GLM(outcome.astype(float), matrix, family=glm.families.Binomial())
    expected = peer.fit_regularized(alpha=ridge / 400, L1_wt=0.0, cnvrg_tol=1e-12, maxiter=2000).params
    found = fit(sparse.csr_array(matrix), outcome, ridge).coefficients
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)


def test_effects_are_those_of_walking_deal_by_deal():
    deals, exits, uses, design, (history, touches, regions) = small_design()
    joint = joint_effects(deals, history, touches, ASSETS, regions)
    b, _ = dense_newton(design.matrix.toarray(), exits.advanced, design.ridge)
    expected = [plain_effect(exits, uses, design, deals.closed, b, asset) for asset in range(ASSETS)]
    np.testing.assert_allclose(joint.effect, expected, rtol=0, atol=1e-6)
    assert np.max(np.abs(joint.effect)) > 0.02


def test_errors_are_those_of_moving_every_coefficient_a_little():
    deals, exits, uses, design, (history, touches, regions) = small_design()
    joint = joint_effects(deals, history, touches, ASSETS, regions)
    b, covariance = dense_newton(design.matrix.toarray(), exits.advanced, design.ridge)
    for asset in (0, 7):
        slope = (
            np.array(
                [
                    plain_effect(exits, uses, design, deals.closed, b + move, asset)
                    - plain_effect(exits, uses, design, deals.closed, b - move, asset)
                    for move in np.eye(len(b)) * 1e-5
                ]
            )
            / 2e-5
        )
        se = np.hypot(np.sqrt(slope @ covariance @ slope), JOINT_SE_FLOOR)
        assert joint.se[asset] == pytest.approx(se, rel=1e-5)
        assert joint.ci_high[asset] - joint.ci_low[asset] == pytest.approx(2 * Z * se, rel=1e-5)


def test_content_that_is_used_together_is_told_apart():
    rng = np.random.default_rng(1)
    first, count = rng.random(4000) < 0.4, 4000
    second = first ^ (rng.random(count) < 0.15)
    deals = deals_of(count, won=rng.random(count) < expit(0.8 * first - 0.4))
    history = history_of(*((deal, 0, 1000) for deal in range(count)))
    rows = [(deal, 0, 1010) for deal in np.flatnonzero(first)]
    rows += [(deal, 1, 1010) for deal in np.flatnonzero(second)]
    joint = joint_effects(deals, history, touches_of(*rows), 2)
    assert joint.ci_low[0] > 0.1
    assert joint.q_value[0] < 0.001
    assert joint.ci_low[1] < 0 < joint.ci_high[1]
    won_with_second = deals.won[second].mean() - deals.won[~second].mean()
    assert won_with_second > 0.1  # which is all the first one's


def test_content_used_on_the_day_of_a_move_counts_for_the_stage_that_ends():
    deals = deals_of(2, won=[True, False])
    history = history_of((0, 0, 1000), (0, 1, 1050), (1, 0, 1000), (1, 1, 1050))
    exits = find_exits(deals, history)
    uses = find_uses(deals, exits, touches_of((0, 0, 1050), (1, 0, 1051)))
    assert exits.deal.tolist() == [0, 0, 1, 1]
    assert exits.advanced.tolist() == [True, True, True, False]
    assert uses.first_row.tolist() == [0, 3]
    assert uses.rows.tolist() == [2, 1]


def test_an_open_deal_gives_the_stages_that_it_left_and_no_more():
    deals = deals_of(3, won=[True, False, False], closed=[True, True, False], closed_day=[1100, 1100, -1])
    history = history_of(*((deal, stage, 1000 + 20 * stage) for deal in range(3) for stage in range(2)))
    exits = find_exits(deals, history)
    assert exits.deal.tolist() == [0, 0, 1, 1, 2]
    assert exits.advanced.tolist() == [True, True, True, False, True]
    joint = joint_effects(deals, history, touches_of((2, 0, 1010), (2, 1, 1030), (0, 0, 1010)), 2)
    assert joint.users.tolist() == [1, 0]
    assert joint.left_out["uses_before_no_exit"] == 1


def test_a_deal_lost_early_had_the_usual_stages_before_it():
    deals = deals_of(7, won=[True] * 4 + [False] * 3)
    days = {2: 1000, 0: 1010, 3: 1020}
    lost = ((4, 2, 1000), (5, 2, 1000), (5, 0, 1030), (6, 1, 1000))
    history = history_of(*((deal, stage, days[stage]) for deal in range(4) for stage in days), *lost)
    exits = find_exits(deals, history)
    assert exits.usual.tolist() == [2, 0, 3]
    assert exits.ahead[2].tolist() == [False, True, True]
    assert exits.ahead[0].tolist() == [False, False, True]
    assert exits.ahead[3].tolist() == [False, False, False]


def test_the_same_data_in_another_order_gives_the_same_figures():
    deals, _, _, _, (history, touches, regions) = small_design()
    turned = np.random.default_rng(2).permutation(len(touches.deal))
    shuffled = type(touches)(touches.deal[turned], touches.asset[turned], touches.day[turned])
    one = joint_effects(deals, history, touches, ASSETS, regions)
    two = joint_effects(Deals(**vars(deals)), history, shuffled, ASSETS, regions)
    np.testing.assert_array_equal(one.effect, two.effect)
    np.testing.assert_array_equal(one.se, two.se)
