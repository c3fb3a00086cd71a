"""An Excel workbook (.xlsx) as rows of text: values only, within bounds, dates and numbers as they are meant."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from portal.tabular.cells import shorten
from portal.tabular.decoding import TableUnreadable
from portal.tabular.packed import BROKEN
from portal.tabular.sheet_parts import (
    MEGABYTE,
    MOST_OF_A_PART,
    MOST_OF_TEXTS,
    Meanings,
    SheetPart,
    meanings_of,
    sheets_of,
)
from portal.tabular.sheet_rows import first_rows, rows_of

MOST_UNPACKED = 400 * MEGABYTE
MOST_PARTS = 2_000
MOST_SHEETS = 50
MOST_LINES = 1_048_576
# Titles, filters and logos stand above the names of the columns within so many lines.
HEADER_WITHIN = 60

OTHER_PACKED = (
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a presentation"),
    ("content.xml", "an OpenDocument file"),
    ("Index/Document.iwa", "a Numbers or Pages document"),
)


@dataclass(frozen=True)
class Sheet:
    """One sheet: the line that names its columns, and what stands below it, each row with its line."""

    title: str
    titles: tuple[str, ...]
    header_line: int
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    notes: tuple[str, ...]


@contextmanager
def open_sheet(data: bytes, name: str, wanted: str, most_columns: int) -> Iterator[Sheet]:
    """Open the sheet called `wanted`, else the first one with rows; raise TableUnreadable where there is none.

    Rows are read while the block lasts; what is wrong further down is raised there.
    """
    _check_parts(data, name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            yield _choose(packed, name, wanted, most_columns)
    except TableUnreadable:
        raise
    # Whatever stands in a damaged workbook, the library trips over it in its own way.
    except Exception as error:
        raise TableUnreadable(
            f"{name} is a damaged workbook. Please open it in Excel and save it again, or save it as CSV."
        ) from error


def _check_parts(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
    except BROKEN as error:
        raise TableUnreadable(f"{name} is a damaged workbook. Please save it again, or as CSV.") from error
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        what = next((words for part, words in OTHER_PACKED if part in names), "a packed file")
        raise TableUnreadable(f"{name} is {what}. Please save it as an Excel workbook (.xlsx) or as CSV.")
    # The sizes that a workbook states are also the most that is ever unpacked of it.
    unpacked = sum(part.file_size for part in parts)
    large = any(
        part.file_size > MOST_OF_A_PART
        for part in parts
        if not part.filename.startswith(("xl/worksheets/", "xl/sharedStrings", "xl/media/"))
    ) or any(part.file_size > MOST_OF_TEXTS for part in parts if part.filename.startswith("xl/sharedStrings"))
    if unpacked > MOST_UNPACKED or large or len(parts) > MOST_PARTS:
        raise TableUnreadable(
            f"{name} unpacks to {unpacked // MEGABYTE:,} MB; the portal reads workbooks of up to "
            f"{MOST_UNPACKED // MEGABYTE} MB. Please save the sheet as CSV."
        )


def _choose(packed: zipfile.ZipFile, name: str, wanted: str, most_columns: int) -> Sheet:
    meanings = meanings_of(packed)
    found: list[tuple[SheetPart, list[tuple[int, list[str]]]]] = []
    for sheet in sheets_of(packed)[:MOST_SHEETS]:
        # A sheet may state any size; what it holds is what counts.
        with packed.open(sheet.part) as stream:
            first = first_rows(rows_of(stream, meanings, most_columns + 1), HEADER_WITHIN)
        if len(first) > 1:
            found.append((sheet, first))
    if not found:
        raise TableUnreadable(f"{name} has no sheet with a line of column names and rows beneath it.")
    sheet, first = next(((one, lines) for one, lines in found if one.title == wanted), found[0])
    titles = tuple(one.title for one, _ in found)
    at = _header(first)
    header_line, header = first[at]
    width = max(_width(cells) for _, cells in first[at:])
    return Sheet(
        title=sheet.title,
        titles=titles,
        header_line=header_line,
        header=header,
        rows=_rows(packed, sheet, meanings, header_line, width, name),
        notes=tuple(_notes(sheet.title, titles, [line for line, _ in first[:at]])),
    )


def _header(lines: Sequence[tuple[int, list[str]]]) -> int:
    """Return which of the first lines names the columns: the first that fills more than half as many cells as any."""
    most = max(sum(map(bool, cells)) for _, cells in lines)
    return next(at for at, (_, cells) in enumerate(lines) if sum(map(bool, cells)) * 2 > most)


def _width(cells: Sequence[str]) -> int:
    return max((at for at, cell in enumerate(cells, start=1) if cell), default=0)


def _notes(title: str, titles: Sequence[str], above: Sequence[int]) -> Iterator[str]:
    others = [f"“{shorten(one, 40)}”" for one in titles if one != title]
    if others:
        yield f"The sheet “{shorten(title, 40)}” was read; the file also has {', '.join(others[:5])}."
    if above:
        lines = f"Line {above[0]} stands" if len(above) == 1 else f"Lines {above[0]} to {above[-1]} stand"
        yield f"{lines} above the names of the columns and {'was' if len(above) == 1 else 'were'} passed over."


def _rows(
    packed: zipfile.ZipFile, sheet: SheetPart, meanings: Meanings, header_line: int, width: int, name: str
) -> Iterator[tuple[int, list[str]]]:
    with packed.open(sheet.part) as stream:
        for line, cells in rows_of(stream, meanings, width):
            if line > MOST_LINES:
                raise TableUnreadable(f"{name} claims to have more lines than Excel allows.")
            if line > header_line:
                yield line, cells
