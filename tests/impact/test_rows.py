"""Sorting rows by several columns."""

import numpy as np
import pytest

from portal.impact.rows import run_lengths, run_starts, sorted_rows


@pytest.mark.parametrize("spread", [3, 10**6, 2**61], ids=["narrow", "wide", "too wide for one key"])
def test_rows_are_sorted_by_the_first_column_then_the_next(spread):
    rng = np.random.default_rng(spread % 97)
    columns = [rng.integers(-spread, spread, 500), rng.integers(-2, 2, 500), rng.integers(0, 9, 500)]
    expected = sorted(zip(*columns, strict=True))
    assert list(zip(*sorted_rows(*columns), strict=True)) == expected


def test_no_rows_stay_no_rows():
    empty = np.zeros(0, np.int64)
    assert [len(column) for column in sorted_rows(empty, empty)] == [0, 0]
    assert len(run_lengths(run_starts(empty))) == 0


def test_a_run_ends_where_any_column_changes():
    starts = run_starts(np.array([1, 1, 1, 2, 2]), np.array([5, 5, 6, 6, 6]))
    assert starts.tolist() == [True, False, True, True, False]
    assert run_lengths(starts).tolist() == [2, 1, 2]
