"""Noting that this portal shows a demo, and clearing it to start for real."""

from __future__ import annotations

from pathlib import Path

from flask import current_app
from sqlalchemy import delete, select, update

from portal.db import db, on_commit
from portal.demo.models import DemoNote
from portal.errors import Conflict
from portal.library.indexing import engine
from portal.library.models import Asset
from portal.storage import storage
from portal.users.models import AuditEntry
from portal.users.services import audit

NOT_A_DEMO = "This portal shows no demo, so nothing is cleared."


def note_begin(seed: int) -> None:
    """Note that a demo is being loaded, in the transaction of its first rows."""
    db.session.add(DemoNote(id=1, seed=seed, planted={"complete": False, "effects": {}}))


def note_end(effects: dict[str, float]) -> None:
    """Note that the demo is whole, and which effects were planted in it, by slug."""
    note = db.session.get_one(DemoNote, 1)
    note.planted = {"complete": True, "effects": effects}
    # What the services wrote down while they were loading did not happen today, or to anybody.
    db.session.execute(delete(AuditEntry))
    audit(None, "loaded the demo", f"seed {note.seed}")


def clear() -> None:
    """Remove everything that a demo portal holds: every row, then the files and the search index."""
    if db.session.scalar(select(DemoNote.id)) is None:
        raise Conflict(NOT_A_DEMO)
    # Content and its versions point at each other, so no order of tables would do.
    db.session.execute(update(Asset).values(current_version_id=None, replaced_by_id=None))
    for table in reversed(db.metadata.sorted_tables):
        db.session.execute(delete(table))
    db.session.expunge_all()
    on_commit(_forget_files)


def was_cleared() -> bool:
    """Say whether somebody cleared the demo here to start for real, so that it does not come back by itself."""
    return _mark().exists()


def forget_clearing() -> None:
    """Let the demo be loaded again."""
    _mark().unlink(missing_ok=True)


def _mark() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "demo_cleared"


def _forget_files() -> None:
    _mark().touch()
    kept = storage()
    for name in list(kept.names()):
        kept.delete(name)
    engine().rebuild(())
