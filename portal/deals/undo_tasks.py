"""The job that undoes an import."""

from __future__ import annotations

from portal.db import unit_of_work
from portal.deals.queries import import_or_404
from portal.deals.undoing import undo
from portal.errors import Conflict
from portal.jobs import job


@job("undo_import")
def undo_import(import_id: int | None) -> None:
    """Put back what an import changed; when another import came between, say so and leave everything."""
    try:
        with unit_of_work():
            row = import_or_404(import_id or 0)
            if row.state == "undoing":
                undo(row, row.undone_by)
    except Conflict as refused:
        with unit_of_work():
            row = import_or_404(import_id or 0)
            row.state, row.undone_by_id = "applied", None
            row.report = {**(row.report or {}), "not_undone": refused.message}
