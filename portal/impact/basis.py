"""Basis: what the figures of any choice of deals are made from, put in order deal by deal once for all choices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from portal.impact.cells import Moments, in_cells
from portal.impact.gathered import Gathered
from portal.impact.inputs import Deals
from portal.impact.lift import Lift, matched_lift
from portal.impact.rows import BoolArray, IntArray
from portal.impact.tally import Tally, tally_of
from portal.impact.timeline import Timeline, timeline_of


@dataclass(frozen=True)
class Basis:
    """Deals with what is known of each of them alone."""

    data_as_of: datetime | None
    asset_ids: IntArray  # (assets,)
    stages: tuple[str, ...]
    deals: Deals
    amount_given: BoolArray  # (deals,)
    has_history: BoolArray  # (deals,)
    timeline: Timeline
    tally: Tally

    def of_deals(self, keep: BoolArray) -> Basis:
        """Return the basis of the deals that a mask, (deals,), keeps; these are numbered anew."""
        if keep.all():
            return self
        return replace(
            self,
            deals=self.deals.only(keep),
            amount_given=self.amount_given[keep],
            has_history=self.has_history[keep],
            timeline=self.timeline.of_deals(keep),
            tally=self.tally.of_deals(keep),
        )


@dataclass(frozen=True)
class Compared:
    """A basis, the moments in which content was first used on its deals, and their comparison."""

    basis: Basis
    moments: Moments
    lift: Lift


def basis_of(gathered: Gathered) -> Basis:
    """Put what was gathered in order.

    What was logged when the end of its deal was known is counted, but is in no timeline, and so compared with nothing:
    whoever remembers more of the deals they won would make any content look good.
    """
    has_history = np.zeros(len(gathered.deal_ids), np.bool_)
    has_history[gathered.history.deal] = True
    touches = gathered.touches.only(~gathered.late) if gathered.late.any() else gathered.touches
    with ThreadPoolExecutor(1) as beside:
        counting = beside.submit(tally_of, gathered)
        timeline = timeline_of(gathered.deals, gathered.history, touches)
        tally = counting.result()
    return Basis(
        data_as_of=gathered.data_as_of,
        asset_ids=gathered.asset_ids,
        stages=gathered.stages,
        deals=gathered.deals,
        amount_given=gathered.amount_given,
        has_history=has_history,
        timeline=timeline,
        tally=tally,
    )


def compare(basis: Basis, at_least: float = 1.0) -> Compared:
    """Compare all content over the deals of a basis; ranges are widened as matched_lift says."""
    moments = in_cells(basis.deals, basis.timeline, len(basis.asset_ids))
    lift = matched_lift(basis.deals, moments, at_least)
    # A copy has not the spells that were worked out on the way, which take as much memory again.
    return Compared(basis, replace(moments), lift)
