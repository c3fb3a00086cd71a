"""Rates as people have them: pasted lines or a file, each line with what is wrong with it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from portal.deals.models import NANO
from portal.deals.reading.currencies import CODES
from portal.tabular.cells import clean, shorten
from portal.tabular.date_cells import cut_up
from portal.tabular.dates import DateColumn, date_proof, read_date_columns
from portal.tabular.decoding import detect_encoding
from portal.tabular.headers import header_key
from portal.tabular.reading import CellRefused
from portal.tabular.table import PACKED, read_table

MOST_LINES = 20_000
LARGEST = 1_000_000_000
EARLIEST = date(1970, 1, 1)
FIELDS = ("currency", "valid from", "rate")
HEADERS = {
    "currency": ("currency", "currencycode", "currencyisocode", "isocode", "code", "iso"),
    "valid from": ("validfrom", "from", "date", "day", "startdate", "effectivedate", "effective", "asof", "since"),
    "rate": ("rate", "exchangerate", "ratetobase", "rateto", "value", "worth", "price"),
}  # fmt: skip


@dataclass(frozen=True)
class RateLine:
    """What one unit of a currency is worth from a day on, in billionths of a unit of the base currency."""

    line: int
    currency: str
    valid_from: date
    rate_nano: int
    is_rounded: bool = False


@dataclass(frozen=True)
class BadLine:
    """A line that was not understood: its number, what stands there, and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class RatesRead:
    """The lines that are right, and those that are not."""

    rates: list[RateLine]
    bad: list[BadLine]


class _Wrong(Exception):
    """Why a line is not taken."""


def lines_of_file(data: bytes, name: str) -> str:
    """Return a file as lines of text that keep their numbers, a workbook's with commas between its cells."""
    if not data.startswith(PACKED):
        return data.decode(detect_encoding(data, name).codec).replace("\r\n", "\n")
    table = read_table(data, name)
    first = table.rows[0].line - 1 if table.rows else 1
    lines = {max(first, 1): ",".join(table.headers)}
    lines |= {
        row.line: ",".join(f'"{cell}"' if "," in cell else cell for cell in row.cells) for row in table.rows
    }
    last = min(max(lines), MOST_LINES + 1)
    return "\n".join(lines.get(number, "") for number in range(1, last + 1))


