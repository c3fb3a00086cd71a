"""Keeping the groups of words that mean the same."""

from __future__ import annotations

from sqlalchemy import select

from portal.db import db, now
from portal.discovery.models import SynonymGroup
from portal.discovery.saved.services import look_soon
from portal.discovery.synonyms.phrases import check_count, checked, reading
from portal.errors import Conflict, Invalid
from portal.users.models import User

MOST_TYPED = 4_000
MOST_GROUPS = 500


class Taken(Conflict):
    """A phrase stands in other groups already; `groups` are those."""

    def __init__(self, message: str, groups: list[SynonymGroup]) -> None:
        super().__init__(message, field="phrases")
        self.groups = groups


def save_group(
    text: str, *, by: User, group: SynonymGroup | None = None, stamp: str = "", merge: bool = False
) -> SynonymGroup:
    """Make a group of what was typed, or change one; `merge` takes in the other groups that share a phrase."""
    if group is not None and stamp and stamp != stamp_of(group):
        raise Conflict("Somebody else changed this group meanwhile. Open it again to see how it is now.")
    phrases = checked(text[:MOST_TYPED])
    others = _sharing(phrases, group)
    if others and not merge:
        raise _taken(phrases, others)
    for other in others:
        known = {reading(phrase) for phrase in phrases}
        phrases += [phrase for phrase in other.phrases if reading(phrase) not in known]
        db.session.delete(other)
    check_count(phrases)
    if group is None:
        group = _new_group()
    group.phrases, group.changed_by_id, group.changed_at = phrases, by.id, now()
    db.session.flush()
    # What fits from now on without being new is learned at once, so that nobody is told of it later.
    look_soon()
    return group


def stamp_of(group: SynonymGroup) -> str:
    """Return a mark of when a group was changed, which its form carries."""
    return group.changed_at.isoformat()


def delete_group(group: SynonymGroup) -> None:
    """Let the words of a group mean different things again."""
    db.session.delete(group)
    db.session.flush()
    look_soon()


def _new_group() -> SynonymGroup:
    group = SynonymGroup(phrases=[])
    if len(list(db.session.scalars(select(SynonymGroup.id).limit(MOST_GROUPS)))) >= MOST_GROUPS:
        raise Invalid(
            f"There are {MOST_GROUPS} groups already. Delete one that is not needed.", field="phrases"
        )
    db.session.add(group)
    return group


def _sharing(phrases: list[str], group: SynonymGroup | None) -> list[SynonymGroup]:
    wanted = {reading(phrase) for phrase in phrases}
    every = db.session.scalars(select(SynonymGroup).order_by(SynonymGroup.id))
    return [
        other
        for other in every
        if other is not group and any(reading(phrase) in wanted for phrase in other.phrases)
    ]


def _taken(phrases: list[str], others: list[SynonymGroup]) -> Taken:
    theirs = {reading(phrase): other for other in others for phrase in other.phrases}
    phrase = next(phrase for phrase in phrases if reading(phrase) in theirs)
    words = ", ".join(theirs[reading(phrase)].phrases)
    return Taken(f"“{phrase}” is in another group already: {words}.", others)
