"""Laid open: the deals, uses and moments behind the figures of a choice, which every part of a page reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from portal.errors import Invalid
from portal.impact.cells import Moments
from portal.impact.exploring.choice import REMEMBERED, compared, narrowed
from portal.impact.exploring.filters import Chosen
from portal.impact.gathered import Gathered
from portal.impact.models import ImpactSnapshot
from portal.impact.parts.drawing import Spread
from portal.impact.parts.sides import Sides, sides_of
from portal.impact.rows import FloatArray

NOT_KEPT = "These figures were kept without what they were made from. The next ones will have it."


@dataclass(frozen=True)
class LaidOpen:
    """What was gathered of the deals chosen, and the moments in which content was first used on them."""

    gathered: Gathered
    moments: Moments
    shrunk: FloatArray  # (assets,), what each asset is ranked by; nan where nothing is known
    verdict: NDArray[np.str_]  # (assets,), values of Verdict
    widened: float  # how many times standard errors are as large for want of stages
    spreads: dict[str, Spread] = field(default_factory=dict)  # by dimension, as they are asked for


@dataclass(frozen=True)
class Piece:
    """One asset among what was laid open."""

    laid: LaidOpen
    asset: int  # its code
    sides: Sides

    @property
    def verdict(self) -> str:
        """Return what all deals chosen say together."""
        return str(self.laid.verdict[self.asset])


def lay_open(snapshot: ImpactSnapshot, chosen: Chosen, asset_id: int) -> Piece | None:
    """Return one asset with both sides of its comparison; None when it was not among what was gathered."""
    if snapshot.cut_sha256 is None:
        raise Invalid(NOT_KEPT)
    laid = _laid_open(snapshot.cut_sha256, chosen)
    place = int(np.searchsorted(laid.gathered.asset_ids, asset_id))
    if place == len(laid.gathered.asset_ids) or laid.gathered.asset_ids[place] != asset_id:
        return None
    return Piece(laid, place, sides_of(laid.gathered.deals, laid.moments, place))


@lru_cache(maxsize=REMEMBERED)
def _laid_open(cut_sha256: str, chosen: Chosen) -> LaidOpen:
    found = compared(cut_sha256, chosen)
    lift = found.lift
    return LaidOpen(narrowed(cut_sha256, chosen), found.moments, lift.shrunk_lift, lift.verdict, lift.widened)
