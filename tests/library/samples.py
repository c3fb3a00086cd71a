"""Small real files for the library's tests."""

from __future__ import annotations

from io import BytesIO

from docx import Document
from PIL import Image
from pptx import Presentation
from reportlab.pdfgen.canvas import Canvas

Upload = tuple[BytesIO, str]


def pdf(name: str = "case-study.pdf", *pages: str) -> Upload:
    """A PDF with one line of text on each page."""
    target = BytesIO()
    canvas = Canvas(target, pagesize=(400, 300))
    for text in pages or ("Riverside hospital cut waiting by 31 percent.",):
        canvas.drawString(40, 200, text)
        canvas.showPage()
    canvas.save()
    return BytesIO(target.getvalue()), name


def docx(name: str = "letter.docx", *paragraphs: str) -> Upload:
    """A Word document of some paragraphs."""
    document, target = Document(), BytesIO()
    for text in paragraphs or ("A letter about energy prices.",):
        document.add_paragraph(text)
    document.save(target)
    return BytesIO(target.getvalue()), name


def pptx(name: str = "pitch.pptx", *titles: str) -> Upload:
    """A presentation with one titled slide for each title."""
    show, target = Presentation(), BytesIO()
    for title in titles or ("Why now",):
        show.slides.add_slide(show.slide_layouts[5]).shapes.title.text = title
    show.save(target)
    return BytesIO(target.getvalue()), name


def png(name: str = "chart.png", colour: str = "navy") -> Upload:
    """A picture of one colour."""
    target = BytesIO()
    Image.new("RGB", (64, 36), colour).save(target, "PNG")
    return BytesIO(target.getvalue()), name


def plain(text: str, name: str = "notes.txt") -> Upload:
    """A file of these bytes, whatever its name says."""
    return BytesIO(text.encode()), name
