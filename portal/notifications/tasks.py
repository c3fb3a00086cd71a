"""The job that empties the outbox."""

from __future__ import annotations

from portal.db import unit_of_work
from portal.jobs import job
from portal.notifications.services import BATCH, deliver


@job("deliver_notifications")
def deliver_notifications(_: int | None) -> None:
    """Deliver all that waits, a batch a transaction, so that the write lock is never held for long."""
    while True:
        with unit_of_work():
            delivered = deliver()
        if delivered < BATCH:
            return
