"""Spells: consecutive moments of a deal in one cell; walking these takes half the steps of walking moments."""

from dataclasses import dataclass

import numpy as np

from portal.impact.rows import IntArray, run_lengths, run_starts


@dataclass(frozen=True)
class Spells:
    """Spells in the order of their moments, (spells,)."""

    start: IntArray  # index of the first moment
    cell: IntArray
    deal_start: IntArray  # (deals with moments,), index of the deal's first spell
    deal_end: IntArray  # index one past the deal's last spell
    of_moment: IntArray  # (moments,)
    of_use: IntArray  # (uses,)


def spells_of(deal: IntArray, cell: IntArray, use_moment: IntArray) -> Spells:
    """Put moments that follow each other in one deal and cell, both (moments,), together."""
    start = np.flatnonzero(run_starts(deal, cell))
    opens_deal = run_starts(deal[start])
    deal_start, lengths = np.flatnonzero(opens_deal), run_lengths(opens_deal)
    of_moment = np.repeat(np.arange(len(start)), np.diff(np.append(start, len(deal))))
    deal_end = np.repeat(deal_start + lengths, lengths)
    return Spells(start, cell[start], deal_start, deal_end, of_moment, of_moment[use_moment])
