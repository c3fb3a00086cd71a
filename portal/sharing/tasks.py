"""What is forgotten every night: askings for a link of which no page was ever shown, and visits that are too old."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app

from portal.db import now, unit_of_work
from portal.jobs import job
from portal.sharing.visiting import forget_old_visits, forget_unseen_visits

UNSEEN_LIFE = timedelta(days=2)


@job("forget_unseen_visits", nightly=True)
def forget(_: int | None) -> None:
    """Delete visits that never showed a page: programs that look like browsers leave many."""
    with unit_of_work():
        forget_unseen_visits(now() - UNSEEN_LIFE)


@job("forget_old_visits", nightly=True)
def forget_old(_: int | None) -> None:
    """Delete what is known of visits for longer than the portal says that it keeps it."""
    with unit_of_work():
        forget_old_visits(now() - timedelta(days=current_app.config["VISIT_DAYS"]))
