"""How the stages of a CRM are understood."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from portal.db import db
from portal.deals.models import CrmStage, Deal
from portal.deals.reading.values import Status

# The portal's word for a stage, and what it says of a deal's end; None where the CRM's own word stands.
Meaning = tuple[str | None, str | None]
# So many stages that are new are named in the preview of an import.
MOST_NEW = 50


def stage_words(source: str) -> Mapping[str, Meaning]:
    """Return what the stages of a CRM mean, as somebody said, by the CRM's own words; others mean themselves."""
    rows = db.session.execute(
        select(CrmStage.name, CrmStage.stage, CrmStage.status).where(CrmStage.source == source)
    )
    return {name: (stage, status) for name, stage, status in rows}


def stage_ends(source: str) -> dict[str, Status]:
    """Return what somebody said that the stages of a CRM say of a deal's end, by the CRM's own words."""
    rows = select(CrmStage.name, CrmStage.status).where(CrmStage.source == source)
    said = db.session.execute(rows.where(CrmStage.status.is_not(None)))
    return {name: "won" if end == "won" else "lost" if end == "lost" else "open" for name, end in said}


def new_stages(source: str, names: Collection[str]) -> list[str]:
    """Return which of these stages the portal meets for the first time in a CRM, in order, the first of them only."""
    known = select(Deal.crm_stage).where(Deal.source == source).distinct()
    met = set(db.session.scalars(known)) | stage_words(source).keys()
    return sorted(set(names) - met)[:MOST_NEW]
