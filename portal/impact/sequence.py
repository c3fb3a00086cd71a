"""Sequence: what was used before what, counted apart on won and on lost deals; counts, and no estimate of effect.

A step is two pieces of content whose first uses on a deal followed each other. The first piece of a deal has nothing
before it. What is used late is used on deals that lived that long, so that a step says nothing about its effect.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from portal.impact.inputs import Deals, Touches, countable
from portal.impact.rows import BoolArray, IntArray, run_starts, sorted_rows

NOTHING = -1


@dataclass(frozen=True)
class Steps:
    """Distinct steps, all (steps,), the most frequent first, and how many closed deals they are counted over."""

    before: IntArray  # asset, or NOTHING where `after` was the first piece of the deal
    after: IntArray  # asset
    won: IntArray  # won deals with this step; each deal has it at most once
    lost: IntArray
    won_deals: int  # won deals on which content was used between their creation and their close
    lost_deals: int

    def only(self, keep: BoolArray) -> Steps:
        """Return the steps that a mask, (steps,), keeps."""
        columns = {name: getattr(self, name)[keep] for name in ("before", "after", "won", "lost")}
        return replace(self, **columns)


def find_steps(deals: Deals, touches: Touches, assets: int) -> Steps:
    """Count the steps of all closed deals; uses of one day follow each other as they were given."""
    kept, _ = countable(deals, touches)
    deal, asset = _first_uses(kept)
    starts = run_starts(deal)
    before = np.where(starts, NOTHING, np.roll(asset, 1)) if len(asset) else asset
    won = deals.won[deal]
    # Only steps that there are get a number: of thousands of assets there are millions of pairs.
    *columns, row = sorted_rows(before, asset, np.arange(len(asset), dtype=np.int64))
    opens = run_starts(*columns)
    step = np.cumsum(opens) - 1
    of_won = np.bincount(step, won[row], int(np.sum(opens))).astype(np.int64)
    total = np.bincount(step, minlength=int(np.sum(opens)))
    order = np.argsort(-total, kind="stable")
    return Steps(
        before=columns[0][opens][order],
        after=columns[1][opens][order],
        won=of_won[order],
        lost=(total - of_won)[order],
        won_deals=int(np.sum(starts & won)),
        lost_deals=int(np.sum(starts & ~won)),
    )


def _first_uses(touches: Touches) -> tuple[IntArray, IntArray]:
    """Deal and asset of each asset's first use on a deal, in the order in which these happened."""
    rows = np.arange(len(touches.deal), dtype=np.int64)
    _, _, row = sorted_rows(touches.deal, touches.day, rows)
    place = np.empty_like(rows)
    place[row] = rows  # where each touch stands by deal, then day
    deal, asset, at = sorted_rows(touches.deal, touches.asset, place)
    first = run_starts(deal, asset)
    at = np.sort(at[first])
    return touches.deal[row[at]], touches.asset[row[at]]
