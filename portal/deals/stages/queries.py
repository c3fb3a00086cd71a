"""How the stages of a CRM are understood."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from portal.db import db
from portal.deals.models import CrmStage

# The portal's word for a stage, and what it says of a deal's end; None where the CRM's own word stands.
Meaning = tuple[str | None, str | None]


def stage_words(source: str) -> Mapping[str, Meaning]:
    """Return what the stages of a CRM mean, as somebody said, by the CRM's own words; others mean themselves."""
    rows = db.session.execute(
        select(CrmStage.name, CrmStage.stage, CrmStage.status).where(CrmStage.source == source)
    )
    return {name: (stage, status) for name, stage, status in rows}
