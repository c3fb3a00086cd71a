"""Packed columns give the sums that each of them has by itself, however large, broken or negative it is."""

import numpy as np
import pytest

from portal.impact.packing import pack


def _sums(columns, group, groups, chosen):
    packed = pack(columns, group, groups)
    one = chosen & (group == 0)
    sums = np.array([[column[one].sum()] for column in packed.columns], np.float64)
    return len(packed.columns), [found[0] for found in packed.taken_apart(sums)]


@pytest.mark.parametrize("rows", [1, 40, 3000])
def test_small_whole_numbers_share_one_column_and_come_apart_exactly(rows):
    rng = np.random.default_rng(rows)
    columns = [np.ones(rows), rng.integers(0, 2, rows).astype(float), rng.integers(0, 27, rows).astype(float)]
    group, chosen = rng.integers(0, 3, rows), rng.random(rows) < 0.5
    number, sums = _sums(columns, group, 3, chosen)
    assert number == 1
    assert sums == [column[chosen & (group == 0)].sum() for column in columns]


def test_numbers_whose_sums_fill_a_column_take_the_next_one():
    columns = [np.full(8, float(2**20)), np.full(8, float(2**22)), np.full(8, float(2**21)), np.ones(8)]
    number, sums = _sums(columns, np.zeros(8, np.int64), 1, np.ones(8, np.bool_))
    assert number == 2
    assert sums == [2.0**23, 2.0**25, 2.0**24, 8.0]


@pytest.mark.parametrize("odd", [[0.5, 1.25], [-1.0, 1.0], [2.0**53, 1.0]])
def test_what_is_broken_negative_or_too_large_stays_alone(odd):
    columns = [np.ones(2), np.array(odd), np.array([1.0, 0.0])]
    number, sums = _sums(columns, np.zeros(2, np.int64), 1, np.ones(2, np.bool_))
    assert number == 3
    assert sums == [2.0, sum(odd), 1.0]


def test_a_column_of_nothing_but_zeros_comes_back_as_zeros():
    _, sums = _sums([np.ones(4), np.zeros(4), np.ones(4)], np.zeros(4, np.int64), 1, np.ones(4, np.bool_))
    assert sums == [4.0, 0.0, 4.0]
