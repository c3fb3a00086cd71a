"""The job that computes the impact figures, every night and when asked for."""

from __future__ import annotations

from portal.db import db, unit_of_work
from portal.impact.services import compute_figures, remove_old_cuts, store_figures
from portal.jobs import job


@job("compute_impact", nightly=True)
def compute_impact(_: int | None) -> None:
    """Compute a snapshot; only storing it takes the write lock."""
    figures = compute_figures()
    db.session.rollback()
    with unit_of_work():
        store_figures(figures)
    remove_old_cuts()
