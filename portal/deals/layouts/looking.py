"""What the columns of a file hold: first cells, and what all cells prove about dates and amounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from portal.deals.reading.amounts import AmountProof, amount_proof
from portal.deals.reading.currencies import CODES
from portal.deals.reading.values import stage_says
from portal.tabular.cells import clean, is_blank, is_email, shorten
from portal.tabular.date_cells import cut_up
from portal.tabular.dates import Proof, date_proof, settled_order
from portal.tabular.table import Table

SHOWN = 3
# So many different cells tell whether a column is worth counting as dates or amounts.
TRIED = 40
# A name of a stage may be long; a text in which "won" happens to stand is longer.
LONGEST_STAGE = 60


@dataclass(frozen=True)
class Look:
    """One column: its first different cells, how many rows fill it, and what its cells look like."""

    header: str
    position: int
    samples: tuple[str, ...]
    filled: int
    distinct: int
    longest: int
    dates: Proof | None
    amounts: AmountProof | None
    emails: int
    currencies: int
    ends: int

    def shown(self) -> dict[str, Any]:
        """Return what a page shows of the column."""
        return {
            "header": self.header,
            "samples": list(self.samples),
            "filled": self.filled,
            "format": format_words(self),
            "unclear": _unclear(self),
        }


def _unclear(look: Look) -> str:
    """Say whether a column has dates, or amounts, of which the file does not tell how they are read."""
    if look.dates and (look.dates.is_mixed or look.dates.is_open):
        return "date"
    return "amount" if look.amounts and look.amounts.is_mixed else ""


def look_at(table: Table) -> list[Look]:
    """Return what each named column of a file holds."""
    return [_look(table, at, header) for at, header in enumerate(table.headers) if header]


def _look(table: Table, at: int, header: str) -> Look:
    counts = Counter(row.cells[at] for row in table.rows)
    filled = {cell: count for cell, count in counts.items() if not is_blank(cell)}
    counts = Counter(filled)
    tried = list(filled)[:TRIED]
    return Look(
        header=header,
        position=at,
        samples=tuple(shorten(cell, 40) for cell in tried[:SHOWN]),
        filled=sum(filled.values()),
        distinct=len(filled),
        longest=max(map(len, filled), default=0),
        dates=date_proof(counts) if _mostly(tried, lambda cell: cut_up(cell) is not None) else None,
        amounts=amount_proof(counts) if _mostly(tried, _is_amount) else None,
        emails=_number(filled, lambda cell: is_email(clean(cell))) if _mostly(tried, _has_at) else 0,
        currencies=_number(filled, lambda cell: clean(cell).upper() in CODES) if _short(tried) else 0,
        ends=_number(filled, _says_an_end) if len(filled) <= TRIED else 0,
    )


def _mostly(cells: list[str], test: Callable[[str], bool]) -> bool:
    return bool(cells) and sum(map(test, cells)) * 2 >= len(cells)


def _number(filled: dict[str, int], test: Callable[[str], bool]) -> int:
    return sum(count for cell, count in filled.items() if test(cell))


def _is_amount(cell: str) -> bool:
    return amount_proof(Counter([cell])).other == 0


def _has_at(cell: str) -> bool:
    return "@" in cell


def _short(cells: Iterable[str]) -> bool:
    return all(len(clean(cell)) == 3 for cell in cells)


def _says_an_end(cell: str) -> bool:
    return len(cell) <= LONGEST_STAGE and stage_says(clean(cell)) != "open"


def format_words(look: Look) -> str:
    """Return how a column's dates or amounts are written, with the number of rows: day/month/year, 412 of 412 rows."""
    if look.dates:
        return date_words(look.dates, look.filled)
    if look.amounts:
        return amount_words(look.amounts)
    return ""


def date_words(proof: Proof, filled: int) -> str:
    """Return how dates are written, and in how many of the rows that have one."""
    fitting = filled - proof.other
    if proof.is_mixed:
        return (
            f"{proof.words('dmy')} in {proof.day_first:,} rows, {proof.words('mdy')} in {proof.month_first:,} rows, "
            f"either in {proof.either:,}"
        )
    if proof.is_open:
        return f"{proof.words('dmy')} or {proof.words('mdy')}: no row tells"
    return f"{proof.words(settled_order(proof, []))}, {fitting:,} of {filled:,} rows"


def amount_words(proof: AmountProof) -> str:
    """Return how amounts are written, and in how many rows."""
    point, comma = f"decimal point in {proof.point:,} rows", f"decimal comma in {proof.comma:,} rows"
    other = f", no amount in {proof.other:,}" if proof.other else ""
    if proof.is_mixed:
        either = f", either in {proof.either:,}" if proof.either else ""
        return f"{comma}, {point}{either}{other}"
    if proof.point or proof.comma:
        return (point if proof.point else comma) + other
    if proof.either:
        return f"thousands or decimals in {proof.either:,} rows: no row tells{other}"
    return "whole numbers" + other
