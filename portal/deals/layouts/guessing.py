"""Which unnamed column may be which field, by what its cells hold; a guess is only ever shown as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from portal.deals.layouts.looking import Look
from portal.tabular.dates import read_date_columns
from portal.tabular.fields import Content, Fields
from portal.tabular.headers import ColumnMatch, header_key
from portal.tabular.table import Table

# Parts of names that tell what a column is not, whatever its cells look like.
_NOT: dict[Content, tuple[str, ...]] = {
    "email": ("contact", "customer", "kontakt", "client", "buyer"),
    "date": ("modif", "activity", "update", "geändert", "next", "birth", "contact", "last"),
    "amount": (
        "probab", "days", "count", "number", "employee", "year", "phone", "zip", "plz", "forecast", "score",
        "quantity", "percent", "jahr", "tage",
    ),
    "id": ("account", "company", "contact", "owner", "email", "name", "phone"),
    "stage": (),
    "currency": (),
}  # fmt: skip
_WHY: dict[Content, str] = {
    "email": "its cells are email addresses",
    "stage": "its cells say won and lost",
    "currency": "its cells are currencies",
    "amount": "its cells are amounts",
    "id": "no two of its cells are the same",
}
MOSTLY = 0.9


@dataclass(frozen=True)
class Guess:
    """A column that may be a field, and what makes one think so."""

    header: str
    position: int
    why: str


def guesses(
    table: Table, looks: Sequence[Look], match: ColumnMatch, fields: Fields, empty: frozenset[str]
) -> dict[str, Guess]:
    """Return a guess for each field that has no column and whose cells would tell; `empty` are left so by hand.

    A guess may take the column of a name: “Opportunity” over ids means the deals' ids.
    """
    free = {look.position: look for look in looks if look.position not in match.positions.values()}
    open_fields = [
        name
        for name in fields.contents
        if name not in match.positions
        and name not in empty
        and fields.instead.get(name) not in match.positions
    ]
    found: dict[str, Guess] = {}
    for content, choose in _CHOICES.items():
        for name in open_fields:
            if fields.contents[name] != content:
                continue
            look = choose([look for look in free.values() if _may_be(look, content)], len(table.rows))
            if look is not None:
                found[name] = Guess(look.header, look.position, _WHY[content])
                del free[look.position]
    if "id" in open_fields and "id" not in found:
        found |= _id_called_name(looks, match, len(table.rows))
    dates = [name for name in open_fields if fields.contents[name] == "date"]
    candidates = [look for look in free.values() if _may_be(look, "date") and _is_date(look)]
    return found | _dates(table, dates, candidates, match)


def _id_called_name(looks: Sequence[Look], match: ColumnMatch, rows: int) -> dict[str, Guess]:
    if "name" in match.remembered:
        return {}
    named = next((look for look in looks if look.position == match.positions.get("name")), None)
    if named is None or not _identifies(named, rows):
        return {}
    return {"id": Guess(named.header, named.position, _WHY["id"])}


def _may_be(look: Look, content: Content) -> bool:
    key = header_key(look.header)
    return look.filled > 0 and not any(part in key for part in _NOT[content])


def _is_date(look: Look) -> bool:
    return look.dates is not None and look.filled - look.dates.other >= MOSTLY * look.filled


def _stage(looks: Sequence[Look], rows: int) -> Look | None:
    fitting = [look for look in looks if look.ends and 1 < look.distinct <= max(5, rows // 2)]
    return max(fitting, key=lambda look: look.ends, default=None)


def _email(looks: Sequence[Look], rows: int) -> Look | None:
    return next((look for look in looks if look.emails >= MOSTLY * look.filled), None)


def _currency(looks: Sequence[Look], rows: int) -> Look | None:
    return next((look for look in looks if look.currencies == look.filled), None)


def _id(looks: Sequence[Look], rows: int) -> Look | None:
    return next((look for look in looks if _identifies(look, rows)), None)


def _identifies(look: Look, rows: int) -> bool:
    decimals = look.amounts is not None and (look.amounts.point or look.amounts.comma or look.amounts.signs)
    unique = look.filled == look.distinct == rows > 1
    spaced = any(" " in sample for sample in look.samples)
    return unique and look.longest <= 40 and not (look.dates or look.emails or decimals or spaced)


def _amount(looks: Sequence[Look], rows: int) -> Look | None:
    fitting = [
        look
        for look in looks
        if look.amounts
        and not look.dates
        and look.distinct > 1
        and look.filled - look.amounts.other >= MOSTLY * look.filled
    ]
    return max(fitting, key=_how_money_like, default=None)


def _how_money_like(look: Look) -> tuple[int, int, int]:
    proof = look.amounts
    return (proof.signs, proof.point + proof.comma, look.distinct) if proof else (0, 0, 0)


# In this order, so that a column of ids is not taken for amounts.
_CHOICES: dict[Content, Callable[[Sequence[Look], int], Look | None]] = {
    "stage": _stage,
    "email": _email,
    "currency": _currency,
    "id": _id,
    "amount": _amount,
}


def _dates(
    table: Table, names: Sequence[str], candidates: Sequence[Look], match: ColumnMatch
) -> dict[str, Guess]:
    """Tell the dates of creating and closing apart by which lies later."""
    if not names or not candidates:
        return {}
    middles = {look.position: _middle(table, look.position) for look in candidates}
    by_time = sorted(candidates, key=lambda look: middles[look.position])
    if set(names) == {"closed", "created"}:
        last, why = (
            by_time[-1],
            "the latest dates of the file" if len(by_time) > 1 else "the only other dates",
        )
        found = {"closed": Guess(last.header, last.position, f"it holds {why}")}
        if len(by_time) > 1:
            first = by_time[0]
            found["created"] = Guess(first.header, first.position, "it holds the earliest dates of the file")
        return found
    known = {"closed": "created", "created": "closed"}.get(names[0])
    at = match.positions.get(known or "")
    if at is None:
        return {names[0]: Guess(by_time[0].header, by_time[0].position, "its cells are dates")}
    middle, later = _middle(table, at), names[0] == "closed"
    fitting = [look for look in by_time if (middles[look.position] >= middle) == later]
    if not fitting:
        return {}
    look = fitting[-1] if later else fitting[0]
    why = f"its dates lie {'after' if later else 'before'} those of “{table.headers[at]}”"
    return {names[0]: Guess(look.header, look.position, why)}


def _middle(table: Table, position: int) -> float:
    column = read_date_columns({"at": [row.cells[position] for row in table.rows]})["at"]
    return median([day.toordinal() for day in column.days()] or [0])
