"""What the methods take: deals, stage history and touches, as plain arrays that the caller reads from the database.

Days are whole day numbers (date.toordinal()); codes are 0, 1, 2, ...; UNKNOWN stands for what is not known.
"""

from dataclasses import dataclass

import numpy as np

from portal.impact.rows import BoolArray, FloatArray, IntArray

UNKNOWN = -1


class _Columns:
    """Arrays of one length; a caller's mistake shows here rather than as a wrong figure."""

    def __post_init__(self) -> None:
        lengths = {name: len(column) for name, column in vars(self).items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"{type(self).__name__} needs columns of one length, got {lengths}")


@dataclass(frozen=True)
class Deals(_Columns):
    """One row a deal, all (deals,); a deal's place in these arrays is its index elsewhere."""

    created_day: IntArray  # or UNKNOWN
    closed_day: IntArray  # or UNKNOWN, for open deals and for closed ones without a date
    closed: BoolArray
    won: BoolArray  # only read where closed
    size: FloatArray  # amount known before closing, in one currency; nan when unknown
    value: FloatArray  # amount won, in one currency; nan when unknown or not convertible
    segment: IntArray  # code or UNKNOWN
    rep: IntArray  # code or UNKNOWN

    def only(self, keep: BoolArray) -> "Deals":
        """Return the deals that a mask (deals,) keeps."""
        return Deals(**{name: column[keep] for name, column in vars(self).items()})


@dataclass(frozen=True)
class StageHistory(_Columns):
    """One row for each stage that a deal entered, all (entries,), in any order.

    Entries of one deal on one day keep the order given, so give them in the order in which they happened.
    """

    deal: IntArray  # index into Deals
    stage: IntArray  # code
    entered_day: IntArray


@dataclass(frozen=True)
class Touches(_Columns):
    """One row for each time that an asset was used on a deal, all (touches,), in any order.

    Lift needs only the first use of each asset on each deal; giving it more is harmless. Touches of one deal on one
    day keep the order given.
    """

    deal: IntArray  # index into Deals
    asset: IntArray  # 0 .. assets - 1
    day: IntArray

    def only(self, keep: BoolArray | IntArray) -> "Touches":
        """Return the touches that a mask (touches,) keeps, or those at some indexes."""
        return Touches(self.deal[keep], self.asset[keep], self.day[keep])


@dataclass(frozen=True)
class LeftOut:
    """How many touches a figure leaves out, by reason."""

    before_created: int
    after_close: int
    still_open: int  # the deal isn't closed yet


def countable(deals: Deals, touches: Touches) -> tuple[Touches, LeftOut]:
    """Keep the touches with created <= day <= closed on closed deals, and count the others."""
    early, after, still_open = reasons(deals, touches)
    keep = ~(still_open | early | after)
    kept = touches if keep.all() else touches.only(np.flatnonzero(keep))
    return kept, LeftOut(int(np.sum(early)), int(np.sum(after)), int(np.sum(still_open)))


def reasons(deals: Deals, touches: Touches) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Mark the touches, (touches,), before the creation, after the close and on deals that are still open.

    No touch is marked twice. A bound that is unknown excludes nothing.
    """
    created, closed_day = deals.created_day[touches.deal], deals.closed_day[touches.deal]
    still_open = ~deals.closed[touches.deal]
    early = ~still_open & (touches.day < created)  # no day is before UNKNOWN
    after = ~still_open & ~early & (closed_day != UNKNOWN) & (touches.day > closed_day)
    return early, after, still_open
