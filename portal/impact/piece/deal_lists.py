"""Deal lists: the deals on either side of one asset's comparison, of which only those a person may see are named."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from portal.db import db
from portal.deals.models import Deal
from portal.deals.queries import visible_deals, visible_deals_among
from portal.impact.piece.laid_open import Piece
from portal.impact.rows import BoolArray, IntArray
from portal.users.models import User

SHOWN = 20


@dataclass(frozen=True)
class OneDeal:
    """A deal with how it ended when the figures were made."""

    deal: Deal
    won: bool


@dataclass(frozen=True)
class Side:
    """The deals of one side: the last closed ones that are named, and how many are not."""

    deals: list[OneDeal]
    total: int
    won: int
    older: int  # the person sees them too
    hidden: int  # of other teams, or gone

    @property
    def lost(self) -> int:
        return self.total - self.won


@dataclass(frozen=True)
class BothSides:
    """The deals on which an asset was used, and those that they were compared with."""

    used: Side
    other: Side


def both_sides(user: User, piece: Piece) -> BothSides:
    """Return the deals of both sides, in three statements."""
    sides, gathered = piece.sides, piece.laid.gathered
    used = np.unique(piece.laid.moments.deal[sides.used])
    other = np.unique(sides.other_deal)
    seen = _seen(user, gathered.deal_ids)
    chosen = [_last(piece, side, seen) for side in (used, other)]
    named = visible_deals_among(user, gathered.deal_ids[np.concatenate(chosen)].tolist())
    return BothSides(
        *(_side(piece, side, last, seen, named) for side, last in zip((used, other), chosen, strict=True))
    )


def _seen(user: User, deal_ids: IntArray) -> BoolArray:
    """Which deals of those gathered a person may see, (deals,)."""
    closed = visible_deals(user).with_only_columns(Deal.id).where(Deal.status != "open")
    return np.isin(deal_ids, np.array(db.session.scalars(closed).all(), np.int64))


def _last(piece: Piece, side: IntArray, seen: BoolArray) -> IntArray:
    """The deals of a side that were closed last, among those that are seen."""
    mine = side[seen[side]]
    return mine[np.argsort(-piece.laid.gathered.deals.closed_day[mine], kind="stable")][:SHOWN]


def _side(piece: Piece, side: IntArray, last: IntArray, seen: BoolArray, named: dict[int, Deal]) -> Side:
    gathered = piece.laid.gathered
    shown = [
        OneDeal(named[deal_id], won)
        for deal_id, won in zip(
            gathered.deal_ids[last].tolist(), gathered.deals.won[last].tolist(), strict=True
        )
        if deal_id in named
    ]
    visible = int(np.sum(seen[side]))
    return Side(
        deals=shown,
        total=len(side),
        won=int(np.sum(gathered.deals.won[side])),
        older=visible - len(shown),
        hidden=len(side) - visible,
    )
