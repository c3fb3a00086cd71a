"""The CSV file that says of each file in a folder what it is: read once, and judged row by row."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from pathlib import Path

from portal.library.models import ASSET_KINDS
from portal.library.proposals import propose_kind
from portal.library.services import MAX_TITLE
from portal.tabular.cells import clean, is_blank, shorten
from portal.tabular.dates import DateColumn, read_date_columns
from portal.tabular.headers import ColumnMatch, Spellings, header_key, match_headers, require
from portal.tabular.reading import CellRefused, RowReader
from portal.tabular.table import Row, Table, read_table

# A file of this name in a folder that is added is used without being asked for.
NAME = "tandem.csv"
MOST_TERMS = 50
_COLUMNS: Spellings = {
    "path": (
        "path", "file", "filepath", "filename", "relativepath", "document", "documentpath", "location",
    ),
    "title": ("title", "name", "contenttitle", "documenttitle", "assettitle", "displayname"),
    "kind": ("kind", "type", "contenttype", "assettype", "contentkind", "documenttype", "category"),
    "terms": ("terms", "tags", "filters", "labels", "taxonomy", "facets", "keywords"),
    "owner": ("owner", "owneremail", "contentowner", "responsible", "author", "contact", "email"),
    "expires": (
        "expires", "expireson", "expiry", "expirydate", "expirationdate", "expiration", "validuntil", "enddate",
        "useby",
    ),
}  # fmt: skip
_KINDS = {header_key(kind): kind for kind in ASSET_KINDS}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row: its line, the path that it names (or ""), and the reason in words."""

    line: int
    path: str
    reason: str


@dataclass(slots=True)
class SidecarRow:
    """What one row says of a file; empty, or None, where it says nothing. Faults are cells that were left out."""

    line: int
    path: str
    title: str = ""
    kind: str = ""
    terms: tuple[tuple[str, str], ...] = ()
    owner: str = ""
    expires: date | None = None
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sidecar:
    """A file's rows by the place (see place_of) of the file that each is about, the rows at fault, and notes."""

    source: Path
    rows: dict[str, SidecarRow]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def read_sidecar(
    source: Path, folders: Sequence[Path] = (), present: Iterable[Path] = (), zone: tzinfo = UTC
) -> Sidecar:
    """Read a sidecar file; raise TableUnreadable when it is none.

    Paths in it are taken from its own folder or else from one of `folders`; of rows that could mean several, the one
    is taken that is among the `present` files. Dates are in `zone` where they carry another.
    """
    table = read_table(source)
    columns = match_headers(table.headers, _COLUMNS, required=("path",))
    require(columns, table, {"path": "the file's path (such as “path”)"})
    dates = read_date_columns({"expires": columns.cells(table, "expires")}, zone=zone)["expires"]
    find = _finder([source.parent, *folders], {place_of(path) for path in present})
    faults = [Fault(refused.line, refused.value, refused.reason) for refused in table.refusals]
    rows: dict[str, SidecarRow] = {}
    cells = RowReader(columns)
    for record in table.rows:
        try:
            place = find(cells.raw(record, "path").strip())
        except ValueError as error:
            faults.append(Fault(record.line, shorten(cells.raw(record, "path")), str(error)))
            continue
        if place in rows:
            reason = f"The same file is on line {rows[place].line} already; that line counts."
            faults.append(Fault(record.line, shorten(cells.raw(record, "path")), reason))
        else:
            rows[place] = _row(cells, record, dates)
    faults.sort(key=lambda fault: fault.line)
    return Sidecar(source, rows, tuple(faults), _notes(table, columns, dates))


def place_of(path: Path) -> str:
    """Return where a file is, in one spelling for all the ways in which its path may be written."""
    return unicodedata.normalize("NFC", os.path.normpath(path.absolute()))


def _finder(folders: Sequence[Path], present: set[str]) -> Callable[[str], str]:
    """Return what turns a row's path into a place, or raises ValueError with the reason why it can't."""
    roots = [place_of(folder) for folder in folders]

    def find(text: str) -> str:
        if not text:
            raise ValueError("The path is empty.")
        if "\0" in text:
            raise ValueError("This is no path.")
        written = [text] if "\\" not in text else [text, text.replace("\\", "/")]
        places = [place_of(Path(root, name)) for name in written for root in roots]
        inside = [
            place for place in places if any(place.startswith(f"{root.rstrip('/')}/") for root in roots)
        ]
        if not inside:
            raise ValueError("The path leads outside the folder.")
        found = next((place for place in inside if place in present), None)
        found = found or next((place for place in inside if _is_file(place)), None)
        if found is None:
            raise ValueError("There is no such file.")
        return found

    return find


def _is_file(place: str) -> bool:
    try:
        return Path(place).is_file()
    except (OSError, ValueError):
        return False


def _row(cells: RowReader, record: Row, dates: DateColumn) -> SidecarRow:
    row = SidecarRow(record.line, cells.raw(record, "path").strip())
    row.title = _title(clean(cells.raw(record, "title")), row)
    row.kind = _kind(clean(cells.raw(record, "kind")), row)
    row.terms = _terms(cells.raw(record, "terms"), row)
    owner = clean(cells.raw(record, "owner"))
    row.owner = "" if is_blank(owner) else owner
    try:
        row.expires = dates.day(cells.raw(record, "expires"))
    except CellRefused as refused:
        row.faults.append(f"Expires “{shorten(refused.value)}”: {refused.reason}")
    return row


def _title(title: str, row: SidecarRow) -> str:
    if len(title) <= MAX_TITLE:
        return title
    row.faults.append(f"The title has {len(title):,} characters; up to {MAX_TITLE} are kept.")
    return ""


def _kind(text: str, row: SidecarRow) -> str:
    """Return the kind that is meant: as the portal calls it, or as people do (“Presentation”, “One pager”)."""
    if is_blank(text):
        return ""
    key = header_key(text)
    kind = _KINDS.get(key) or _KINDS.get(key.removesuffix("s")) or propose_kind(text[:200])
    if kind != "other" or key == "other":
        return kind
    row.faults.append(f"There is no kind “{shorten(text)}”; it is one of {', '.join(ASSET_KINDS)}.")
    return ""


def _terms(text: str, row: SidecarRow) -> tuple[tuple[str, str], ...]:
    """Return the (facet, value) pairs of “industry=Energy; stage=Discovery”."""
    pairs: list[tuple[str, str]] = []
    for part in filter(None, map(clean, re.split(r"[;|\n]", text))):
        facet, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or not facet or not value:
            row.faults.append(f"Terms are written as filter=value, and this is “{shorten(part)}”.")
        elif len(pairs) == MOST_TERMS:
            row.faults.append(f"A file is given at most {MOST_TERMS} terms; the others were left out.")
            break
        else:
            pairs.append((facet, value))
    return tuple(pairs)


def _notes(table: Table, columns: ColumnMatch, dates: DateColumn) -> tuple[str, ...]:
    ignored = ", ".join(f"“{shorten(header, 30)}”" for header in columns.ignored[:12])
    notes = [*table.notes, *columns.notes, *dates.notes]
    if dates.words:
        notes.append(f"Expiry dates were read as {dates.words}.")
    if ignored:
        notes.append(f"Columns that nobody reads: {ignored}.")
    if not table.rows and not table.refusals:
        notes.append("It names no file.")
    return tuple(notes)
