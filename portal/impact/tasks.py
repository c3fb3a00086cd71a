"""The jobs that compute the impact figures, every night and when asked for, and then the second opinion on them."""

from __future__ import annotations

from portal.db import db, unit_of_work
from portal.impact.services import (
    compute_figures,
    remove_old_cuts,
    second_opinion,
    store_figures,
    store_second_opinion,
)
from portal.jobs import enqueue, job


@job("compute_impact", nightly=True)
def compute_impact(_: int | None) -> None:
    """Compute a snapshot; only storing it takes the write lock."""
    figures = compute_figures()
    db.session.rollback()
    with unit_of_work():
        store_figures(figures)
        enqueue("compute_joint", once=True)
    remove_old_cuts()


@job("compute_joint", can_wait=True)
def compute_joint(_: int | None) -> None:
    """Add the joint model's figures to the latest snapshot; each computation asks for it, so every night does."""
    figures = second_opinion()
    with unit_of_work():
        store_second_opinion(figures)
