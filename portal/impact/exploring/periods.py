"""Periods: the usual ones, as days of the organisation's calendar, and any of them in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from portal.web.formatting import day as day_words

MONTHS_IN_QUARTER = 3


@dataclass(frozen=True)
class Period:
    """A period by its usual name, both days included; None is open."""

    name: str
    begin: date | None = None
    end: date | None = None


def usual_periods(today: date) -> tuple[Period, ...]:
    """Return the periods that one click chooses."""
    this_quarter = today.replace(month=today.month - (today.month - 1) % MONTHS_IN_QUARTER, day=1)
    last_day = this_quarter - timedelta(days=1)
    last_quarter = last_day.replace(month=last_day.month - MONTHS_IN_QUARTER + 1, day=1)
    return (
        Period("All"),
        Period("Last 90 days", today - timedelta(days=89), today),
        Period("This quarter", this_quarter, today),
        Period("Last quarter", last_quarter, last_day),
        Period("Last 12 months", _a_year_before(today) + timedelta(days=1), today),
    )


def _a_year_before(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


def period_words(begin: date | None, end: date | None) -> str:
    """Say when the deals were closed."""
    if begin and end:
        return f"{day_words(begin)} to {day_words(end)}"
    if begin:
        return f"since {day_words(begin)}"
    return f"up to {day_words(end)}" if end else "all time"
