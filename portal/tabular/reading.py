"""What every reader of a table returns, and the loop that refuses rows one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from portal.tabular.cells import LONGEST, clean, shorten, words
from portal.tabular.fields import Layout
from portal.tabular.headers import ColumnMatch
from portal.tabular.table import Refusal, Row, Table

T = TypeVar("T")


@dataclass(frozen=True)
class RowWarning:
    """Something odd in a row that was taken all the same."""

    line: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class Reading(Generic[T]):
    """What a file says: rows taken, rows refused (each line is in exactly one of them), and how it was read.

    `keys` are the ids of all rows, refused ones too; None where a row's id could not be read.
    """

    rows: tuple[T, ...]
    refusals: tuple[Refusal, ...]
    warnings: tuple[RowWarning, ...]
    columns: ColumnMatch
    formats: dict[str, str]
    notes: tuple[str, ...]
    # How the file was laid out, to be remembered for the next one; see portal.tabular.fields.
    layout: Layout = field(default_factory=dict)
    keys: frozenset[str] | None = frozenset()


class Settled(Protocol):
    """A column whose format is known: the field, and its format as a layout names it."""

    @property
    def field(self) -> str: ...

    @property
    def settled(self) -> str: ...


def laid_out(
    table: Table, columns: ColumnMatch, dates: Sequence[Settled] = (), amounts: Sequence[Settled] = ()
) -> Layout:
    """Return how a file was laid out, to be remembered for the next one from its source."""
    layout: dict[str, Any] = {"columns": dict(columns.found)}
    for name, settled in (("dates", dates), ("decimal", amounts)):
        known = {column.field: column.settled for column in settled if column.settled}
        if known:
            layout[name] = known
    return layout | ({"sheet": table.sheet} if table.sheet else {})


class CellRefused(ValueError):
    """A cell that its row can't be taken with."""

    def __init__(self, field: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.value = value
        self.reason = reason


class RowReader:
    """Gives the cells of a row by field, cleaned, and remembers warnings and first lines."""

    def __init__(self, columns: ColumnMatch) -> None:
        self.columns = columns
        self.warnings: list[RowWarning] = []
        self._positions = columns.positions
        self._first_lines: dict[object, int] = {}

    def raw(self, row: Row, field: str) -> str:
        """Return the cell as it stands in the file, empty when there is no such column."""
        at = self._positions.get(field)
        return "" if at is None else row.cells[at]

    def text(self, row: Row, field: str) -> str:
        """Return the cell cleaned; refuse what is longer than any name."""
        at = self._positions.get(field)
        if at is None:
            return ""
        text = clean(row.cells[at])
        if len(text) > LONGEST:
            raise CellRefused(
                field, text, f"The {words(field)} has {len(text):,} characters; up to {LONGEST} are kept."
            )
        return text

    def required(self, row: Row, field: str) -> str:
        """Return the cell cleaned; refuse an empty one."""
        text = self.text(row, field)
        if not text:
            raise CellRefused(field, "", f"The {words(field)} is empty.")
        return text

    def warn(self, row: Row, field: str, value: str, reason: str) -> None:
        """Keep a warning about a row that is taken."""
        self.warnings.append(RowWarning(row.line, field, shorten(value), reason))

    def once(self, row: Row, field: str, key: object, value: str, reason: str) -> None:
        """Refuse a row whose `key` an earlier taken row has; `reason` says {line} where that row stands."""
        first = self._first_lines.setdefault(key, row.line)
        if first != row.line:
            raise CellRefused(field, value, reason.format(line=first))


def read_rows(table: Table, read: Callable[[Row], T]) -> tuple[tuple[T, ...], tuple[Refusal, ...]]:
    """Return what `read` makes of every row, and the refusals in order of line, each with its reason."""
    rows: list[T] = []
    refusals = list(table.refusals)
    for row in table.rows:
        try:
            rows.append(read(row))
        except CellRefused as refused:
            refusals.append(Refusal(row.line, refused.field, shorten(refused.value), refused.reason))
    return tuple(rows), tuple(sorted(refusals, key=lambda refusal: refusal.line))


def taken_warnings(warnings: Iterable[RowWarning], refusals: Iterable[Refusal]) -> tuple[RowWarning, ...]:
    """Return the warnings of rows that were taken; a refused row has its reason already."""
    refused = {refusal.line for refusal in refusals}
    return tuple(warning for warning in warnings if warning.line not in refused)
