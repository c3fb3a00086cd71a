"""Forgetting mails that were received long ago, and removing files that no mail waits in."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select

from portal.capture.models import ReceivedMail
from portal.capture.receiving.arrivals import files_that_wait, mail_store
from portal.db import begin_unit, db, end_unit, now

AT_ONCE = 2_000
# A file is stored before its row is written, by a worker that may be stopped in between.
AGE = timedelta(days=1)


def clear_some(before: datetime) -> int:
    """Delete the rows of some mails that were read and received before a moment, and return how many."""
    old = select(ReceivedMail.id).where(ReceivedMail.received_at < before, ReceivedMail.state != "waiting")
    ids = list(db.session.scalars(old.limit(AT_ONCE)))
    if ids:
        db.session.execute(delete(ReceivedMail).where(ReceivedMail.id.in_(ids)))
    return len(ids)


def remove_leftovers() -> int:
    """Remove files older than a day that no mail waits in, and return how many."""
    store = mail_store()
    names = [name for name in store.names() if _is_old(store.path(name))]
    begin_unit(writes=False)
    try:
        waiting = files_that_wait(names)
    finally:
        end_unit(commit=False)
    unused = [name for name in names if name not in waiting]
    for name in unused:
        store.delete(name)
    left = [path for path in (store.root / "incoming").glob("*") if _is_old(path)]
    for path in left:
        path.unlink(missing_ok=True)
    return len(unused) + len(left)


def _is_old(path: Path) -> bool:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, tz=now().tzinfo) < now() - AGE
    except FileNotFoundError:
        return False
