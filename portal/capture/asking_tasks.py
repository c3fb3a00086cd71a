"""The night's work of asking: what a day's work on one deal suggests, and letting go of what nobody answered."""

from __future__ import annotations

from itertools import groupby

from portal.capture.days import ask_about, days_to_ask_about
from portal.capture.deciding import let_go_of_old
from portal.db import begin_unit, end_unit, now, unit_of_work
from portal.jobs import job
from portal.usage.sums import local_day


@job("propose_same_day", nightly=True)
def propose_same_day(_: int | None) -> None:
    """Ask each person about the last days, each in a short transaction."""
    begin_unit(writes=False)
    try:
        days = days_to_ask_about(local_day(now()))
    finally:
        end_unit(commit=False)
    for user_id, theirs in groupby(days, key=lambda day: day.user_id):
        with unit_of_work():
            ask_about(user_id, theirs)
    with unit_of_work():
        let_go_of_old()
