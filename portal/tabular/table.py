"""A delimited file or a sheet as headers and rows, each row with the line it begins on."""

from __future__ import annotations

import csv
import io
import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO

from portal.tabular.cells import clean, shorten
from portal.tabular.decoding import SAMPLE, Encoding, TableUnreadable, detect_encoding
from portal.tabular.workbook import open_sheet

MOST_ROWS = 1_000_000
MOST_BYTES = 200 * 1024 * 1024
MOST_COLUMNS = 500
LONGEST_HEADER = 200
FOOTER = "copyright (c)"
PACKED = b"PK\x03\x04"
SHARED = 20_000
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


class Row(NamedTuple):
    """One record: the line of the file it begins on, and as many cells as the table has headers."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Refusal:
    """Why one row was not taken: its line, the field at fault, what stood there, and the reason in words."""

    line: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class Table:
    """A file that could be cut into columns; `refusals` are the rows that could not."""

    filename: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    refusals: tuple[Refusal, ...]
    encoding: str
    delimiter: str
    notes: tuple[str, ...]
    # Of a workbook, the sheet that was read and all that could be.
    sheet: str = ""
    sheets: tuple[str, ...] = ()


def read_table(source: bytes | str | os.PathLike[str], filename: str = "", sheet: str = "") -> Table:
    """Read a delimited file or a workbook, a path or its bytes; raise TableUnreadable when it is neither.

    Of a workbook, `sheet` is read if it has one of that name, else the first one with rows.
    """
    name = shorten(filename or ("The file" if isinstance(source, bytes) else Path(source).name)) or "The file"
    data = source if isinstance(source, bytes) else _load(source, name)
    if len(data) > MOST_BYTES:
        raise TableUnreadable(
            f"{name} is larger than {MOST_BYTES >> 20} MB. Please split it into smaller files."
        )
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        raise TableUnreadable(f"{name} is empty.")
    if data.startswith(PACKED):
        return _of_workbook(data, name, sheet)
    return _cut(data, detect_encoding(data, name), name)


def written(table: Table) -> dict[str, str]:
    """Return how the file itself is written, in words."""
    if table.sheet:
        return {"sheet": table.sheet}
    return {"encoding": table.encoding, "delimiter": DELIMITERS[table.delimiter]}


def _load(path: str | os.PathLike[str], name: str) -> bytes:
    try:
        if Path(path).stat().st_size > MOST_BYTES:
            raise TableUnreadable(
                f"{name} is larger than {MOST_BYTES >> 20} MB. Please split it into smaller files."
            )
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise TableUnreadable(f"{name} can't be opened: {reason}.") from error


def _of_workbook(data: bytes, name: str, wanted: str) -> Table:
    with open_sheet(data, name, wanted, MOST_COLUMNS) as sheet:
        headers = _headers(sheet.header, name)
        rows, refusals = _fit(((line, line, cells) for line, cells in sheet.rows), headers, name)
    return Table(
        filename=name,
        headers=headers,
        rows=tuple(rows),
        refusals=tuple(refusals),
        encoding="",
        delimiter="",
        notes=sheet.notes,
        sheet=sheet.title,
        sheets=sheet.titles,
    )


def _open(data: bytes, encoding: Encoding) -> TextIO:
    # newline="" leaves line ends inside quotes to the csv module.
    return io.TextIOWrapper(io.BytesIO(data), encoding.codec, newline="")


def _cut(data: bytes, encoding: Encoding, name: str) -> Table:
    sample = _open(data, encoding).read(SAMPLE)
    stated = sample[4] if sample[:4].lower() == "sep=" and sample[4:5] in DELIMITERS else None
    delimiter = stated or _detect_delimiter(sample, whole=len(data) <= SAMPLE)
    _refuse_too_many(data, encoding, delimiter, name)
    records = _records(_open(data, encoding), delimiter, name)
    if stated:
        next(records)
    header_line, cells = next(((line, cells) for line, _, cells in records if any(cells)), (0, []))
    if not header_line:
        raise TableUnreadable(f"{name} has no header line: nothing but blank lines.")
    headers = _headers(cells, name)
    rows, refusals = _fit(records, headers, name)
    last = max([header_line, *(row.line for row in rows[-1:]), *(refusal.line for refusal in refusals[-1:])])
    if _ends_in_quote(data, encoding, delimiter, last):
        if last == header_line:
            raise TableUnreadable(f"{name} can't be read: a quote in its header line is never closed.")
        rows, refusals = rows[: _before(rows, last)], refusals[: _before(refusals, last)]
        reason = "A quote in this row is never closed; what follows was taken for part of it."
        refusals.append(Refusal(last, "", "", reason))
    refusals, footer = _without_footer(rows, refusals)
    notes = (*encoding.notes, *footer)
    return Table(name, headers, tuple(rows), tuple(refusals), encoding.words, delimiter, notes)


def _records(stream: TextIO, delimiter: str, name: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield (first line, last line, cells) of every record that is not an empty line."""
    reader = csv.reader(stream, delimiter=delimiter)
    before = 0
    try:
        for cells in reader:
            last = reader.line_num
            if cells:
                yield before + 1, last, cells
            before = last
    except csv.Error as error:
        raise TableUnreadable(
            f"{name} can't be read from line {before + 1} on: a cell there is too long, perhaps because a quote "
            "is never closed."
        ) from error


