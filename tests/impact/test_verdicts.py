"""Shrinkage, false discoveries, verdict rules and E-values against published figures and independent code."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests

from portal.impact.verdicts import (
    Shortfall,
    e_value,
    paule_mandel,
    q_values,
    shortfall_of,
    shortfalls,
    shrink,
    verdicts,
)

BENJAMINI_HOCHBERG_1995 = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip
EIGHT_SCHOOLS = np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18])


def test_eight_schools_do_not_differ_from_each_other():
    tau2, mean = paule_mandel(*EIGHT_SCHOOLS)
    assert tau2 == 0
    assert mean == pytest.approx(7.685617, abs=5e-7)
    np.testing.assert_allclose(shrink(*EIGHT_SCHOOLS), mean)


@pytest.mark.parametrize("seed", range(5))
def test_the_variance_between_effects_brings_the_weighted_squares_to_their_expectation(seed):
    rng = np.random.default_rng(seed)
    se = rng.uniform(0.02, 0.09, 40)
    effects = rng.normal(0.01, 0.06, 40) + rng.normal(0, se)
    tau2, mean = paule_mandel(effects, se)
    weights = 1 / (tau2 + se**2)
    assert tau2 > 0
    assert mean == pytest.approx(np.sum(weights * effects) / np.sum(weights))
    assert np.sum(weights * (effects - mean) ** 2) == pytest.approx(39)


def test_with_equal_errors_the_variance_between_effects_is_what_they_do_not_explain():
    effects = np.array([0.1, 0.3, -0.2, 0.05, 0.4])
    tau2, mean = paule_mandel(effects, np.full(5, 0.1))
    assert tau2 == pytest.approx(np.var(effects, ddof=1) - 0.01)
    assert mean == pytest.approx(effects.mean())


def test_the_variance_between_effects_equals_that_of_independent_code():
    rng = np.random.default_rng(0)
    se = rng.uniform(0.02, 0.09, 40)
    effects = rng.normal(0.01, 0.06, 40) + rng.normal(0, se)
    oracle = combine_effects(effects, se**2, method_re="iterated", atol=1e-14, maxiter=10_000)
    tau2, mean = paule_mandel(effects, se)
    assert oracle.tau2 > 0.001
    assert (tau2, mean) == pytest.approx((oracle.tau2, oracle.mean_effect_re))


def test_shrinking_draws_towards_the_mean_and_most_where_the_error_is_large():
    effects, se = np.array([0.2, 0.2, -0.2, -0.1, np.nan]), np.array([0.02, 0.2, 0.02, 0.02, np.nan])
    shrunk = shrink(effects, se)
    _, mean = paule_mandel(effects[:4], se[:4])
    assert mean < shrunk[1] < shrunk[0] < 0.2
    assert np.isnan(shrunk[4])


def test_a_single_effect_and_none_at_all_are_their_own_mean():
    assert paule_mandel(np.array([0.3]), np.array([0.1])) == (0.0, 0.3)
    assert shrink(np.array([0.3]), np.array([0.1])).tolist() == [0.3]
    assert np.isnan(shrink(np.array([np.nan]), np.array([np.nan])))[0]


def test_benjamini_hochberg_rejects_four_of_their_fifteen():
    p = np.array(BENJAMINI_HOCHBERG_1995)
    q = q_values(stats.norm.isf(p / 2), np.ones(15), np.ones(15, bool))
    assert np.sum(q < 0.05) == 4
    np.testing.assert_allclose(q, multipletests(p, method="fdr_bh")[1], rtol=1e-9)


def test_only_the_marked_effects_are_tested_together():
    effects, se = np.array([0.5, 0.2, 0.2, np.nan]), np.full(4, 0.1)
    q = q_values(effects, se, np.array([False, True, True, True]))
    assert np.isnan(q[[0, 3]]).all()
    np.testing.assert_allclose(q[1:3], 2 * stats.norm.sf(2))
    assert np.isnan(q_values(effects, se, np.zeros(4, bool))).all()


@pytest.mark.parametrize(
    ("deals_used", "won", "lost", "matched", "expected"),
    [
        (29, 15, 14, 29, Shortfall.DEALS),
        (30, 4, 26, 30, Shortfall.WON),
        (30, 26, 4, 30, Shortfall.LOST),
        (30, 15, 15, 14, Shortfall.MATCHED),
        (30, 25, 5, 15, Shortfall.NONE),
        (30, 5, 25, 15, Shortfall.NONE),
        (0, 0, 0, 0, Shortfall.DEALS),
    ],
)
def test_a_verdict_needs_thirty_deals_five_of_each_outcome_and_half_of_them_matched(
    deals_used, won, lost, matched, expected
):
    assert shortfall_of(deals_used, won, lost, matched) is expected


def test_a_clear_verdict_needs_a_small_q_and_two_points_after_shrinking():
    shortfall = shortfalls(np.full(6, 40), np.full(6, 20), np.full(6, 20), np.ones(6))
    shortfall[5] = "deals"
    q = np.array([0.049, 0.05, 0.01, 0.01, np.nan, 0.01])
    shrunk = np.array([0.02, 0.3, -0.02, -0.0199, 0.3, 0.3])
    assert verdicts(shortfall, q, shrunk, shrunk).tolist() == [
        "won_more",
        "no_clear_difference",
        "won_less",
        "no_clear_difference",
        "no_clear_difference",
        "not_enough_deals",
    ]


def test_what_shrinking_takes_to_the_other_side_of_nothing_is_no_clear_difference():
    enough = shortfalls(np.full(2, 40), np.full(2, 20), np.full(2, 20), np.ones(2))
    lift = np.array([0.06, -0.06])
    assert set(verdicts(enough, np.full(2, 0.01), lift, -lift).tolist()) == {"no_clear_difference"}


def test_the_e_value_of_a_risk_ratio_of_three_point_nine_is_the_published_one():
    assert e_value(np.array([3.9]))[0] == pytest.approx(7.263, abs=5e-4)
    np.testing.assert_allclose(e_value(np.array([1 / 3.9])), e_value(np.array([3.9])))
    assert e_value(np.array([1.0])).tolist() == [1.0]
    assert np.isnan(e_value(np.array([0.0, np.inf, np.nan]))).all()
