"""Amounts of money as exports write them: one decimal sign per column, settled by all of its cells together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from portal.deals.reading.currencies import CODES, named_currency
from portal.tabular.cells import clean, is_blank
from portal.tabular.currencies import minor_digits
from portal.tabular.reading import CellRefused

LARGEST = 10**15
LONGEST = 60

_AMOUNT = re.compile(
    r"(?P<open>\()?(?P<minus>[-−])?(?P<before>(?:[^\d.,()\-−+ ]{1,4}\.?)?) ?(?P<inner>[-−])?"
    r"(?P<number>[.,]?\d[\d.,'’ ]*?) ?(?P<after>(?:[^\d.,()\-−+ ]{1,4}\.?)?)(?P<trailing>[-−])?(?P<close>\))?",
    re.ASCII,
)


def _pattern(decimal: str, grouping: str) -> re.Pattern[str]:
    # Groups of three, or as in India of two before the last three; never after a leading zero.
    whole = rf"\d+|[1-9]\d{{0,2}}(?P<g>[{grouping} '’])(?:\d{{2,3}}(?P=g))*\d{{3}}"
    return re.compile(rf"(?P<whole>{whole})?(?:[{decimal}](?P<part>\d*))?", re.ASCII)


# What somebody may say of a column's decimals: one sign for all of it, or as each cell has it.
CHOICES = ("point", "comma", "each")
_WORDS = {".": "decimal point", ",": "decimal comma", "": "decimal point or comma, as each row has it"}
_STYLES = {".": _pattern(".", ","), ",": _pattern(",", ".")}


class Amount(NamedTuple):
    """An amount in whole units of its currency, and the code or sign beside it, if any."""

    value: Decimal
    sign: str


class _Written(NamedTuple):
    """A cell cut up: its value under either decimal sign, None where it does not fit that sign."""

    negative: bool
    point: Decimal | None
    comma: Decimal | None
    sign: str


@dataclass(frozen=True)
class AmountColumn:
    """One column's amounts; `words` names its decimal sign, `doubtful` are cells that could be read another way.

    `settled` is what its cells prove or somebody chose: point, comma or each; "" where there is none to tell.
    """

    field: str
    words: str
    notes: tuple[str, ...]
    doubtful: frozenset[str]
    settled: str
    _amounts: Mapping[str, Amount | str]

    def amount(self, cell: str) -> Amount | None:
        """Return the cell's amount, None for an empty one; refuse what is negative, absurd or no amount."""
        found = self._amounts.get(cell)
        if isinstance(found, str):
            raise CellRefused(self.field, cell, found)
        return found

    def names_currency(self, cell: str) -> bool:
        """Say whether a currency stands beside the cell's amount."""
        found = self.amount(cell)
        return found is not None and bool(found.sign)

    def minor(self, cell: str, stated: str, usual: str) -> tuple[int | None, str]:
        """Return (integer minor units or None, currency code).

        The row's own `stated` currency ("" when it has none) must not differ from what the cell names; where neither
        says anything, it is the `usual` one of the file.
        """
        found = self.amount(cell)
        if found is None:
            return None, stated or usual
        named = named_currency(found.sign, stated or usual) if found.sign else None
        if named and stated and named != stated:
            raise CellRefused(self.field, cell, f"The amount is in {named}, the row's currency is {stated}.")
        code = named or stated or usual
        return int(found.value.scaleb(minor_digits(code)).to_integral_value(ROUND_HALF_UP)), code


class AmountProof(NamedTuple):
    """How many of a column's cells can only be read with a decimal point, or a comma, or with either differently.

    `same` are amounts like 1054, `other` cells that hold no amount; `signs` are cells with a currency beside them.
    `usual` is the decimal sign that the column would be read with by itself, point or comma, "" where none is needed.
    """

    point: int
    comma: int
    either: int
    same: int
    other: int
    signs: int
    usual: str

    @property
    def is_mixed(self) -> bool:
        """Say whether some rows have a decimal point and others a decimal comma."""
        return self.point > 0 and self.comma > 0


def amount_proof(counts: Counter[str]) -> AmountProof:
    """Return what the cells of one column, with how often each stands in it, prove about its amounts."""
    found: Counter[str] = Counter()
    written = {cell: _cut_up(cell) for cell in counts if not is_blank(cell)}
    for cell, parts in written.items():
        count = counts[cell]
        found[_way(parts)] += count
        found["signs"] += count * bool(parts and parts.sign and named_currency(parts.sign, ""))
    usual = ""
    if found["point"] or found["comma"] or found["either"]:
        usual = "point" if _decimal_sign(written, counts)[0] == "." else "comma"
    point, comma, either = found["point"], found["comma"], found["either"]
    return AmountProof(point, comma, either, found["same"], found["other"], found["signs"], usual)


def _way(parts: _Written | None) -> str:
    if parts is None or (parts.sign and named_currency(parts.sign, "") is None):
        return "other"
    if parts.point is None or parts.comma is None:
        return "other" if parts.point == parts.comma else "comma" if parts.point is None else "point"
    return "same" if parts.point == parts.comma else "either"


