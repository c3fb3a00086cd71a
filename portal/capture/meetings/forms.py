"""What a person may type of a meeting: a title, a day, from when to when, and who was invited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.capture.meetings.pasted import Pasted
from portal.capture.meetings.reading import AHEAD, BACK, LASTS, LONGEST

NAMES = ("title", "day", "starts", "ends", "addresses", "text")
MOST = {"title": 300, "addresses": 5_000}


@dataclass
class Typed:
    """A meeting as typed, and what is wrong with it by field."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def typed(values: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed, by field."""
    return {name: values.get(name, "").strip() for name in NAMES}


def filled_in(text: str, pasted: Pasted) -> dict[str, str]:
    """Return the fields as a pasted text fills them in."""
    return {
        "title": pasted.title,
        "day": pasted.day.isoformat() if pasted.day else "",
        "starts": f"{pasted.starts:%H:%M}" if pasted.starts else "",
        "ends": f"{pasted.ends:%H:%M}" if pasted.ends else "",
        "addresses": ", ".join(pasted.addresses),
        "text": text,
    }


def read_typed(values: dict[str, str], zone: ZoneInfo, moment: datetime) -> Typed:
    """Check what was typed, and make moments of it in the person's own time zone."""
    found = Typed(values)
    for name, most in MOST.items():
        if len(values[name]) > most:
            found.errors[name] = f"Please keep this to {most:,} characters."
    if not values["title"]:
        found.errors["title"] = "Please say what the meeting was called."
    day, starts = _day(values["day"]), _time(values["starts"])
    ends = _time(values["ends"]) if values["ends"] else None
    if day is None:
        found.errors["day"] = "Please give the day, as in 2026-03-31."
    if starts is None:
        found.errors["starts"] = "Please give the hour, as in 14:00."
    if values["ends"] and ends is None:
        found.errors["ends"] = "Please give the hour, as in 15:00, or leave it empty for an hour."
    if not found.errors and day and starts:
        _place(found, day, starts, ends, zone, moment)
    return found


def _place(
    found: Typed, day: date, starts: time, ends: time | None, zone: ZoneInfo, moment: datetime
) -> None:
    begin = datetime.combine(day, starts, zone)
    if not moment - BACK <= begin <= moment + AHEAD:
        found.errors["day"] = f"Only the last {BACK.days} and the next {AHEAD.days} days are looked at."
        return
    end = datetime.combine(day, ends, zone) if ends else begin + LASTS
    # Past midnight.
    end = end + timedelta(days=1) if end < begin else end
    if not timedelta(0) < end - begin <= LONGEST:
        found.errors["ends"] = f"A meeting lasts up to {LONGEST.seconds // 3600} hours."
    found.starts_at, found.ends_at = begin.astimezone(UTC), end.astimezone(UTC)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
