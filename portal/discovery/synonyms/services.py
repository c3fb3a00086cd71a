"""Keeping the groups of words that mean the same."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select

from portal.db import db, now
from portal.discovery.models import DifferentWords, SynonymGroup
from portal.discovery.saved.services import look_soon
from portal.discovery.synonyms.phrases import as_key, as_phrase, check_count, checked, reading
from portal.discovery.synonyms.queries import GroupLine, group_lines
from portal.errors import Conflict, Invalid, NotFound
from portal.users.models import User

MOST_TYPED = 4_000
MOST_GROUPS = 500


class Taken(Conflict):
    """A phrase stands in other groups already; `groups` are those."""

    def __init__(self, message: str, groups: list[GroupLine]) -> None:
        super().__init__(message, field="phrases")
        self.groups = groups


def save_group(
    text: str,
    *,
    by: User,
    group: SynonymGroup | None = None,
    stamp: str = "",
    merged: Collection[int] = (),
) -> SynonymGroup:
    """Make a group of what was typed, or change one; `merged` are the other groups that it may take in.

    `stamp` is how the group that is changed was when its form was opened.
    """
    if group is not None and stamp != stamp_of(group):
        raise Conflict("Somebody else changed this group meanwhile. Open it again to see how it is now.")
    phrases = checked(text[:MOST_TYPED])
    others = _sharing(phrases, group)
    if any(other.id not in merged for other in others):
        raise _taken(phrases, others)
    for other in others:
        known = {reading(phrase) for phrase in phrases}
        phrases += [phrase for phrase in other.phrases if reading(phrase) not in known]
    db.session.execute(delete(SynonymGroup).where(SynonymGroup.id.in_([other.id for other in others])))
    check_count(phrases)
    if group is None:
        group = _new_group()
    group.phrases, group.changed_by_id, group.changed_at = phrases, by.id, now()
    # Whoever says that they are the same takes back that they are not.
    same = {as_key(phrase) for phrase in phrases}
    both = DifferentWords.one.in_(same) & DifferentWords.other.in_(same)
    db.session.execute(delete(DifferentWords).where(both))
    db.session.flush()
    # What fits from now on without being new is learned at once, so that nobody is told of it later.
    look_soon()
    return group


def stamp_of(group: SynonymGroup) -> str:
    """Return a mark of when a group was changed, which its form carries."""
    return group.changed_at.isoformat()


def delete_group(group_id: int) -> None:
    """Let the words of a group mean different things again; a broken one can be deleted too."""
    found = delete(SynonymGroup).where(SynonymGroup.id == group_id).returning(SynonymGroup.id)
    if db.session.scalar(found) is None:
        raise NotFound
    look_soon()


def say_different(typed: str, instead: str, *, by: User) -> None:
    """Keep two phrases from being proposed as the same again, in whatever order; once said, it stays."""
    phrases = [as_phrase(typed), as_phrase(instead)]
    one, other = sorted(map(as_key, phrases))
    if not one or not other or one == other:
        raise Invalid("Please name two words or phrases that the search reads as different.")
    said = select(DifferentWords.id).where(DifferentWords.one == one, DifferentWords.other == other)
    if db.session.scalar(said) is None:
        texts = dict(zip(("typed", "instead"), phrases, strict=True))
        db.session.add(DifferentWords(one=one, other=other, **texts, said_by_id=by.id))


def take_back(number: int) -> DifferentWords:
    """Let two phrases be proposed as the same again, and return what they were."""
    said = db.session.get(DifferentWords, number)
    if said is None:
        raise NotFound
    db.session.delete(said)
    return said


def _new_group() -> SynonymGroup:
    group = SynonymGroup(phrases=[])
    if len(list(db.session.scalars(select(SynonymGroup.id).limit(MOST_GROUPS)))) >= MOST_GROUPS:
        raise Invalid(
            f"There are {MOST_GROUPS} groups already. Delete one that is not needed.", field="phrases"
        )
    db.session.add(group)
    return group


def _sharing(phrases: list[str], group: SynonymGroup | None) -> list[GroupLine]:
    wanted = {reading(phrase) for phrase in phrases}
    return [
        other
        for other in group_lines()
        if (group is None or other.id != group.id)
        and any(reading(phrase) in wanted for phrase in other.phrases)
    ]


def _taken(phrases: list[str], others: list[GroupLine]) -> Taken:
    theirs = {reading(phrase): other for other in others for phrase in other.phrases}
    phrase = next(phrase for phrase in phrases if reading(phrase) in theirs)
    words = ", ".join(theirs[reading(phrase)].phrases)
    return Taken(f"“{phrase}” is in another group already: {words}.", others)
