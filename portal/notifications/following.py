"""What people follow: content, a term, a request. Who may see it is asked where it is told."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, delete, select, update

from portal.db import chunks, db, one_of
from portal.errors import Invalid
from portal.notifications.models import FOLLOWABLE, Follow
from portal.users.models import User


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


def pass_followers(subject: str, from_id: int, to_id: int) -> None:
    """Let those who follow a subject follow another of its sort instead, of which the first became a part."""
    there = select(Follow.user_id).where(Follow.subject == subject, Follow.subject_id == to_id)
    here = (Follow.subject == subject) & (Follow.subject_id == from_id)
    apart = {"synchronize_session": False}
    passed = update(Follow).where(here, Follow.user_id.not_in(there)).values(subject_id=to_id)
    db.session.execute(passed, execution_options=apart)
    db.session.execute(delete(Follow).where(here), execution_options=apart)


def follows(user_id: int, subject: str, subject_id: int) -> bool:
    """Say whether a person follows a subject."""
    return db.session.get(Follow, (user_id, subject, subject_id)) is not None


def followers_of(subject: str, subject_ids: Iterable[int]) -> Select[tuple[int]]:
    """Select the ids of those who follow any of some subjects of one sort; some of them may not see it any more."""
    found = select(Follow.user_id).where(Follow.subject == subject, Follow.subject_id.in_(list(subject_ids)))
    return found.distinct()


def active_followers(subject: str, subject_id: int, *, besides: int | None = None) -> Select[tuple[int]]:
    """Select the ids of those who follow a subject and can sign in, joined with their users; `besides` is left out."""
    found = followers_of(subject, [subject_id]).join(User, User.id == Follow.user_id)
    found = found.where(User.status == "active")
    return found if besides is None else found.where(User.id != besides)


def followed_among(subject: str, subject_ids: Iterable[int]) -> set[int]:
    """Return which of some subjects anybody follows, for events of many subjects at once."""
    found: set[int] = set()
    for part in chunks(subject_ids):
        some = select(Follow.subject_id).where(Follow.subject == subject, one_of(Follow.subject_id, part))
        found.update(db.session.scalars(some.distinct()))
    return found


def forget(subject: str, subject_id: int) -> None:
    """Let nobody follow a subject that is gone, so that a later one with its number begins without followers."""
    gone = delete(Follow).where(Follow.subject == subject, Follow.subject_id == subject_id)
    db.session.execute(gone.execution_options(synchronize_session="fetch"))


def followed_by(user_id: int, subject: str) -> Select[tuple[int]]:
    """Select the ids of what a person follows of one sort."""
    return select(Follow.subject_id).where(Follow.user_id == user_id, Follow.subject == subject)
