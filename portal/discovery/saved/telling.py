"""Looking saved searches over, and telling their owners of what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.db import db, now
from portal.discovery.models import SavedSearch, SavedSearchHit
from portal.discovery.saved.fitting import Fitting, fitting
from portal.discovery.saved.services import learn
from portal.library.models import Asset
from portal.notifications.services import Line, tell
from portal.users.models import User

_LONGEST = 100


@dataclass(frozen=True)
class Looked:
    """What fitted one saved search at a moment."""

    search_id: int
    found: Fitting
    at: datetime


@dataclass(frozen=True)
class Batch:
    """Some saved searches that were looked over; `last_id` is None where none are left after them."""

    looked: tuple[Looked, ...]
    last_id: int | None


def look_over(after: int, most: int) -> Batch:
    """Return what fits the next saved searches after a number, in the eyes of their owners; nothing is written."""
    found = (
        select(SavedSearch, User)
        .join(User, User.id == SavedSearch.user_id)
        .where(SavedSearch.id > after, User.status == "active")
        .order_by(SavedSearch.id)
        .limit(most)
    )
    rows = db.session.execute(found).tuples().all()
    looked = []
    for search, owner in rows:
        at, fits = now(), fitting(owner, search.text, search.filters)
        # While the index cannot say, it is learned neither that something fits nor that it does not.
        if fits is not None:
            looked.append(Looked(search.id, fits, at))
    return Batch(tuple(looked), rows[-1][0].id if len(rows) == most else None)


def keep_and_tell(batch: Batch) -> None:
    """Keep what was found and tell each owner in one line a search, once of each piece of content."""
    for one in batch.looked:
        search = db.session.get(SavedSearch, one.search_id)
        if search is None or (search.looked_at is not None and search.looked_at > one.at):
            continue
        told = _told(search.user_id, one.found.ids)
        news = [number for number in learn(search, one.found, one.at) if number not in told]
        if news:
            tell([_line(search, news)])


def _told(user_id: int, ids: Sequence[int]) -> set[int]:
    """Return the content that was news to a person for any of their saved searches."""
    found = select(SavedSearchHit.asset_id).join(
        SavedSearch, SavedSearch.id == SavedSearchHit.saved_search_id
    )
    found = found.where(SavedSearch.user_id == user_id, SavedSearchHit.found_at.is_not(None))
    return set(db.session.scalars(found)).intersection(ids)


def _line(search: SavedSearch, news: Sequence[int]) -> Line:
    title = _short(db.session.scalar(select(Asset.title).where(Asset.id == news[0])) or "")
    name = _short(search.name)
    if len(news) == 1:
        words = f"New for your search “{name}”: “{title}”"
    else:
        words = f"{len(news):,} new for your search “{name}”, the first is “{title}”"
    key = f"saved:{search.id}:{news[0]}"
    return Line(search.user_id, "saved_search", words, f"/searches/{search.id}", key)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
