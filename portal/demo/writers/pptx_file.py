"""PowerPoint files: a coloured cover, title bars, bullets, tables, native charts and the speaker's notes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

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
from portal.demo.writers.slide_shapes import (
    add_rectangle,
    add_ring,
    colour_in,
    hang_indent,
    put_at,
    put_text,
    text_box,
    text_inside,
)
from portal.demo.writers.style import (
    ACCENT,
    BRAND,
    BRAND_LIGHT,
    INK,
    LINE,
    MUTED,
    PALE,
    PAPER,
    column_shares,
    number_columns,
)

_WIDE, _HIGH = 13.333, 7.5
_LEFT, _TOP, _TEXT_WIDE = 0.7, 1.55, 11.93
_BOTTOM = 6.85
_COVER, _TITLE_ONLY = 0, 5
_SCALES = (1.5, 1.4, 1.3, 1.2, 1.1, 1.0, 0.9)
_LETTERS_PER_INCH = 7.6


@dataclass(frozen=True)
class _Place:
    """Where a block goes: inches from the top, wide, high; and how large it is drawn."""

    top: float
    wide: float
    high: float
    scale: float


def write(piece: Piece, edition: Edition, path: Path) -> None:
    """Write the piece as a 16:9 presentation with a cover and one slide a section."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(_WIDE), Inches(_HIGH)
    _cover(deck, piece)
    for number, section in enumerate(edition.sections, start=2):
        _slide(deck, section, number)
    deck.core_properties.title = piece.title
    deck.core_properties.author = COMPANY
    deck.save(str(path))


def _cover(deck: Any, piece: Piece) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[_COVER])
    colour_in(slide.background.fill, BRAND)
    add_rectangle(slide, 0, 0, 0.28, _HIGH, ACCENT)
    for step, size in enumerate((4.6, 3.2, 1.8)):
        add_ring(slide, _WIDE - 2.6, 3.75, size, "1B6360" if step % 2 else "17605C")
    name = text_box(slide, 1, 0.8, 8, 0.5)
    put_text(name.paragraphs[0], COMPANY.upper(), 15, "BFE0DA", bold=True)
    title, subtitle = slide.placeholders[0], slide.placeholders[1]
    put_at(title, 1, 2.1, 7.6, 2.1)
    title.text_frame.word_wrap = True
    title.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM
    put_text(title.text_frame.paragraphs[0], piece.title, 38, PAPER, bold=True)
    put_at(subtitle, 1, 4.45, 7.4, 1.6)
    subtitle.text_frame.word_wrap = True
    put_text(subtitle.text_frame.paragraphs[0], piece.summary, 17, "DCEBE8")
    foot = text_box(slide, 1, 6.6, 8, 0.4)
    put_text(foot.paragraphs[0], COMPANY_LINE, 12, "BFE0DA")


def _slide(deck: Any, section: Section, number: int) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
    bar = add_rectangle(slide, 0, 0, _WIDE, 1.15, BRAND)
    slide.shapes._spTree.remove(bar._element)
    slide.shapes._spTree.insert(2, bar._element)
    add_rectangle(slide, 0, 1.15, _WIDE, 0.06, ACCENT)
    title = slide.shapes.title
    put_at(title, _LEFT, 0.15, _TEXT_WIDE, 0.9)
    title.text_frame.word_wrap = True
    title.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    put_text(title.text_frame.paragraphs[0], section.title, 26, PAPER, bold=True)
    foot = text_box(slide, _LEFT, 7.0, _TEXT_WIDE, 0.35)
    put_text(foot.paragraphs[0], f"{COMPANY}   ·   {number}", 10, MUTED)
    _body(slide, section.blocks)
    if section.notes:
        slide.notes_slide.notes_text_frame.text = section.notes


def _body(slide: Any, blocks: tuple[Block, ...]) -> None:
    """Blocks beneath each other, as large as they fit; a chart takes the right half beside the others."""
    charts = [block for block in blocks if isinstance(block, Chart)]
    others = [block for block in blocks if not isinstance(block, Chart)]
    wide = 5.4 if charts else _TEXT_WIDE
    for chart in charts:
        left, across = (6.5, 6.1) if others else (_LEFT, _TEXT_WIDE)
        _chart(slide, chart, left, _TOP, across, _BOTTOM - _TOP)
    if not others:
        return
    room = _BOTTOM - _TOP - 0.15 * len(others)
    scale = next((one for one in _SCALES if sum(_need(block, wide, one) for block in others) <= room), 0.8)
    needs = [_need(block, wide, scale) for block in others]
    gap = min(0.45, max(0.0, _BOTTOM - _TOP - sum(needs)) / (len(others) + 1))
    top = _TOP + min(gap, 0.25)
    for block, need in zip(others, needs, strict=True):
        _draw(slide, block, _Place(top, wide, need, scale))
        top += need + gap


def _need(block: Block, wide: float, scale: float) -> float:
    """Height in inches that a block takes at this width and scale."""
    match block:
        case Listing(items):
            lines = sum(_line_count(item, wide - 0.5 * scale, scale) for item in items)
            return 0.15 + scale * (0.32 * lines + 0.17 * len(items))
        case Grid(head, rows):
            widths = [wide * share - 0.2 for share in column_shares((head, *rows))]
            lines = sum(
                max(_line_count(cell, width, scale * 0.84) for cell, width in zip(row, widths, strict=True))
                for row in rows
            )
            return 0.3 + scale * (0.45 + 0.2 * len(rows) + 0.25 * lines)
        case KeyFigures():
            return 0.15 + 1.6 * scale
        case Quote(text):
            return 0.15 + scale * (0.5 + 0.38 * _line_count(text, wide - 0.6, scale * 1.15))
        case Subheading():
            return 0.45 * scale
        case Callout(text) | Paragraph(text):
            return 0.3 + scale * 0.36 * _line_count(text, wide - 0.5, scale)
        case Chart():
            return 3.0


