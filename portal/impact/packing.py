"""Packing: several columns of small whole numbers in one float each, so that one addition adds them all up."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.impact.rows import FloatArray, IntArray

EXACT_BITS = 52  # whole numbers of as many bits are added up exactly in a float


@dataclass(frozen=True)
class _Place:
    """Where a column went: its bits among those of a packed column, or alone when there are none."""

    column: int
    first: int
    bits: int


@dataclass(frozen=True)
class Packed:
    """The packed columns, each (n,): of integers where several share one, else as they were."""

    columns: list[NDArray[Any]]
    places: list[_Place]

    def taken_apart(self, sums: FloatArray) -> list[FloatArray]:
        """Give the sums of each column that was packed, (m,), from sums of the packed ones, (columns, m)."""
        shared = {at.column: np.rint(sums[at.column]).astype(np.int64) for at in self.places if at.bits}
        return [
            _bits(shared[at.column], at.first, at.bits) if at.bits else sums[at.column] for at in self.places
        ]


def _bits(sums: IntArray, first: int, bits: int) -> FloatArray:
    return (sums >> first & (1 << bits) - 1).astype(np.float64)


def pack(columns: list[FloatArray], group: IntArray, groups: int) -> Packed:
    """Pack columns, each (n,), whose sums over any part of one group, (n,), 0 .. groups - 1, are to be added up."""
    packed: list[NDArray[Any]] = []
    places = []
    taken = EXACT_BITS
    for column in columns:
        bits = _bits_of_sums(column, group, groups)
        if not bits:
            packed.append(column)
            places.append(_Place(len(packed) - 1, 0, 0))
            taken = EXACT_BITS
            continue
        if taken + bits > EXACT_BITS:
            packed.append(np.zeros(len(column), np.int64))
            taken = 0
        packed[-1] = packed[-1] + (column.astype(np.int64) << taken)
        places.append(_Place(len(packed) - 1, taken, bits))
        taken += bits
    return Packed(packed, places)


def _bits_of_sums(column: FloatArray, group: IntArray, groups: int) -> int:
    """How many bits the largest sum of a group takes, or 0 for what isn't whole, is below 0 or takes too many."""
    if np.any(column < 0) or np.any(column != np.rint(column)):
        return 0
    largest = float(np.bincount(group, column, groups).max(initial=0.0))
    return max(int(largest).bit_length(), 1) if largest < 1 << EXACT_BITS else 0
