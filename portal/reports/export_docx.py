"""A Table as a Word file: what it is, a chart of the largest values, the rows, and what they mean."""

from __future__ import annotations

import io
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from portal.reports.about import definitions, facts, notes
from portal.reports.bars import bar
from portal.reports.cells import heading, words
from portal.reports.docx_ranges import draw_ranges
from portal.reports.table import Column, Table

DRAWN = 10
MARGIN, WIDTH = Cm(1), Cm(27.7)  # of a landscape A4 page
SMALL = Pt(6.5)
CHARACTER, PADDING = Cm(0.16), Cm(0.25)  # what a wide character of that size and the space around a cell take
LEAST_NAME, MOST_OF_A_NAME = Cm(3.2), 60
LEAST_CHARACTERS, MOST_CHARACTERS = 4, 16
CHART_WIDTHS = (Cm(9), Cm(10.6), Cm(3))
# Accent, secondary text, soft accent and line of the light theme in static/css/tokens.css.
ACCENT, QUIET = RGBColor(0x0B, 0x64, 0x73), RGBColor(0x46, 0x54, 0x5A)
SHADE, LINE = "E0F0F2", "CDD6D7"


def as_docx(table: Table) -> bytes:
    """Write a landscape document that can be taken to a meeting as it is."""
    document = Document()
    _set_up(document, table)
    document.add_heading(table.title, level=1)
    if table.in_short:
        document.add_paragraph().add_run(table.in_short).font.size = Pt(12)
    shown_above = ("Report", "In short")
    _quiet(document, " · ".join(f"{name}: {said}" for name, said in facts(table) if name not in shown_above))
    if table.marks:
        draw_ranges(document, table)
    elif table.drawn:
        _chart(document, table)
    document.add_heading("All rows", level=2)
    if table.rows:
        _rows(document, table)
    else:
        document.add_paragraph("There is nothing in this period.")
    document.add_heading("What the columns mean", level=2)
    for name, said in (*definitions(table), *notes(table)):
        paragraph = document.add_paragraph(style="List Bullet")
        paragraph.add_run(f"{name}: ").bold = True
        paragraph.add_run(said)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _set_up(document: Any, table: Table) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    for side in ("left", "right", "top", "bottom"):
        setattr(section, f"{side}_margin", MARGIN)
    document.styles["Normal"].font.size = Pt(9)
    document.styles["Normal"].font.name = "Calibri"
    for level in ("Heading 1", "Heading 2"):
        document.styles[level].font.color.rgb = ACCENT
    document.core_properties.title = table.title
    document.core_properties.author = "Tandem"
    document.core_properties.comments = ""


def _quiet(document: Any, text: str) -> None:
    document.add_paragraph().add_run(text).font.color.rgb = QUIET


def _chart(document: Any, table: Table) -> None:
    """Name, bar and value of the largest values, a line each."""
    largest = table.largest(DRAWN)
    if not largest:
        return
    column = table.columns[table.place(table.drawn)]
    first = table.columns[0].label.lower()
    document.add_heading(f"{column.label} by {first}: the largest", level=2)
    grid = document.add_table(rows=len(largest), cols=3)
    _fix_widths(grid, CHART_WIDTHS)
    most = max(float(str(value)) for _, value in largest)
    for line, (name, value) in zip(grid.rows, largest, strict=True):
        cells, said = line.cells, words(value, column, table.currency)
        cells[0].text = words(name, table.columns[0], table.currency)
        png = io.BytesIO(bar(round(100 * float(str(value)) / most)))
        picture = cells[1].paragraphs[0].add_run().add_picture(png, width=Cm(10))
        picture._inline.docPr.set("descr", f"{cells[0].text}: {said}")
        cells[2].text = said
        for cell, width in zip(cells, CHART_WIDTHS, strict=True):
            cell.width = width
            cell.paragraphs[0].paragraph_format.space_after = Pt(3)


def _rows(document: Any, table: Table) -> None:
    said = [
        [
            words(value, column, table.currency)
            for value, column in zip(row.values, table.columns, strict=True)
        ]
        for row in table.rows
    ]
    headings = [heading(column, table.currency) for column in table.columns]
    grid = document.add_table(rows=2, cols=len(headings))
    _draw_lines(grid)
    widths = _widths(headings, said)
    _fix_widths(grid, widths)
    for line, texts, bold in zip(grid.rows, (headings, [""] * len(headings)), (True, False), strict=True):
        _keep_together(line, repeat=bold)
        for cell, text, column, width in zip(line.cells, texts, table.columns, widths, strict=True):
            cell.width = width
            _fill(cell, text, column, bold=bold)
            if bold:
                _shade(cell)
    _fill_in(grid, said)


def _fill_in(grid: Any, said: list[list[str]]) -> None:
    """Copy the last row, which is empty, for each row of texts: making every cell anew takes ten times as long."""
    form = grid.rows[-1]._tr
    for texts in said:
        line = deepcopy(form)
        for run, text in zip(line.iter(qn("w:r")), texts, strict=True):
            run.text = text
        form.addprevious(line)
    grid._tbl.remove(form)


def _widths(headings: list[str], said: list[list[str]]) -> list[int]:
    """Give every column room for its longest word, and the first one for its longest text; share what is left."""
    longest = [
        max(len(word) for text in (name, *(line[place] for line in said)) for word in text.split() or [""])
        for place, name in enumerate(headings)
    ]
    fitting = (min(max(length, LEAST_CHARACTERS), MOST_CHARACTERS) for length in longest[1:])
    rest = [int(length * CHARACTER + PADDING) for length in fitting]
    room = WIDTH - LEAST_NAME
    if sum(rest) > room:  # a column past the edge of the page would not be printed
        rest = [width * room // sum(rest) for width in rest]
    names = max(len(text) for text in (headings[0], *(line[0] for line in said)))
    wanted = max(int(min(names, MOST_OF_A_NAME) * CHARACTER + PADDING), LEAST_NAME)
    first = max(min(wanted, WIDTH - sum(rest)), LEAST_NAME)
    spare = max(WIDTH - first - sum(rest), 0)
    return [first, *(width + spare // len(rest) for width in rest)]


def _fix_widths(grid: Any, widths: Sequence[int]) -> None:
    grid.autofit = False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width


def _fill(cell: Any, text: str, column: Column, *, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(text)
    run.font.size, run.bold = SMALL, bold
    paragraph.paragraph_format.space_after = Pt(0)
    if column.type != "text":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _element(name: str, **attributes: str) -> Any:
    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _draw_lines(grid: Any) -> None:
    """Thin lines between rows and little space beside the figures; sizes are in eighths and twentieths of a point."""
    borders = _element("tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(_element(side, val="single", sz="4", color=LINE))
    margins = _element("tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(side, w="60", type="dxa"))
    grid._tbl.tblPr.append(borders)
    grid._tbl.tblPr.append(margins)


def _keep_together(row: Any, *, repeat: bool) -> None:
    """Keep a row on one page, and repeat the headings on every one."""
    properties = row._tr.get_or_add_trPr()
    properties.append(_element("cantSplit"))
    if repeat:
        properties.append(_element("tblHeader"))


def _shade(cell: Any) -> None:
    cell._tc.get_or_add_tcPr().append(_element("shd", val="clear", fill=SHADE))
