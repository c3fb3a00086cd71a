"""Computing: the figures of the deals chosen, which the page, its plot and every export of it share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from portal.db import db
from portal.errors import Invalid
from portal.impact.basis import Compared
from portal.impact.cut import load_cut
from portal.impact.exploring.choice import compared, narrowed
from portal.impact.exploring.filters import Chosen
from portal.impact.exploring.narrowing import undated
from portal.impact.figures import Figures, shown_figures, whole_figures
from portal.impact.gathered import Gathered
from portal.impact.influence import influence
from portal.impact.models import ImpactRow, ImpactSnapshot

# How many choices a process remembers the figures of.
REMEMBERED = 16


@dataclass(frozen=True)
class Explored:
    """The figures of the deals chosen, one row an asset; rows that were worked out just now belong to no session."""

    snapshot: ImpactSnapshot
    chosen: Chosen
    rows: list[ImpactRow]
    coverage: dict[str, Any]
    left_out: dict[str, Any]


def explored(snapshot: ImpactSnapshot, chosen: Chosen, *, whole: bool = False) -> Explored:
    """Return the figures of the deals chosen: those stored when all are, else worked out from the snapshot's cut.

    `snapshot` is of all uses, or of those that were logged, as `chosen` says. Worked out are those that lists show; the
    `whole`, with every rule of credit and the time to close, takes half as long again.
    """
    if not chosen.narrows:
        rows = list(db.session.scalars(select(ImpactRow).where(ImpactRow.snapshot_id == snapshot.id)))
        return Explored(snapshot, chosen, rows, snapshot.coverage, snapshot.left_out)
    if snapshot.cut_sha256 is None:
        raise Invalid("These figures were kept without what they were made from. Please work them out anew.")
    found = _computed(snapshot.cut_sha256, chosen, whole)
    rows = [ImpactRow(**row) for row in found.rows]
    return Explored(snapshot, chosen, rows, found.coverage, found.left_out)


@lru_cache(maxsize=REMEMBERED)
def _computed(cut_sha256: str, chosen: Chosen, whole: bool) -> Figures:
    found = compared(cut_sha256, chosen)
    figures = _whole(found, narrowed(cut_sha256, chosen)) if whole else shown_figures(found)
    of_no_day = {"closed_undated": undated(load_cut(cut_sha256), chosen)}
    return replace(figures, left_out=figures.left_out | of_no_day)


def _whole(found: Compared, gathered: Gathered) -> Figures:
    return whole_figures(found, influence(gathered.deals, gathered.touches, len(gathered.asset_ids)))
