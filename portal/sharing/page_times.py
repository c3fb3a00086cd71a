"""Storing how long pages were in sight: many at once, and never more time than really passed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from portal.db import db
from portal.sharing.models import PageView, Visit

MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Beat:
    """So many milliseconds of one page in sight, in a visit that is known by its key, told at a moment of our clock."""

    link_id: int
    key: str
    item_id: int
    version_id: int
    page_number: int
    milliseconds: int
    at: datetime


@dataclass
class _Sum:
    """What is added to one page of one visit."""

    item_id: int
    milliseconds: int
    first_at: datetime
    last_at: datetime


def store(beats: Sequence[Beat]) -> None:
    """Add beats to the times of their visits' pages; those of a visit that does not exist, or of another link, go.

    Within a visit, all pages together get no more than what passed on this clock since the visit began.
    """
    visits = _visits({beat.key for beat in beats})
    spent = _spent([visit_id for visit_id, _, _ in visits.values()])
    sums: dict[tuple[int, int, int], _Sum] = {}
    for beat in beats:
        visit_id, link_id, began = visits.get(beat.key, (0, 0, beat.at))
        if link_id != beat.link_id:
            continue
        room = (beat.at - began) // MILLISECOND - spent[visit_id]
        taken = max(0, min(beat.milliseconds, room))
        spent[visit_id] += taken
        _add(sums, (visit_id, beat.version_id, beat.page_number), beat, taken)
    _write(sums)


def _visits(keys: set[str]) -> dict[str, tuple[int, int, datetime]]:
    rows = select(Visit.key, Visit.id, Visit.link_id, Visit.at).where(Visit.key.in_(keys))
    return {key: (visit_id, link_id, at) for key, visit_id, link_id, at in db.session.execute(rows)}


def _spent(visit_ids: Sequence[int]) -> defaultdict[int, int]:
    rows = select(PageView.visit_id, func.sum(PageView.milliseconds)).where(PageView.visit_id.in_(visit_ids))
    return defaultdict(int, db.session.execute(rows.group_by(PageView.visit_id)).tuples().all())


def _add(sums: dict[tuple[int, int, int], _Sum], key: tuple[int, int, int], beat: Beat, taken: int) -> None:
    known, began = sums.get(key), beat.at - taken * MILLISECOND
    if known is None:
        sums[key] = _Sum(beat.item_id, taken, began, beat.at)
    else:
        known.milliseconds += taken
        known.last_at = max(known.last_at, beat.at)


def _write(sums: dict[tuple[int, int, int], _Sum]) -> None:
    page = (PageView.visit_id, PageView.version_id, PageView.page_number)
    found = select(PageView.id, *page).where(PageView.visit_id.in_({key[0] for key in sums}))
    known = {(visit, version, number): id_ for id_, visit, version, number in db.session.execute(found)}
    new: list[dict[str, Any]] = []
    old: list[dict[str, Any]] = []
    for key, added in sums.items():
        if key in known:
            old.append({"known": known[key], "more": added.milliseconds, "at": added.last_at})
        else:
            visit_id, version_id, number = key
            names = {"visit_id": visit_id, "version_id": version_id, "page_number": number}
            new.append(names | vars(added))
    if new:
        db.session.execute(insert(PageView), new)
    if old:
        db.session.connection().execute(_MORE, old)


_TABLE = PageView.__table__.c
# Hundreds of rows in one go; through the ORM each would be a statement of its own.
_MORE = (
    update(PageView)
    .where(_TABLE.id == bindparam("known"))
    .values(milliseconds=_TABLE.milliseconds + bindparam("more"), last_at=bindparam("at"))
)
