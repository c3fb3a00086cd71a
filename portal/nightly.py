"""The night's work: written down as jobs, once a night, by the clock of the organisation."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from huey import crontab
from sqlalchemy import select

from portal.db import db, now, unit_of_work
from portal.jobs import Job, enqueue, nightly_kinds

# The hour and minute from which a night's work is due, and the hour at which it is day.
NIGHT, MORNING = (2, 10), 6


def enqueue_nightly() -> None:
    """Write down the night's work, once a night, whichever hour the organisation's clock leaves out or repeats."""
    local = now().astimezone(ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"]))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if (local.hour, local.minute) < NIGHT or local.hour >= MORNING:
        return
    with unit_of_work():
        since = select(Job.kind).where(Job.subject_id.is_(None), Job.created_at >= midnight.astimezone(UTC))
        begun = set(db.session.scalars(since))
        for kind in nightly_kinds:
            if kind not in begun:
                enqueue(kind, once=True)


def init_app(app: Flask) -> None:
    """Ask every ten minutes whether the night's work is due."""

    def ring() -> None:
        with app.app_context():
            enqueue_nightly()

    app.extensions["queue"].periodic_task(crontab(minute="*/10"))(ring)
