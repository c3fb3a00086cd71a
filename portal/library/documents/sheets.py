"""Text of an Excel workbook by sheet."""

from __future__ import annotations

import datetime
import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from portal.library.documents.charts import drawn_text
from portal.library.documents.ooxml import (
    attribute,
    core_title,
    paragraphs,
    walk,
    xml_if_readable,
)
from portal.library.documents.packages import Package
from portal.library.documents.pages import MAX_CHARACTERS, PageCollector, Reading
from portal.library.documents.titles import sensible_title

MAX_CELLS = 100_000
_LONGEST_CELL = 32_767

_STRICT = b"http://purl.oclc.org/ooxml/"
_PLAIN = b"http://schemas.openxmlformats.org/"
_NAMESPACES = (
    (b"spreadsheetml/main", b"spreadsheetml/2006/main"),
    (b"officeDocument/relationships", b"officeDocument/2006/relationships"),
)


def read_workbook(path: Path) -> Reading:
    """Return the values of a workbook's cells and the text of its drawings: one page a sheet, one line a row."""
    with Package(path) as package:
        copy = io.BytesIO()
        package.copy(copy, _plain_namespaces)
        title = sensible_title(core_title(package))
        drawn = dict(_drawn(package))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _read_sheets(copy, title, drawn)


def _read_sheets(copy: io.BytesIO, title: str, drawn: dict[str, list[str]]) -> Reading:
    workbook = load_workbook(copy, read_only=True, data_only=True, keep_links=False)
    collector = PageCollector()
    budget = _Budget()
    complete = all(
        collector.add(name, "\n".join([*_rows(workbook[name], budget), *drawn.get(name, [])]))
        for name in workbook.sheetnames
    )
    if complete and budget.spent:
        collector.left_out = f"Only the first {MAX_CELLS:,} cells were read."
    return collector.reading(title, complete and not budget.spent)


def _plain_namespaces(name: str, data: bytes) -> bytes:
    """Return markup with the names of Strict files, which the library finds nothing in, put as everybody else's."""
    if not name.lower().endswith((".xml", ".rels")):
        return data
    for strict, plain in _NAMESPACES if _STRICT in data else ():
        data = data.replace(_STRICT + strict, _PLAIN + plain)
    return data


def _drawn(package: Package) -> Iterator[tuple[str, list[str]]]:
    """Yield each sheet's name and the lines of its text boxes and charts."""
    links = package.relations(package.main_part)
    for element in package.xml(package.main_part).iterfind("{*}sheets/{*}sheet"):
        link = links.get(attribute(element, "id"))
        drawing = package.related(link.target, "drawing") if link else ""
        root = xml_if_readable(package, drawing)
        if root is not None:
            inner = package.relations(drawing)
            charts = (
                line
                for _, name, part in walk(root)
                for line in drawn_text(package, inner, name, part, copies=False)
            )
            yield element.get("name", ""), [*paragraphs(root), *dict.fromkeys(charts)]


class _Budget:
    """How many cells and characters may still be read, over all sheets."""

    def __init__(self) -> None:
        self.cells = MAX_CELLS
        self.characters = MAX_CHARACTERS

    @property
    def spent(self) -> bool:
        return self.cells <= 0 or self.characters <= 0


def _rows(sheet: Any, budget: _Budget) -> Iterator[str]:
    # A sheet that is nothing but a chart has no rows.
    if not hasattr(sheet, "reset_dimensions"):
        return
    # The sheet's own statement of its size may be wrong, by mistake or on purpose.
    sheet.reset_dimensions()
    for row in sheet.iter_rows(values_only=True):
        budget.cells -= len(row)
        line = "\t".join(text for value in row if (text := _shown(value)))
        budget.characters -= len(line)
        if line:
            yield line
        if budget.spent:
            return


def _shown(value: Any) -> str:
    """Return a cell's value as people would search for it."""
    if value is None or value == "":
        return ""
    if isinstance(value, float):
        return format(value, ".10g")
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)[:_LONGEST_CELL]
