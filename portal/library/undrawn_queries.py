"""Questions about versions that are shown as text, although LibreOffice would draw them."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.library.models import Asset, Version
from portal.library.models.content import DRAWN_BY_OFFICE, READABLE, TEXT_PREVIEWS


def shown_as_text() -> list[int]:
    """Return the ids of the versions that LibreOffice would draw and that are shown as text, those in use first."""
    of_office = or_(*(Version.filename.endswith(ending) for ending in DRAWN_BY_OFFICE))
    in_use = Asset.current_version_id == Version.id
    found = (
        select(Version.id)
        .join(Asset, Asset.id == Version.asset_id)
        .where(of_office, Version.preview_kind.in_(TEXT_PREVIEWS), Version.state.in_(READABLE))
        .order_by(in_use.desc(), Version.id)
    )
    return list(db.session.scalars(found))


def version_by_id(version_id: int) -> Version | None:
    """Return a version with its content, or None when it is gone."""
    return db.session.scalar(
        select(Version).options(joinedload(Version.asset)).where(Version.id == version_id)
    )
