"""Asking all saved searches about a few pieces of content: in memory, whatever place a ranking would give them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from portal.db import chunks, db, one_of
from portal.discovery.asking import read_typed
from portal.discovery.finding.found import Filters
from portal.discovery.finding.wanted import Wanted, merged
from portal.discovery.models import SavedSearch, SavedSearchHit
from portal.discovery.saved.fitting import under_filters
from portal.discovery.synonyms.queries import synonyms
from portal.library.indexing import documents_of
from portal.library.models import Asset
from portal.library.queries import visible_assets, worth_offering
from portal.search.matching import Text, has_all
from portal.search.query import Query, Synonyms, read_query
from portal.users.models import User

_TEXTS_AT_ONCE = 20  # they are in memory with all their words


@dataclass(frozen=True)
class Answer:
    """What of the content that was asked about fits a saved search now, where that is not known already."""

    search_id: int
    asset_ids: frozenset[int]


@dataclass(frozen=True)
class _Question:
    search_id: int
    owner: User
    query: Query | None
    filters: Filters
    having: set[int] = field(default_factory=set)


def ask(asset_ids: Sequence[int]) -> list[Answer]:
    """Return which saved searches of active people some content newly fits, or no longer does, in their eyes."""
    questions = _questions()
    for part in chunks(asset_ids, _TEXTS_AT_ONCE):
        texts = [(document.id, Text(document)) for document in documents_of(part)]
        for one in questions:
            query = one.query
            one.having.update(number for number, text in texts if query is None or has_all(text, query))
    known = _known(asset_ids)
    eyes = _Eyes(asset_ids)
    answers = []
    for one in questions:
        before = known.get(one.search_id, {})
        if one.having or any(before.values()):
            fitting = one.having & eyes.see(one.owner, one.filters) if one.having else set()
            if fitting != {number for number, fits in before.items() if fits}:
                answers.append(Answer(one.search_id, frozenset(fitting)))
    return answers


def _questions() -> list[_Question]:
    found = select(SavedSearch, User).join(User, User.id == SavedSearch.user_id)
    rows = db.session.execute(found.where(User.status == "active").order_by(SavedSearch.id))
    groups = synonyms()
    return [_question(search, owner, groups) for search, owner in rows.tuples()]


def _question(search: SavedSearch, owner: User, groups: Synonyms) -> _Question:
    asked = read_typed(owner, search.text, groups)
    query = read_query(asked.words, groups) if asked.words else None
    return _Question(search.id, owner, query, merged(search.filters, asked.typed))


def _known(asset_ids: Sequence[int]) -> dict[int, dict[int, bool]]:
    found = select(SavedSearchHit.saved_search_id, SavedSearchHit.asset_id, SavedSearchHit.fits)
    known: dict[int, dict[int, bool]] = {}
    for search_id, number, fits in db.session.execute(
        found.where(one_of(SavedSearchHit.asset_id, asset_ids))
    ):
        known.setdefault(search_id, {})[number] = fits
    return known


class _Eyes:
    """What people see of some content under filters; asked of the database once for each person and filters."""

    def __init__(self, asset_ids: Sequence[int]) -> None:
        self._asset_ids = asset_ids
        self._seen: dict[int, tuple[int, ...]] = {}
        self._under: dict[tuple[int, str], set[int]] = {}

    def see(self, user: User, filters: Filters) -> set[int]:
        key = (user.id, json.dumps(filters, sort_keys=True, default=list))
        if key not in self._under:
            wanted = Wanted(user, filters, self._seen_by(user))
            self._under[key] = set(db.session.scalars(under_filters(wanted)))
        return self._under[key]

    def _seen_by(self, user: User) -> tuple[int, ...]:
        if user.id not in self._seen:
            seen = visible_assets(user).with_only_columns(Asset.id).where(worth_offering(user))
            self._seen[user.id] = tuple(db.session.scalars(seen.where(one_of(Asset.id, self._asset_ids))))
        return self._seen[user.id]
