"""Dates and times as exports write them: one format per column, settled by all of its cells together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import Literal, NamedTuple

from portal.tabular.cells import is_blank, words
from portal.tabular.date_cells import Parts, Stamp, cut_up
from portal.tabular.decoding import TableUnreadable
from portal.tabular.reading import CellRefused

Order = Literal["auto", "dmy", "mdy", "ask"]

EARLIEST, LATEST = 1970, 2100
_NAMES = {"dmy": "day first", "mdy": "month first"}


class Proof(NamedTuple):
    """A column's commonest shape, and how many of its cells can only be read one way round, or either way.

    `same` are dates like 4/4/2017, `other` cells that hold something else than a date of that shape.
    """

    shape: str
    separator: str
    day_first: int
    month_first: int
    either: int
    same: int
    other: int

    @property
    def is_open(self) -> bool:
        """Say whether nothing in the column tells the day from the month."""
        return self.shape == "numbers" and not self.day_first and not self.month_first and self.either > 0

    @property
    def is_mixed(self) -> bool:
        """Say whether some of the cells can only be day first and others only month first."""
        return self.day_first > 0 and self.month_first > 0

    def words(self, order: str) -> str:
        """Return the format in words, such as day/month/year; `order` matters for numbers only."""
        if self.shape == "numbers":
            return self.separator.join(
                ("day", "month", "year") if order == "dmy" else ("month", "day", "year")
            )
        return {"year first": "year-month-day", "named month": "day, month's name and year"}[self.shape]


@dataclass(frozen=True)
class DateColumn:
    """One column's dates; `words` says its format, `doubtful` are cells that another order would read differently.

    `settled` is the order that its cells prove or somebody chose, "" where there is none to tell.
    """

    field: str
    words: str
    notes: tuple[str, ...]
    doubtful: frozenset[str]
    settled: str
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

    def days(self) -> list[date]:
        """Return the days of all different cells that are dates."""
        return [stamp.day for stamp in self._stamps.values() if not isinstance(stamp, str)]

    def moment(self, cell: str) -> datetime | None:
        """Return the moment in UTC; a cell without a zone is in the organisation's, one without a time at midnight."""
        found = self.stamp(cell)
        if found is None:
            return None
        return datetime.combine(found.day, found.clock or time(), found.zone or self.zone).astimezone(UTC)


def read_date_columns(
    columns: Mapping[str, Sequence[str]],
    order: Order = "auto",
    zone: tzinfo = UTC,
    chosen: Mapping[str, str] | None = None,
) -> dict[str, DateColumn]:
    """Settle one format for each column of a file, given as field -> cells.

    `chosen` gives the order that somebody settled for a field; what contradicts it is refused. Else, where every cell
    could be day/month and month/day, the order that the file's other columns prove with the same separator is taken,
    else `order`; "auto" means month first with "/" and day first with "-" and ".", and "ask" to raise TableUnreadable.
    """
    parsed = {field: {cell: cut_up(cell) for cell in set(cells)} for field, cells in columns.items()}
    counts = {field: Counter(cells) for field, cells in columns.items()}
    proofs = {field: _proof(parsed[field], counts[field]) for field in columns}
    by_hand = chosen or {}
    settled = {field: _settled(field, proofs, order, by_hand.get(field, "auto")) for field in columns}
    return {
        field: _column(field, parsed[field], proofs[field], settled[field], field in by_hand, zone)
        for field in columns
    }


def date_proof(counts: Counter[str]) -> Proof | None:
    """Return what the cells of one column, with how often each stands in it, prove about its dates."""
    return _proof({cell: cut_up(cell) for cell in counts}, counts)


def settled_order(proof: Proof, others: Sequence[Proof], order: str = "auto") -> Order:
    """Return which way round a column's numbers are read when nobody has chosen: its own cells speak first."""
    if proof.day_first != proof.month_first:
        return "dmy" if proof.day_first > proof.month_first else "mdy"
    if proof.is_open:
        proven = {_proven(other) for other in others if other.separator == proof.separator} - {None}
        if len(proven) == 1:
            return proven.pop() or "auto"
    if order in ("dmy", "mdy"):
        return "dmy" if order == "dmy" else "mdy"
    return "mdy" if proof.separator == "/" else "dmy"


def _proven(proof: Proof) -> Order | None:
    if bool(proof.day_first) == bool(proof.month_first):
        return None
    return "dmy" if proof.day_first else "mdy"


def _proof(parsed: Mapping[str, Parts | None], counts: Counter[str]) -> Proof | None:
    shapes: Counter[tuple[str, str]] = Counter()
    for cell, parts in parsed.items():
        if parts:
            shapes[parts.shape, parts.separator] += counts[cell]
    if not shapes:
        return None
    # Names settle a draw, so that the same file always reads the same.
    shape, separator = min(shapes, key=lambda key: (-shapes[key], key))
    found: Counter[str] = Counter()
    for cell, parts in parsed.items():
        if parts and (parts.shape, parts.separator) == (shape, separator):
            found[_way(parts)] += counts[cell]
        elif not is_blank(cell):
            found["other"] += counts[cell]
    return Proof(
        shape, separator, found["day"], found["month"], found["either"], found["same"], found["other"]
    )


