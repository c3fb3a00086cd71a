"""The few shapes that the demo's slides are drawn with; places and sizes in inches, colours as in style."""

from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from portal.demo.writers.style import BRAND, runs


def text_box(slide: Any, left: float, top: float, wide: float, high: float) -> Any:
    """A box whose text wraps; returns its text frame."""
    frame = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(wide), Inches(high)).text_frame
    frame.word_wrap = True
    return frame


def text_inside(box: Any, text: str, size: float) -> None:
    """Write a thought into a shape."""
    frame = box.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
    frame.margin_left = Inches(0.25)
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    put_text(frame.paragraphs[0], text, size, BRAND)


def hang_indent(line: Any, scale: float) -> None:
    """Let the lines of an item stand behind its mark."""
    properties = line._p.get_or_add_pPr()
    properties.set("marL", str(Inches(0.35 * scale)))
    properties.set("indent", str(-Inches(0.35 * scale)))


def put_text(
    line: Any, text: str, size: float, colour: str, *, bold: bool = False, italic: bool = False
) -> None:
    """Add the text to a paragraph, bold where it is marked."""
    for part, strong in runs(text):
        run = line.add_run()
        run.text = part
        run.font.name, run.font.size = "Calibri", Pt(size)
        run.font.bold, run.font.italic = bold or strong, italic
        run.font.color.rgb = RGBColor.from_string(colour)
    line.alignment = line.alignment or PP_ALIGN.LEFT


def put_at(shape: Any, left: float, top: float, wide: float, high: float) -> None:
    """Move a shape to a place and give it a size."""
    shape.left, shape.top, shape.width, shape.height = Inches(left), Inches(top), Inches(wide), Inches(high)


def add_rectangle(slide: Any, left: float, top: float, wide: float, high: float, colour: str) -> Any:
    """A plain rectangle."""
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Inches(left), Inches(top), Inches(wide), Inches(high))
    flatten(shape, colour)
    return shape


def add_ring(slide: Any, left: float, top: float, size: float, colour: str) -> None:
    """A plain disc around a middle point, for covers."""
    box = [Inches(left - size / 2), Inches(top - size / 2), Inches(size), Inches(size)]
    disc = slide.shapes.add_shape(MSO_SHAPE.OVAL, *box)
    flatten(disc, colour)


def flatten(shape: Any, colour: str) -> None:
    """One colour, no edge, no shadow: the shape's own style would bring both."""
    colour_in(shape.fill, colour)
    shape.line.fill.background()
    style = shape._element.find(qn("p:style"))
    if style is not None:
        shape._element.remove(style)


def colour_in(fill: Any, colour: str) -> None:
    """Fill with one colour."""
    fill.solid()
    fill.fore_color.rgb = RGBColor.from_string(colour)
