"""Days counted from today and turned into working days and times; every draw is relative, so that a seed gives
the same story whatever the date."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np

_HOURS_FROM = {"North America": 14, "Latin America": 14, "EMEA": 7, "APAC": 1}
_HOURS_LONG = {"North America": 7, "Latin America": 7, "EMEA": 9, "APAC": 6}


def working_day(today: date, days: float) -> date:
    """The day so many days from today, or the Friday before when it falls on a weekend; order is kept."""
    day = today + timedelta(days=int(np.floor(days)))
    return day - timedelta(days=max(0, day.weekday() - 4))


def working_time(day: date, region: str | None, share: float) -> datetime:
    """A moment in the region's working hours, in UTC; the date is the same in UTC and in Europe."""
    place = region or "EMEA"
    minutes = int((_HOURS_FROM[place] + share * _HOURS_LONG[place]) * 60)
    return datetime.combine(day, time(minutes // 60, minutes % 60), UTC)
