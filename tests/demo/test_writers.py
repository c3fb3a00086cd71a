"""The files of the demo: they open in the libraries that the portal reads with, and hold what was written."""

import re
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from pptx import Presentation

from portal.demo.blocks import Grid, Listing, Paragraph, Section
from portal.demo.pieces import Piece, load_pieces
from portal.demo.writers import write_file

PIECES = load_pieces()


def text_of(path: Path) -> str:
    """All text of a file, with white space made even."""
    if path.suffix == ".docx":
        document = Document(str(path))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        text = " ".join([paragraph.text for paragraph in document.paragraphs] + cells)
    elif path.suffix == ".pptx":
        text = " ".join(node.text or "" for slide in Presentation(str(path)).slides for node in _texts(slide))
    elif path.suffix == ".pdf":
        pdf = pypdfium2.PdfDocument(path)
        text = " ".join(page.get_textpage().get_text_range() for page in pdf)
        pdf.close()
    else:
        text = path.read_text(encoding="utf-8")
    return re.sub(r"\s+", "", text)


def _texts(slide):
    return slide._element.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}t")


def sentences(sections: tuple[Section, ...]) -> list[str]:
    """Headings, paragraphs, items and cells as a file must hold them."""
    found: list[str] = []
    for section in sections:
        found.append(section.title)
        for block in section.blocks:
            match block:
                case Paragraph(text):
                    found.append(text)
                case Listing(items):
                    found += items
                case Grid(head, rows):
                    found += [cell for row in (head, *rows) for cell in row]
    return [re.sub(r"\s+", "", text.replace("**", "")) for text in found if text]


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.key)
def test_a_file_opens_and_holds_the_text_of_its_newest_version(piece: Piece, tmp_path: Path) -> None:
    path = write_file(piece, tmp_path)

    assert path.name == f"{piece.key}.{piece.format}"
    held = text_of(path).replace("**", "")
    assert re.sub(r"\s+", "", piece.title) in held
    assert [text for text in sentences(piece.editions[-1].sections) if text not in held] == []


def test_an_older_version_is_another_file(tmp_path: Path) -> None:
    piece = next(piece for piece in PIECES if piece.key == "brackwater-dairy-dock-waiting")

    first = text_of(write_file(piece, tmp_path, version=1))
    second = text_of(write_file(piece, tmp_path, version=2))

    assert "94→38min" in first
    assert "94→31min" not in first
    assert "94→31min" in second


def test_slides_carry_their_titles_and_the_speakers_notes(tmp_path: Path) -> None:
    piece = next(piece for piece in PIECES if piece.key == "business-case-walkthrough")
    slides = list(Presentation(str(write_file(piece, tmp_path))).slides)
    sections = piece.editions[-1].sections

    assert slides[0].shapes.title.text == piece.title
    assert [slide.shapes.title.text for slide in slides[1:]] == [section.title for section in sections]
    assert [slide.notes_slide.notes_text_frame.text for slide in slides[1:]] == [
        section.notes for section in sections
    ]
    assert any(shape.has_chart for slide in slides for shape in slide.shapes)


def test_nothing_on_a_slide_stands_outside_of_it(tmp_path: Path) -> None:
    for piece in (piece for piece in PIECES if piece.format == "pptx"):
        deck = Presentation(str(write_file(piece, tmp_path)))
        for number, slide in enumerate(deck.slides, start=1):
            for shape in slide.shapes:
                if number > 1:
                    assert shape.left + shape.width <= deck.slide_width + 1, (piece.key, number)
                    assert shape.top + shape.height <= deck.slide_height, (piece.key, number)


def test_pdfs_of_white_papers_have_several_pages(tmp_path: Path) -> None:
    for piece in PIECES:
        if piece.format == "pdf":
            pdf = pypdfium2.PdfDocument(write_file(piece, tmp_path))
            pages = len(pdf)
            pdf.close()
            assert (3 if piece.kind == "white_paper" else 1) <= pages <= 6, piece.key
