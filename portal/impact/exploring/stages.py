"""Stages: how much more often deals were won by the stage that they were in when content was first used on them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from portal.impact.basis import Compared
from portal.impact.cells import CellCode
from portal.impact.exploring.choice import compared
from portal.impact.exploring.filters import Chosen
from portal.impact.parts.drawing import Part, Spread, drawn
from portal.impact.parts.everywhere import all_by_moment, spread_over
from portal.impact.parts.tables import Summed
from portal.impact.rows import FloatArray, IntArray

REMEMBERED = 8


@dataclass(frozen=True)
class ByStage:
    """The figures of all content by stage, before they are drawn towards each asset's own."""

    stages: tuple[str, ...]
    knows_all: bool  # whether every use was at a known stage
    asset_ids: IntArray  # (assets,)
    summed: Summed  # all (assets, stages)
    own_lift: FloatArray  # (assets,)
    taken_up_later: FloatArray  # (assets,)
    spread: Spread

    def of(self, asset_id: int) -> list[Part]:
        """Return the figures of one asset, a part for each stage in their order; none for an unknown asset."""
        place = np.flatnonzero(self.asset_ids == asset_id)
        if not len(place) or not self.stages:
            return []
        row = int(place[0])
        mine = Summed(**{field.name: getattr(self.summed, field.name)[row] for field in fields(Summed)})
        return drawn(mine, float(self.own_lift[row]), self.spread, float(self.taken_up_later[row]))


@lru_cache(maxsize=REMEMBERED)
def by_stage(cut_sha256: str, chosen: Chosen) -> ByStage:
    """Work out the figures of all content by stage, of the deals chosen from a cut."""
    return lift_by_stage(compared(cut_sha256, chosen))


def lift_by_stage(found: Compared) -> ByStage:
    """Compare within each stage alone; how much stages differ is taken from all content together."""
    basis, moments, lift = found.basis, found.moments, found.lift
    stage = moments.cell_codes[moments.cell, CellCode.STAGE] - 1
    summed = all_by_moment(basis.deals, moments, stage, len(basis.stages))
    return ByStage(
        stages=basis.stages,
        knows_all=not bool(np.any(stage < 0)),
        asset_ids=basis.asset_ids,
        summed=summed,
        own_lift=lift.lift,
        taken_up_later=lift.taken_up_later,
        spread=spread_over(summed, lift.lift),
    )
