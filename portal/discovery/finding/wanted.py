"""Which content a search is about: the engine ranks ids, and the database says which of them a person may see."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from portal.db import db
from portal.discovery.asking import OWNER, Typed, read_typed
from portal.discovery.finding.found import Filters
from portal.discovery.synonyms.queries import synonyms
from portal.library.indexing import engine
from portal.library.life.queries import shown_state
from portal.library.models import Asset, Facet, Page, Term, Version, asset_terms
from portal.library.page_queries import all_words
from portal.library.queries import visible_assets, worth_offering
from portal.search.engine import IndexUnusableError, Ranked
from portal.search.query import Query, Synonyms, read_query
from portal.users.models import User

# The words of more visible hits than these nobody reads to the end; counts cover as many.
MOST_FOUND = 1_000
# How many the engine is asked for first, and then, while fewer than MOST_FOUND of them may be seen; at last for all.
LIMITS = (1_500, 6_000)
# As many ids are asked about first: they are enough wherever a person may see nearly everything.
_FIRST_ASKED = 1_100
_THEN_ASKED = 20_000
MOST_FALLBACK_WORDS = 8


class Seen(NamedTuple):
    """What is read of each hit that a person may see: what tells that it is like another, and what filters count."""

    kind: str
    state: str
    version_id: int | None
    sha256: str | None
    page_count: int | None
    replaced_by_id: int | None


@dataclass(frozen=True)
class Wanted:
    """The content that a person may see and that the words fit: the ids in their order, or None for all."""

    user: User
    filters: Filters
    ids: tuple[int, ...] | None
    seen: Mapping[int, Seen] = field(default_factory=dict)
    ranked: Mapping[int, Ranked] = field(default_factory=dict)
    query: Query | None = None
    synonyms: Synonyms = ()
    words: str = ""
    typed: tuple[Typed, ...] = ()
    is_ranked: bool = True
    is_capped: bool = False

    def condition(self, *, without: str | None = None) -> ColumnElement[bool]:
        """Say in SQL which content is wanted under all filters, or all but one."""
        seen: ColumnElement[bool]
        if self.ids is None:
            visible = visible_assets(self.user).where(worth_offering(self.user)).whereclause
            seen = true() if visible is None else visible
        else:  # these ids are seen and worth offering
            seen = one_of(Asset.id, self.ids)
        for key, values in self.filters.items():
            if values and key != without:
                seen = seen & _has(key, values)
        if not self.filters.get("state") and without != "state":
            seen = seen & (Asset.state != "archived")
        return seen

    def fitting(self) -> list[int]:
        """Return the ids under all filters, in their order."""
        ids = self.ids or ()
        if self.is_ranked and not any(self.filters.values()):  # as condition() has it, without asking
            return [number for number in ids if self.seen[number].state != "archived"]
        kept = set(db.session.scalars(self.assets()))
        return [number for number in ids if number in kept]

    def assets(self, *, without: str | None = None) -> Select[Any]:
        """Select the ids of the wanted content under all filters, or all but one."""
        return select(Asset.id).where(self.condition(without=without))


def one_of(
    column: InstrumentedAttribute[int] | ColumnElement[int], ids: Sequence[int]
) -> ColumnElement[bool]:
    """Say in SQL that a column is one of many ids, sent as one value, which is quicker than a thousand."""
    # SQLite's json_each; PostgreSQL calls it jsonb_array_elements_text.
    sent = func.json_each(json.dumps(list(ids))).table_valued("value", name=None)
    return column.in_(select(sent.c.value))


def _has(key: str, values: Sequence[str]) -> ColumnElement[bool]:
    if key == "kind":
        return Asset.kind.in_(values)
    if key == "state":
        return shown_state().in_(values)
    if key == OWNER:
        return Asset.owner_id.in_([int(value) for value in values])
    terms = select(Term.id).join(Facet).where(Facet.key == key, Term.key.in_(values))
    return (
        exists().where(asset_terms.c.asset_id == Asset.id, asset_terms.c.term_id.in_(terms)).correlate(Asset)
    )


def matching(user: User, text: str, filters: Filters) -> Wanted:
    """Return the content that words and filters fit, as far as a person may see it."""
    text = " ".join(text.replace("\x00", " ").split())
    if not text:
        return Wanted(user, filters, None)
    groups = synonyms()
    asked = read_typed(user, text, groups)
    filters = _merged(filters, asked.typed)
    if not asked.words:
        return Wanted(user, filters, None, typed=asked.typed)
    query = read_query(asked.words, groups)
    said: dict[str, Any] = {
        "query": query,
        "synonyms": groups,
        "words": asked.words,
        "typed": asked.typed,
    }
    ranked: list[Ranked] | None
    try:
        ranked, seen = _ranked(user, query)
    except IndexUnusableError:
        current_app.logger.exception("the search index cannot be used; the database answers instead")
        ranked = None
    if ranked is None or (not ranked and engine().check() is not None):
        ids = _by_database(user, query.typed or asked.words)
        return Wanted(
            user, filters, ids[:MOST_FOUND], is_ranked=False, is_capped=len(ids) > MOST_FOUND, **said
        )
    kept = {hit.id: hit for hit in ranked[:MOST_FOUND]}
    return Wanted(user, filters, tuple(kept), seen, kept, is_capped=len(ranked) > MOST_FOUND, **said)


def _merged(filters: Filters, typed: Sequence[Typed]) -> Filters:
    merged = {key: list(values) for key, values in filters.items()}
    for one in typed:
        values = merged.setdefault(one.key, [])
        values += [value for value in one.values if value not in values]
    return merged


def _ranked(user: User, query: Query) -> tuple[list[Ranked], dict[int, Seen]]:
    """Rank on until more hits are known that a person may see than are shown, or the engine has no more."""
    seen: dict[int, Seen] = {}
    asked = 0
    ranked: list[Ranked] = []
    for limit in _limits():
        ranked = engine().rank(query, limit)
        for ids in _portions([hit.id for hit in ranked[asked:]]):
            rows = db.session.execute(_offered(user).where(one_of(Asset.id, ids))).tuples()
            seen.update((number, Seen(*row)) for number, *row in rows)
            if len(seen) > MOST_FOUND:
                break
        asked = len(ranked)
        if len(seen) > MOST_FOUND or len(ranked) < limit:
            break
    return [hit for hit in ranked if hit.id in seen], seen


def _limits() -> Iterator[int]:
    yield from LIMITS
    yield max(LIMITS[-1], engine().count()) + 1


def _portions(ids: list[int]) -> Iterator[list[int]]:
    yield ids[:_FIRST_ASKED]
    for start in range(_FIRST_ASKED, len(ids), _THEN_ASKED):
        yield ids[start : start + _THEN_ASKED]


def _offered(user: User) -> Select[Any]:
    read = (Asset.kind, Asset.state, Asset.current_version_id, Version.sha256, Version.page_count)
    offered = visible_assets(user).outerjoin(Version, Version.id == Asset.current_version_id)
    return offered.with_only_columns(Asset.id, *read, Asset.replaced_by_id).where(worth_offering(user))


def _by_database(user: User, text: str) -> tuple[int, ...]:
    """Find without an index: every word in the title, summary or a page; the newest first."""
    found = visible_assets(user).with_only_columns(Asset.id).where(worth_offering(user))
    for word in text.split()[:MOST_FALLBACK_WORDS]:
        bare = word.strip('"\u201c\u201d\u201e\u00ab\u00bb') or word
        page = select(Page.version_id).where(all_words().icontains(bare, autoescape=True))
        in_title = Asset.title.icontains(bare, autoescape=True)
        in_summary = Asset.summary.icontains(bare, autoescape=True)
        found = found.where(or_(in_title, in_summary, Asset.current_version_id.in_(page)))
    return tuple(
        db.session.scalars(found.order_by(Asset.published_at.desc().nulls_last()).limit(MOST_FOUND + 1))
    )
