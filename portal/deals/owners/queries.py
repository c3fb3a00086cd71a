"""Who the people are that a CRM names as owners."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from portal.db import db
from portal.deals.models import CrmOwner

# A name in small letters and an email, either of which may be empty.
OwnerKey = tuple[str, str]


def owner_matches(source: str) -> Mapping[OwnerKey, int | None]:
    """Return who the owners of a CRM are, as somebody said; None is nobody of the portal."""
    rows = db.session.execute(
        select(CrmOwner.name, CrmOwner.email, CrmOwner.user_id).where(CrmOwner.source == source)
    )
    return {(name.casefold(), email): user_id for name, email, user_id in rows}
