"""Remembered layouts that a later import changed: undoing the earlier import leaves them as they are now."""

from __future__ import annotations

from sqlalchemy import delete, null, select, update
from sqlalchemy.orm import aliased

from portal.db import db
from portal.deals.models import ImportedRow

TABLE = "import_layouts"


def built_upon(import_id: int) -> list[tuple[ImportedRow, ImportedRow]]:
    """Return what an import noted of layouts that later ones changed, each beside the first later note."""
    own, later = aliased(ImportedRow), aliased(ImportedRow)
    same = (later.table_name == own.table_name) & (later.row_id == own.row_id)
    found = select(own, later).join(later, same & (later.id > own.id) & (later.import_id != own.import_id))
    found = found.where(own.import_id == import_id, own.table_name == TABLE).order_by(later.id)
    first: dict[int, tuple[ImportedRow, ImportedRow]] = {}
    for mine, theirs in db.session.execute(found).tuples():
        first.setdefault(mine.id, (mine, theirs))
    return list(first.values())


def pass_on(import_id: int) -> None:
    """Let the later imports put back what was there before this one, when they are undone in their turn."""
    for mine, theirs in built_upon(import_id):
        before = null() if mine.before is None else mine.before
        db.session.execute(update(ImportedRow).where(ImportedRow.id == theirs.id).values(before=before))
        db.session.execute(delete(ImportedRow).where(ImportedRow.id == mine.id))
