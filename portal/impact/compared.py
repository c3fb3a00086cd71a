"""Compared: how many deals stand on the other side of each asset's comparison."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from portal.impact.cells import Moments
from portal.impact.matching import Matched
from portal.impact.rows import IntArray
from portal.impact.spells import Spells
from portal.impact.threads import at_once

WORD = 64  # assets handled at once, each being one bit of a word
Words = NDArray[np.uint64]


@dataclass(frozen=True)
class _Turns:
    """Spells as turns: the first ones of all deals, then the second ones, and so on.

    Deals stand by their number of spells, most first, so that those with a spell in a turn are the first ones.
    """

    place: IntArray  # (spells,), where each spell stands in the order of turns
    spell: IntArray  # (spells,), the spells in that order
    bounds: list[int]  # (turns + 1,)


def _turns_of(spells: Spells) -> _Turns:
    lengths = spells.deal_end[spells.deal_start] - spells.deal_start
    by_length = np.argsort(-lengths, kind="stable")
    rank = np.empty(len(lengths), np.int64)
    rank[by_length] = np.arange(len(lengths))
    turn = np.arange(len(spells.start)) - np.repeat(spells.deal_start, lengths)
    bounds = np.concatenate([[0], np.cumsum(np.bincount(turn))])
    place = bounds[turn] + np.repeat(rank, lengths)
    spell = np.empty(len(place), np.int64)
    spell[place] = np.arange(len(place))
    return _Turns(place, spell, bounds.tolist())


def compared_deals(moments: Moments, matched: Matched) -> IntArray:
    """Count the distinct deals that each asset is compared with, over all of its cells together: (assets,).

    Every outcome has to be known. A spell counts while its first moment does.
    """
    spells = moments.spells
    if not len(spells.start):
        return np.zeros(moments.assets, np.int64)
    turns = _turns_of(spells)
    stops = spells.of_use + (moments.use_moment > spells.start[spells.of_use])
    # One place past all others takes those after which nothing of the deal is left to stop.
    place = np.append(turns.place, len(turns.place))
    stops = place[np.where(stops == spells.deal_end[spells.of_use], len(turns.place), stops)]
    cell = spells.cell[turns.spell]

    def counted(base: int) -> IntArray:
        in_cell = _words(matched.pair_asset, matched.pair_cell, base, moments.cells)[cell]
        stop = _words(moments.use_asset, stops, base, len(place))
        return _count_bits(_compared(in_cell, stop, turns.bounds))

    return np.concatenate(at_once(counted, range(0, moments.assets, WORD)))[: moments.assets]


def _compared(in_cell: Words, stop: Words, bounds: list[int]) -> Words:
    """Which assets each deal, (deals,), is compared with: in one of its spells, none of those before it stopped."""
    stopped, compared = np.zeros((2, bounds[1]), np.uint64)
    for begin, end in pairwise(bounds):
        stopped[: end - begin] |= stop[begin:end]
        compared[: end - begin] |= in_cell[begin:end] & ~stopped[: end - begin]
    return compared


def _words(asset: IntArray, index: IntArray, base: int, length: int) -> Words:
    """Words, (length,), whose bit k is set at the indexes that asset base + k stands beside; assets are in order."""
    rows = slice(*np.searchsorted(asset, (base, base + WORD)))
    words = np.zeros(length, np.uint64)
    np.bitwise_or.at(words, index[rows], np.uint64(1) << (asset[rows] - base).astype(np.uint64))
    return words


def _count_bits(words: Words) -> IntArray:
    """How many of the words, (n,), have bit 0, 1, ..., 63 set: (64,)."""
    octets = words.astype("<u8").view(np.uint8).reshape(-1, 8)
    of_octet = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little")
    times = [np.bincount(octets[:, place], minlength=256) for place in range(8)]
    return np.concatenate([count @ of_octet for count in times]).astype(np.int64)
