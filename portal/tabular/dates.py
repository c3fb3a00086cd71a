"""Dates and times as exports write them: one format per column, settled by all of its cells together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal, NamedTuple

from portal.tabular.cells import clean, is_blank
from portal.tabular.reading import CellRefused, words

Order = Literal["auto", "dmy", "mdy"]

EARLIEST, LATEST = 1970, 2100
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


class _Parts(NamedTuple):
    """A cell cut up but not yet understood: for `numbers` it is open whether a or b is the day."""

    shape: str
    separator: str
    year: int
    a: int
    b: int
    clock: time | None
    zone: tzinfo | None


@dataclass(frozen=True)
class DateColumn:
    """One column's dates; `words` says its format, `doubtful` are cells that another order would read differently."""

    field: str
    words: str
    notes: tuple[str, ...]
    doubtful: frozenset[str]
    zone: tzinfo
    _stamps: Mapping[str, Stamp | str]

    def stamp(self, cell: str) -> Stamp | None:
        """Return the cell's date, None for an empty one; refuse one that does not fit the column."""
        found = self._stamps.get(cell)
        if isinstance(found, str):
            raise CellRefused(self.field, cell, found)
        return found

    def day(self, cell: str) -> date | None:
        """Return the calendar day in the organisation's time zone."""
        found = self.stamp(cell)
        if found is None or found.zone is None or found.clock is None:
            return found and found.day
        return datetime.combine(found.day, found.clock, found.zone).astimezone(self.zone).date()

    def moment(self, cell: str) -> datetime | None:
        """Return the moment in UTC; a cell without a zone is in the organisation's, one without a time at midnight."""
        found = self.stamp(cell)
        if found is None:
            return None
        return datetime.combine(found.day, found.clock or time(), found.zone or self.zone).astimezone(UTC)


def read_date_columns(
    columns: Mapping[str, Sequence[str]], order: Order = "auto", zone: tzinfo = UTC
) -> dict[str, DateColumn]:
    """Settle one format for each column of a file, given as field -> cells.

    Where every cell of a column could be day/month and month/day, the order that the file's other columns prove with
    the same separator is taken, else `order`; "auto" means month first with "/" and day first with "-" and ".".
    """
    parsed = {field: {cell: _cut_up(cell) for cell in set(cells)} for field, cells in columns.items()}
    counts = {field: Counter(cells) for field, cells in columns.items()}
    proofs = {field: _proof(parsed[field], counts[field]) for field in columns}
    return {field: _settle(field, parsed[field], counts[field], proofs, order, zone) for field in columns}


def _cut_up(cell: str) -> _Parts | None:
    text = clean(cell)
    if len(text) > 60:
        return None
    for shape, pattern in _SHAPES.items():
        found = pattern.fullmatch(text)
        if found:
            return _parts(shape, found)
    return None


def _parts(shape: str, found: re.Match[str]) -> _Parts | None:
    named = found.groupdict()
    year = int(named["y"])
    if len(named["y"]) == 2:
        year += 2000 if year < CENTURY_TURNS_AT else 1900
    try:
        clock, zone = _clock(named), _zone(named["zone"])
        if "m" in named:
            return _Parts(
                "named month", "", year, _MONTH_NUMBERS[named["m"].casefold()], int(named["d"]), clock, zone
            )
    except (KeyError, ValueError):
        return None
    separator = named["s"] if shape == "numbers" else ""
    return _Parts(shape, separator, year, int(named["a"]), int(named["b"]), clock, zone)


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


class _Proof(NamedTuple):
    """The column's commonest shape, and how many of its cells can only be read one way round."""

    shape: str
    separator: str
    day_first: int
    month_first: int