def _detect_delimiter(sample: str, *, whole: bool) -> str:
    """Choose the delimiter that cuts most rows to the header's width, and the widest header among equals."""
    best, choice = (0.0, 0), ","
    for delimiter in DELIMITERS:
        try:
            records = [
                cells
                for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
                if any(cells)
            ]
        except csv.Error:
            continue
        body = records[1:] if whole else records[1:-1]
        width = len(records[0]) if records else 0
        if width > 1:
            fitting = sum(len(cells) == width for cells in body) / len(body) if body else 1.0
            if (fitting, width) > best:
                best, choice = (fitting, width), delimiter
    return choice


def _headers(cells: list[str], name: str) -> tuple[str, ...]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) > MOST_COLUMNS:
        raise TableUnreadable(f"{name} has {len(cells):,} columns; the portal reads up to {MOST_COLUMNS}.")
    headers = tuple(clean(cell) for cell in cells)
    longest = max(headers, key=len, default="")
    if not longest:
        raise TableUnreadable(f"{name} has no header line: its first line names no column.")
    if len(longest) > LONGEST_HEADER:
        raise TableUnreadable(f"{name} has no header line: its first line holds “{shorten(longest)}”.")
    seen: dict[str, int] = {}
    for position, header in enumerate(headers, start=1):
        first = seen.setdefault(header.casefold(), position)
        if header and first != position:
            raise TableUnreadable(
                f"{name} has the column “{shorten(header)}” twice (columns {first} and {position}). "
                "Please rename or remove one of them."
            )
    return headers


def _fit(
    records: Iterator[tuple[int, int, list[str]]], headers: tuple[str, ...], name: str
) -> tuple[list[Row], list[Refusal]]:
    width = len(headers)
    rows: list[Row] = []
    refusals: list[Refusal] = []
    # The same words stand in many rows; they are kept once.
    known: dict[str, str] = {}
    shared = known.setdefault
    for line, last, cells in records:
        if len(cells) != width:
            # Spreadsheets pad rows with empty cells; those take nothing away.
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            if not any(cells):
                continue
            if len(cells) != width:
                refusals.append(_uneven(line, last, cells, width))
                continue
        elif not any(cells):
            continue
        rows.append(
            Row(
                line, [shared(cell, cell) if len(known) < SHARED else known.get(cell, cell) for cell in cells]
            )
        )
        if len(rows) > MOST_ROWS:
            raise _too_many(name)
    return rows, refusals


def _too_many(name: str) -> TableUnreadable:
    return TableUnreadable(
        f"{name} has more than {MOST_ROWS:,} rows. Please split it into smaller files, or leave old rows out."
    )


def _refuse_too_many(data: bytes, encoding: Encoding, delimiter: str, name: str) -> None:
    """Refuse a file with too many rows before any is kept; a row may have several lines, so lines only hint at it."""
    if data.count(b"\n") <= MOST_ROWS:
        return
    records = _records(_open(data, encoding), delimiter, name)
    if sum(1 for _ in itertools.islice(records, MOST_ROWS + 2)) > MOST_ROWS + 1:
        raise _too_many(name)


def _without_footer(rows: Sequence[Row], refusals: list[Refusal]) -> tuple[list[Refusal], tuple[str, ...]]:
    """Leave out the lines that Salesforce puts under a report: they are no rows, and say so by their copyright."""
    last = rows[-1].line if rows else 0
    under = [refusal for refusal in refusals if refusal.line > last]
    if not any(FOOTER in refusal.value.lower() for refusal in under):
        return refusals, ()
    note = f"Lines {under[0].line} to {under[-1].line} stand under the report and were passed over."
    return refusals[: len(refusals) - len(under)], (note,)


def _uneven(line: int, last: int, cells: list[str], width: int) -> Refusal:
    reason = (
        f"The row has {len(cells)} {'cell' if len(cells) == 1 else 'cells'} where the header has {width}."
    )
    if last > line:
        reason += f" It runs to line {last}: a quote may be missing."
    return Refusal(line, "", shorten(cells[0]), reason)


def _before(records: Sequence[Row | Refusal], line: int) -> int:
    return len(records) - bool(records and records[-1].line == line)


def _ends_in_quote(data: bytes, encoding: Encoding, delimiter: str, line: int) -> bool:
    """Say whether the last record, which begins on `line`, is still inside a quote where the file ends."""
    tail = itertools.islice(_open(data, encoding), max(line - 1, 0), None)
    try:
        for _ in csv.reader(tail, delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