def _way(parts: Parts) -> str:
    """Say which way round one date can be read: day, month, either; same where that makes no difference."""
    if parts.shape != "numbers" or parts.a == parts.b or max(parts.a, parts.b) > 31:
        return "same"
    if parts.a <= 12 and parts.b <= 12:
        return "either"
    return "day" if parts.b <= 12 else "month" if parts.a <= 12 else "same"


def _settled(
    field: str, proofs: Mapping[str, Proof | None], order: Order, chosen: str
) -> tuple[Order, tuple[str, ...]]:
    """Return which way round a column's numbers are, with a note where its cells leave a doubt."""
    proof = proofs[field]
    if proof is None or proof.shape != "numbers":
        return "auto", ()
    by_hand = chosen in _NAMES
    if order == "ask" and not by_hand and not _is_told(proof, [other for other in proofs.values() if other]):
        raise TableUnreadable(_untold(field, proof))
    found: Order = "auto"
    if by_hand:
        found = "dmy" if chosen == "dmy" else "mdy"
    else:
        found = settled_order(proof, [other for other in proofs.values() if other], order)
    column = f"the column {words(field)}"
    if proof.is_open:
        said = f"Every date of {column} could be day first or month first; {_NAMES[found]} was taken."
        return found, () if by_hand else (said,)
    against = proof.month_first if found == "dmy" else proof.day_first
    if not against:
        return found, ()
    other = _NAMES["mdy" if found == "dmy" else "dmy"]
    notes = [f"{against:,} of the dates of {column} can only be {other} and {_are(against)} refused."]
    if proof.either:
        notes.append(f"{proof.either:,} more could be either and {_are(proof.either)} read {_NAMES[found]}.")
    if proof.day_first == proof.month_first and not by_hand:
        notes = [
            f"As many dates of {column} are day first as month first; {_NAMES[found]} was taken.",
            *notes,
        ]
    return found, (" ".join(notes),)


def _is_told(proof: Proof, others: Sequence[Proof]) -> bool:
    """Say whether a column's own cells, or the file's other dates, say which way round its numbers are."""
    if proof.day_first or proof.month_first:
        return proof.day_first != proof.month_first
    proven = {_proven(other) for other in others if other.separator == proof.separator} - {None}
    return not proof.is_open or len(proven) == 1


def _untold(field: str, proof: Proof) -> str:
    said = f"Every date of the column {words(field)} could be day first or month first."
    if not proof.is_open:
        said = f"As many dates of the column {words(field)} are day first as month first."
    return f"{said} Please say which: --dates dmy, --dates mdy, or --dates auto to have it guessed."


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _column(
    field: str,
    parsed: Mapping[str, Parts | None],
    proof: Proof | None,
    settled: tuple[Order, tuple[str, ...]],
    by_hand: bool,
    zone: tzinfo,
) -> DateColumn:
    order, notes = settled
    format_words = proof.words(order) if proof else ""
    against = proof is not None and (proof.month_first if order == "dmy" else proof.day_first) > 0
    stamps: dict[str, Stamp | str] = {}
    doubtful = set()
    for cell, parts in parsed.items():
        if is_blank(cell):
            continue
        stamps[cell] = _understand(parts, proof, order, format_words)
        if against and parts and _way(parts) == "either":
            doubtful.add(cell)
    known = proof is not None and proof.shape == "numbers" and (by_hand or not proof.is_open)
    return DateColumn(field, format_words, notes, frozenset(doubtful), order if known else "", zone, stamps)


def _is_a_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _understand(parts: Parts | None, proof: Proof | None, order: Order, format_words: str) -> Stamp | str:
    if parts is None or proof is None:
        return "This is no date that can be read; 2017-03-01 is sure to be."
    if (parts.shape, parts.separator) != (proof.shape, proof.separator):
        return f"The other dates of this column are written {format_words}; this one is not."
    month, day = (parts.b, parts.a) if order == "dmy" else (parts.a, parts.b)
    try:
        found = date(parts.year, month, day)
    except ValueError:
        if parts.shape == "numbers" and _is_a_day(parts.year, day, month):
            other = proof.words("mdy" if order == "dmy" else "dmy")
            return f"This can only be {other}; the column is read as {format_words}."
        return f"There is no such day, read as {format_words}."
    if not EARLIEST <= found.year <= LATEST:
        return f"The year {found.year} is outside {EARLIEST} to {LATEST}."
    return Stamp(found, parts.clock, parts.zone)
