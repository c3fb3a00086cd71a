"""An Excel workbook (.xlsx) as rows of text: values only, within bounds, dates and numbers as they are meant."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from portal.tabular.cells import shorten
from portal.tabular.decoding import TableUnreadable

MEGABYTE = 1 << 20
MOST_UNPACKED = 400 * MEGABYTE
# What is no sheet and no text is read in one piece.
MOST_OF_A_PART = 16 * MEGABYTE
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
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            yield _choose(book, name, wanted, most_columns)
        finally:
            book.close()
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
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
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
    )
    if unpacked > MOST_UNPACKED or large or len(parts) > MOST_PARTS:
        raise TableUnreadable(
            f"{name} unpacks to {unpacked // MEGABYTE:,} MB; the portal reads workbooks of up to "
            f"{MOST_UNPACKED // MEGABYTE} MB. Please save the sheet as CSV."
        )


def _choose(book: Any, name: str, wanted: str, most_columns: int) -> Sheet:
    found: list[tuple[Any, list[tuple[int, list[str]]]]] = []
    for sheet in book.worksheets[:MOST_SHEETS]:
        if sheet.sheet_state != "visible":
            continue
        # A sheet may state any size; what it holds is what counts.
        sheet.reset_dimensions()
        first = _first_lines(sheet, most_columns)
        if len(first) > 1:
            found.append((sheet, first))
    if not found:
        raise TableUnreadable(f"{name} has no sheet with a line of column names and rows beneath it.")
    sheet, first = next(((one, lines) for one, lines in found if one.title == wanted), found[0])
    titles = tuple(one.title for one, _ in found)
    at = _header(first)
    header_line, header = first[at]
    return Sheet(
        title=sheet.title,
        titles=titles,
        header_line=header_line,
        header=header,
        rows=_rows(sheet, header_line, max(_width(cells) for _, cells in first[at:]), name),
        notes=tuple(_notes(sheet.title, titles, [line for line, _ in first[:at]])),
    )


def _first_lines(sheet: Any, most_columns: int) -> list[tuple[int, list[str]]]:
    """Return the first lines of a sheet that hold something, each with its number."""
    rows = sheet.iter_rows(max_row=HEADER_WITHIN, max_col=most_columns + 1, values_only=True)
    lines = ((line, [text_of(value) for value in row]) for line, row in enumerate(rows, start=1))
    return [(line, cells) for line, cells in lines if any(cells)]


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


def _rows(sheet: Any, header_line: int, width: int, name: str) -> Iterator[tuple[int, list[str]]]:
    rows = sheet.iter_rows(min_row=header_line + 1, max_col=width, values_only=True)
    for line, row in enumerate(rows, start=header_line + 1):
        if line > MOST_LINES:
            raise TableUnreadable(f"{name} claims to have more lines than Excel allows.")
        yield line, [text_of(value) for value in row]


def text_of(value: Any) -> str:
    """Return a cell's value as text that is read back as the same: dates year first, numbers with a decimal point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds") if value.time() != time() else f"{value:%Y-%m-%d}"
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _number(value: float) -> str:
    # Excel keeps fifteen digits; what comes after them is noise.
    text = format(value, ".15g")
    if "e" in text:
        text = format(Decimal(text), "f")
    # 1.054 as text could be thousands; as a number it is not.
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text