def _proof(parsed: Mapping[str, _Parts | None], counts: Counter[str]) -> _Proof | None:
    shapes: Counter[tuple[str, str]] = Counter()
    for cell, parts in parsed.items():
        if parts:
            shapes[parts.shape, parts.separator] += counts[cell]
    if not shapes:
        return None
    # Names settle a draw, so that the same file always reads the same.
    shape, separator = min(shapes, key=lambda key: (-shapes[key], key))
    day_first = month_first = 0
    if shape == "numbers":
        for cell, parts in parsed.items():
            if parts and (parts.shape, parts.separator) == (shape, separator):
                day_first += counts[cell] * (12 < parts.a <= 31 and parts.b <= 12)
                month_first += counts[cell] * (12 < parts.b <= 31 and parts.a <= 12)
    return _Proof(shape, separator, day_first, month_first)


def _settle(
    field: str,
    parsed: Mapping[str, _Parts | None],
    counts: Counter[str],
    proofs: Mapping[str, _Proof | None],
    order: Order,
    zone: tzinfo,
) -> DateColumn:
    proof = proofs[field]
    chosen, notes = _order(field, proof, proofs, order)
    format_words = _words(proof, chosen)
    stamps: dict[str, Stamp | str] = {}
    doubtful = set()
    mixed = proof is not None and proof.day_first > 0 and proof.month_first > 0
    for cell, parts in parsed.items():
        if is_blank(cell):
            continue
        stamps[cell] = _understand(parts, proof, chosen, format_words)
        if mixed and parts and parts.a != parts.b and max(parts.a, parts.b) <= 12:
            doubtful.add(cell)
    return DateColumn(field, format_words, notes, frozenset(doubtful), zone, stamps)


def _order(
    field: str, proof: _Proof | None, proofs: Mapping[str, _Proof | None], order: Order
) -> tuple[Order, tuple[str, ...]]:
    """Return which way round the column's numbers are, with a note where its cells leave a doubt."""
    if proof is None or proof.shape != "numbers":
        return "auto", ()
    chosen: Order = order if order != "auto" else ("mdy" if proof.separator == "/" else "dmy")
    column = f"the column {words(field)}"
    if proof.day_first == proof.month_first == 0:
        chosen = _order_of_others(proof, proofs) or chosen
        return chosen, (
            f"Every date of {column} could be day first or month first; {_NAMES[chosen]} was taken.",
        )
    if proof.day_first == proof.month_first:
        return chosen, (
            f"As many dates of {column} are day first as month first; {_NAMES[chosen]} was taken.",
        )
    chosen, other = ("dmy", "mdy") if proof.day_first > proof.month_first else ("mdy", "dmy")
    few = min(proof.day_first, proof.month_first)
    return chosen, (
        f"{few:,} of the dates of {column} can only be {_NAMES[other]}; the rest are not.",
    ) if few else ()


def _order_of_others(proof: _Proof, proofs: Mapping[str, _Proof | None]) -> Order | None:
    others = {_proven(other) for other in proofs.values() if other and other.separator == proof.separator} - {
        None
    }
    return others.pop() if len(others) == 1 else None


_NAMES = {"dmy": "day first", "mdy": "month first"}


def _proven(proof: _Proof) -> Order | None:
    if bool(proof.day_first) == bool(proof.month_first):
        return None
    return "dmy" if proof.day_first else "mdy"


def _words(proof: _Proof | None, order: Order) -> str:
    if proof is None:
        return ""
    if proof.shape == "numbers":
        return proof.separator.join(("day", "month", "year") if order == "dmy" else ("month", "day", "year"))
    return {"year first": "year-month-day", "named month": "day, month's name and year"}[proof.shape]


def _understand(parts: _Parts | None, proof: _Proof | None, order: Order, format_words: str) -> Stamp | str:
    if parts is None or proof is None:
        return "This is no date that can be read; 2017-03-01 is sure to be."
    if (parts.shape, parts.separator) != (proof.shape, proof.separator):
        return f"The other dates of this column are written {format_words}; this one is not."
    month, day = (parts.b, parts.a) if order == "dmy" else (parts.a, parts.b)
    try:
        found = date(parts.year, month, day)
    except ValueError:
        return f"There is no such day, read as {format_words}."
    if not EARLIEST <= found.year <= LATEST:
        return f"The year {found.year} is outside {EARLIEST} to {LATEST}."
    return Stamp(found, parts.clock, parts.zone)
