"""A meeting as people paste it: what an invitation says in lines such as "When: …" and "Who: …", for them to check."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from portal.capture.receiving.letters import domain_of

MOST_TEXT = 20_000
MOST_ADDRESSES = 50
_TITLE = ("subject", "title", "what", "meeting", "summary", "event", "betreff", "titel", "thema")
_WHEN = (
    *("when", "date", "day", "time", "start", "starts", "begins", "end", "ends", "until"),
    *("wann", "datum", "zeit", "beginn", "ende", "bis"),
)
_LINE = re.compile(r"^\s*\**([A-Za-z]{2,12})\**\s*[:：]\s*(.+)$")
_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OTHER_NAMES = {"mär": 3, "mae": 3, "mai": 5, "okt": 10, "dez": 12}
_ISO = re.compile(r"\b(20\d\d)-(\d\d?)-(\d\d?)\b")
_DOTS = re.compile(r"\b(\d\d?)\.\s?(\d\d?)\.(20\d\d|\d\d)?(?!\d)")
_SLASHES = re.compile(r"\b(\d\d?)/(\d\d?)/(20\d\d|\d\d)\b")
_DAY_MONTH = re.compile(
    r"\b(\d\d?)(?:st|nd|rd|th)?\.?\s+(?:of\s+)?([A-Za-zä]{3,9})\.?,?(?:\s+(20\d\d))?", re.I
)
_MONTH_DAY = re.compile(r"\b([A-Za-zä]{3,9})\.?\s+(\d\d?)(?:st|nd|rd|th)?\b,?(?:\s+(20\d\d))?", re.I)
_RANGE = re.compile(
    r"\b(\d\d?)(?:[:.h](\d\d))?\s*([ap]\.?m\.?)?\s*(?:-|–|—|to|until|bis)\s*(\d\d?)(?:[:.h](\d\d))?\s*([ap]\.?m\.?)?"
    r"(?!\d)",
    re.I,
)
_HOUR = re.compile(r"\b(\d\d?)[:h](\d\d)\s*([ap]\.?m\.?)?|\b(\d\d?)\s*([ap]\.?m\.?)(?!\w)", re.I)


@dataclass(frozen=True)
class Pasted:
    """What was understood; None and empty where nothing was, for the person to fill in."""

    title: str
    day: date | None
    starts: time | None
    ends: time | None
    addresses: tuple[str, ...]


def read_pasted(text: str, today: date) -> Pasted:
    """Understand what a pasted invitation says clearly; a date that may be read in two ways is left open."""
    text = text[:MOST_TEXT]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    named: dict[str, str] = {}
    for line in lines:
        found = _LINE.match(line)
        if found:
            named.setdefault(found[1].lower(), found[2].strip())
    when = " ".join(named[name] for name in _WHEN if name in named) or text
    title = next((named[name] for name in _TITLE if name in named), "")
    if not title and lines and not _LINE.match(lines[0]) and not _ADDRESS.search(lines[0]):
        title = lines[0]
    addresses = dict.fromkeys(found.lower() for found in _ADDRESS.findall(text))
    without_day = _WITHOUT_DAYS.sub(" ", when)
    starts, ends = _hours(without_day)
    return Pasted(
        " ".join(title.split())[:300], _day(when, today), starts, ends, tuple(addresses)[:MOST_ADDRESSES]
    )


_WITHOUT_DAYS = re.compile(
    rf"{_ISO.pattern}|{_SLASHES.pattern}|\b\d\d?\.\s?\d\d?\.(?:20\d\d|\d\d\b)?|\b20\d\d\b|"
    r"\b[A-Za-zä]{3,9}\.?\s+\d\d?(?:st|nd|rd|th)?,(?=\s)|\b\d\d?\.?\s+(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])\w*",
    re.I,
)


def _day(text: str, today: date) -> date | None:
    lowered = text.lower()
    for word, days in (("today", 0), ("heute", 0), ("yesterday", -1), ("gestern", -1), ("tomorrow", 1)):
        if re.search(rf"\b{word}\b", lowered):
            return today + timedelta(days=days)
    if found := _ISO.search(text):
        return _made(int(found[1]), int(found[2]), int(found[3]))
    if found := _SLASHES.search(text):
        return _by_slashes(int(found[1]), int(found[2]), _year(found[3], today))
    for match in _DAY_MONTH.finditer(text):
        if month := _month(match[2]):
            return _nearest(match[3], month, int(match[1]), today)
    for match in _MONTH_DAY.finditer(text):
        if month := _month(match[1]):
            return _nearest(match[3], month, int(match[2]), today)
    if found := _DOTS.search(text):
        return _nearest(found[3], int(found[2]), int(found[1]), today)
    return None


def _by_slashes(first: int, second: int, year: int) -> date | None:
    """Tell day from month where only one can be it; 3/4 is left to the person."""
    if first > 12 or first == second:
        return _made(year, second, first)
    return _made(year, first, second) if second > 12 else None


def _year(text: str | None, today: date) -> int:
    return today.year if not text else int(text) + (2000 if len(text) == 2 else 0)


def _nearest(year: str | None, month: int, day: int, today: date) -> date | None:
    """Make a date; without a year, that of the day nearest to today."""
    if year:
        return _made(_year(year, today), month, day)
    near = [_made(number, month, day) for number in (today.year - 1, today.year, today.year + 1)]
    return min((one for one in near if one), key=lambda one: abs(one - today), default=None)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(name: str) -> int | None:
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else _OTHER_NAMES.get(short)


def _hours(text: str) -> tuple[time | None, time | None]:
    for found in _RANGE.finditer(text):
        hour, minute, half, to_hour, to_minute, to_half = found.groups()
        if not (minute or to_minute or half or to_half):
            continue
        starts, ends = _time(hour, minute, half or to_half), _time(to_hour, to_minute, to_half or half)
        if starts and ends and not half and to_half and starts > ends:
            starts = _time(hour, minute, "am")
        return starts, ends
    hours = [_time(one[1] or one[4], one[2], one[3] or one[5]) for one in _HOUR.finditer(text)]
    known = [one for one in hours if one]
    return (known[0] if known else None), (known[1] if len(known) > 1 and known[1] > known[0] else None)


def _time(hour: str | None, minute: str | None, half: str | None) -> time | None:
    number = int(hour or 99)
    if half and 1 <= number <= 12:
        number = number % 12 + (12 if half.lower().startswith("p") else 0)
    try:
        return time(number, int(minute or 0))
    except ValueError:
        return None


def domains_of(addresses: str, own_email: str) -> tuple[str, ...]:
    """Return the domains of typed addresses beside the person's own; a bare domain is taken too."""
    own = domain_of(own_email)
    found: dict[str, None] = {}
    for part in re.split(r"[\s,;<>()]+", addresses.lower()):
        domain = domain_of(part) if "." in part else ""
        if domain and domain != own:
            found[domain] = None
    return tuple(found)[:MOST_ADDRESSES]
