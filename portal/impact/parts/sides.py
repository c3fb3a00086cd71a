"""Sides: the moments in which one asset was first used, and those that it may be compared with."""

from dataclasses import dataclass

import numpy as np

from portal.impact.cells import Moments
from portal.impact.inputs import Deals
from portal.impact.parts.tables import Tables, tables_of
from portal.impact.rows import BoolArray, IntArray


@dataclass(frozen=True)
class Sides:
    """Both sides of one asset's comparison, as indexes into the moments."""

    asset: int
    used: IntArray  # (uses,), the moment of first use on each deal
    used_cell: IntArray  # (uses,)
    other: IntArray  # (others,), in cells where it was used, of deals that had not used it by then
    other_cell: IntArray  # (others,)
    other_deal: IntArray  # (others,), index into Deals
    other_key: IntArray  # (others,), cell x 2 + won
    used_won: BoolArray  # (uses,)
    cells: Tables  # both sides of each cell, (cells, 1)
    taken_up_later: float  # share of the other side's deals that used it later


def sides_of(deals: Deals, moments: Moments, asset: int) -> Sides:
    """Find both sides of one asset's comparison, over all cells together."""
    used = moments.use_moment[slice(*np.searchsorted(moments.use_asset, (asset, asset + 1)))]
    count = len(moments.deal)
    first_use = np.full(len(deals.won), count)
    first_use[moments.deal[used]] = used
    used_cell = moments.cell[used]
    in_cell = np.zeros(moments.cells, np.bool_)
    in_cell[used_cell] = True
    other = np.flatnonzero((np.arange(count) < first_use[moments.deal]) & in_cell[moments.cell])
    other_deal, other_cell = moments.deal[other], moments.cell[other]
    compared = np.zeros(len(deals.won), np.bool_)
    compared[other_deal] = True
    took_up = int(np.sum(compared & (first_use < count))) / max(int(np.sum(compared)), 1)
    used_won, other_won = deals.won[moments.deal[used]], deals.won[other_deal]
    other_key = other_cell * 2 + other_won
    again = other_cell[~moments.new_in_cell[other]]
    return Sides(
        asset=asset,
        used=used,
        used_cell=used_cell,
        other=other,
        other_cell=other_cell,
        other_deal=other_deal,
        other_key=other_key,
        used_won=used_won,
        cells=tables_of(used_cell * 2 + used_won, other_key, again, moments.cells, 1),
        taken_up_later=took_up,
    )