def read_amount_column(field: str, cells: Sequence[str], chosen: str = "") -> AmountColumn:
    """Settle the decimal sign of a column and read its cells.

    `chosen` is what somebody settled: point, comma, or each, by which every cell is read by itself and those that
    could be either are refused.
    """
    counts = Counter(cells)
    written = {cell: _cut_up(cell) for cell in counts if not is_blank(cell)}
    decimal, mixed = _decimal_sign(written, counts)
    decimal = {"point": ".", "comma": ",", "each": ""}.get(chosen, decimal)
    amounts = {cell: _understand(parts, decimal) for cell, parts in written.items()}
    unsure = [cell for cell, parts in written.items() if parts and _two_ways(parts)]
    words = _WORDS[decimal]
    notes: tuple[str, ...] = ()
    if mixed and chosen not in CHOICES:
        notes = (f"The amounts mix decimal points and commas; a {words} was taken.",)
    elif unsure and chosen not in CHOICES and not any(_votes(written, counts).values()):
        notes = (f"No amount shows which sign marks the decimals; “{min(unsure)}” was read as thousands.",)
    against = {".": ",", ",": "."}.get(decimal, "")
    doubtful = unsure if decimal and (mixed or _votes(written, counts)[against]) else ()
    proven = {".": "point", ",": "comma"}.get(decimal, "") if any(_votes(written, counts).values()) else ""
    settled = chosen if chosen in CHOICES else proven
    return AmountColumn(field, words, notes, frozenset(doubtful), settled, amounts)


def _two_ways(parts: _Written) -> bool:
    return parts.point is not None and parts.comma is not None and parts.point != parts.comma


def _cut_up(cell: str) -> _Written | None:
    text = clean(cell)
    found = _AMOUNT.fullmatch(text) if len(text) <= LONGEST else None
    if found is None or bool(found["open"]) != bool(found["close"]) or (found["before"] and found["after"]):
        return None
    negative = any(found[name] for name in ("open", "minus", "inner", "trailing"))
    number = found["number"]
    return _Written(negative, _value(number, "."), _value(number, ","), found["before"] or found["after"])


def _value(number: str, decimal: str) -> Decimal | None:
    found = _STYLES[decimal].fullmatch(number)
    if found is None or not (found["whole"] or found["part"]):
        return None
    whole = re.sub(r"\D", "", found["whole"] or "0")
    return Decimal(f"{whole}.{found['part'] or '0'}")


def _votes(written: Mapping[str, _Written | None], counts: Counter[str]) -> dict[str, int]:
    """Count the cells that fit one decimal sign only."""
    votes = {".": 0, ",": 0}
    for cell, parts in written.items():
        if parts and (parts.point is None) != (parts.comma is None):
            votes["." if parts.comma is None else ","] += counts[cell]
    return votes


def _decimal_sign(written: Mapping[str, _Written | None], counts: Counter[str]) -> tuple[str, bool]:
    """Return the column's decimal sign and whether its cells disagree.

    `1,054` and `1.054` prove nothing by themselves; with nothing else in the column, they are taken for thousands,
    since money has no three decimals.
    """
    votes = _votes(written, counts)
    if votes["."] != votes[","]:
        return max(votes, key=lambda sign: votes[sign]), min(votes.values()) > 0
    thousands = {".": 0, ",": 0}
    for cell, parts in written.items():
        if parts and parts.point is not None and parts.comma is not None and parts.point != parts.comma:
            # The reading in thousands is the larger one, and its sign for them is the other style's decimal sign.
            thousands["," if parts.point > parts.comma else "."] += counts[cell]
    decimal = "," if thousands["."] > thousands[","] else "."
    return decimal, votes["."] > 0 or min(thousands.values()) > 0


def _understand(parts: _Written | None, decimal: str) -> Amount | str:
    if parts is None or (parts.point is None and parts.comma is None):
        return "This is no amount that can be read; 1054.00 is sure to be."
    if parts.sign and named_currency(parts.sign, "") is None:
        return f"“{parts.sign}” is no currency."
    if not decimal and _two_ways(parts):
        return "This could be thousands or decimals, and other rows have both: please write 1054.00 or 1054."
    value = {".": parts.point, ",": parts.comma}.get(
        decimal, parts.comma if parts.point is None else parts.point
    )
    if value is None:
        return f"The amount is not written with a decimal {'point' if decimal == '.' else 'comma'} like the others."
    if parts.negative and value:
        return "The amount is negative."
    if value > LARGEST:
        return "The amount is larger than any deal's can be."
    return Amount(value, parts.sign)


def currency_code(cell: str) -> str:
    """Return the cell's currency code, "" for an empty one; refuse what is no currency."""
    text = clean(cell).upper()
    if is_blank(text):
        return ""
    if text not in CODES:
        raise CellRefused("currency", cell, "This is no currency code; USD or EUR would be.")
    return text
