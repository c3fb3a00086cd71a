"""Estimates with their ranges in a Word file: a strip and its numbers for each, over a scale in words."""

from __future__ import annotations

import io
from textwrap import shorten
from typing import Any

from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from portal.reports.cells import words
from portal.reports.forest import MARGIN, WIDTH, Scale, scale_of, strip
from portal.reports.table import Table
from portal.web.formatting import points

NAME, PLOT, SAID = Cm(10.2), Cm(13.5), Cm(4)
PICTURE, MOST_OF_A_NAME = Cm(13), 64
SMALL, QUIET = Pt(8), RGBColor(0x46, 0x54, 0x5A)
EXPLAINED = (
    "The mark is the estimate, the line the range in which it is likely to lie. A triangle up was won more often, one"
    " down won less often than other content on similar deals; a ring is no clear difference."
)


def draw_ranges(document: Any, table: Table) -> None:
    """Draw the marks of a table under their heading, all on one scale."""
    document.add_heading(table.marks_title, level=2)
    scale = scale_of(table.marks)
    grid = document.add_table(rows=len(table.marks) + 1, cols=3)
    grid.autofit = False
    no_margins = OxmlElement("w:tblCellMar")  # numbers and lines of the scale are measured from the same edge
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        no_margins.append(margin)
    grid._tbl.tblPr.append(no_margins)
    for column, width in zip(grid.columns, (NAME, PLOT, SAID), strict=True):
        column.width = width
    lines = list(grid.rows)
    for line, mark in zip(lines, table.marks, strict=False):
        name, plot, said = _cells(line)
        shown = words(mark.name, table.columns[0], table.currency)
        name.paragraphs[0].add_run(shorten(shown, MOST_OF_A_NAME, placeholder="…")).font.size = SMALL
        run = plot.paragraphs[0].add_run()
        run.font.size = Pt(1)  # nothing of a line stands beneath the picture
        picture = run.add_picture(io.BytesIO(strip(mark, scale)), width=PICTURE)
        for side in ("distT", "distB", "distL", "distR"):  # unsaid, some programs leave room
            picture._inline.set(side, "0")
        picture._inline.docPr.set("descr", f"{shown}: {mark.words}")
        said.paragraphs[0].add_run(mark.words).font.size = SMALL
    _write_scale(_cells(lines[-1])[1].paragraphs[0], scale)
    run = document.add_paragraph().add_run(f"{EXPLAINED} {table.marks_note}".strip())
    run.font.size, run.font.color.rgb = SMALL, QUIET


def _cells(line: Any) -> list[Any]:
    """The cells of a row at their widths, with nothing between the strips, so that the lines of the scale run on."""
    cells = list(line.cells)
    for cell, width in zip(cells, (NAME, PLOT, SAID), strict=True):
        cell.width = width
        cell.paragraphs[0].paragraph_format.space_after = Pt(0)
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    return cells


def _write_scale(paragraph: Any, scale: Scale) -> None:
    """The numbers of the scale, each under its line."""
    room = 1 - 2 * MARGIN / WIDTH
    for tick in scale.ticks:
        at = MARGIN / WIDTH + scale.at(tick) * room
        paragraph.paragraph_format.tab_stops.add_tab_stop(int(PICTURE * at), WD_TAB_ALIGNMENT.CENTER)
    run = paragraph.add_run("".join(f"\t{points(tick)}" for tick in scale.ticks))
    run.font.size, run.font.color.rgb = SMALL, QUIET
