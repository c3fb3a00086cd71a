"""Questions about meetings; everybody has their own, and nobody else sees them."""

from __future__ import annotations

from sqlalchemy import Select, select

from portal.capture.models import Meeting
from portal.db import db
from portal.errors import NotFound
from portal.users.models import User


def meetings_of(user: User) -> Select[tuple[Meeting]]:
    """Select a person's meetings, the latest first."""
    own = select(Meeting).where(Meeting.user_id == user.id)
    return own.order_by(Meeting.starts_at.desc(), Meeting.id.desc())


def meeting_or_404(user: User, meeting_id: int) -> Meeting:
    """Return one of a person's meetings, or raise NotFound."""
    found = db.session.scalar(meetings_of(user).where(Meeting.id == meeting_id))
    if found is None:
        raise NotFound
    return found
