"""Stories: the content of one deal in the order of its use, with where the deal then stood and what is credited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from portal.deals.models import Deal, StageEntry
from portal.deals.reading.values import stage_says
from portal.impact.gathering import gather_touches_of
from portal.impact.influence import influence
from portal.impact.inputs import countable
from portal.impact.method import DAYS_IN_WEEK
from portal.impact.models import ImpactRow
from portal.impact.queries import Named


@dataclass(frozen=True)
class Chapter:
    """One piece of content on one deal."""

    asset: Named | None  # None when it may not be named to the reader
    day: date  # of its first use
    uses: int
    stage: str  # where the deal stood on that day, before it closed; nothing where no history tells it
    weeks: int | None  # whole weeks since the deal was created
    credited_minor: int | None  # linear; None on a deal that isn't won, or whose amount is unknown
    counts: bool  # between the deal's creation and its close
    row: ImpactRow | None


def story_of(
    deal: Deal, entries: Sequence[StageEntry], rows: Mapping[int, ImpactRow], known: Mapping[int, Named]
) -> list[Chapter]:
    """Tell a deal's content from first to last; `rows` are the figures over all deals, `known` what may be named."""
    found = gather_touches_of(deal.id)
    asset_ids, deals, touches = found.asset_ids, found.deals, found.touches
    if not len(asset_ids):
        return []
    credit = influence(deals, touches, len(asset_ids)).linear
    kept = countable(deals, touches)[0]
    is_told = bool(deals.won[0] and np.isfinite(deals.value[0]))
    while_open = [entry for entry in entries if not _is_the_end(deal, entry)]
    chapters = []
    for asset, asset_id in enumerate(asset_ids.tolist()):
        days, counted = touches.day[touches.asset == asset], kept.day[kept.asset == asset]
        first = date.fromordinal(int((counted if len(counted) else days).min()))
        chapters.append(
            Chapter(
                asset=known.get(asset_id),
                day=first,
                uses=len(days),
                stage=_stage_on(while_open if len(counted) else entries, first),
                weeks=(first - deal.created_on).days // DAYS_IN_WEEK if deal.created_on else None,
                credited_minor=round(credit[asset]) if is_told and len(counted) else None,
                counts=bool(len(counted)) or not deals.closed[0],
                row=rows.get(asset_id),
            )
        )
    return sorted(chapters, key=lambda chapter: chapter.day)


def _is_the_end(deal: Deal, entry: StageEntry) -> bool:
    """Whether a deal entered a stage by closing: what was used on that day was used before."""
    if deal.status == "open" or deal.closed_on is None or entry.entered_on < deal.closed_on:
        return False
    return entry.stage == deal.stage or stage_says(entry.stage) != "open"


def _stage_on(entries: Sequence[StageEntry], day: date) -> str:
    before = [entry.stage for entry in entries if entry.entered_on <= day]
    return before[-1] if before else ""
