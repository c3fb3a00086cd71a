"""Tally: what is counted of the uses of each deal alone, so that the deals of a choice only have to be added up."""

from dataclasses import dataclass

import numpy as np

from portal.impact.counting import distinct
from portal.impact.gathered import Gathered
from portal.impact.inputs import reasons
from portal.impact.rows import BoolArray, IntArray, SmallIntArray, run_lengths, run_starts, sorted_rows

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Tally:
    """Touches of each deal, all (deals,), and of each asset on each deal, all (pairs,) or (open pairs,)."""

    counted: IntArray  # touches that count
    first_day: IntArray  # of these; NEVER without any
    before_created: IntArray  # those that don't count, by reason
    after_close: IntArray
    still_open: IntArray
    logged_late: IntArray  # those that count and were logged when the end of the deal was known
    pair_deal: SmallIntArray  # (pairs,), index into Deals
    pair_asset: SmallIntArray
    pair_touches: SmallIntArray
    open_deal: IntArray  # (open pairs,), index into Deals
    open_asset: IntArray

    def of_deals(self, keep: BoolArray) -> "Tally":
        """Return the tally of the deals that a mask, (deals,), keeps; these are numbered anew."""
        place = np.cumsum(keep, dtype=np.int32) - 1
        pairs, open_pairs = np.flatnonzero(keep[self.pair_deal]), keep[self.open_deal]
        return Tally(
            counted=self.counted[keep],
            first_day=self.first_day[keep],
            before_created=self.before_created[keep],
            after_close=self.after_close[keep],
            still_open=self.still_open[keep],
            logged_late=self.logged_late[keep],
            pair_deal=place[self.pair_deal[pairs]],
            pair_asset=self.pair_asset[pairs],
            pair_touches=self.pair_touches[pairs],
            open_deal=place[self.open_deal[open_pairs]].astype(np.int64),
            open_asset=self.open_asset[open_pairs],
        )


def tally_of(gathered: Gathered) -> Tally:
    """Count the touches of each deal."""
    deals, touches = gathered.deals, gathered.touches
    early, after, still_open = reasons(deals, touches)
    counts = ~(early | after | still_open)
    rows = np.flatnonzero(counts)
    first_day = np.full(len(deals.won), NEVER)
    np.minimum.at(first_day, touches.deal[rows], touches.day[rows])
    pair_deal, pair_asset = sorted_rows(touches.deal[rows], touches.asset[rows])
    opens = run_starts(pair_deal, pair_asset)
    first = np.flatnonzero(opens)

    def by_deal(mask: BoolArray) -> IntArray:
        return np.bincount(touches.deal[mask], minlength=len(deals.won))

    open_deal, open_asset = distinct(touches.deal[still_open], touches.asset[still_open])
    return Tally(
        counted=by_deal(counts),
        first_day=first_day,
        before_created=by_deal(early),
        after_close=by_deal(after),
        still_open=by_deal(still_open),
        logged_late=by_deal(counts & gathered.late),
        pair_deal=pair_deal[first].astype(np.int32),
        pair_asset=pair_asset[first].astype(np.int32),
        pair_touches=run_lengths(opens).astype(np.int32),
        open_deal=open_deal,
        open_asset=open_asset,
    )
