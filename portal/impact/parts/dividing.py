"""Dividing: one asset's figures by a code of the deals, of the moments or of the uses."""

import numpy as np

from portal.impact.cells import CellCode, Moments
from portal.impact.parts.sides import Sides
from portal.impact.parts.tables import Summed, Tables, summed, tables_of
from portal.impact.rows import IntArray


def overall(sides: Sides) -> Summed:
    """The figures of the asset as one part."""
    return summed(sides.cells)


def by_stage(moments: Moments, sides: Sides, stages: int) -> Summed:
    """Compare within each stage, (stages,), by the code of StageHistory.stage; unknown ones are left out."""
    return _by_cell(sides, moments.cell_codes[:, CellCode.STAGE] - 1, stages)


def by_segment(moments: Moments, sides: Sides, segments: int) -> Summed:
    """Compare within each segment, (segments,), by the code of Deals.segment; unknown ones are left out."""
    return _by_cell(sides, moments.cell_codes[:, CellCode.SEGMENT] - 1, segments)


def by_deal(moments: Moments, sides: Sides, code: IntArray, parts: int) -> Summed:
    """Compare within each part of the deals; code is (deals,), 0 .. parts - 1, or UNKNOWN to be left out."""
    mine = code[sides.other_deal]
    repeated = (mine >= 0) & ~moments.new_in_cell[sides.other]
    again = (sides.other_cell * parts + mine)[repeated]
    return _divided(moments, sides, code[moments.deal[sides.used]], mine, again, parts)


def by_moment(moments: Moments, sides: Sides, code: IntArray, parts: int) -> Summed:
    """Compare within each part of the moments, such as the quarter of use.

    code is (moments,), 0 .. parts - 1, or UNKNOWN to be left out. A deal whose moments of one cell are in several parts
    counts once in each.
    """
    mine = code[sides.other]
    known = mine >= 0
    place, size = (sides.other_cell * parts + mine)[known], moments.cells * parts
    in_order = np.sort(sides.other_deal[known] * size + place)
    again = in_order[1:][in_order[1:] == in_order[:-1]] % size
    return _divided(moments, sides, code[sides.used], mine, again, parts)


def by_use(sides: Sides, code: IntArray, parts: int) -> Summed:
    """Compare each part of the uses, such as the version used, with everything comparable.

    code is (uses,), in the order of Sides.used, 0 .. parts - 1, or UNKNOWN to be left out.
    """
    known = code >= 0
    key = ((sides.used_cell * parts + code) * 2 + sides.used_won)[known]
    none = np.zeros(0, np.int64)
    found = tables_of(key, none, none, len(sides.cells.used), parts)
    others = (np.broadcast_to(column, found.used.shape) for column in vars(sides.cells).values())
    _, _, other, other_won, other_deals = others
    return summed(Tables(found.used, found.used_won, other, other_won, other_deals))


def _by_cell(sides: Sides, code: IntArray, parts: int) -> Summed:
    """Spread the counts of each cell to its part; code is (cells,)."""
    mine = code[:, None] == np.arange(parts)
    return summed(Tables(*(np.where(mine, column, 0) for column in vars(sides.cells).values())))


def _divided(
    moments: Moments, sides: Sides, used: IntArray, other: IntArray, again: IntArray, parts: int
) -> Summed:
    """Count by cell and part; used is (uses,), other (others,), again as in tables_of."""
    used_key = ((sides.used_cell * parts + used) * 2 + sides.used_won)[used >= 0]
    # (cell x parts + part) x 2 + won, from the cell's own key.
    other_key = sides.other_key + 2 * (sides.other_cell * (parts - 1) + other)
    known = other >= 0
    if not np.all(known):
        other_key = other_key[known]
    return summed(tables_of(used_key, other_key, again, moments.cells, parts))
