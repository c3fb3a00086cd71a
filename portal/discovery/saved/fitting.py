"""What fits a saved search in its owner's eyes: content in use that has all of the words, under all filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_

from portal.db import db
from portal.discovery.finding.wanted import MOST_FOUND, Wanted, matching
from portal.library.models import Asset
from portal.library.queries import live
from portal.users.models import User

_ALL_WORDS, _ALL_PHRASES = 1, 2


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
    found = wanted.assets()
    if not filters.get("state"):
        # What is still being written is no news yet.
        found = found.where(or_(live(), Asset.state == "from_sales"))
    if wanted.ids is None:
        newest = func.coalesce(Asset.published_at, Asset.updated_at).desc()
        ids = tuple(db.session.scalars(found.order_by(newest, Asset.id.desc()).limit(MOST_FOUND)))
        return Fitting(ids, len(ids) == MOST_FOUND)
    kept = _whole_hits(wanted) & set(db.session.scalars(found))
    return Fitting(tuple(number for number in wanted.ids if number in kept), wanted.is_capped)


def _whole_hits(wanted: Wanted) -> set[int]:
    """Return what has all words and phrases; a single word may be had in parts."""
    query = wanted.query
    least = 0
    if query is not None:
        least = (_ALL_WORDS if len(query.words) > 1 else 0) + (_ALL_PHRASES if query.phrases else 0)
    return {number for number, hit in wanted.ranked.items() if hit.lift >= least}
