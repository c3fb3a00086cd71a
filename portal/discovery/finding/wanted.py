"""Which content a search is about: the engine ranks ids, and the database says which of them a person may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import ColumnElement, Select, exists, false, func, select, true

from portal.db import db, one_of
from portal.discovery.asking import OWNER, Typed, read_typed
from portal.discovery.finding.fallback import by_database
from portal.discovery.finding.found import Filters
from portal.discovery.synonyms.queries import synonyms
from portal.library.indexing import engine
from portal.library.life.queries import shown_state
from portal.library.models import Asset, Facet, Term, Version, asset_terms
from portal.library.queries import visible_assets, worth_offering
from portal.search.engine import IndexUnusableError, Ranked
from portal.search.query import Query, Synonyms, read_query
from portal.users.models import User

# The best of all hits are listed, as many as anybody reads; with a filter or another order all of them count.
MOST_FOUND = 1_000
# How many the engine is asked for first, and then, while fewer than MOST_FOUND of them may be seen; at last for all.
LIMITS = (1_500, 6_000)
# As many ids are asked about first: they are enough wherever a person may see five in six.
_FIRST_ASKED = 1_200
_THEN_ASKED = 20_000


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
    """The content that a person may see and that the words fit: the ids in their order, or None for all.

    `left_out` are ids that have words of which only others are wanted; `is_capped` says that there are more hits;
    `bare` is what was typed without kind: and owner:, `not_understood` says which operators were read as words.
    """

    user: User
    filters: Filters
    ids: tuple[int, ...] | None = None
    left_out: tuple[int, ...] = ()
    seen: Mapping[int, Seen] = field(default_factory=dict)
    ranked: Mapping[int, Ranked] = field(default_factory=dict)
    query: Query | None = None
    synonyms: Synonyms = ()
    words: str = ""
    bare: str = ""
    typed: tuple[Typed, ...] = ()
    not_understood: tuple[str, ...] = ()
    is_ranked: bool = True
    is_capped: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter leaves out some of what the words fit."""
        return any(self.filters.values()) or any(one.excludes for one in self.typed)

    def condition(self, *, without: str | None = None) -> ColumnElement[bool]:
        """Say in SQL which content is wanted under all filters, or all but one."""
        seen: ColumnElement[bool]
        if self.ids is None:
            visible = visible_assets(self.user).where(worth_offering(self.user)).whereclause
            seen = true() if visible is None else visible
        else:  # these ids are seen and worth offering
            seen = one_of(Asset.id, self.ids)
        if self.left_out:
            seen = seen & ~one_of(Asset.id, self.left_out)
        for key, values in self.filters.items():
            if values and key != without:
                seen = seen & _has(key, values)
        for one in self.typed:
            if one.excludes:
                seen = seen & ~func.coalesce(_has(one.key, one.values), false())
        if not self.filters.get("state") and without != "state":
            seen = seen & (Asset.state != "archived")
        return seen

    def fitting(self) -> list[int]:
        """Return the ids under all filters, in their order."""
        ids = self.ids or ()
        if self.is_ranked and not self.is_narrowed:  # as condition() has it, without asking
            return [number for number in ids if self.seen[number].state != "archived"]
        kept = set(db.session.scalars(self.assets()))
        return [number for number in ids if number in kept]

    def assets(self, *, without: str | None = None) -> Select[Any]:
        """Select the ids of the wanted content under all filters, or all but one."""
        return select(Asset.id).where(self.condition(without=without))


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


