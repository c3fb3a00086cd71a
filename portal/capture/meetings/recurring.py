"""When a meeting that repeats takes place, within a window and within bounds, whatever its rule says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

MOST_TIMES = 100
EARLIEST = 1970
_FREQUENT = ("SECONDLY", "MINUTELY", "HOURLY")
# With these a rule may go through ten thousand years without finding a day.
_PARTS = {
    "DAILY": {"BYDAY", "BYMONTH"},
    "WEEKLY": {"BYDAY", "BYMONTH", "WKST"},
    "MONTHLY": {"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": {"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"},
}
# In a thirteenth month a day is looked for through eight thousand years.
_MONTHS = {str(number) for number in range(1, 13)}
# After four centuries the calendar repeats itself to the day of the week. Rules are gone through so much later, since
# they are given up in the year 9999: one that finds no day takes a fraction of the time from there.
LATER = 19 * 400
_ALWAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}


class Unusual(Exception):
    """A rule that no meeting has: it repeats by the hour or faster, or in a way that has no sense."""


def times(rule: Mapping[str, Any], first: datetime, zone: ZoneInfo, end: datetime) -> list[datetime]:
    """Return when a meeting takes place up to a moment, the latest MOST_TIMES of it.

    It is reckoned on the wall clock of its zone, so that it stays at two o'clock when the clocks change.
    """
    frequency = str(rule["FREQ"][0]).upper()
    allowed = _PARTS.get(frequency)
    if frequency in _FREQUENT or allowed is None or set(map(str.upper, rule)) - allowed - _ALWAYS:
        raise Unusual
    # With an interval of none a rule never ends.
    if first.year < EARLIEST or int(str(_value(rule.get("INTERVAL", 1)))) < 1:
        raise Unusual
    if any(month not in _MONTHS for month in _value(rule.get("BYMONTH", "1")).split(",")):
        raise Unusual
    until = _until(rule.get("UNTIL"), zone)
    wall_end = end.astimezone(zone).replace(tzinfo=None)
    last = min(until, wall_end) if until else wall_end
    begin = first.astimezone(zone).replace(tzinfo=None)
    if last < begin:
        return []
    text = ";".join(f"{name}={_value(values)}" for name, values in rule.items() if name.upper() != "UNTIL")
    found = rrulestr(text, dtstart=_moved(begin, LATER))
    walls = list(takewhile(lambda wall: wall <= _moved(last, LATER), found))
    return [_moved(wall, -LATER).replace(tzinfo=zone) for wall in walls[-MOST_TIMES:]]


def _moved(wall: datetime, years: int) -> datetime:
    return wall.replace(year=wall.year + years)


def _value(values: Any) -> str:
    every = values if isinstance(values, list) else [values]
    return ",".join(str(value) for value in every)


def _until(values: Any, zone: ZoneInfo) -> datetime | None:
    if not values:
        return None
    until = values[0] if isinstance(values, list) else values
    if isinstance(until, datetime):
        return until.astimezone(zone).replace(tzinfo=None) if until.tzinfo else until
    return datetime.combine(until, time.max) if isinstance(until, date) else None
