"""PDF files, laid out with a title band, running feet and the house colours."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageTemplate,
    Spacer,
    Table,
)
from reportlab.platypus import Paragraph as Flowing

from portal.demo.blocks import (
    Block,
    Callout,
    Chart,
    Grid,
    KeyFigures,
    Listing,
    Paragraph,
    Quote,
    Section,
    Subheading,
)
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

_EDGE = 20 * mm
_WIDTH = A4[0] - 2 * _EDGE
_BAND = 58 * mm


def _style(name: str, size: float, colour: str = INK, font: str = "Helvetica", **more: Any) -> ParagraphStyle:
    return ParagraphStyle(
        name, fontName=font, fontSize=size, leading=size * 1.42, textColor=_c(colour), **more
    )


def _c(colour: str) -> HexColor:
    return HexColor(f"#{colour}")


_BODY = _style("body", 10, spaceAfter=6)
_LEAD = _style("lead", 12, BRAND_LIGHT, spaceAfter=10)
_HEAD = _style("head", 14.5, BRAND, "Helvetica-Bold", spaceBefore=12, spaceAfter=5)
_SUBHEAD = _style("subhead", 11, BRAND_LIGHT, "Helvetica-Bold", spaceBefore=6, spaceAfter=3)
_ITEM = _style("item", 10, leftIndent=14, bulletIndent=3, spaceAfter=3)
_SAID = _style("said", 11.5, BRAND, "Helvetica-Oblique", spaceAfter=3)
_SMALL = _style("small", 8.5, MUTED)
_FIGURE = _style("figure", 20, BRAND, "Helvetica-Bold")
_CELL = _style("cell", 9)
_CELL_RIGHT = _style("cell right", 9, alignment=2)
_CELL_HEAD = _style("cell head", 9, PAPER, "Helvetica-Bold")
_CELL_HEAD_RIGHT = _style("cell head right", 9, PAPER, "Helvetica-Bold", alignment=2)
_TITLE = _style("title", 23, PAPER, "Helvetica-Bold")


def write(piece: Piece, edition: Edition, path: Path) -> None:
    """Write the piece as a PDF on A4."""
    document = BaseDocTemplate(
        str(path), pagesize=A4, title=piece.title, author=COMPANY, subject=piece.summary
    )
    first = Frame(_EDGE, 18 * mm, _WIDTH, A4[1] - _BAND - 24 * mm, 0, 0, 0, 0)
    later = Frame(_EDGE, 18 * mm, _WIDTH, A4[1] - 42 * mm, 0, 0, 0, 0)
    document.addPageTemplates(
        [
            PageTemplate("first", [first], onPage=_page(piece, _band)),
            PageTemplate("later", [later], onPage=_page(piece, _head)),
        ]
    )
    story: list[Flowable] = [NextPageTemplate("later"), _text(piece.summary, _LEAD)]
    for section in edition.sections:
        story += _section(section)
    document.build(story)


def _page(piece: Piece, top: Callable[[Any, Piece], None]) -> Callable[[Any, Any], None]:
    def draw(canvas: Any, document: Any) -> None:
        canvas.saveState()
        top(canvas, piece)
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(_c(MUTED))
        canvas.drawString(_EDGE, 10 * mm, f"{COMPANY} · {COMPANY_LINE}")
        canvas.drawRightString(A4[0] - _EDGE, 10 * mm, str(document.page))
        canvas.restoreState()

    return draw


def _band(canvas: Any, piece: Piece) -> None:
    canvas.setFillColor(_c(BRAND))
    canvas.rect(0, A4[1] - _BAND, A4[0], _BAND, stroke=0, fill=1)
    canvas.setFillColor(_c(ACCENT))
    canvas.rect(0, A4[1] - _BAND, A4[0], 1.6 * mm, stroke=0, fill=1)
    canvas.setFillColor(_c("BFE0DA"))
    canvas.setFont("Helvetica-Bold", 9)
    above = KIND_NAMES[piece.kind] + (" · internal, not for buyers" if piece.kind in INTERNAL_KINDS else "")
    canvas.drawString(_EDGE, A4[1] - 18 * mm, above.upper())
    title = _text(piece.title, _TITLE)
    _, height = title.wrap(_WIDTH, _BAND)
    title.drawOn(canvas, _EDGE, A4[1] - 22 * mm - height)


def _head(canvas: Any, piece: Piece) -> None:
    canvas.setFillColor(_c(BRAND))
    canvas.rect(0, A4[1] - 4 * mm, A4[0], 4 * mm, stroke=0, fill=1)
    canvas.setFont("Helvetica", 8)
    canvas.setFillColor(_c(MUTED))
    canvas.drawString(_EDGE, A4[1] - 13 * mm, piece.title)


def _section(section: Section) -> list[Flowable]:
    drawn = [flowable for block in section.blocks for flowable in _draw(block)]
    if not section.title:
        return drawn
    return [KeepTogether([_text(section.title, _HEAD), *drawn[:1]]), *drawn[1:]]


def _draw(block: Block) -> list[Flowable]:
    match block:
        case Paragraph(text):
            return [_text(text, _BODY)]
        case Subheading(text):
            return [_text(text, _SUBHEAD)]
        case Listing(items, numbered):
            marks = [f"{at}." if numbered else "•" for at in range(1, len(items) + 1)]
            lines = [Flowing(_marked(item), _ITEM, mark) for item, mark in zip(items, marks, strict=True)]
            return [*lines, Spacer(1, 4)]
        case Quote(text, who):
            return [_box([_text(f"“{text}”", _SAID), _text(who, _SMALL)], PAPER, ACCENT), Spacer(1, 8)]
        case Callout(text):
            return [_box([_text(text, _BODY)], PALE, BRAND_LIGHT), Spacer(1, 8)]
        case KeyFigures(figures):
            return [_figures(figures), Spacer(1, 8)]
        case Chart(title, bars):
            return [KeepTogether([_text(title, _SMALL), _bars(bars), Spacer(1, 8)])]
        case Grid(head, rows):
            return [_grid(head, rows), Spacer(1, 8)]


def _text(text: str, style: ParagraphStyle) -> Flowing:
    return Flowing(_marked(text), style)


def _marked(text: str) -> str:
    return "".join(f"<b>{escape(part)}</b>" if bold else escape(part) for part, bold in runs(text))


def _box(inside: list[Flowable], fill: str, edge: str) -> Table:
    style = [
        ("BACKGROUND", (0, 0), (-1, -1), _c(fill)),
        ("LINEBEFORE", (0, 0), (0, -1), 3, _c(edge)),
        ("LEFTPADDING", (0, 0), (-1, -1), 12),
        ("TOPPADDING", (0, 0), (-1, -1), 7),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
    ]
    return Table([[inside]], colWidths=[_WIDTH], style=style)


def _figures(figures: tuple[tuple[str, str], ...]) -> Table:
    cells = [[_text(figure, _FIGURE), _text(meaning, _SMALL)] for figure, meaning in figures]
    style = [
        ("BACKGROUND", (0, 0), (-1, -1), _c(PALE)),
        ("LINEABOVE", (0, 0), (-1, 0), 2, _c(ACCENT)),
        ("LINEAFTER", (0, 0), (-2, -1), 6, _c(PAPER)),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 10),
        ("TOPPADDING", (0, 0), (-1, -1), 8),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
    ]
    return Table([cells], colWidths=[_WIDTH / len(figures)] * len(figures), style=style)


def _grid(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Table:
    right = number_columns(rows)
    cells = [[_text(cell, _CELL_HEAD_RIGHT if at in right else _CELL_HEAD) for at, cell in enumerate(head)]]
    cells += [
        [_text(cell, _CELL_RIGHT if at in right else _CELL) for at, cell in enumerate(row)] for row in rows
    ]
    style = [
        ("BACKGROUND", (0, 0), (-1, 0), _c(BRAND)),
        ("LINEBELOW", (0, 1), (-1, -1), 0.5, _c(LINE)),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
    ]
    return Table(
        cells, colWidths=[_WIDTH * share for share in column_shares((head, *rows))], style=style, repeatRows=1
    )


def _bars(bars: tuple[tuple[str, float], ...]) -> Drawing:
    step, left = 20, 135
    most = max(value for _, value in bars)
    drawing = Drawing(_WIDTH, step * len(bars) + 4)
    for at, (label, value) in enumerate(bars):
        y = step * (len(bars) - 1 - at) + 4
        long = max(2, (_WIDTH - left - 50) * value / most)
        colour = _c(ACCENT if at == len(bars) - 1 else BRAND_LIGHT)
        drawing.add(String(0, y + 4, label, fontName="Helvetica", fontSize=9, fillColor=_c(INK)))
        drawing.add(Rect(left, y, long, 14, fillColor=colour, strokeColor=None))
        value_at = left + long + 5
        drawing.add(
            String(
                value_at, y + 4, figure_text(value), fontName="Helvetica-Bold", fontSize=9, fillColor=_c(INK)
            )
        )
    return drawing
