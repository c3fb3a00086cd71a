"""The entries of a calendar file, found without trusting it: cut out line by line, and only those that may matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from portal.errors import Invalid

MOST_BYTES = 10 * 1024 * 1024
MOST_ENTRIES = 1_000
MOST_LINE, MOST_LINES = 2_000, 400
# Descriptions, attachments, alarms and all the rest are nobody's business here.
_KEPT = re.compile(
    r"(UID|SUMMARY|DTSTART|DTEND|DURATION|RRULE|EXDATE|RECURRENCE-ID|STATUS|ATTENDEE|ORGANIZER)[;:]", re.I
)
_DAY = re.compile(r"^(?:DTSTART|RECURRENCE-ID)[^:]*:(\d{4})(\d\d)(\d\d)(T?)", re.I | re.M)
_REPEATS = re.compile(r"^RRULE[;:]", re.I | re.M)
_MOVED = re.compile(r"^RECURRENCE-ID[;:]", re.I | re.M)


@dataclass
class Entries:
    """What of a calendar is worth reading, as texts, and how much was left aside and why."""

    texts: list[str]
    unreadable: int = 0
    too_many: int = 0


def entries_of(content: bytes, begin: date, end: date) -> Entries:
    """Cut a calendar file into its meetings between two days, and those that repeat; raises Invalid for anything else.

    All-day entries are no meetings.
    """
    if len(content) > MOST_BYTES:
        raise Invalid(
            f"The calendar has more than {MOST_BYTES // 1024**2} MB. Please export a shorter time.",
            field="file",
        )
    text = _decoded(content)
    if "BEGIN:VCALENDAR" not in text[:5_000].upper():
        raise Invalid(
            "This is no calendar. Calendars end in .ics and come out of “Export” or “Save as” of a calendar"
            " program; one inside a zip has to be unpacked first.",
            field="file",
        )
    found = Entries([])
    for entry in _entries(text):
        verdict = _verdict(entry, begin, end)
        if verdict == "unreadable":
            found.unreadable += 1
        elif verdict == "read" and len(found.texts) < MOST_ENTRIES:
            found.texts.append(entry)
        elif verdict == "read":
            found.too_many += 1
    return found


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _entries(text: str) -> Iterator[str]:
    """Yield the lines worth keeping of each entry, long lines joined again."""
    kept: list[str] | None = None
    inside = 0
    for line in _unfolded(text):
        name = line[:20].upper().rstrip()
        if name == "BEGIN:VEVENT":
            kept, inside = [], 0
        elif kept is None:
            continue
        elif name == "END:VEVENT":
            yield "\n".join(kept)
            kept = None
        elif name.startswith("BEGIN:"):
            inside += 1
        elif name.startswith("END:"):
            inside -= 1
        elif not inside and len(kept) < MOST_LINES and _KEPT.match(line):
            kept.append(line)


def _unfolded(text: str) -> Iterator[str]:
    parts: list[str] = []
    length = 0
    for line in text.splitlines():
        if line[:1] in (" ", "\t") and parts:
            if length < MOST_LINE:
                parts.append(line[1:])
                length += len(line)
            continue
        yield "".join(parts)[:MOST_LINE]
        parts, length = [line], len(line)
    yield "".join(parts)[:MOST_LINE]


def _verdict(entry: str, begin: date, end: date) -> str:
    """Say whether to read an entry: its own day has to be near, unless it repeats."""
    found = _DAY.search(entry)
    if found is None:
        return "unreadable"
    try:
        day = datetime(int(found[1]), int(found[2]), int(found[3])).date()
    except ValueError:
        return "unreadable"
    if not found[4]:
        return "left"
    if _MOVED.search(entry):
        return "read"
    if _REPEATS.search(entry):
        return "read" if day <= end else "left"
    return "read" if begin <= day <= end else "left"
