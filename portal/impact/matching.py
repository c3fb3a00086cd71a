"""Matching: an asset's first uses against moments in the same cell, in which other content was first used.

The comparison is with moments of deals that have not used the asset up to and including that moment, which makes it one
with an active comparator (Lund 2015) in sequential trials (Hernan and Robins 2016). Differences are weighted over the
cells as Mantel and Haenszel do (Greenland and Robins 1985; Sato 1989).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.impact.cells import Moments
from portal.impact.packing import Packed, pack
from portal.impact.rows import BoolArray, FloatArray, IntArray, run_starts
from portal.impact.threads import at_once

BLOCK = 1_000_000  # rows or table entries handled at once; bounds the memory, not the result


@dataclass(frozen=True)
class Matched:
    """The difference between used and other moments by asset, all (assets,); nan where nothing could be matched."""

    uses: IntArray  # moments of first use
    matched: IntArray  # those with at least one comparison moment in their cell
    used_mean: FloatArray  # weighted mean outcome where this was used
    other_mean: FloatArray  # weighted mean outcome where other content was used
    difference: FloatArray  # used - other
    variance: FloatArray  # of the difference
    pair_asset: IntArray  # (pairs,), in order: each (asset, cell) with moments on both sides
    pair_cell: IntArray


@dataclass(frozen=True)
class _Pairs:
    """Both sides of each (asset, cell) that has moments on both, all (pairs,)."""

    asset: IntArray
    cell: IntArray
    used: FloatArray  # moments
    used_sum: FloatArray  # of the outcome
    other: FloatArray
    other_sum: FloatArray
    other_deals: FloatArray
    squares: FloatArray  # of the outcome, on both sides


def matched_difference(
    moments: Moments, outcome: FloatArray, part: IntArray | None = None, parts: int = 1
) -> Matched:
    """Compare the mean outcome, (moments,), of each asset's first uses with that of other moments in the same cells.

    Weights are W = n1 n0 / (n1 + n0); the variance is sum W^2 s^2 (1/n1 + 1/m0) / (sum W)^2, with m0 the distinct
    comparison deals and s^2 the variance of the outcome in the whole cell, times (n1 + m0) / (n1 + m0 - 1) as it is
    taken about the cell's own mean. A deal whose outcomes are nan is left out. With a part for each cell, (cells,),
    0 .. parts - 1, the figures are those of each part of an asset, (assets x parts,).
    """
    known = np.isfinite(outcome)
    if not np.all(known):
        moments, outcome = only_moments(moments, known), outcome[known]
    pairs = _pairs(moments, outcome)
    groups = moments.assets * parts
    use_group, group = moments.use_asset, pairs.asset
    if part is not None:
        use_group = use_group * parts + part[moments.cell[moments.use_moment]]
        group = group * parts + part[pairs.cell]
    uses = np.bincount(use_group, minlength=groups)

    def by_asset(values: FloatArray) -> FloatArray:
        return np.bincount(group, values, groups).astype(np.float64)

    weight = pairs.used * pairs.other / (pairs.used + pairs.other)
    used_mean, other_mean = pairs.used_sum / pairs.used, pairs.other_sum / pairs.other
    noise = weight**2 * _spread(pairs) * (1 / pairs.used + 1 / pairs.other_deals)
    total = by_asset(weight)
    total[total == 0] = np.nan
    return Matched(
        uses=uses,
        matched=by_asset(pairs.used).astype(np.int64),
        used_mean=by_asset(weight * used_mean) / total,
        other_mean=by_asset(weight * other_mean) / total,
        difference=by_asset(weight * (used_mean - other_mean)) / total,
        variance=by_asset(noise) / total**2,
        pair_asset=pairs.asset,
        pair_cell=pairs.cell,
    )


def only_moments(moments: Moments, keep: BoolArray) -> Moments:
    """Return the moments of the deals that a mask (moments,) keeps, and their uses; cells stay as they are."""
    kept_uses = keep[moments.use_moment]
    place = np.cumsum(keep, dtype=np.int64) - 1
    return replace(
        moments,
        deal=moments.deal[keep],
        begin_day=moments.begin_day[keep],
        week=moments.week[keep],
        cell=moments.cell[keep],
        new_in_cell=moments.new_in_cell[keep],
        use_asset=moments.use_asset[kept_uses],
        use_moment=place[moments.use_moment[kept_uses]],
    )


def _spread(pairs: _Pairs) -> FloatArray:
    """The variance of the outcome in each cell, both sides together, (pairs,)."""
    both, apart = pairs.used + pairs.other, pairs.used + pairs.other_deals
    mean = (pairs.used_sum + pairs.other_sum) / both
    return np.maximum(pairs.squares / both - mean**2, 0.0) * apart / (apart - 1)


@dataclass(frozen=True)
class _Weight:
    """Something to be added up over moments."""

    moment: FloatArray  # (moments,)
    rest: FloatArray  # (moments,), of the moment and those after it in its spell
    spell: FloatArray  # (spells,)
    cell: FloatArray  # (cells,)


def _weight(values: NDArray[Any], moments: Moments) -> _Weight:
    spells = moments.spells
    spell = np.bincount(spells.of_moment, values, len(spells.start)).astype(values.dtype)
    before = np.cumsum(values) - values
    rest = (spell + before[spells.start])[spells.of_moment] - before
    cell = np.bincount(moments.cell, values, moments.cells)
    return _Weight(*(column.astype(np.float64) for column in (values, rest, spell, cell)))


def _pairs(moments: Moments, outcome: FloatArray) -> _Pairs:
    """Count the moments on both sides of each (asset, cell) in which the asset was first used.

    The other side is the whole cell less each user's moments from the first use on, so only users' moments are walked.
    """
    columns = [np.ones(len(outcome)), moments.new_in_cell.astype(np.float64), outcome]
    if not np.array_equal(outcome, outcome**2):
        columns.append(outcome**2)
    packed = pack(columns, moments.cell, moments.cells)
    weights = [_weight(column, moments) for column in packed.columns]
    parts = at_once(lambda uses: _block(moments, packed, weights, uses), _blocks(moments))
    none = _block(moments, packed, weights, slice(0, 0))
    columns_of = zip(none, *parts, strict=True)
    return _Pairs(*(np.concatenate(column) for column in columns_of))


def _blocks(moments: Moments) -> Iterator[slice]:
    """Slices of the uses, ordered by asset, that hold whole assets and cost about BLOCK each."""
    spell = moments.spells.of_use
    walked = np.bincount(moments.use_asset, moments.spells.deal_end[spell] - spell, moments.assets)
    cost = np.cumsum(walked + moments.cells)
    edges = np.flatnonzero(run_starts((cost // BLOCK).astype(np.int64)))
    bounds = np.searchsorted(moments.use_asset, np.append(edges, moments.assets))
    for begin, end in pairwise(bounds):
        if begin < end:
            yield slice(int(begin), int(end))


def _block(moments: Moments, packed: Packed, weights: list[_Weight], uses: slice) -> tuple[NDArray[Any], ...]:
    """The columns of _Pairs, (pairs,), of one block of uses, which holds whole assets."""
    moment = moments.use_moment[uses]
    asset = moments.use_asset[uses]
    base, end = (int(asset[0]), int(asset[-1]) + 1) if len(asset) else (0, 0)
    row = (asset - base) * moments.cells
    size = (end - base) * moments.cells

    spells, spell = moments.spells, moments.spells.of_use[uses]
    length = spells.deal_end[spell] - spell - 1
    skipped = np.cumsum(length) - length
    walk = np.arange(int(length.sum())) + np.repeat(spell + 1 - skipped, length)
    walk_key = np.repeat(row, length) + spells.cell[walk]
    key = row + moments.cell[moment]

    own = [np.bincount(key, weight.moment[moment], size) for weight in weights]
    pair = np.flatnonzero(own[0]).astype(np.int64)
    cell = pair % moments.cells if len(pair) else pair
    used, other = np.empty((2, len(weights), len(pair)))
    for side, weight in enumerate(weights):
        used[side] = own[side][pair]
        other[side] = weight.cell[cell] - np.bincount(key, weight.rest[moment], size)[pair]
        other[side] -= np.bincount(walk_key, weight.spell[walk], size)[pair]
    return _columns_of_pairs(
        pair // max(moments.cells, 1) + base, cell, packed.taken_apart(used), packed.taken_apart(other)
    )


def _columns_of_pairs(
    asset: IntArray, cell: IntArray, used: list[FloatArray], other: list[FloatArray]
) -> tuple[NDArray[Any], ...]:
    """Put the sums of either side in the order of _Pairs, of those pairs that have moments on both sides."""
    both = np.flatnonzero(other[0])
    columns = (asset, cell, used[0], used[2], other[0], other[2], other[1], used[-1] + other[-1])
    return tuple(column[both] for column in columns)