def _line_count(text: str, wide: float, scale: float) -> int:
    """Lines at 17 points times the scale, reckoned with a wide typeface so that others fit too."""
    return 1 + int(len(text) * scale / (wide * _LETTERS_PER_INCH))


def _draw(slide: Any, block: Block, at: _Place) -> None:
    size = 17 * at.scale
    match block:
        case Grid(head, rows):
            _grid(slide, head, rows, at)
        case KeyFigures(figures):
            _figures(slide, figures, at)
        case Quote(text, who):
            add_rectangle(slide, _LEFT, at.top, 0.08, at.high - 0.1, ACCENT)
            frame = text_box(slide, _LEFT + 0.2, at.top, at.wide - 0.3, at.high - 0.1)
            put_text(frame.paragraphs[0], f"“{text}”", size * 1.12, BRAND, italic=True)
            put_text(frame.add_paragraph(), who, size * 0.76, MUTED)
        case Callout(text):
            box = add_rectangle(slide, _LEFT, at.top, at.wide, at.high - 0.05, PALE)
            add_rectangle(slide, _LEFT, at.top, 0.08, at.high - 0.05, BRAND_LIGHT)
            text_inside(box, text, size)
        case Listing(items, numbered):
            frame = text_box(slide, _LEFT, at.top, at.wide, at.high)
            for number, item in enumerate(items, start=1):
                line = frame.paragraphs[0] if number == 1 else frame.add_paragraph()
                line.space_after = Pt(8 * at.scale)
                hang_indent(line, at.scale)
                put_text(line, f"{number}.\t" if numbered else "•\t", size, ACCENT, bold=True)
                put_text(line, item, size, INK)
        case Subheading(text):
            frame = text_box(slide, _LEFT, at.top, at.wide, at.high)
            put_text(frame.paragraphs[0], text, size * 1.05, BRAND_LIGHT, bold=True)
        case Paragraph(text):
            put_text(text_box(slide, _LEFT, at.top, at.wide, at.high).paragraphs[0], text, size, INK)


def _figures(slide: Any, figures: tuple[tuple[str, str], ...], at: _Place) -> None:
    gap = 0.2
    each = (at.wide - gap * (len(figures) - 1)) / len(figures)
    for number, (figure, meaning) in enumerate(figures):
        left = _LEFT + number * (each + gap)
        add_rectangle(slide, left, at.top, each, at.high - 0.1, PALE)
        add_rectangle(slide, left, at.top, each, 0.06, ACCENT)
        frame = text_box(slide, left + 0.12, at.top + 0.12, each - 0.24, at.high - 0.3)
        put_text(frame.paragraphs[0], figure, 26 * at.scale, BRAND, bold=True)
        put_text(frame.add_paragraph(), meaning, 13 * at.scale, MUTED)


def _grid(slide: Any, head: tuple[str, ...], rows: tuple[tuple[str, ...], ...], at: _Place) -> None:
    box = [Inches(inches) for inches in (_LEFT, at.top, at.wide, at.high - 0.15)]
    table = slide.shapes.add_table(1 + len(rows), len(head), *box).table
    table.horz_banding = False
    for column, share in zip(table.columns, column_shares((head, *rows)), strict=True):
        column.width = Inches(at.wide * share)
    right = number_columns(rows)
    for number, row in enumerate((head, *rows)):
        for column, (cell, text) in enumerate(zip(table.rows[number].cells, row, strict=True)):
            colour_in(cell.fill, BRAND if number == 0 else (PALE if number % 2 == 0 else PAPER))
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            line = cell.text_frame.paragraphs[0]
            line.alignment = PP_ALIGN.RIGHT if column in right else PP_ALIGN.LEFT
            put_text(line, text, 14 * at.scale, PAPER if number == 0 else INK, bold=number == 0)


def _chart(slide: Any, chart: Chart, left: float, top: float, wide: float, high: float) -> None:
    data = CategoryChartData()
    data.categories = [label for label, _ in chart.bars]
    data.add_series(chart.title, [value for _, value in chart.bars])
    frame = slide.shapes.add_chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(left), Inches(top), Inches(wide), Inches(high), data
    )
    drawn = frame.chart
    drawn.has_legend, drawn.has_title = False, True
    drawn.font.size = Pt(12)
    put_text(drawn.chart_title.text_frame.paragraphs[0], chart.title, 14, MUTED, bold=True)
    plot = drawn.plots[0]
    plot.gap_width, plot.has_data_labels = 60, True
    plot.data_labels.position, plot.data_labels.font.size = XL_LABEL_POSITION.OUTSIDE_END, Pt(13)
    colour_in(plot.series[0].format.fill, BRAND_LIGHT)
    colour_in(plot.series[0].points[len(chart.bars) - 1].format.fill, ACCENT)
    drawn.value_axis.visible = False
    drawn.value_axis.has_major_gridlines = False
    drawn.value_axis.minimum_scale = 0
    drawn.category_axis.format.line.color.rgb = RGBColor.from_string(LINE)
