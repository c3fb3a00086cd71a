"""Word files: a coloured title band, headings, tables, key figures and quotes in the house style."""

from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from portal.demo.blocks import Block, Callout, Chart, Grid, KeyFigures, Listing, Paragraph, Quote, Subheading
from portal.demo.company import COMPANY, COMPANY_LINE
from portal.demo.pieces import Edition, Piece
from portal.demo.writers.style import (
    ACCENT,
    BRAND,
    BRAND_LIGHT,
    INK,
    INTERNAL_KINDS,
    KIND_NAMES,
    LINE,
    MUTED,
    PALE,
    PAPER,
    column_shares,
    figure_text,
    number_columns,
    runs,
)

_WIDTH = 17.0
"""Width of the text, in centimetres."""


def write(piece: Piece, edition: Edition, path: Path) -> None:
    """Write the piece as a Word document on A4."""
    document = Document()
    _page(document)
    _styles(document)
    _title_band(document, piece)
    if piece.kind != "email_template":
        _paragraph(document, piece.summary, size=12, colour=BRAND_LIGHT, after=10)
    for section in edition.sections:
        if section.title:
            document.add_heading(section.title, level=1)
        for block in section.blocks:
            _draw(document, block)
    _footer(document, piece)
    document.core_properties.title = piece.title
    document.core_properties.author = COMPANY
    document.save(str(path))


def _page(document: Any) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin, page.bottom_margin = Cm(1.8), Cm(1.8)


