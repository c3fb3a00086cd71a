"""Sorting and grouping of integer columns: the two steps on which the array functions of this package stand."""

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
SmallIntArray = NDArray[np.int32]  # for what is only looked up, as half the memory is moved in half the time
BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

KEY_BITS = 62


def sorted_rows(*columns: IntArray) -> tuple[IntArray, ...]:
    """Sort the rows of integer columns, all (n,), by the first column, then the second, and so on.

    The columns are packed into one int64 key, as sorting one array is many times faster than np.lexsort; columns
    that need more than 62 bits together go through np.lexsort.
    """
    if not len(columns[0]):
        return columns
    lows = [int(column.min()) for column in columns]
    bits = [(int(column.max()) - low).bit_length() for column, low in zip(columns, lows, strict=True)]
    if sum(bits) > KEY_BITS:
        order = np.lexsort(columns[::-1])
        return tuple(column[order] for column in columns)
    key = np.zeros(len(columns[0]), np.int64)
    for column, low, width in zip(columns, lows, bits, strict=True):
        key <<= width
        key |= column - low
    key.sort()
    unpacked = []
    for low, width in zip(lows[::-1], bits[::-1], strict=True):
        unpacked.append((key & ((1 << width) - 1)) + low)
        key >>= width
    return tuple(unpacked[::-1])


def run_starts(*columns: IntArray) -> BoolArray:
    """Mark each row, (n,), that differs from the row before it in any of the columns; the first row is marked."""
    starts = np.zeros(len(columns[0]), np.bool_)
    starts[:1] = True
    for column in columns:
        starts[1:] |= column[1:] != column[:-1]
    return starts


def run_lengths(starts: BoolArray) -> IntArray:
    """Give the number of rows of each run, (runs,), from the marks of run_starts, (n,)."""
    return np.diff(np.append(np.flatnonzero(starts), len(starts)))
