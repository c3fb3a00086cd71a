"""The job that looks saved searches over: some at a time, so that other jobs come in between."""

from __future__ import annotations

from portal.db import begin_unit, end_unit, unit_of_work
from portal.discovery.saved import telling
from portal.discovery.saved.services import LOOK
from portal.jobs import enqueue, job

AT_ONCE = 25


@job(LOOK, nightly=True)
def look_over_saved_searches(after: int | None) -> None:
    """Look the saved searches after a number over; nothing is locked while the index is asked."""
    begin_unit(writes=False)
    try:
        batch = telling.look_over(after or 0, AT_ONCE)
    finally:
        end_unit(commit=False)
    with unit_of_work():
        telling.keep_and_tell(batch)
        if batch.last_id is not None:
            enqueue(LOOK, batch.last_id, once=True)
