"""Looking at meetings soon after they are over, and forgetting them in the end."""

from __future__ import annotations

from portal.capture.meetings.services import clear_meetings, due_meetings, look_at
from portal.db import begin_unit, end_unit, unit_of_work
from portal.jobs import enqueue, job
from portal.worker import every_minute


def look_for_ended_meetings() -> None:
    """Write the job down when a meeting is over."""
    if _due():
        with unit_of_work():
            enqueue("look_at_meetings", once=True)


def _due() -> list[int]:
    begin_unit(writes=False)
    try:
        return due_meetings()
    finally:
        end_unit(commit=False)


every_minute.append(look_for_ended_meetings)


@job("look_at_meetings")
def look_at_meetings(_: int | None) -> None:
    """Propose what was open during each meeting that is over, each in a short transaction."""
    while due := _due():
        for meeting_id in due:
            with unit_of_work():
                look_at(meeting_id)


@job("clear_meetings", nightly=True)
def clear(_: int | None) -> None:
    """Forget meetings of long ago."""
    with unit_of_work():
        clear_meetings()
