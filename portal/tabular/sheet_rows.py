"""The rows of one sheet of a workbook as text, one at a time: dates and numbers as they are meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from openpyxl.utils.cell import get_column_letter
from openpyxl.utils.datetime import from_excel, from_ISO8601

from portal.tabular.sheet_parts import Meanings, elements, text_in

DIGITS = "0123456789"
NO_DATE = "#VALUE!"
# A program wrote the formula, and none that reckons has saved the file since.
NOT_RECKONED = "formula without a saved value"
# The same days stand in many rows; so many of them are written out once.
MOST_KNOWN = 50_000


def rows_of(stream: IO[bytes], meanings: Meanings, width: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that a sheet holds, each with its line and the text of its first `width` cells."""
    columns = {get_column_letter(at + 1): at for at in range(width)}
    read = _Cells(meanings).text
    line = 0
    for row in elements(stream, "row", "sheetData"):
        if row.tag.endswith("}sheetData"):
            return
        stated = row.get("r", "")
        line = max(line + 1, int(stated)) if stated.isdigit() else line + 1
        cells = [""] * width
        # A cell that does not say its column is the one after that before it.
        position = -1
        for cell in row.iterchildren("{*}c"):
            reference = cell.get("r")
            position = columns.get(reference.rstrip(DIGITS), width) if reference else position + 1
            if position < width:
                cells[position] = read(cell)
        yield line, cells


class _Cells:
    """Reads the cells of one sheet."""

    def __init__(self, meanings: Meanings) -> None:
        self._texts = meanings.texts
        self._meanings = meanings
        self._styles = meanings.dates | meanings.durations
        self._days: dict[tuple[str, bool], str] = {}

    def text(self, cell: Any) -> str:
        """Return a cell's value as text; of a formula, the value that was saved last."""
        kind = cell.get("t")
        if kind == "inlineStr":
            return next((text_in(child) for child in cell if child.tag.endswith("}is")), "")
        value = found = None
        for child in cell:
            found = child.tag[-2:]
            if found == "}v":
                value = child.text
        if not value:
            return NOT_RECKONED if found == "}f" else ""
        if kind == "s":
            if value[0] == "-":
                raise IndexError("a text has a number below none")
            return self._texts[int(value)]
        if kind is None or kind == "n":
            style = cell.get("s")
            return self._day(value, style) if style in self._styles else number_text(value)
        if kind == "b":
            return "FALSE" if value in ("0", "false") else "TRUE"
        return _day_written(value) if kind == "d" else value

    def _day(self, value: str, style: str) -> str:
        key = value, style in self._meanings.durations
        known = self._days.get(key)
        if known is None:
            try:
                known = moment_text(from_excel(float(value), self._meanings.epoch, timedelta=key[1]))
            except (OverflowError, ValueError):
                known = NO_DATE
            if len(self._days) < MOST_KNOWN:
                self._days[key] = known
        return known


def _day_written(value: str) -> str:
    try:
        return moment_text(from_ISO8601(value))
    except ValueError:
        return NO_DATE


def moment_text(value: Any) -> str:
    """Return a date, a time or both as text that is read back as the same, year first."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds") if value.time() != time() else f"{value:%Y-%m-%d}"
    return value.isoformat() if isinstance(value, date | time) else str(value)


def number_text(value: str) -> str:
    """Return a number as text that is read back as the same, with a decimal point."""
    if value.isdigit() and value[0] != "0":
        return value
    # Excel keeps fifteen digits; what comes after them is noise.
    text = format(float(value), ".15g")
    if "e" in text:
        text = format(Decimal(text), "f")
    # 1.054 as text could be thousands; as a number it is not.
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def first_rows(rows: Iterator[tuple[int, list[str]]], within: int) -> list[tuple[int, list[str]]]:
    """Return those of the first lines of a sheet that hold something."""
    found = []
    for line, cells in islice(rows, within):
        if line > within:
            break
        if any(cells):
            found.append((line, cells))
    return found
