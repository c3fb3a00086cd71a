"""Finding columns by name, whatever the capitals, spaces and punctuation of the export."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from portal.tabular.cells import shorten, words
from portal.tabular.decoding import TableUnreadable
from portal.tabular.fields import Fields, Layout, Spellings, chosen_columns
from portal.tabular.table import Table

__all__ = ["ColumnMatch", "Spellings", "header_key", "match_fields", "match_headers", "require"]


@dataclass(frozen=True)
class ColumnMatch:
    """Which header stands for which field, what is missing, and which columns nobody reads.

    `remembered` are fields found as a layout says, `gone` those whose column of the layout the file does not have.
    """

    found: dict[str, str]
    missing_required: tuple[str, ...]
    ignored: tuple[str, ...]
    notes: tuple[str, ...]
    positions: dict[str, int]
    remembered: frozenset[str] = frozenset()
    gone: dict[str, str] = field(default_factory=dict)

    def cells(self, table: Table, field: str) -> list[str]:
        """Return the field's column from top to bottom, empty when the file has none."""
        at = self.positions.get(field)
        return [] if at is None else [row.cells[at] for row in table.rows]


def header_key(header: str) -> str:
    """Return letters and digits only, in lower case: `Opportunity ID` and `opportunity_id` are one key."""
    return "".join(char for char in unicodedata.normalize("NFKC", header).casefold() if char.isalnum())


def match_headers(headers: Sequence[str], spellings: Spellings, required: Sequence[str]) -> ColumnMatch:
    """Match headers to fields by `spellings`; each header serves one field and the surest spelling wins."""
    return _match(headers, spellings, required, {})


def match_fields(headers: Sequence[str], fields: Fields, layout: Layout | None = None) -> ColumnMatch:
    """Match headers to fields: as the layout says, and by name where it says nothing or its column is not there."""
    match = _match(headers, fields.spellings, tuple(fields.wanted), chosen_columns(layout))
    missing = tuple(
        name for name in match.missing_required if fields.instead.get(name) not in match.positions
    )
    return match if missing == match.missing_required else replace(match, missing_required=missing)


def _match(
    headers: Sequence[str],
    spellings: Spellings,
    required: Sequence[str],
    chosen: Mapping[str, str | None],
) -> ColumnMatch:
    positions_by_key: dict[str, int] = {}
    for position, header in enumerate(headers):
        positions_by_key.setdefault(header_key(header), position)
    positions, gone = _laid_out(headers, positions_by_key, spellings, chosen)
    remembered = frozenset(positions)
    taken = set(positions.values())
    for name, keys in spellings.items():
        if name in positions or (name in chosen and chosen[name] is None):
            continue
        at = next(
            (positions_by_key[key] for key in keys if positions_by_key.get(key, -1) not in {-1, *taken}), None
        )
        if at is not None:
            positions[name] = at
            taken.add(at)
    return ColumnMatch(
        found={name: headers[at] for name, at in positions.items()},
        missing_required=tuple(name for name in required if name not in positions),
        ignored=tuple(header for at, header in enumerate(headers) if header and at not in taken),
        notes=(
            *_passed_over(headers, spellings, positions, taken, remembered),
            *_gone_words(gone, headers, positions),
        ),
        positions=positions,
        remembered=remembered,
        gone=gone,
    )


def _laid_out(
    headers: Sequence[str],
    positions_by_key: Mapping[str, int],
    spellings: Spellings,
    chosen: Mapping[str, str | None],
) -> tuple[dict[str, int], dict[str, str]]:
    """Return where the columns that a layout names stand, and those that are not there, by field."""
    exact = {header: position for position, header in enumerate(headers)}
    positions: dict[str, int] = {}
    gone: dict[str, str] = {}
    for name in spellings:
        wanted = chosen.get(name)
        if not wanted:
            continue
        at = exact.get(wanted, positions_by_key.get(header_key(wanted)))
        if at is None or at in positions.values():
            gone[name] = wanted
        else:
            positions[name] = at
    return positions, gone


def _gone_words(gone: Mapping[str, str], headers: Sequence[str], positions: Mapping[str, int]) -> list[str]:
    """Say which columns of the layout are not there, so that none is lost in silence."""
    notes = []
    for name, header in gone.items():
        said = f"The {words(name)} was “{header}”, which this file does not have; "
        now = f"now “{headers[positions[name]]}” was taken." if name in positions else "now it has none."
        notes.append(said + now)
    return notes


def _passed_over(
    headers: Sequence[str],
    spellings: Spellings,
    positions: Mapping[str, int],
    taken: set[int],
    remembered: frozenset[str],
) -> list[str]:
    """Name the columns that could also have stood for a field, so that no choice is silent."""
    fields_by_key = {key: field for field, keys in spellings.items() for key in keys}
    notes = []
    for at, header in enumerate(headers):
        name = fields_by_key.get(header_key(header))
        if at not in taken and name is not None and name in positions and name not in remembered:
            chosen = headers[positions[name]]
            notes.append(f"Both “{chosen}” and “{header}” could be the {words(name)}; “{chosen}” was taken.")
    return notes


def require(match: ColumnMatch, table: Table, wanted: Mapping[str, str]) -> None:
    """Raise TableUnreadable when a required column is missing, naming what was found and what would do.

    `wanted` gives each required field its words for people, such as "the deal's id (such as “deal id”)".
    """
    if not match.missing_required:
        return
    missing = " or ".join(wanted[field] for field in match.missing_required)
    found = ", ".join(f"“{shorten(header, 30)}”" for header in table.headers[:12] if header)
    more = ", …" if len(table.headers) > 12 else ""
    raise TableUnreadable(
        f"{table.filename} has no column for {missing}. The first line must name the columns; it holds {found}{more}."
    )
