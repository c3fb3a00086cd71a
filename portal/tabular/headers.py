"""Finding columns by name, whatever the capitals, spaces and punctuation of the export."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.tabular.cells import shorten
from portal.tabular.decoding import TableUnreadable
from portal.tabular.table import Table

# field -> its spellings as header_key() gives them, the surest first
Spellings = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ColumnMatch:
    """Which header stands for which field, what is missing, and which columns nobody reads."""

    found: dict[str, str]
    missing_required: tuple[str, ...]
    ignored: tuple[str, ...]
    notes: tuple[str, ...]
    positions: dict[str, int]

    def cells(self, table: Table, field: str) -> list[str]:
        """Return the field's column from top to bottom, empty when the file has none."""
        at = self.positions.get(field)
        return [] if at is None else [row.cells[at] for row in table.rows]


def header_key(header: str) -> str:
    """Return letters and digits only, in lower case: `Opportunity ID` and `opportunity_id` are one key."""
    return "".join(char for char in unicodedata.normalize("NFKC", header).casefold() if char.isalnum())


def match_headers(headers: Sequence[str], spellings: Spellings, required: Sequence[str]) -> ColumnMatch:
    """Match headers to fields by `spellings`; each header serves one field and the surest spelling wins."""
    positions_by_key: dict[str, int] = {}
    for position, header in enumerate(headers):
        positions_by_key.setdefault(header_key(header), position)
    positions: dict[str, int] = {}
    taken: set[int] = set()
    for field, keys in spellings.items():
        at = next(
            (positions_by_key[key] for key in keys if positions_by_key.get(key, -1) not in {-1, *taken}), None
        )
        if at is not None:
            positions[field] = at
            taken.add(at)
    return ColumnMatch(
        found={field: headers[at] for field, at in positions.items()},
        missing_required=tuple(field for field in required if field not in positions),
        ignored=tuple(header for at, header in enumerate(headers) if header and at not in taken),
        notes=tuple(_passed_over(headers, spellings, positions, taken)),
        positions=positions,
    )


def _passed_over(
    headers: Sequence[str], spellings: Spellings, positions: Mapping[str, int], taken: set[int]
) -> list[str]:
    """Name the columns that could also have stood for a field, so that no choice is silent."""
    fields_by_key = {key: field for field, keys in spellings.items() for key in keys}
    notes = []
    for at, header in enumerate(headers):
        field = fields_by_key.get(header_key(header))
        if at not in taken and field is not None and field in positions:
            chosen = headers[positions[field]]
            words = field.replace("_", " ")
            notes.append(f"Both “{chosen}” and “{header}” could be the {words}; “{chosen}” was taken.")
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
