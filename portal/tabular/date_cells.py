"""One cell as a date or time: which shape it has, cut up, while it is open which number is the day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, time, timedelta, timezone, tzinfo
from typing import NamedTuple

from portal.tabular.cells import clean

CENTURY_TURNS_AT = 70  # 01-03-17 is 2017, 01-03-85 is 1985

_TIME = (
    r"(?:(?:T|,? )(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?"
    r"(?: ?(?P<half>[AP])\.?M\.?)?(?: ?(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?)?"
)
_PATTERNS = {
    "year first": r"(?P<y>\d{4})(?P<s>[-/.])(?P<a>\d{1,2})(?P=s)(?P<b>\d{1,2})",
    "numbers": r"(?P<a>\d{1,2})(?P<s>[-/.])(?P<b>\d{1,2})(?P=s)(?P<y>\d{4}|\d\d)",
    "named month": r"(?P<d>\d{1,2})(?:[ -]|\. ?)(?P<m>[A-Z]{3,9})\.?,?[ -](?P<y>\d{4}|\d\d)",
    "month name first": r"(?P<m>[A-Z]{3,9})\.? (?P<d>\d{1,2}),? (?P<y>\d{4})",
}
_SHAPES = {kind: re.compile(pattern + _TIME, re.ASCII | re.IGNORECASE) for kind, pattern in _PATTERNS.items()}
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH_NUMBERS = {
    name[:size]: number for number, name in enumerate(_MONTHS, 1) for size in range(3, len(name) + 1)
}
_MONTH_NUMBERS["sept"] = 9


class Stamp(NamedTuple):
    """A calendar day as written, with the clock time and zone where the cell names them."""

    day: date
    clock: time | None
    zone: tzinfo | None


class Parts(NamedTuple):
    """A cell cut up but not yet understood: for `numbers` it is open whether a or b is the day."""

    shape: str
    separator: str
    year: int
    a: int
    b: int
    clock: time | None
    zone: tzinfo | None


def cut_up(cell: str) -> Parts | None:
    """Return the cell cut into its parts, None when it is no date in any usual shape."""
    text = clean(cell)
    if len(text) > 60:
        return None
    for shape, pattern in _SHAPES.items():
        found = pattern.fullmatch(text)
        if found:
            return _parts(shape, found)
    return None


def _parts(shape: str, found: re.Match[str]) -> Parts | None:
    named = found.groupdict()
    year = int(named["y"])
    if len(named["y"]) == 2:
        year += 2000 if year < CENTURY_TURNS_AT else 1900
    try:
        clock, zone = _clock(named), _zone(named["zone"])
        if "m" in named:
            return Parts(
                "named month", "", year, _MONTH_NUMBERS[named["m"].casefold()], int(named["d"]), clock, zone
            )
    except (KeyError, ValueError):
        return None
    separator = named["s"] if shape == "numbers" else ""
    return Parts(shape, separator, year, int(named["a"]), int(named["b"]), clock, zone)


def _clock(named: Mapping[str, str | None]) -> time | None:
    if named["hour"] is None:
        return None
    hour = int(named["hour"])
    if named["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if named["half"] in "Pp" else 0)
    return time(hour, int(named["minute"] or 0), int(named["second"] or 0))


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset >= timedelta(hours=15) or int(digits[2:]) > 59:
        raise ValueError("no such zone")
    return timezone(-offset if text[0] == "-" else offset)
