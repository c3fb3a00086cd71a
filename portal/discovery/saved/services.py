"""Keeping saved searches, and learning what they find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, false, func, literal, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from portal.db import UtcDateTime, db, insert_rows, now, one_of
from portal.discovery.models import SavedSearch, SavedSearchHit, WrittenAsset
from portal.discovery.saved.fitting import Fitting, fitting
from portal.discovery.saved.queries import saved_as, tidy
from portal.errors import Conflict, Invalid
from portal.jobs import Job, enqueue
from portal.library.models import Asset, Version
from portal.users.models import User

LOOK, ASK = "look_over_saved_searches", "ask_saved_searches"
# Content is new from when it was made, went live, or its current version did.
LIVE_AT = (Asset.created_at, Asset.published_at, Version.published_at)
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
    """Have a job learn anew what fits all saved searches, from the first to the last and never twice at once."""
    if db.session.scalar(select(SavedSearch.id).limit(1)) is None:
        return
    # One that is on its way begins again.
    under_way = update(Job).where(Job.kind == LOOK, Job.subject_id.is_not(None), Job.state == "waiting")
    db.session.execute(under_way.values(state="done", finished_at=now()))
    enqueue(LOOK, once=True)


def ask_about(asset_ids: Sequence[int]) -> None:
    """Have a job ask saved searches about content that was written to the index, and only about that."""
    if db.session.scalar(select(SavedSearch.id).limit(1)) is None:
        return
    moment = now()
    known = update(WrittenAsset).where(one_of(WrittenAsset.asset_id, asset_ids))
    db.session.execute(known.values(is_due=True, written_at=moment))
    noted = select(WrittenAsset.asset_id).where(WrittenAsset.asset_id == Asset.id).exists()
    new = db.session.scalars(select(Asset.id).where(one_of(Asset.id, asset_ids), ~noted))
    insert_rows(
        WrittenAsset,
        [{"asset_id": number, "written_at": moment, "is_due": True, "looked_at": None} for number in new],
    )
    enqueue(ASK, once=True)


def learn(search: SavedSearch, found: Fitting, moment: datetime) -> None:
    """Keep in silence what fits a saved search, as it was at a moment.

    What went live after the search was saved, and about which it has not been asked since, is left out: it is news.
    """
    known_rows = select(SavedSearchHit.asset_id, SavedSearchHit.fits)
    known = dict(
        db.session.execute(known_rows.where(SavedSearchHit.saved_search_id == search.id)).tuples().all()
    )
    fresh = _no_news([number for number in found.ids if number not in known], search.created_at)
    insert_rows(
        SavedSearchHit,
        [
            {"saved_search_id": search.id, "asset_id": number, "found_at": None, "fits": True}
            for number in fresh
        ],
    )
    ids = set(found.ids)
    mark_fits(search.id, [number for number, fits in known.items() if not fits and number in ids], fits=True)
    if not found.is_cut:
        gone = [number for number, fits in known.items() if fits and number not in ids]
        mark_fits(search.id, gone, fits=False)
    search.looked_at = moment


def _no_news(ids: Sequence[int], since: datetime) -> list[int]:
    asked_since = WrittenAsset.looked_at.is_not(None) & ~went_live_after(WrittenAsset.looked_at)
    found = (
        select(Asset.id)
        .outerjoin(Version, Version.id == Asset.current_version_id)
        .outerjoin(WrittenAsset, WrittenAsset.asset_id == Asset.id)
        .where(one_of(Asset.id, ids), or_(~went_live_after(literal(since, UtcDateTime)), asked_since))
    )
    return list(db.session.scalars(found)) if ids else []


def went_live_after(
    moment: ColumnElement[datetime] | InstrumentedAttribute[datetime | None],
) -> ColumnElement[bool]:
    """Say in SQL that content was made or went live, or its current version did, after a moment."""
    return or_(*(func.coalesce(at > moment, false()) for at in LIVE_AT))


def mark_fits(search_id: int, asset_ids: Sequence[int], *, fits: bool) -> None:
    """Keep of content that a saved search knows that it fits, or no longer does."""
    if asset_ids:
        rows = update(SavedSearchHit).where(SavedSearchHit.saved_search_id == search_id)
        db.session.execute(rows.where(one_of(SavedSearchHit.asset_id, asset_ids)).values(fits=fits))
