"""Keeping saved searches, and learning what they find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from portal.db import chunks, db, insert_rows, now
from portal.discovery.models import SavedSearch, SavedSearchHit, SynonymGroup
from portal.discovery.saved.fitting import Fitting, fitting
from portal.discovery.saved.queries import saved_as, tidy
from portal.errors import Conflict, Invalid
from portal.jobs import enqueue
from portal.library.models import Asset, Version
from portal.users.models import User

LOOK = "look_over_saved_searches"
MOST = 50
LONGEST_NAME = 120
MOST_COUNTED = 1_000


def save_search(
    *, by: User, name: str, text: str, filters: Mapping[str, Sequence[str]], moment: datetime | None = None
) -> SavedSearch:
    """Save a search and learn what fits it already, of which nobody is told."""
    text, filters = " ".join(text.split())[:500], tidy(filters)
    if not text and not filters:
        raise Invalid("Search for something first, or choose filters; then it can be saved.", field="name")
    name = checked_name(name)
    if same := saved_as(by, text, filters):
        raise Conflict(f"You saved this search already, as “{same.name}”.", field="name")
    count = select(func.count()).where(SavedSearch.user_id == by.id)
    if (db.session.scalar(count) or 0) >= MOST:
        raise Conflict(
            f"You have {MOST} saved searches, and more are not kept. Delete one first.", field="name"
        )
    moment = moment or now()
    search = SavedSearch(
        user_id=by.id, name=name, text=text, filters=filters, created_at=moment, seen_at=moment
    )
    db.session.add(search)
    db.session.flush()
    found = fitting(by, text, filters)
    if found is None:
        # Without an index it is learned later what was there from the start.
        look_soon()
    else:
        learn(search, found, moment)
    return search


def checked_name(name: str) -> str:
    """Return a name on one line, or refuse an empty or endless one."""
    name = " ".join(name.replace("\x00", " ").split())
    if not name:
        raise Invalid("Please give it a name.", field="name")
    if len(name) > LONGEST_NAME:
        raise Invalid(f"A name has at most {LONGEST_NAME} characters; this has {len(name):,}.", field="name")
    return name


def rename_search(search: SavedSearch, name: str) -> None:
    """Call a saved search something else."""
    search.name = checked_name(name)


def delete_search(search: SavedSearch) -> None:
    """Forget a saved search; its owner is told of nothing more."""
    db.session.execute(delete(SavedSearchHit).where(SavedSearchHit.saved_search_id == search.id))
    db.session.delete(search)


def mark_seen(search_id: int) -> None:
    """Note that its owner has opened a saved search: what it found until now is no longer new."""
    db.session.execute(update(SavedSearch).where(SavedSearch.id == search_id).values(seen_at=now()))


def look_soon() -> None:
    """Have all saved searches looked over by a job, once for however much has changed until it runs."""
    if db.session.scalar(select(SavedSearch.id).limit(1)) is not None:
        enqueue(LOOK, once=True)


def learn(search: SavedSearch, found: Fitting, moment: datetime) -> list[int]:
    """Keep what fits a saved search, as it was at a moment, and return what of it is news to its owner."""
    known_rows = select(SavedSearchHit.asset_id, SavedSearchHit.fits)
    known = dict(
        db.session.execute(known_rows.where(SavedSearchHit.saved_search_id == search.id)).tuples().all()
    )
    since = search.looked_at or search.created_at
    fresh = _fresh([number for number in found.ids if number not in known], since, search.user_id)
    doubtful = search.looked_at is None or found.is_cut or (bool(search.text) and _words_changed(since))
    # Where something else may be why they fit, only what is new itself is news; one's own never is.
    news = [
        number
        for number in found.ids
        if number in fresh and not fresh[number].is_own and (fresh[number].is_newer or not doubtful)
    ]
    told = set(news)
    insert_rows(
        SavedSearchHit,
        [
            {
                "saved_search_id": search.id,
                "asset_id": number,
                "found_at": moment if number in told else None,
                "fits": True,
            }
            for number in fresh
        ],
    )
    _mark_fits(search, known, set(found.ids))
    search.looked_at = moment
    return news


@dataclass(frozen=True)
class _Fresh:
    """Content that a search did not know: whether it is newer than the last look, and its owner's own."""

    is_newer: bool
    is_own: bool


def _fresh(ids: Sequence[int], since: datetime, owner_id: int) -> dict[int, _Fresh]:
    """Return what is to be known of content, as far as it is still there."""
    newer: ColumnElement[bool] = or_(
        Asset.published_at > since, Version.published_at > since, Asset.created_at > since
    )
    found: dict[int, _Fresh] = {}
    for part in chunks(ids):
        rows = select(Asset.id, newer, Asset.owner_id == owner_id).where(Asset.id.in_(part))
        rows = rows.outerjoin(Version, Version.id == Asset.current_version_id)
        found.update({number: _Fresh(bool(new), bool(own)) for number, new, own in db.session.execute(rows)})
    return found


def _words_changed(since: datetime) -> bool:
    """Say whether other words mean the same since a moment."""
    return (
        db.session.scalar(select(SynonymGroup.id).where(SynonymGroup.changed_at > since).limit(1)) is not None
    )


def _mark_fits(search: SavedSearch, known: Mapping[int, bool], ids: set[int]) -> None:
    for fits in (True, False):
        changed = [number for number, was in known.items() if was is not fits and (number in ids) is fits]
        for part in chunks(changed):
            rows = update(SavedSearchHit).where(SavedSearchHit.saved_search_id == search.id)
            db.session.execute(rows.where(SavedSearchHit.asset_id.in_(part)).values(fits=fits))
