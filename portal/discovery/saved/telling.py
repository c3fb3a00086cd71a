"""Telling the owners of saved searches of what is new: content that fits and has gone live since it was asked about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select, update

from portal.db import chunks, db, insert_rows, now, one_of
from portal.discovery.models import SavedSearch, SavedSearchHit, WrittenAsset
from portal.discovery.saved.asking import Answer, ask
from portal.discovery.saved.services import LIVE_AT, mark_fits, went_live_after
from portal.library.models import Asset, Version
from portal.notifications.services import Line, tell

_LONGEST = 100
# States in which content is not in use: whoever asks for one of them is told of whatever comes into it.
_BEFORE_USE = frozenset(("draft", "in_review", "from_sales"))


@dataclass(frozen=True)
class Asked:
    """What saved searches answered about some content at a moment; `is_last` says that none was left to ask about."""

    asset_ids: tuple[int, ...]
    answers: tuple[Answer, ...]
    at: datetime
    is_last: bool


def ask_about_written(most: int, moment: datetime | None = None) -> Asked:
    """Ask saved searches about the next content that was written to the index; nothing is written."""
    moment = moment or now()
    due = select(WrittenAsset.asset_id).where(WrittenAsset.is_due).order_by(WrittenAsset.asset_id)
    ids = tuple(db.session.scalars(due.limit(most)))
    return Asked(ids, tuple(ask(ids)) if ids else (), moment, len(ids) < most)


@dataclass(frozen=True)
class _Written:
    """Content as news is judged: whose it is, whether it is new since the last look, and when it last went live."""

    title: str
    owner_id: int | None
    is_new: bool
    live_at: datetime


def keep_and_tell(asked: Asked) -> None:
    """Keep what was answered, and tell each owner in one line a search, once of each piece of content."""
    written = _written(asked.asset_ids)
    lines = []
    searches = _searches(answer.search_id for answer in asked.answers)
    told, known = _told(asked.asset_ids), _known(asked.asset_ids)
    rows = []
    for answer in asked.answers:
        search = searches.get(answer.search_id)
        if search is None:
            continue
        before = known.get(search.id, {})
        fresh = sorted(number for number in answer.asset_ids if number not in before and number in written)
        mine = told.setdefault(search.user_id, set())
        news = [number for number in fresh if _is_news(search, written[number])]
        rows += [_hit(search, number, asked.at if number in news else None) for number in fresh]
        _mark_changed(search.id, before, answer.asset_ids)
        if untold := [number for number in news if number not in mine]:
            lines.append(_line(search, untold, written))
            mine.update(untold)
    insert_rows(SavedSearchHit, rows)
    _settle(asked)
    tell(lines)


def _is_news(search: SavedSearch, content: _Written) -> bool:
    if content.owner_id == search.user_id:
        return False
    if _BEFORE_USE.intersection(search.filters.get("state", ())):
        return True
    return content.is_new and content.live_at > search.created_at


def _hit(search: SavedSearch, asset_id: int, found_at: datetime | None) -> dict[str, object]:
    return {"saved_search_id": search.id, "asset_id": asset_id, "found_at": found_at, "fits": True}


def _mark_changed(search_id: int, before: Mapping[int, bool], fitting: Collection[int]) -> None:
    for fits in (True, False):
        changed = [
            number for number, was in before.items() if was is not fits and (number in fitting) is fits
        ]
        mark_fits(search_id, changed, fits=fits)


def _written(ids: Sequence[int]) -> dict[int, _Written]:
    is_new = WrittenAsset.looked_at.is_(None) | went_live_after(WrittenAsset.looked_at)
    found = (
        select(Asset.id, Asset.title, Asset.owner_id, is_new, *LIVE_AT)
        .join(WrittenAsset, WrittenAsset.asset_id == Asset.id)
        .outerjoin(Version, Version.id == Asset.current_version_id)
        .where(one_of(Asset.id, ids))
    )
    return {
        number: _Written(title, owner_id, bool(new), max(filter(None, live_at)))
        for number, title, owner_id, new, *live_at in db.session.execute(found)
    }


def _searches(ids: Iterable[int]) -> dict[int, SavedSearch]:
    found: dict[int, SavedSearch] = {}
    for part in chunks(ids):
        rows = db.session.scalars(select(SavedSearch).where(one_of(SavedSearch.id, part)))
        found.update({search.id: search for search in rows})
    return found


def _known(ids: Sequence[int]) -> dict[int, dict[int, bool]]:
    found = select(SavedSearchHit.saved_search_id, SavedSearchHit.asset_id, SavedSearchHit.fits)
    known: dict[int, dict[int, bool]] = {}
    for search_id, number, fits in db.session.execute(found.where(one_of(SavedSearchHit.asset_id, ids))):
        known.setdefault(search_id, {})[number] = fits
    return known


def _told(ids: Sequence[int]) -> dict[int, set[int]]:
    """Return by person the content that was news for any of their saved searches."""
    found = select(SavedSearch.user_id, SavedSearchHit.asset_id)
    found = found.join(SavedSearch, SavedSearch.id == SavedSearchHit.saved_search_id)
    found = found.where(one_of(SavedSearchHit.asset_id, ids), SavedSearchHit.found_at.is_not(None))
    told: dict[int, set[int]] = {}
    for user_id, number in db.session.execute(found):
        told.setdefault(user_id, set()).add(number)
    return told


def _settle(asked: Asked) -> None:
    """Note that this content was asked about; while its text is being read, what it says is still to come."""
    waiting = select(Asset.id).join(Version, Version.id == Asset.current_version_id)
    waiting = waiting.where(Version.state == "waiting", one_of(Asset.id, asked.asset_ids))
    looked_at = case((WrittenAsset.asset_id.in_(waiting), WrittenAsset.looked_at), else_=asked.at)
    # What was written again meanwhile is asked about again.
    is_due = WrittenAsset.written_at > asked.at
    these = update(WrittenAsset).where(one_of(WrittenAsset.asset_id, asked.asset_ids))
    db.session.execute(these.values(is_due=is_due, looked_at=looked_at))


def _line(search: SavedSearch, news: Sequence[int], written: Mapping[int, _Written]) -> Line:
    name, title = _short(search.name), _short(written[news[0]].title)
    if len(news) == 1:
        words = f"New for your search “{name}”: “{title}”"
    else:
        words = f"{len(news):,} new for your search “{name}”, the first is “{title}”"
    # A deleted search may leave its number to another one.
    key = f"saved:{search.id}:{search.created_at:%Y%m%d%H%M%S%f}:{news[0]}"
    return Line(search.user_id, "saved_search", words, f"/searches/{search.id}", key)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
