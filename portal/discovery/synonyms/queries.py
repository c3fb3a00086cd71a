"""Questions about words that mean the same: the groups, what they do, and which ones the searches of people propose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from portal.db import chunks, db, now
from portal.discovery.models import Search, SearchClick, SynonymGroup
from portal.discovery.synonyms.phrases import reading
from portal.discovery.whole import whole_hits
from portal.errors import NotFound
from portal.library.models import Asset
from portal.library.queries import visible_assets, worth_offering
from portal.search.engine import IndexUnusableError
from portal.search.query import Synonyms, read_query
from portal.users.models import User

MOST_COUNTED = 1_000
MOST_PROPOSED = 5
OFTEN = 2
PERIOD = timedelta(days=90)
_LONGEST_PROPOSED = 40
_MOST_READ = 200


def synonyms() -> Synonyms:
    """Return all groups of words and phrases that mean the same, for reading a query with."""
    groups = db.session.scalars(select(SynonymGroup.phrases).order_by(SynonymGroup.id))
    return tuple(tuple(phrases) for phrases in groups)


@dataclass(frozen=True)
class GroupLine:
    """A group in the list: its phrases, and who changed it last and when."""

    id: int
    phrases: tuple[str, ...]
    changed_by: str | None
    changed_at: datetime


def group_lines() -> list[GroupLine]:
    """Return all groups in the order of their first words."""
    found = select(SynonymGroup.id, SynonymGroup.phrases, User.name, SynonymGroup.changed_at)
    rows = db.session.execute(found.outerjoin(User, User.id == SynonymGroup.changed_by_id))
    lines = [GroupLine(number, tuple(phrases), name, at) for number, phrases, name, at in rows]
    return sorted(lines, key=lambda line: (line.phrases[0].casefold(), line.id))


def group_or_404(group_id: int) -> SynonymGroup:
    """Return a group, or raise NotFound."""
    group = db.session.get(SynonymGroup, group_id)
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
    """Words that people typed, the other words with which they then found something, and how often."""

    typed: str
    instead: str
    times: int
    group_id: int | None = None


def proposals() -> list[Proposal]:
    """Return groups that searches propose: words that were rephrased as others, after which a hit was opened."""
    then = aliased(Search)
    opened = select(SearchClick.id).where(SearchClick.search_id == then.id).exists()
    found = (
        select(func.max(Search.text), func.max(then.text), func.count())
        .join(then, then.id == Search.rephrased_by_id)
        .where(Search.at > now() - PERIOD, Search.words != "", then.words != "", opened)
        .where(Search.words != then.words)
        .group_by(Search.words, then.words)
        .having(func.count() >= OFTEN)
        .order_by(func.count().desc(), func.max(Search.id).desc())
        .limit(_MOST_READ)
    )
    groups = {reading(phrase): line.id for line in group_lines() for phrase in line.phrases}
    kept: list[Proposal] = []
    for typed, instead, times in db.session.execute(found):
        one, other = groups.get(reading(typed)), groups.get(reading(instead))
        # Two that stand in different groups already are marketing's to think about, not one click.
        if _may_mean_the_same(typed, instead) and (one is None or other is None):
            kept.append(Proposal(typed, instead, times, one or other))
    return kept[:MOST_PROPOSED]


def _may_mean_the_same(typed: str, instead: str) -> bool:
    """Leave out what was narrowed or widened, operators, and whole sentences."""
    if any(sign in text for text in (typed, instead) for sign in '":*;,=\n') or typed.startswith("-"):
        return False
    if max(len(typed), len(instead)) > _LONGEST_PROPOSED:
        return False
    one, other = set(reading(typed)), set(reading(instead))
    return bool(one and other) and not (one & other)
