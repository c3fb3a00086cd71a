"""What validation measures, counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from portal.impact.simulation.measuring import Estimates, Measures, by_q_value, measure

TRUTH = np.array([0.0, 0.0, 0.0, 0.10, -0.06, 0.02])


def estimates(value: list[float], found: list[bool], half_width: float = 0.05) -> Estimates:
    values = np.array(value)
    return Estimates(values, values - half_width, values + half_width, np.array(found))


def test_each_measure_is_what_a_count_by_hand_gives():
    said = estimates([0.01, 0.02, -0.06, 0.12, 0.03, 0.02], [False, False, True, True, True, False])
    found = measure(said, TRUTH)
    assert found.bias == pytest.approx((0.01 + 0.02 - 0.06) / 3)
    squares = [0.01**2, 0.02**2, 0.06**2, 0.02**2, 0.09**2, 0.0]
    assert found.rmse == pytest.approx(math.sqrt(sum(squares) / 6))
    assert found.coverage == pytest.approx(4 / 6)
    assert found.false_discoveries == pytest.approx(1 / 3)
    # Of the two effects of 5 points or more, one was found with the wrong sign.
    assert found.power == pytest.approx(1 / 2)


def test_content_of_which_a_method_says_nothing_is_no_error_but_not_found_either():
    said = estimates([math.nan, 0.02, 0.0, math.nan, -0.06, 0.02], [False, False, False, False, True, False])
    found = measure(said, TRUTH)
    assert found.bias == pytest.approx(0.01)
    assert found.rmse == pytest.approx(math.sqrt(0.02**2 / 4))
    assert found.coverage == 1.0
    assert found.power == pytest.approx(1 / 2)


def test_where_nothing_was_found_nothing_was_found_wrongly():
    found = measure(estimates([0.0] * 6, [False] * 6), TRUTH)
    assert (found.false_discoveries, found.power) == (0.0, 0.0)


def test_the_mean_of_runs_leaves_out_those_without_a_measure():
    runs = [Measures(0.01, 0.02, 0.9, 0.0, math.nan), Measures(0.03, 0.04, 1.0, 0.1, 0.5)]
    assert Measures.mean(runs) == Measures(
        pytest.approx(0.02), pytest.approx(0.03), pytest.approx(0.95), pytest.approx(0.05), 0.5
    )
    assert math.isnan(Measures.mean(runs[:1]).power)


def test_found_needs_a_q_value_and_a_size():
    value, q = np.array([0.05, 0.05, 0.01, -0.05, 0.05]), np.array([0.04, 0.06, 0.001, 0.01, math.nan])
    said = by_q_value(value, value, value, q)
    assert said.found.tolist() == [True, False, False, True, False]