def _styles(document: Any) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    normal.font.color.rgb = RGBColor.from_string(INK)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing = 1.15
    for name, size, colour, before in (("Heading 1", 14, BRAND, 14), ("Heading 2", 11.5, BRAND_LIGHT, 10)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.bold = "Calibri", Pt(size), True
        fonts = style.element.rPr.rFonts
        for theme in [name for name in fonts.attrib if name.endswith("Theme")]:
            del fonts.attrib[theme]
        style.font.color.rgb = RGBColor.from_string(colour)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(4)
        style.paragraph_format.keep_with_next = True


def _title_band(document: Any, piece: Piece) -> None:
    cell = _plain_table(document, 1, 1).cell(0, 0)
    _shade(cell, BRAND)
    _margins(cell, top=260, bottom=260, start=320, end=320)
    above = KIND_NAMES[piece.kind] + (" · internal, not for buyers" if piece.kind in INTERNAL_KINDS else "")
    _write(cell.paragraphs[0], above.upper(), size=8.5, colour="BFE0DA", bold=True, after=4)
    title = cell.add_paragraph(style="Title")
    _borderless(title)
    _write(title, piece.title, size=22, colour=PAPER, bold=True, after=4)
    _write(cell.add_paragraph(), f"{COMPANY} · {COMPANY_LINE}", size=9, colour="BFE0DA", after=0)
    _paragraph(document, "", size=4, after=2)


def _footer(document: Any, piece: Piece) -> None:
    line = document.sections[0].footer.paragraphs[0]
    _write(line, f"{COMPANY} · {piece.title}", size=8, colour=MUTED, after=0)


def _draw(document: Any, block: Block) -> None:
    match block:
        case Paragraph(text):
            _write(document.add_paragraph(), text)
        case Subheading(text):
            document.add_heading(text, level=2)
        case Listing(items, numbered):
            for at, item in enumerate(items, start=1):
                _item(document, item, f"{at}." if numbered else "•")
        case Quote(text, who):
            _boxed(document, f"“{text}”", who, fill=PAPER, edge=ACCENT)
        case Callout(text):
            _boxed(document, text, "", fill=PALE, edge=BRAND_LIGHT)
        case KeyFigures(figures):
            _figures(document, figures)
        case Chart(title, bars):
            _bars(document, title, bars)
        case Grid(head, rows):
            _grid(document, head, rows)


def _item(document: Any, text: str, mark: str) -> None:
    line = document.add_paragraph(style="List Paragraph")
    line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Cm(0.7), Cm(-0.5)
    line.paragraph_format.tab_stops.add_tab_stop(Cm(0.7))
    line.paragraph_format.space_after = Pt(3)
    _write(line, f"{mark}\t{text}", after=3)


def _boxed(document: Any, text: str, who: str, *, fill: str, edge: str) -> None:
    cell = _plain_table(document, 1, 1).cell(0, 0)
    _shade(cell, fill)
    _edges(cell, left=(edge, 36))
    _margins(cell, top=120, bottom=120, start=260, end=200)
    _write(cell.paragraphs[0], text, italic=bool(who), size=11, after=2 if who else 0)
    if who:
        _write(cell.add_paragraph(), who, size=9, colour=MUTED, after=0)
    _paragraph(document, "", size=4, after=4)


def _figures(document: Any, figures: tuple[tuple[str, str], ...]) -> None:
    table = _plain_table(document, 1, len(figures))
    for cell, (figure, meaning) in zip(table.rows[0].cells, figures, strict=True):
        _shade(cell, PALE)
        _edges(cell, top=(ACCENT, 18), right=(PAPER, 48))
        _margins(cell, top=140, bottom=140, start=160, end=120)
        _write(cell.paragraphs[0], figure, size=19, colour=BRAND, bold=True, after=0)
        _write(cell.add_paragraph(), meaning, size=9, colour=MUTED, after=0)
    _paragraph(document, "", size=4, after=4)


def _bars(document: Any, title: str, bars: tuple[tuple[str, float], ...]) -> None:
    """A bar chart of shaded cells, which every word processor draws alike."""
    _write(document.add_paragraph(), title, bold=True, size=9.5, colour=MUTED, after=2)
    most = max(value for _, value in bars)
    for label, value in bars:
        long = max(0.25, 9.5 * value / most)
        table = _plain_table(document, 1, 3, widths=(4.8, long, 12.2 - long))
        named, bar, figure = table.rows[0].cells
        _write(named.paragraphs[0], label, size=9, after=0)
        _shade(bar, BRAND_LIGHT)
        _edges(bar, top=(PAPER, 24), bottom=(PAPER, 24))
        _write(bar.paragraphs[0], "", size=9, after=0)
        _write(figure.paragraphs[0], figure_text(value), size=9, bold=True, after=0)
        _paragraph(document, "", size=1, after=0)
    _paragraph(document, "", size=4, after=4)


def _grid(document: Any, head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
    widths = tuple(_WIDTH * share for share in column_shares((head, *rows)))
    table = _plain_table(document, 1 + len(rows), len(head), widths=widths)
    right = number_columns(rows)
    for at, row in enumerate((head, *rows)):
        for column, (cell, text) in enumerate(zip(table.rows[at].cells, row, strict=True)):
            _margins(cell, top=60, bottom=60, start=110, end=110)
            colour = PAPER if at == 0 else INK
            _write(cell.paragraphs[0], text, size=9.5, colour=colour, bold=at == 0, after=0)
            if column in right:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if at == 0:
                _shade(cell, BRAND)
            _edges(cell, bottom=(LINE, 4))
    _paragraph(document, "", size=4, after=4)


def _paragraph(document: Any, text: str, *, size: float, colour: str = INK, after: float = 6) -> None:
    _write(document.add_paragraph(), text, size=size, colour=colour, after=after)


def _write(
    line: Any,
    text: str,
    *,
    size: float | None = None,
    colour: str | None = None,
    bold: bool = False,
    italic: bool = False,
    after: float | None = None,
) -> None:
    for part, strong in runs(text) if text else [("", False)]:
        run = line.add_run(part)
        run.bold, run.italic = (bold or strong) or None, italic or None
        if size is not None:
            run.font.size = Pt(size)
        if colour is not None:
            run.font.color.rgb = RGBColor.from_string(colour)
    if after is not None:
        line.paragraph_format.space_after = Pt(after)
        line.paragraph_format.line_spacing = Pt(size * 1.3) if size and size < 6 else 1.1


def _plain_table(document: Any, rows: int, columns: int, widths: tuple[float, ...] = ()) -> Any:
    table = document.add_table(rows, columns)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    for at, column in enumerate(table.columns):
        width = Cm(widths[at] if widths else _WIDTH / columns)
        column.width = width
        for cell in column.cells:
            cell.width = width
    return table


def _shade(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _edges(cell: Any, **edges: tuple[str, int]) -> None:
    borders = OxmlElement("w:tcBorders")
    for side in ("top", "left", "bottom", "right"):
        if side in edges:
            colour, eighths = edges[side]
            edge = OxmlElement(f"w:{side}")
            for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "0"), ("color", colour)):
                edge.set(qn(f"w:{name}"), value)
            borders.append(edge)
    properties = cell._tc.get_or_add_tcPr()
    shade = properties.find(qn("w:shd"))
    if shade is None:
        properties.append(borders)
    else:
        shade.addprevious(borders)


def _margins(cell: Any, **twips: int) -> None:
    margins = OxmlElement("w:tcMar")
    for side in ("top", "start", "bottom", "end"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(twips[side]))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    cell._tc.get_or_add_tcPr().append(margins)


def _borderless(line: Any) -> None:
    properties = line._p.get_or_add_pPr()
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    bottom.set(qn("w:val"), "nil")
    borders.append(bottom)
    properties.append(borders)
