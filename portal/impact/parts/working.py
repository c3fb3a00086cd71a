"""Working: the cells of one asset's comparison with the deals on each side, and what could not be matched and why."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from portal.impact.cells import Moments
from portal.impact.parts.sides import Sides
from portal.impact.rows import FloatArray, IntArray


class Unmatched(StrEnum):
    """Why a deal that used it has nothing to be compared with."""

    NOBODY_ELSE = "nobody_else"  # no other deal has a moment in the same cell
    ALL_USED_IT = "all_used_it"  # every comparable deal used it in that week or had used it already


@dataclass(frozen=True)
class Working:
    """The cells in which an asset was used and compared, all (cells shown,), heaviest first, and the rest."""

    cell: IntArray  # index into Moments.cell_codes
    used: IntArray  # n1, deals
    used_won: IntArray
    other: IntArray  # n0, moments
    other_won: IntArray
    other_deals: IntArray  # m0
    weight: FloatArray  # share of all weight
    difference: FloatArray  # fraction
    unmatched_deal: IntArray  # (unmatched,), index into Deals
    unmatched_moment: IntArray  # (unmatched,), index into the moments
    unmatched_why: tuple[Unmatched, ...]  # (unmatched,)


def working(moments: Moments, sides: Sides) -> Working:
    """Lay open one asset's comparison, cell by cell; the weights times the differences add up to its lift."""
    used, used_won, other, other_won, other_deals = (column[:, 0] for column in vars(sides.cells).values())
    cell = np.flatnonzero((used > 0) & (other > 0))
    weight = used[cell] * other[cell] / (used[cell] + other[cell])
    order = np.argsort(-weight, kind="stable")
    cell, weight = cell[order], weight[order]
    alone = sides.used[other[moments.cell[sides.used]] == 0]
    return Working(
        cell=cell,
        used=used[cell],
        used_won=used_won[cell],
        other=other[cell],
        other_won=other_won[cell],
        other_deals=other_deals[cell],
        weight=weight / weight.sum(),
        difference=used_won[cell] / used[cell] - other_won[cell] / other[cell],
        unmatched_deal=moments.deal[alone],
        unmatched_moment=alone,
        unmatched_why=_why(moments, alone),
    )


def _why(moments: Moments, alone: IntArray) -> tuple[Unmatched, ...]:
    """The reason of each unmatched moment, (unmatched,): is there any other deal in its cell?"""
    in_cell = np.bincount(moments.cell[moments.new_in_cell], minlength=moments.cells)
    shared = in_cell[moments.cell[alone]] > 1
    return tuple(Unmatched.ALL_USED_IT if others else Unmatched.NOBODY_ELSE for others in shared)
