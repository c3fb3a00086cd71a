"""Everywhere: the parts of all assets at once, for the heat map and for how much parts of a kind differ."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.impact.cells import Moments, divide_cells
from portal.impact.inputs import Deals
from portal.impact.matching import matched_difference
from portal.impact.method import SE_FLOOR
from portal.impact.parts.drawing import Spread, spread_of
from portal.impact.parts.tables import Summed
from portal.impact.rows import FloatArray, IntArray
from portal.impact.verdicts import shortfalls


def all_by_moment(deals: Deals, moments: Moments, code: IntArray, parts: int) -> Summed:
    """Compare within each part of the moments for every asset; all arrays of the result are (assets, parts).

    code is (moments,), 0 .. parts - 1, or UNKNOWN to be left out. An asset that was used in one part is no comparison
    for itself in a later one, which leaving moments out beforehand would make it.
    """
    divided, part = divide_cells(moments, code + 1)
    won = deals.won[moments.deal].astype(np.float64)
    matched = matched_difference(divided, won, part, parts + 1)
    use_part = moments.use_asset * (parts + 1) + part[divided.cell[moments.use_moment]]
    wins = np.bincount(use_part, won[moments.use_moment], moments.assets * (parts + 1))

    def known(column: NDArray[Any]) -> NDArray[Any]:
        return column.reshape(moments.assets, parts + 1)[:, 1:]

    return Summed(
        deals_used=known(matched.uses),
        won=known(wins).astype(np.int64),
        matched=known(matched.matched),
        used_rate=known(matched.used_mean),
        comparison_rate=known(matched.other_mean),
        lift=known(matched.difference),
        variance=known(matched.variance),
    )


def spread_over(found: Summed, own_lift: FloatArray) -> Spread:
    """How much the parts of all_by_moment differ from their assets' own lift, (assets,), where deals are enough."""
    share = found.matched / np.maximum(found.deals_used, 1)
    lost = found.deals_used - found.won
    enough = shortfalls(found.deals_used, found.won, lost, share) == ""
    se = np.where(enough & (found.variance > 0), np.sqrt(found.variance + SE_FLOOR**2), np.nan)
    own = np.broadcast_to(own_lift[:, None], se.shape)
    return spread_of(found.lift.ravel(), se.ravel(), own.ravel())
