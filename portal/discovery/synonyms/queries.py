"""Questions about words that mean the same: the groups, what they do, and which ones the searches of people propose."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import Text, cast, distinct, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from portal.db import chunks, db, now
from portal.discovery.learning.facts import SAME_PEOPLE, SAME_TIMES
from portal.discovery.models import DifferentWords, Search, SearchClick, SynonymGroup
from portal.discovery.synonyms.phrases import as_key, reading
from portal.discovery.whole import whole_hits
from portal.errors import NotFound
from portal.library.models import Asset
from portal.library.queries import visible_assets, worth_offering
from portal.search.engine import IndexUnusableError
from portal.search.query import Synonyms, read_query
from portal.users.models import User

MOST_COUNTED = 1_000
MOST_PROPOSED = 5
PERIOD = timedelta(days=90)
_LONGEST_PROPOSED = 40
_MOST_READ = 200
# As text, so that one group that is broken does not take the others with it.
_WRITTEN = cast(SynonymGroup.phrases, Text)


def synonyms() -> Synonyms:
    """Return all groups of words and phrases that mean the same, for reading a query with; broken ones say nothing."""
    rows = db.session.execute(select(SynonymGroup.id, _WRITTEN).order_by(SynonymGroup.id)).tuples()
    read = {number: _phrases(written) for number, written in rows}
    for number in (number for number, phrases in read.items() if not phrases):
        current_app.logger.warning("the group of synonyms %s is broken and left out", number)
    return tuple(phrases for phrases in read.values() if phrases)


def _phrases(written: str) -> tuple[str, ...]:
    """Return the phrases of a group as they are written in the database, none when they are no list of two or more."""
    try:
        phrases = json.loads(written)
    except ValueError:
        return ()
    is_group = isinstance(phrases, list) and len(phrases) > 1
    return tuple(phrases) if is_group and all(isinstance(one, str) and one.strip() for one in phrases) else ()


@dataclass(frozen=True)
class GroupLine:
    """A group in the list: its phrases, none when it is broken, and who changed it last and when."""

    id: int
    phrases: tuple[str, ...]
    changed_by: str | None
    changed_at: datetime


def group_lines() -> list[GroupLine]:
    """Return all groups in the order of their first words, broken ones first."""
    found = select(SynonymGroup.id, _WRITTEN, User.name, SynonymGroup.changed_at)
    rows = db.session.execute(found.outerjoin(User, User.id == SynonymGroup.changed_by_id))
    lines = [GroupLine(number, _phrases(written), name, at) for number, written, name, at in rows]
    return sorted(lines, key=lambda line: (*map(str.casefold, line.phrases[:1]), str(line.id)))


def group_of(group_id: int) -> SynonymGroup | None:
    """Return a group, or None when there is none of this number or it is broken."""
    written = db.session.scalar(select(_WRITTEN).where(SynonymGroup.id == group_id))
    return db.session.get(SynonymGroup, group_id) if written and _phrases(written) else None


def group_or_404(group_id: int) -> SynonymGroup:
    """Return a group, or raise NotFound."""
    group = group_of(group_id)
    if group is None:
        raise NotFound
    return group


@dataclass(frozen=True)
class Effect:
    """How many pieces of content a phrase finds with all its words: by itself, and with what means the same."""

    phrase: str
    alone: int
    together: int


def effects(user: User, phrases: Sequence[str]) -> list[Effect]:
    """Return what a group does for each of its phrases, among what a person may see; empty without an index."""
    group: Synonyms = (tuple(phrases),)
    try:
        found = [
            tuple(whole_hits(read_query(phrase, words), MOST_COUNTED) for words in ((), group))
            for phrase in phrases
        ]
    except IndexUnusableError:
        return []
    seen = _seen(user, {asset_id for pair in found for ids in pair for asset_id in ids})
    return [
        Effect(phrase, len(alone & seen), len(together & seen))
        for phrase, (alone, together) in zip(phrases, found, strict=True)
    ]


def _seen(user: User, ids: set[int]) -> set[int]:
    offered = visible_assets(user).with_only_columns(Asset.id)
    offered = offered.where(worth_offering(user), Asset.state != "archived")
    seen: set[int] = set()
    for part in chunks(ids):
        seen.update(db.session.scalars(offered.where(Asset.id.in_(part))))
    return seen


@dataclass(frozen=True)
class Proposal:
    """Words that people typed, the other words with which they then found something, how often, and how many people."""

    typed: str
    instead: str
    times: int
    people: int
    group_id: int | None = None


def proposals() -> list[Proposal]:
    """Return groups that searches propose: words that were rephrased as others, after which a hit was opened."""
    then = aliased(Search)
    opened = select(SearchClick.id).where(SearchClick.search_id == then.id).exists()
    people = func.count(distinct(Search.user_id))
    found = (
        select(func.max(Search.text), func.max(then.text), func.count(), people)
        .join(then, then.id == Search.rephrased_by_id)
        .where(Search.at > now() - PERIOD, Search.words != "", then.words != "", opened)
        .where(Search.words != then.words)
        .group_by(Search.words, then.words)
        .having(or_(people >= SAME_PEOPLE, func.count() >= SAME_TIMES))
        .order_by(func.count().desc(), func.max(Search.id).desc())
        .limit(_MOST_READ)
    )
    groups = {reading(phrase): line.id for line in group_lines() for phrase in line.phrases}
    different = {
        frozenset(pair) for pair in db.session.execute(select(DifferentWords.one, DifferentWords.other))
    }
    kept: list[Proposal] = []
    for typed, instead, times, by in db.session.execute(found):
        one, other = groups.get(reading(typed)), groups.get(reading(instead))
        # Two that stand in different groups already are marketing's to think about, not one click.
        is_open = (one is None or other is None) and {as_key(typed), as_key(instead)} not in different
        if is_open and _may_mean_the_same(typed, instead):
            kept.append(Proposal(typed, instead, times, by, one or other))
    return kept[:MOST_PROPOSED]


def said_different() -> list[DifferentWords]:
    """Return the phrases that marketing said are not the same, the latest first."""
    found = select(DifferentWords).options(joinedload(DifferentWords.said_by))
    return list(db.session.scalars(found.order_by(DifferentWords.id.desc())))


def _may_mean_the_same(typed: str, instead: str) -> bool:
    """Leave out what was narrowed or widened, operators, and whole sentences."""
    if any(sign in text for text in (typed, instead) for sign in '":*;,=\n') or typed.startswith("-"):
        return False
    if max(len(typed), len(instead)) > _LONGEST_PROPOSED:
        return False
    one, other = reading(typed), reading(instead)
    differing = set(one) ^ set(other)
    if not one or not other or not differing or all(part.isdigit() for part in differing):
        return False
    # With a word in common, as in one pager and one-sheeter, as many words say that one stands for another.
    return len(one) == len(other) or not set(one) & set(other)
