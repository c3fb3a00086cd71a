"""Questions about meetings; everybody has their own, and nobody else sees them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from portal.capture.models import Meeting, ProposedUse
from portal.capture.queries import proposals_of
from portal.db import db
from portal.errors import NotFound
from portal.users.models import User


def meetings_of(user: User) -> Select[tuple[Meeting]]:
    """Select a person's meetings, the latest first."""
    own = select(Meeting).where(Meeting.user_id == user.id)
    return own.order_by(Meeting.starts_at.desc(), Meeting.id.desc())


def answers_by_meeting(user: User, meetings: Sequence[Meeting]) -> dict[int, dict[str, int]]:
    """Return for each meeting how many uses were proposed because of it, by what became of them."""
    found = proposals_of(user).where(ProposedUse.meeting_id.in_([meeting.id for meeting in meetings]))
    columns = ProposedUse.meeting_id, ProposedUse.state, func.count()
    answers: dict[int, dict[str, int]] = {meeting.id: {} for meeting in meetings}
    counted = found.with_only_columns(*columns).group_by(ProposedUse.meeting_id, ProposedUse.state)
    for meeting_id, state, number in db.session.execute(counted) if meetings else ():
        answers[meeting_id or 0][state] = number
    return answers


def meeting_or_404(user: User, meeting_id: int) -> Meeting:
    """Return one of a person's meetings, or raise NotFound."""
    found = db.session.scalar(meetings_of(user).where(Meeting.id == meeting_id))
    if found is None:
        raise NotFound
    return found