def read_rates(text: str, base: str, today: date) -> RatesRead:
    """Read lines of currency, day and rate, with or without a line of headers; `today` is the last day taken."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip(" ,;\t|")]
    if not lines:
        return RatesRead([], [])
    if len(lines) > MOST_LINES:
        reason = f"Up to {MOST_LINES:,} lines are taken at once."
        return RatesRead([], [BadLine(lines[MOST_LINES][0], "", reason)])
    delimiter = next((sign for sign in "\t;|," if sign in lines[0][1]), ",")
    cut = [(number, line, _cells(line, delimiter)) for number, line in lines]
    places = _places(cut[0][2])
    if places is None:
        reason = "This line of headers lacks a currency, a day or a rate."
        return RatesRead([], [BadLine(cut[0][0], shorten(cut[0][1]), reason)])
    width = 3
    if not _is_data(cut[0][2]):
        width, cut = len(cut[0][2]), cut[1:]
    reader = _Reader(cut, places, width, base, today)
    bad = []
    for number, line, cells in cut:
        try:
            reader.take(number, cells)
        except _Wrong as wrong:
            bad.append(BadLine(number, shorten(line), str(wrong)))
    return RatesRead(reader.rates, bad)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [clean(cell) for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]
    except (csv.Error, StopIteration):
        return [line]


def _is_data(cells: Sequence[str]) -> bool:
    return any(cell.upper() in CODES for cell in cells) or any(char.isdigit() for char in "".join(cells))


def _places(cells: Sequence[str]) -> tuple[int, ...] | None:
    """Return where currency, day and rate stand; None for a line of headers that lacks one."""
    if _is_data(cells):
        return (0, 1, 2)
    keys = [header_key(cell) for cell in cells]
    found = []
    for field in FIELDS:
        named = [at for spelling in HEADERS[field] for at, key in enumerate(keys) if key == spelling]
        begins = [at for at, key in enumerate(keys) if key.startswith(HEADERS[field][0]) and at not in found]
        if not named and not begins:
            return None
        found.append((named or begins)[0])
    return tuple(found) if len(set(found)) == len(found) else None


class _Reader:
    """Takes lines one by one; dates are understood by all of them together."""

    def __init__(
        self,
        lines: Sequence[tuple[int, str, list[str]]],
        places: tuple[int, ...],
        width: int,
        base: str,
        today: date,
    ) -> None:
        self.rates: list[RateLine] = []
        self._places, self._width, self._base, self._today = places, width, base, today
        self._taken: dict[tuple[str, date], RateLine] = {}
        days = [cells[places[1]] for _, _, cells in lines if len(cells) > max(places)]
        self._days: DateColumn = read_date_columns({"valid from": days})["valid from"]
        proof = date_proof(Counter(days))
        self._is_open = proof is not None and (proof.is_mixed or (proof.is_open and proof.separator != "."))

    def take(self, line: int, cells: Sequence[str]) -> None:
        """Keep the rate that a line says, or raise _Wrong."""
        if len(cells) <= max(self._places):
            raise _Wrong("A line has a currency, a day and a rate, such as EUR,2026-01-31,1.0834.")
        if any(cells[self._width :]):
            # A decimal comma between commas would be cut in two.
            raise _Wrong(
                f"This line has {len(cells)} parts instead of {self._width}: write decimals with a point."
            )
        code, day, worth = (cells[place] for place in self._places)
        currency = self._currency(code)
        valid_from = self._day(day)
        rate_nano, is_rounded = rate_of(worth)
        rate = RateLine(line, currency, valid_from, rate_nano, is_rounded)
        before = self._taken.setdefault((currency, valid_from), rate)
        if before is rate:
            self.rates.append(rate)
        elif before.rate_nano != rate_nano:
            raise _Wrong(f"Line {before.line} gives another rate for {currency} on {valid_from}.")

    def _currency(self, code: str) -> str:
        found = code.upper()
        if found not in CODES:
            raise _Wrong(
                f"“{shorten(code, 20)}” is no currency code such as EUR."
                if code
                else "The currency is missing."
            )
        if found == self._base:
            raise _Wrong(f"{found} is the base currency itself: it needs no rate.")
        return found

    def _day(self, cell: str) -> date:
        parts = cut_up(cell)
        if (
            parts
            and parts.shape == "numbers"
            and self._is_open
            and parts.a != parts.b
            and max(parts.a, parts.b) <= 12
        ):
            raise _Wrong(
                f"{shorten(cell, 20)} can be read two ways: write it as year-month-day, such as 2026-01-31."
            )
        try:
            day = self._days.day(cell)
        except CellRefused as refused:
            raise _Wrong(refused.reason) from refused
        if day is None:
            raise _Wrong("The day from which the rate is valid is missing.")
        if day > self._today:
            raise _Wrong(f"{day} is still to come: load a rate on the day from which it is valid.")
        if day < EARLIEST:
            raise _Wrong(f"{day} is before {EARLIEST}.")
        return day


def rate_of(cell: str) -> tuple[int, bool]:
    """Return a rate in billionths, and whether it had to be rounded to them, half up."""
    text = cell.replace(" ", "")
    if "." in text and "," in text:
        raise _Wrong(
            f"“{shorten(cell, 30)}” has a comma and a point: write the rate without thousands, such as 1083.4."
        )
    try:
        rate = Decimal(text.replace(",", ".")) if text else None
    except InvalidOperation:
        rate = None
    if rate is None or not rate.is_finite():
        raise _Wrong(
            f"“{shorten(cell, 30)}” is no number such as 1.0834." if cell else "The rate is missing."
        )
    if not 0 < rate <= LARGEST:
        raise _Wrong(f"A rate is more than 0 and at most {LARGEST:,}.")
    nano = int((rate * NANO).to_integral_value(ROUND_HALF_UP))
    if not nano:
        raise _Wrong("This rate is less than a billionth.")
    return nano, nano != rate * NANO
