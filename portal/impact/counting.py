"""Counting: on how many deals an asset was used, by how they ended."""

from dataclasses import dataclass

import numpy as np

from portal.impact.inputs import Deals, Touches, countable
from portal.impact.rows import IntArray, run_starts, sorted_rows


@dataclass(frozen=True)
class DealCounts:
    """Distinct deals that an asset was used on, all (assets,)."""

    open: IntArray
    won: IntArray
    lost: IntArray


def count_deals(deals: Deals, touches: Touches, assets: int) -> DealCounts:
    """Count the open deals of any touch, and the won and lost ones touched between their creation and their close."""
    kept, _ = countable(deals, touches)
    deal, asset = distinct(kept.deal, kept.asset)
    won = deals.won[deal]
    still_open = ~deals.closed[touches.deal]
    _, open_asset = distinct(touches.deal[still_open], touches.asset[still_open])
    return DealCounts(
        open=np.bincount(open_asset, minlength=assets),
        won=np.bincount(asset[won], minlength=assets),
        lost=np.bincount(asset[~won], minlength=assets),
    )


def distinct(deal: IntArray, asset: IntArray) -> tuple[IntArray, IntArray]:
    """Return the distinct rows of two columns, both (n,)."""
    deal, asset = sorted_rows(deal, asset)
    starts = run_starts(deal, asset)
    return deal[starts], asset[starts]
