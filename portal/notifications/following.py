"""What people follow: content, a term, a request. Who may see it is asked where it is told."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, select

from portal.db import db
from portal.errors import Invalid
from portal.notifications.models import FOLLOWABLE, Follow


def follow(user_id: int, subject: str, subject_id: int) -> None:
    """Let a person hear of a subject from now on; doing so twice changes nothing."""
    if subject not in FOLLOWABLE:
        raise Invalid("This cannot be followed.")
    if db.session.get(Follow, (user_id, subject, subject_id)) is None:
        db.session.add(Follow(user_id=user_id, subject=subject, subject_id=subject_id))
        db.session.flush()


def unfollow(user_id: int, subject: str, subject_id: int) -> None:
    """Let a person hear of a subject no more."""
    row = db.session.get(Follow, (user_id, subject, subject_id))
    if row is not None:
        db.session.delete(row)
        db.session.flush()


def follows(user_id: int, subject: str, subject_id: int) -> bool:
    """Say whether a person follows a subject."""
    return db.session.get(Follow, (user_id, subject, subject_id)) is not None


def followers_of(subject: str, subject_ids: Iterable[int]) -> Select[tuple[int]]:
    """Select the ids of those who follow any of some subjects of one sort; some of them may not see it any more."""
    found = select(Follow.user_id).where(Follow.subject == subject, Follow.subject_id.in_(list(subject_ids)))
    return found.distinct()


def followed_by(user_id: int, subject: str) -> Select[tuple[int]]:
    """Select the ids of what a person follows of one sort."""
    return select(Follow.subject_id).where(Follow.user_id == user_id, Follow.subject == subject)
