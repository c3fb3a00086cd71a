"""What a file's columns are taken for, with everything in it that a person should look at before it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.deals.layouts.guessing import Guess, guesses
from portal.deals.layouts.looking import Look, look_at
from portal.deals.layouts.words import FIELDS, label_of
from portal.tabular.dates import settled_order
from portal.tabular.fields import Fields, Layout, chosen_columns, chosen_decimals, chosen_orders
from portal.tabular.headers import ColumnMatch, match_fields
from portal.tabular.table import Table

# A column of which fewer cells fit is hardly the right one.
FITS = 0.5
CONTRADICTING = "Rows that contradict the choice are refused, each with its line."
# What products, accounts and people have, deals have too; these are theirs alone.
OF_DEALS = frozenset({"id", "stage", "status", "is_won", "is_closed", "amount", "expected_close", "closed"})
UNTOLD = "Nothing in the file tells the day from the month."


def survey(table: Table, part: str, layout: Layout | None = None, order: str = "auto") -> dict[str, Any]:
    """Return what the page of columns shows of one file, and what has to be asked about it.

    A plain object: `columns` are those of the file, `fields` say for each field of the portal which column it has and
    how that is known (name, remembered, guess); `asks` and `format_asks` are what is not sure of columns and of
    formats, by field. `order` is that of open dates.
    """
    fields = FIELDS[part]
    looks = look_at(table)
    match = match_fields(table.headers, fields, layout)
    empty = frozenset(name for name, header in chosen_columns(layout).items() if header is None)
    guessed = guesses(table, looks, match, fields, empty)
    unlike = part == "deals" and _is_unlike_deals(match, guessed)
    if unlike:
        guessed = {}
    positions = _positions(match, guessed)
    by_position = {look.position: look for look in looks}
    chosen = {name: by_position[at] for name, at in positions.items()}
    return {
        "part": part,
        "file": table.filename,
        "rows": len(table.rows),
        "sheet": table.sheet,
        "sheets": list(table.sheets),
        "unlike": unlike,
        "columns": [look.shown() for look in looks],
        "fields": {
            name: _field(part, name, layout, chosen)
            | {
                "how": _how(name, match, guessed) if name in chosen else "",
                "was": match.gone.get(name, ""),
                "note": _note(name, fields, chosen, layout),
            }
            for name in fields.spellings
        },
        "asks": _asks(fields, match, chosen, guessed),
        "format_asks": _formats(fields, chosen, layout, order),
    }


def _asks(
    fields: Fields, match: ColumnMatch, chosen: Mapping[str, Look], guessed: Mapping[str, Guess]
) -> dict[str, str]:
    return {
        **_missing(match, fields, chosen),
        **_misfits(fields, chosen),
        **{name: _guessed(guess) for name, guess in guessed.items()},
        **_gone(match, chosen),
    }


def _is_unlike_deals(match: ColumnMatch, guessed: Mapping[str, Guess]) -> bool:
    """Say whether no column is named, remembered or filled like one that only deals have; a price would be an id."""
    return not OF_DEALS & (match.positions.keys() | match.gone.keys()) and "stage" not in guessed


def _positions(match: ColumnMatch, guessed: Mapping[str, Guess]) -> dict[str, int]:
    """Return the column of each field; one that is guessed to be something else is not taken twice."""
    guesses_at = {name: guess.position for name, guess in guessed.items()}
    taken = set(guesses_at.values())
    return {name: at for name, at in match.positions.items() if at not in taken} | guesses_at


def _field(part: str, name: str, layout: Layout | None, chosen: Mapping[str, Look]) -> dict[str, Any]:
    fields = FIELDS[part]
    return {
        "label": label_of(part, name),
        "column": chosen[name].header if name in chosen else None,
        "required": name in fields.wanted and name not in fields.instead,
        "kind": "date" if name in fields.dates else "amount" if name in fields.amounts else "",
        "format": {**chosen_orders(layout), **chosen_decimals(layout)}.get(name, ""),
    }


def _how(name: str, match: ColumnMatch, guessed: Mapping[str, Guess]) -> str:
    if name in guessed:
        return "guess"
    if name in match.remembered:
        return "remembered"
    return "name" if name in match.positions else ""


def _missing(match: ColumnMatch, fields: Fields, chosen: Mapping[str, Look]) -> dict[str, str]:
    return {
        name: f"No column is named like {fields.wanted[name]}. Which one is it?"
        for name in match.missing_required
        if name not in chosen
    }


def _guessed(guess: Guess) -> str:
    return f"A guess: “{guess.header}”, because {guess.why}."


def _gone(match: ColumnMatch, chosen: Mapping[str, Look]) -> dict[str, str]:
    """Say of each remembered column that is not in the file what it may be now."""
    said = {}
    for name, header in match.gone.items():
        now = f"now perhaps “{chosen[name].header}”." if name in chosen else "which this file does not have."
        said[name] = f"It was “{header}”, {now}"
    return said


def _misfits(fields: Fields, chosen: Mapping[str, Look]) -> dict[str, str]:
    """Say of which columns of dates and amounts most cells are none."""
    said = {}
    for name, look in chosen.items():
        what = "dates" if name in fields.dates else "amounts" if name in fields.amounts else ""
        proof = look.dates if what == "dates" else look.amounts
        if what and look.filled and (proof is None or look.filled - proof.other < FITS * look.filled):
            said[name] = f"Most cells of “{look.header}” are no {what}. Is it the right column?"
    return said


def _formats(fields: Fields, chosen: Mapping[str, Look], layout: Layout | None, order: str) -> dict[str, str]:
    """Say which columns of dates and amounts leave open how they are read, or contradict what is remembered."""
    said = {}
    for name, look in chosen.items():
        if _open(look, name, fields, layout, chosen, order):
            mixed = name in fields.amounts or (look.dates is not None and look.dates.is_mixed)
            said[name] = CONTRADICTING if mixed else UNTOLD
        elif name in fields.dates and _contradicts(look, chosen_orders(layout).get(name, "")):
            said[name] = "This is not what was remembered."
        elif name in fields.amounts and _other_sign(look, chosen_decimals(layout).get(name, "")):
            said[name] = "The decimal sign looks like another than the one remembered."
    return said


def _open(
    look: Look,
    name: str,
    fields: Fields,
    layout: Layout | None,
    chosen: Mapping[str, Look],
    order: str,
) -> bool:
    """Say whether a column can be read in more than one way and nobody has said which."""
    if name in fields.amounts:
        return look.amounts is not None and look.amounts.is_mixed and name not in chosen_decimals(layout)
    if name not in fields.dates or look.dates is None or name in chosen_orders(layout):
        return False
    if look.dates.is_mixed:
        return True
    return look.dates.is_open and order == "auto" and not _proven_elsewhere(look, fields, chosen)


def _proven_elsewhere(look: Look, fields: Fields, chosen: Mapping[str, Look]) -> bool:
    others = [chosen[name].dates for name in fields.dates if name in chosen]
    ways = {
        proof.day_first > 0
        for proof in others
        if proof and look.dates and proof.separator == look.dates.separator and not proof.is_mixed
        if proof.day_first or proof.month_first
    }
    return len(ways) == 1


def _note(name: str, fields: Fields, chosen: Mapping[str, Look], layout: Layout | None) -> str:
    """Say how dates that could be either way round are read, where the file's other dates tell."""
    look = chosen.get(name)
    if look is None or name not in fields.dates or name in chosen_orders(layout):
        return ""
    if look.dates is None or not look.dates.is_open or not _proven_elsewhere(look, fields, chosen):
        return ""
    others = [other.dates for key, other in chosen.items() if key in fields.dates and other.dates]
    return f"Read as {look.dates.words(settled_order(look.dates, others))}, as the file's other dates are."


def _contradicts(look: Look, remembered: str) -> bool:
    proof = look.dates
    if proof is None or remembered not in ("dmy", "mdy"):
        return False
    return (proof.month_first if remembered == "dmy" else proof.day_first) > 0


def _other_sign(look: Look, remembered: str) -> bool:
    """Say whether amounts look as if their decimal sign were another now: 1,234 would be read as 1.23."""
    proof = look.amounts
    return proof is not None and remembered in ("point", "comma") and proof.usual not in ("", remembered)


def is_sure(surveys: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether nothing in the files of an import has to be asked."""
    return not any(one["asks"] or one["format_asks"] for one in surveys)
