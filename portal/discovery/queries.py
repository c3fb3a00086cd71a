"""Questions of the first page of the library, and what fits a deal."""

from __future__ import annotations

from sqlalchemy import select

from portal.db import db
from portal.discovery.recommending import Pick, picks_for_deal, picks_for_deals
from portal.library.models import Asset

__all__ = ["Pick", "any_content", "picks_for_deal", "picks_for_deals"]


def any_content() -> bool:
    """Say whether there is anything in the library that an index could hold."""
    return db.session.scalar(select(Asset.id).limit(1)) is not None