def matching(user: User, text: str, filters: Filters, *, to_the_end: bool = False) -> Wanted:
    """Return the content that words and filters fit, as far as a person may see it.

    Without a filter, and unless it is to be looked for `to_the_end`, these are the best MOST_FOUND.
    """
    text = " ".join(text.replace("\x00", " ").split())
    groups = synonyms() if text else ()
    asked = read_typed(user, text, groups)
    filters = merged(filters, asked.typed)
    wanted = Wanted(user, filters, bare=asked.words, typed=asked.typed, not_understood=asked.not_understood)
    if not asked.words:
        return wanted
    query = read_query(asked.words, groups)
    try:
        if query.only_excludes:
            return replace(wanted, left_out=_having_any(query))
        wanted = replace(wanted, query=query, synonyms=groups, words=asked.words)
        ranked, seen = _ranked(user, query, to_the_end=to_the_end or wanted.is_narrowed)
        if not ranked:
            _check()
    except IndexUnusableError:
        current_app.logger.exception("the search index cannot be used; the database answers instead")
        plain = query.typed or ("" if query.only_excludes else asked.words)
        return replace(wanted, ids=by_database(user, plain), is_ranked=False)
    kept = {hit.id: hit for hit in ranked}
    is_capped = len(kept) < len(seen)
    return replace(wanted, ids=tuple(kept), seen=seen, ranked=kept, is_capped=is_capped)


def _check() -> None:
    """Raise IndexUnusableError where nothing is found for want of a sound index."""
    if problem := engine().check(thorough=False):
        raise IndexUnusableError(problem)


def _having_any(query: Query) -> tuple[int, ...]:
    """Return the ids that have any of what a query leaves out: what its words find, but for what they leave."""
    parts = tuple(dict.fromkeys(term for word in query.without for term in word.terms))
    having = replace(query, words=query.without, without=(), every_part=parts)
    most = engine().count() + 1
    found = {hit.id for hit in engine().rank(having, most)}
    if not found:
        _check()
    left = {hit.id for hit in engine().rank(replace(having, without=query.without), most)}
    return tuple(sorted(found - left))


def merged(filters: Filters, typed: Sequence[Typed]) -> Filters:
    """Return filters with those that were typed as kind: and owner:."""
    merged = {key: list(values) for key, values in filters.items()}
    for one in typed:
        if one.excludes:
            continue
        values = merged.setdefault(one.key, [])
        values += [value for value in one.values if value not in values]
    return merged


def _ranked(user: User, query: Query, *, to_the_end: bool) -> tuple[list[Ranked], dict[int, Seen]]:
    """Rank on until more hits are known that a person may see than are listed, or the engine has no more.

    What is archived is no hit until a filter asks for it, and then all are ranked: it takes nobody's place.
    """
    seen: dict[int, Seen] = {}
    asked = offered = 0
    ranked: list[Ranked] = []
    for limit in _limits(to_the_end=to_the_end):
        ranked = engine().rank(query, limit)
        for ids in _portions([hit.id for hit in ranked[asked:]]):
            rows = db.session.execute(_offered(user).where(one_of(Asset.id, ids))).tuples()
            found = {number: Seen(*row) for number, *row in rows}
            seen |= found
            offered += sum(own.state != "archived" for own in found.values())
            if offered > MOST_FOUND and not to_the_end:
                return _best(ranked, seen), seen
        asked = len(ranked)
        if len(ranked) < limit:
            break
    return [hit for hit in ranked if hit.id in seen], seen


def _best(ranked: list[Ranked], seen: Mapping[int, Seen]) -> list[Ranked]:
    """Return the hits that a person may see, up to the last that is listed."""
    best, room = [], MOST_FOUND
    for hit in ranked:
        if hit.id in seen:
            room -= seen[hit.id].state != "archived"
            if room < 0:
                break
            best.append(hit)
    return best


def _limits(*, to_the_end: bool) -> Iterator[int]:
    yield from LIMITS[:1] if to_the_end else LIMITS
    yield max(LIMITS[-1], engine().count()) + 1


def _portions(ids: list[int]) -> Iterator[list[int]]:
    yield ids[:_FIRST_ASKED]
    for start in range(_FIRST_ASKED, len(ids), _THEN_ASKED):
        yield ids[start : start + _THEN_ASKED]


def _offered(user: User) -> Select[Any]:
    read = (Asset.kind, Asset.state, Asset.current_version_id, Version.sha256, Version.page_count)
    offered = visible_assets(user).outerjoin(Version, Version.id == Asset.current_version_id)
    return offered.with_only_columns(Asset.id, *read, Asset.replaced_by_id).where(worth_offering(user))
