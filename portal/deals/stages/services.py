"""Saying what a CRM's stages mean, and rewriting the deals that are or were in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.sql.dml import Update

from portal.db import db, now
from portal.deals.models import DEAL_STATUSES, CrmStage, Deal, StageEntry
from portal.deals.stages.queries import Meaning, end_of, meant, seen_stages
from portal.errors import Invalid
from portal.jobs import enqueue
from portal.usage.sums import local_day
from portal.users.models import User
from portal.users.services import audit

MOST_AUDITED = 50


def say_stages(
    source: str, answers: Mapping[str, Meaning], portal_stages: Collection[str], by: User
) -> list[str]:
    """Keep what somebody says of a CRM's stages, and return those of which something else was said before.

    An answer is the portal's stage, or None for the CRM's own word, and what it says of a deal's end, or None where
    its name says so.
    """
    seen = {stage.name: stage for stage in seen_stages(source)}
    known = {row.name: row for row in db.session.scalars(select(CrmStage).where(CrmStage.source == source))}
    changed = []
    for name, (stage, status) in answers.items():
        if name not in seen:
            raise Invalid(f"“{name[:80]}” is no stage of {source}. Reload the page.", field="stage")
        before = seen[name].said
        if stage and stage not in portal_stages and stage != (before and before[0]):
            raise Invalid(f"“{stage[:80]}” is no stage of the portal any more.", field="stage")
        if status is not None and status not in DEAL_STATUSES:
            raise Invalid("A deal is open, won or lost.", field="status")
        if before == (stage, status):
            continue
        row = known.get(name) or CrmStage(source=source, name=name)
        row.stage, row.status, row.changed_by_id, row.changed_at = stage, status, by.id, now()
        db.session.add(row)
        changed.append(name)
    db.session.flush()
    if changed:
        words = {name[:80]: [answers[name][0], answers[name][1]] for name in changed[:MOST_AUDITED]}
        audit(by, "mapped stages", source, {"stages": words, "changed": len(changed)})
    return changed


def rewrite(source: str) -> int:
    """Write the portal's words on all deals and stage entries of a source; return how many deals became others."""
    moment = now()
    stage = func.coalesce(meant(CrmStage.stage), Deal.crm_stage)
    of_source = update(Deal).where(Deal.source == source)
    moved = _rows(of_source.where(Deal.stage != stage).values(stage=stage, changed_at=moment))
    ended = _rewrite_ends(of_source.values(changed_at=moment))
    # An entry's stage is rewritten through its deal, which knows the source.
    said = select(CrmStage.stage).where(CrmStage.source == source, CrmStage.name == StageEntry.crm_stage)
    entered = func.coalesce(said.correlate(StageEntry).scalar_subquery(), StageEntry.crm_stage)
    theirs = select(Deal.id).where(Deal.source == source)
    entries = update(StageEntry).where(StageEntry.deal_id.in_(theirs), StageEntry.stage != entered)
    _rows(entries.values(stage=entered))
    if moved or ended:
        # What a closed deal is worth goes by the day it closed.
        for kind in ("apply_rates", "score_requests", "compute_impact"):
            enqueue(kind, once=True)
    return max(moved, ended)


def _rewrite_ends(deals: Update) -> int:
    """Open and close deals as their stages mean; one closes only where the day is known.

    The day of a deal that somebody calls open stays as the expected one, so that it is there when they change their
    mind.
    """
    end, today = end_of(), local_day(now())
    expected = func.coalesce(Deal.expected_close, Deal.closed_on)
    kept = case((Deal.crm_status == "open", expected), else_=Deal.closed_on)
    opened = deals.where(Deal.status != "open", end == "open")
    ended = _rows(opened.values(status="open", expected_close=kept, closed_on=None))
    is_known = or_(Deal.crm_status != "open", Deal.expected_close <= today)
    closed = deals.where(Deal.status == "open", end != "open", Deal.expected_close.is_not(None), is_known)
    ended += _rows(closed.values(status=end, closed_on=Deal.expected_close))
    other = deals.where(Deal.status != "open", end != "open", Deal.status != end)
    return ended + _rows(other.values(status=end))


def _rows(statement: Update) -> int:
    result = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)  # type: ignore[attr-defined]
