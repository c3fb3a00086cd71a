"""The jobs of saved searches, some at a time, so that others come in between; nothing is locked while they look."""

from __future__ import annotations

from portal.db import begin_unit, end_unit, unit_of_work
from portal.discovery.saved import learning, telling
from portal.discovery.saved.services import ASK, LOOK
from portal.jobs import enqueue, job

AT_ONCE = 25
CONTENT_AT_ONCE = 200


@job(ASK)
def ask_saved_searches(_: int | None) -> None:
    """Ask saved searches about what was written to the index, and tell their owners of what is new to them."""
    begin_unit(writes=False)
    try:
        asked = telling.ask_about_written(CONTENT_AT_ONCE)
        unlearned = learning.look_at_unlearned(AT_ONCE)
    finally:
        end_unit(commit=False)
    with unit_of_work():
        telling.keep_and_tell(asked)
        learning.keep(unlearned)
        if not asked.is_last:
            enqueue(ASK, once=True)


@job(LOOK, nightly=True)
def look_over_saved_searches(after: int | None) -> None:
    """Learn what fits the saved searches after a number, of which nobody is told."""
    begin_unit(writes=False)
    try:
        batch = learning.look_over(after or 0, AT_ONCE)
    finally:
        end_unit(commit=False)
    with unit_of_work():
        learning.keep(batch)
        learning.go_on(batch)
