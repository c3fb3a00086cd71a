"""Reading a calendar file: who met when with which domains, as far as it is near and the person took part."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Event

from portal.capture.meetings.entries import MOST_ENTRIES, entries_of
from portal.capture.meetings.recurring import Unusual, times
from portal.capture.receiving.letters import domain_of

BACK, AHEAD = timedelta(days=60), timedelta(days=30)
LASTS = timedelta(hours=1)
# Whatever lasts longer is a fair or a holiday.
LONGEST = timedelta(hours=12)
MOST_DOMAINS, MOST_TITLE, MOST_UID = 50, 300, 300
# A calendar that takes longer is made to.
SECONDS = 5.0
_BAD = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True)
class Person:
    """Whose calendar it is: their address in small letters, and the zone of times that name none."""

    email: str
    zone: ZoneInfo


@dataclass(frozen=True)
class Met:
    """One meeting; of those invited only the domains beside the person's own."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    domains: tuple[str, ...]


@dataclass
class Calendar:
    """What was read: meetings in order, the uid of every entry near enough, and what was left out, in sentences."""

    meetings: list[Met] = field(default_factory=list)
    uids: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


@dataclass
class _Counts:
    unreadable: int = 0
    unusual: int = 0
    zoneless: int = 0
    late: int = 0


def read_calendar(content: bytes, person: Person, moment: datetime) -> Calendar:
    """Read the meetings of the last 60 and the next 30 days out of a calendar file; raises Invalid for no calendar."""
    begin, end = moment - BACK, moment + AHEAD
    entries = entries_of(content, begin.date() - timedelta(days=1), end.date() + timedelta(days=1))
    counts = _Counts(unreadable=entries.unreadable)
    events = [event for event in (_event(text, counts) for text in entries.texts) if event is not None]
    moved = _moved(events, person)
    found, started = Calendar(), monotonic()
    for event in events:
        if monotonic() - started > SECONDS:
            counts.late += 1
            continue
        try:
            met = _meetings(event, person, begin, end, moved, counts)
        except Unusual:
            counts.unusual += 1
        except _BAD:
            counts.unreadable += 1
        else:
            found.uids.add(_uid(event))
            found.meetings += met
    found.meetings = sorted({(one.uid, one.starts_at): one for one in found.meetings}.values(), key=_begin)
    found.notes = _notes(counts, entries.too_many)
    return found


def _begin(met: Met) -> datetime:
    return met.starts_at


def _event(text: str, counts: _Counts) -> Any:
    try:
        return Event.from_ical(f"BEGIN:VEVENT\r\n{text}\r\nEND:VEVENT\r\n")
    except _BAD:
        counts.unreadable += 1
        return None


def _moved(events: Iterable[Any], person: Person) -> set[tuple[str, datetime]]:
    """Return the occurrences of repeating meetings that another entry tells of by itself."""
    found = set()
    for event in events:
        if "RECURRENCE-ID" in event:
            try:
                found.add((_uid(event), _moment(event["RECURRENCE-ID"].dt, person)))
            except _BAD:
                continue
    return found


def _meetings(
    event: Any,
    person: Person,
    begin: datetime,
    end: datetime,
    moved: set[tuple[str, datetime]],
    counts: _Counts,
) -> list[Met]:
    """Return when an entry took or takes place in the window; not where it was cancelled or the person said no."""
    raw = event["DTSTART"].dt
    if not isinstance(raw, datetime) or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return []
    starts_at = _moment(raw, person)
    lasts = _lasts(event, starts_at, person)
    invited, declined = _invited(event, person)
    if declined or lasts > LONGEST:
        return []
    counts.zoneless += raw.tzinfo is None and "TZID" in event["DTSTART"].params
    uid = _uid(event)
    starts = [starts_at]
    if "RRULE" in event and "RECURRENCE-ID" not in event:
        zone = raw.tzinfo if isinstance(raw.tzinfo, ZoneInfo) else person.zone
        gone = {_moment(day, person) for day in _excluded(event)}
        every = (moment.astimezone(UTC) for moment in times(_rule(event), starts_at, zone, end))
        starts = [moment for moment in every if moment not in gone and (uid, moment) not in moved]
    title = _title(event)
    return [Met(uid, title, at, at + lasts, invited) for at in starts if begin <= at <= end]


def _rule(event: Any) -> dict[str, Any]:
    rule = event["RRULE"]
    if isinstance(rule, list):
        raise Unusual
    return {str(name).upper(): values for name, values in rule.items()}


def _excluded(event: Any) -> list[datetime]:
    lists = event.get("EXDATE", [])
    every = [one.dt for dates in (lists if isinstance(lists, list) else [lists]) for one in dates.dts]
    return [day for day in every if isinstance(day, datetime)]


def _moment(raw: date, person: Person) -> datetime:
    if not isinstance(raw, datetime):
        raw = datetime(raw.year, raw.month, raw.day)
    return (raw if raw.tzinfo else raw.replace(tzinfo=person.zone)).astimezone(UTC)


def _lasts(event: Any, starts_at: datetime, person: Person) -> timedelta:
    if "DTEND" in event:
        lasts = _moment(event["DTEND"].dt, person) - starts_at
    elif "DURATION" in event:
        lasts = event["DURATION"].dt
    else:
        lasts = LASTS
    return lasts if lasts > timedelta(0) else LASTS


def _invited(event: Any, person: Person) -> tuple[tuple[str, ...], bool]:
    """Return the domains of those invited, beside the person's own, and whether the person said no."""
    domains: dict[str, None] = {}
    own, declined = domain_of(person.email), False
    for name in ("ORGANIZER", "ATTENDEE"):
        values = event.get(name, [])
        for one in values if isinstance(values, list) else [values]:
            address = str(one).strip().lower().removeprefix("mailto:")
            if address == person.email and str(one.params.get("PARTSTAT", "")).upper() == "DECLINED":
                declined = True
            domain = domain_of(address) if "@" in address else ""
            if domain and domain != own:
                domains[domain] = None
    return tuple(list(domains)[:MOST_DOMAINS]), declined


def _uid(event: Any) -> str:
    named = str(event.get("UID", "")).strip()
    if named:
        return named if len(named) <= MOST_UID else hashlib.sha256(named.encode()).hexdigest()
    return hashlib.sha256(f"{event.get('DTSTART')}{event.get('SUMMARY')}".encode()).hexdigest()


def _title(event: Any) -> str:
    return " ".join(str(event.get("SUMMARY", "")).split())[:MOST_TITLE]


def _notes(counts: _Counts, too_many: int) -> list[str]:
    """Say what of a calendar was left out or had to be guessed."""
    said = (
        (
            counts.unreadable,
            "can't be read, and was left out",
            "can't be read, and were left out",
        ),
        (
            counts.unusual,
            "repeats by the hour or in a way no meeting does, and was left out",
            "repeat by the hour or in a way no meeting does, and were left out",
        ),
        (
            counts.zoneless,
            "is in a time zone that is not known here, and was taken in yours",
            "are in time zones that are not known here, and were taken in yours",
        ),
        (
            counts.late,
            "was not read, since the calendar took too long",
            "were not read, since the calendar took too long",
        ),
        (
            too_many,
            f"was not read: {MOST_ENTRIES:,} are at a time",
            f"were not read: {MOST_ENTRIES:,} are at a time",
        ),
    )
    return [
        f"{number:,} {'entry' if number == 1 else 'entries'} {one if number == 1 else many}."
        for number, one, many in said
        if number
    ]
