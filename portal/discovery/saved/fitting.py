"""What fits a saved search in its owner's eyes: content in use that has all of the words, under all filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_

from portal.db import db
from portal.discovery.finding.wanted import MOST_FOUND, Wanted, matching
from portal.discovery.whole import is_whole_word, whole_among, whole_hits
from portal.library.indexing import engine
from portal.library.models import Asset
from portal.library.queries import live
from portal.search.engine import IndexUnusableError
from portal.users.models import User


@dataclass(frozen=True)
class Fitting:
    """The content that fits, best first or, without words, the newest first; `is_cut` says that there is more."""

    ids: tuple[int, ...]
    is_cut: bool


def fitting(user: User, text: str, filters: Mapping[str, Sequence[str]]) -> Fitting | None:
    """Return what fits, or None while the index cannot say."""
    wanted = matching(user, text, filters)
    if not wanted.is_ranked:
        return None
    found = under_filters(wanted)
    if wanted.ids is None:
        newest = func.coalesce(Asset.published_at, Asset.updated_at).desc()
        ids = tuple(db.session.scalars(found.order_by(newest, Asset.id.desc()).limit(MOST_FOUND)))
        return Fitting(ids, len(ids) == MOST_FOUND)
    try:
        kept = _whole_hits(wanted) & set(db.session.scalars(found))
    except IndexUnusableError:
        return None
    ids = tuple(number for number in wanted.ids if number in kept)
    return Fitting(ids[:MOST_FOUND], wanted.is_capped or len(ids) > MOST_FOUND)


def under_filters(wanted: Wanted) -> Select[Any]:
    """Select the ids of the wanted content under all filters; without one for states, what is in use."""
    found = wanted.assets()
    if not wanted.filters.get("state"):
        # What is still being written is no news yet.
        found = found.where(or_(live(), Asset.state == "from_sales"))
    return found


def _whole_hits(wanted: Wanted) -> set[int]:
    query = wanted.query
    if query is None:
        return set(wanted.ids or ())
    if len(query.words) == 1 and not is_whole_word(query):
        return whole_hits(query, engine().count() + 1)
    return whole_among(query, wanted.ranked.values())
