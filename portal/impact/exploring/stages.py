"""Stages: how much more often deals were won by the stage that they were in when content was first used on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from portal.impact.cells import Moments, find_moments, stage_at
from portal.impact.cut import load_cut
from portal.impact.exploring.filters import Chosen
from portal.impact.exploring.narrowing import narrow
from portal.impact.gathered import Gathered
from portal.impact.inputs import UNKNOWN
from portal.impact.lift import AssetLift, Lift, matched_lift
from portal.impact.matching import only_moments
from portal.impact.rows import FloatArray, IntArray
from portal.impact.verdicts import Shortfall, paule_mandel, shrink

REMEMBERED = 8


@dataclass(frozen=True)
class AtStage:
    """The figures of content used first at one stage; `value` is what is shown, None without enough deals."""

    figures: AssetLift
    value: float | None


@dataclass(frozen=True)
class ByStage:
    """The stages in their order, and by asset what is known at each of them; None is a stage that isn't known."""

    stages: tuple[str, ...]
    knows_all: bool  # whether every use was at a known stage
    spread: (
        float | None
    )  # by how much stages differ for one asset, as a standard deviation; None where none can tell
    found: Mapping[int, tuple[AtStage, ...]]  # in the order of the stages


@lru_cache(maxsize=REMEMBERED)
def by_stage(cut_sha256: str, chosen: Chosen) -> ByStage:
    """Work out the figures of all content by stage, of the deals chosen from a cut."""
    return lift_by_stage(narrow(load_cut(cut_sha256), chosen))


def lift_by_stage(gathered: Gathered) -> ByStage:
    """Compare within each stage alone, and draw every figure towards what all stages together say of the asset.

    It is drawn the more, the fewer its deals and the less stages differ over all assets. Moments are compared within
    their stage anyway, so that the stages part the figures of an asset without a new comparison.
    """
    assets = len(gathered.asset_ids)
    touches = gathered.touches.only(~gathered.late)
    moments = find_moments(gathered.deals, gathered.history, touches, assets)
    stage = _stage_of(gathered, moments)
    overall = matched_lift(gathered.deals, moments).shrunk_lift
    lifts = [
        matched_lift(gathered.deals, only_moments(moments, stage == code))
        for code in range(len(gathered.stages))
    ]
    values, spread = _drawn(lifts, overall)
    found = {
        int(asset_id): tuple(
            AtStage(AssetLift.at(lift, place), _known(values[code, place])) for code, lift in enumerate(lifts)
        )
        for place, asset_id in enumerate(gathered.asset_ids)
    }
    return ByStage(gathered.stages, not bool(np.any(stage == UNKNOWN)), spread, found)


def _stage_of(gathered: Gathered, moments: Moments) -> IntArray:
    """The stage of each moment, (moments,)."""
    begin = np.zeros(len(gathered.deals.won), np.int64)
    begin[moments.deal] = moments.begin_day
    return stage_at(gathered.deals, gathered.history, begin, moments.deal, moments.week)[0]


def _drawn(lifts: list[Lift], overall: FloatArray) -> tuple[FloatArray, float | None]:
    """The value shown of each asset at each stage, (stages, assets), nan without enough deals; and the spread."""
    if not lifts:
        return np.empty((0, len(overall))), None
    enough = np.array([lift.shortfall == Shortfall.NONE.value for lift in lifts])
    apart = np.where(enough, np.array([lift.lift for lift in lifts]) - overall, np.nan)
    se = np.array([lift.se for lift in lifts])
    drawn = overall + shrink(apart.ravel(), se.ravel()).reshape(apart.shape)
    known = np.isfinite(apart) & np.isfinite(se)
    if not np.any(known):
        return drawn, None
    return drawn, float(np.sqrt(paule_mandel(apart[known], se[known])[0]))


def _known(value: float) -> float | None:
    return None if value != value else float(value)
