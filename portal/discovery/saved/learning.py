"""Looking all saved searches over: after words came to mean the same, without an index before, and every night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.db import db, now
from portal.discovery.models import SavedSearch
from portal.discovery.saved.fitting import Fitting, fitting
from portal.discovery.saved.services import LOOK, learn
from portal.jobs import Job, enqueue
from portal.users.models import User


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
    return Batch(_looked(rows), rows[-1][0].id if len(rows) == most else None)


def look_at_unlearned(most: int) -> Batch:
    """Return what fits saved searches that were kept while there was no index to ask."""
    found = select(SavedSearch, User).join(User, User.id == SavedSearch.user_id)
    found = found.where(SavedSearch.looked_at.is_(None), User.status == "active").limit(most)
    return Batch(_looked(db.session.execute(found).tuples().all()), None)


def _looked(rows: Sequence[tuple[SavedSearch, User]]) -> tuple[Looked, ...]:
    looked = []
    for search, owner in rows:
        at, fits = now(), fitting(owner, search.text, search.filters)
        # While the index cannot say, it is learned neither that something fits nor that it does not.
        if fits is not None:
            looked.append(Looked(search.id, fits, at))
    return tuple(looked)


def keep(batch: Batch) -> None:
    """Keep what was found, unless a later look was quicker."""
    for one in batch.looked:
        search = db.session.get(SavedSearch, one.search_id)
        if search is not None and (search.looked_at is None or search.looked_at <= one.at):
            learn(search, one.found, one.at)


def go_on(batch: Batch) -> None:
    """Have the next ones looked over, unless another look is to begin, or is on its way, that reaches them too."""
    waiting = select(Job.id).where(Job.kind == LOOK, Job.state == "waiting")
    if batch.last_id is not None and db.session.scalar(waiting.limit(1)) is None:
        enqueue(LOOK, batch.last_id)
