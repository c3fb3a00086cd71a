"""How the stages of a CRM are understood."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.db import db
from portal.deals.models import CrmStage, Deal, DealImport, StageEntry
from portal.deals.reading.values import Ends, Status, stage_says

# The portal's word for a stage, and what it says of a deal's end; None where the CRM's own word stands.
Meaning = tuple[str | None, str | None]
# So many stages that are new are named in the preview of an import.
MOST_NEW = 50
NAMED = 10
MOST_PLANNED = 5
_PLANNED = (DealImport.state == "planned", DealImport.kind == "deals")


@dataclass(frozen=True)
class SeenStage:
    """A stage as a CRM calls it: how many deals are in it, and what somebody said that it means.

    `said` is None while nobody has looked at it.
    """

    name: str
    deals: int
    said: Meaning | None

    @property
    def own_end(self) -> Status:
        """What its own name says of a deal's end."""
        return stage_says(self.name)


def suggested_stage(name: str, portal_stages: Collection[str]) -> str | None:
    """Return the portal's stage for one that is an end by its own name, where the portal has one that says the same."""
    end = stage_says(name)
    return next((stage for stage in portal_stages if end != "open" and stage_says(stage) == end), None)


@dataclass(frozen=True)
class Undated:
    """Open deals in a stage that means they are closed, but of which nobody knows the day: how many, and the first."""

    count: int
    first: list[tuple[int, str, str]]


def stage_words(source: str) -> Mapping[str, Meaning]:
    """Return what the stages of a CRM mean, as somebody said, by the CRM's own words; others mean themselves."""
    rows = db.session.execute(
        select(CrmStage.name, CrmStage.stage, CrmStage.status).where(CrmStage.source == source)
    )
    return {name: (stage, status) for name, stage, status in rows}


def stage_ends(source: str) -> Ends:
    """Return what somebody said that the stages of a CRM say of a deal's end, by the CRM's own words."""
    rows = select(CrmStage.name, CrmStage.status).where(CrmStage.source == source)
    said = db.session.execute(rows.where(CrmStage.status.is_not(None)))
    return {name: "won" if end == "won" else "lost" if end == "lost" else "open" for name, end in said}


def new_stages(source: str, names: Collection[str]) -> list[str]:
    """Return which of these stages the portal meets for the first time in a CRM, in order, the first of them only.

    One that says by its name that a deal is won or lost is an end, and needs no word of the portal.
    """
    known = select(Deal.crm_stage).where(Deal.source == source).distinct()
    met = set(db.session.scalars(known)) | stage_words(source).keys()
    return sorted(name for name in set(names) - met if stage_says(name) == "open")[:MOST_NEW]


def sources() -> list[str]:
    """Return the CRMs that deals came from, or will come from, the one with most deals first."""
    found = select(Deal.source).group_by(Deal.source).order_by(func.count().desc(), Deal.source)
    planned = select(DealImport.source).where(*_PLANNED).distinct().order_by(DealImport.source)
    return list(dict.fromkeys([*db.session.scalars(found), *db.session.scalars(planned)]))


def seen_stages(source: str) -> list[SeenStage]:
    """Return every stage that a CRM's deals are or were in, or come in with an import, those with most deals first."""
    there = select(Deal.crm_stage, func.count(case((Deal.removed_at.is_(None), 1))))
    deals = dict(
        db.session.execute(there.where(Deal.source == source).group_by(Deal.crm_stage)).tuples().all()
    )
    entered = select(StageEntry.crm_stage).join(Deal, Deal.id == StageEntry.deal_id)
    earlier = db.session.scalars(entered.where(Deal.source == source).distinct())
    said = stage_words(source)
    names = deals.keys() | set(earlier) | said.keys() | _coming(source)
    found = [SeenStage(name, deals.get(name, 0), said.get(name)) for name in names]
    return sorted(found, key=lambda stage: (-stage.deals, stage.name))


def _coming(source: str) -> set[str]:
    """Return the stages that are new with imports which wait for somebody to say yes."""
    waiting = select(DealImport.report).where(*_PLANNED, DealImport.source == source)
    reports = db.session.scalars(waiting.order_by(DealImport.id.desc()).limit(MOST_PLANNED))
    return {name for report in reports for name in (report or {}).get("new_stages", ())}


def meant(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """Say in SQL what somebody said of a deal's stage, as one column of CrmStage has it."""
    said = select(column).where(CrmStage.source == Deal.source, CrmStage.name == Deal.crm_stage)
    return said.correlate(Deal).scalar_subquery()


def end_of() -> ColumnElement[str]:
    """Say in SQL how a deal ended: what somebody said of its stage, else what the CRM says."""
    return func.coalesce(meant(CrmStage.status), Deal.crm_status)


def undated(source: str) -> Undated:
    """Return the deals that would be won or lost, as somebody said of their stage, if the day were known."""
    theirs = (Deal.source == source, Deal.status == "open", Deal.removed_at.is_(None), end_of() != "open")
    count = db.session.scalar(select(func.count()).select_from(Deal).where(*theirs)) or 0
    first = select(Deal.id, Deal.name, Deal.crm_stage).where(*theirs).order_by(Deal.id).limit(NAMED)
    return Undated(count, list(db.session.execute(first).tuples()) if count else [])


def key_stage(source: str) -> int | None:
    """Return the number under which a source's stages are rewritten; None while nothing was said of any."""
    return db.session.scalar(select(func.min(CrmStage.id)).where(CrmStage.source == source))


def source_of(stage_id: int) -> str | None:
    """Return the CRM that a stage is of."""
    return db.session.scalar(select(CrmStage.source).where(CrmStage.id == stage_id))
