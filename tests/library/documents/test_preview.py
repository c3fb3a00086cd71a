"""How files are shown where LibreOffice is not installed."""

from __future__ import annotations

import base64
import random

import pytest
from PIL import Image

from portal.library.documents import preview as previewing
from portal.library.documents.guard import GuardTripped
from portal.library.documents.kinds import FileKind
from portal.library.documents.preview import Preview, render_preview
from portal.library.documents.word_html import sanitise
from tests.library.documents import building
from tests.library.documents.building import paragraph


def shown(tmp_path, data: bytes, name: str, kind: str) -> Preview:
    return render_preview(building.stored(tmp_path, data), name, FileKind(kind), tmp_path / "out")


def test_a_pdf_is_drawn_page_by_page_with_thumbnails(tmp_path):
    found = shown(tmp_path, building.text_pdf("One", "Two"), "a.pdf", "pdf")
    assert (found.kind, found.made_by, found.reason) == ("pages", "pdf", "")
    assert [image.number for image in found.images] == [1, 2]
    for image in found.images:
        with Image.open(image.path) as page, Image.open(image.thumb_path) as thumb:
            assert (page.format, page.size, thumb.width) == ("WEBP", (image.width, image.height), 320)
            assert (page.width, page.height) == (1200, pytest.approx(1200 * 842 / 595, abs=2))
            assert page.convert("L").getextrema() == (0, 255)


def test_pages_differ_as_the_pages_do(tmp_path):
    found = shown(tmp_path, building.text_pdf("One", "Two", "One"), "a.pdf", "pdf")
    first, second, third = (image.path.read_bytes() for image in found.images)
    assert first == third != second


def test_only_so_many_pages_are_drawn_and_the_rest_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(previewing, "MAX_PAGES", 3)
    monkeypatch.setattr(previewing, "_PAGES_AT_ONCE", 2)
    found = shown(tmp_path, building.text_pdf(*"abcde"), "a.pdf", "pdf")
    assert [image.number for image in found.images] == [1, 2, 3]
    assert found.reason == "Only the first 3 of 5 pages are shown."


def test_the_pages_before_a_bad_one_are_kept(tmp_path, monkeypatch):
    draw = previewing.run_guarded

    def stop_at_page_three(function, *args, **limits):
        if function is previewing.draw_pages and args[-2] <= 3 <= args[-1]:
            raise GuardTripped("took too long")
        return draw(function, *args, **limits)

    monkeypatch.setattr(previewing, "run_guarded", stop_at_page_three)
    found = shown(tmp_path, building.text_pdf(*"abcde"), "a.pdf", "pdf")
    assert [image.number for image in found.images] == [1, 2]
    assert found.reason == "Page 3 took too long, so the pages from there on are not shown."


def test_drawing_stops_when_the_time_for_the_whole_file_is_up(tmp_path, monkeypatch):
    monkeypatch.setattr(previewing, "_DRAWING_SECONDS", 0)
    monkeypatch.setattr(previewing, "_PAGES_AT_ONCE", 1)
    found = shown(tmp_path, building.text_pdf(*"abc"), "a.pdf", "pdf")
    assert found.reason == "Only the first 0 of 3 pages are shown; the rest took too long."


def test_a_very_long_page_is_not_drawn_larger_than_a_screen_can_take(tmp_path):
    data = building.text_pdf("x").replace(b"0 0 595 842", b"0 0 10 9000")
    image = shown(tmp_path, data, "a.pdf", "pdf").images[0]
    assert image.height <= 4800


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("JPEG", "a.jpg"), ("WEBP", "a.webp")])
def test_a_picture_is_one_page_no_larger_than_it_is(tmp_path, kind, name):
    found = shown(tmp_path, building.picture(kind, 2400, 600), name, "image")
    assert [(image.width, image.height) for image in found.images] == [(1200, 300)]
    found = shown(tmp_path, building.picture(kind, 200, 100), name, "image")
    assert [(image.width, image.height) for image in found.images] == [(200, 100)]


def test_a_picture_of_144_million_pixels_is_not_opened(tmp_path):
    found = shown(tmp_path, building.huge_png(12_000), "a.png", "image")
    assert (found.kind, found.reason) == (
        "none",
        "It could not be read: the picture has more than 40 million pixels.",
    )


def test_a_broken_picture_has_no_preview_and_a_reason(tmp_path):
    found = shown(tmp_path, building.picture()[:60], "a.png", "image")
    assert (found.kind, found.reason) == ("none", "It could not be read: the file is damaged.")


def test_a_word_document_is_shown_as_html(tmp_path):
    found = shown(
        tmp_path, building.word(paragraph("Pricing", "berschrift1") + paragraph("a &lt; b")), "a.docx", "docx"
    )
    assert (found.kind, found.made_by) == ("html", "word_html")
    assert found.html == "<h1>Pricing</h1><p>a &lt; b</p>"


def test_a_large_picture_in_the_file_does_not_keep_it_from_being_shown(tmp_path):
    large = building.picture() + random.Random(1).randbytes(3 << 20)
    found = shown(tmp_path, building.word(paragraph("text"), {"word/media/p.png": large}), "a.docx", "docx")
    assert found.html == "<p>text</p>"


def test_html_keeps_nothing_that_runs_loads_or_styles():
    dirty = (
        "<script>x()</script><p onclick='x()' style='color:red' class='c'>kept</p><iframe src='//x'></iframe>"
        "<a href='javascript:x()'>j</a><a href='data:text/html,x'>d</a><a href='https://example.com'>ok</a>"
        "<img src='https://x/y.png'><img src='data:image/svg+xml;base64,AAAA'><img src='data:image/png;base64,AAAA'>"
        "<svg onload='x()'></svg><td colspan='2000000000'>"
    )
    assert sanitise(dirty) == (
        '<p>kept</p><a rel="noopener noreferrer nofollow">j</a><a rel="noopener noreferrer nofollow">d</a>'
        '<a href="https://example.com" rel="noopener noreferrer nofollow">ok</a>'
        '<img><img><img src="data:image/png;base64,AAAA">'
    )


def test_a_picture_in_a_word_document_is_shown_and_a_linked_one_is_not(tmp_path):
    body = building.drawing("r:embed", "rId5") + building.drawing("r:link", "rId6") + paragraph("text")
    links = building.relations(
        ("rId5", "image", "media/p.png"), ("rId6", "image", "http://127.0.0.1:9/x.png"), external={"rId6"}
    )
    parts = {"word/media/p.png": building.picture()}
    found = shown(tmp_path, building.word(body, parts, links=links), "a.docx", "docx")
    assert base64.b64encode(building.picture()).decode() in found.html
    assert "127.0.0.1" not in found.html
    assert found.html.endswith("<p>text</p>")


def test_a_presentation_shows_its_own_thumbnail_beside_the_text(tmp_path):
    parts = {"docProps/thumbnail.jpeg": building.picture("JPEG", 256, 192)}
    data = building.changed(
        building.slides(building.shape("One"), parts=parts),
        "_rels/.rels",
        b"</Relationships>",
        b'<Relationship Id="rId5" Type="x/metadata/thumbnail" Target="docProps/thumbnail.jpeg"/></Relationships>',
    )
    found = shown(tmp_path, data, "a.pptx", "pptx")
    assert (found.kind, found.made_by) == ("cards", "text")
    assert [(image.number, image.width, image.height) for image in found.images] == [(1, 256, 192)]


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (building.slides(building.shape("One")), "a.pptx", "pptx"),
        (building.workbook({"A": [["x"]]}), "a.xlsx", "xlsx"),
        (b"words", "a.txt", "txt"),
    ],
)
def test_where_there_is_only_text_there_are_cards(tmp_path, data, name, kind):
    assert shown(tmp_path, data, name, kind) == Preview("cards", "text")


@pytest.mark.parametrize(
    ("data", "name", "kind", "reason"),
    [
        (b"# x", "a.md", "md", "Markdown is shown as a page, not as pictures."),
        (b"\x00", "a.zip", "other", "This kind of file is kept for download only."),
        (b"<html>", "a.pdf", "pdf", "The name ends in .pdf, but the file looks like a web page (HTML)."),
        (b"%PDF-1.7 x", "a.pdf", "pdf", "It could not be read: the file is damaged."),
        (building.word("")[:300], "a.docx", "docx", "It could not be read: the file is damaged."),
        (b"", "a.png", "image", "The file is empty."),
        (building.text_pdf("x"), "a.pdf", "image", "There is no preview of this kind of file."),
    ],
)
def test_what_can_not_be_shown_says_why(tmp_path, data, name, kind, reason):
    found = shown(tmp_path, data, name, kind)
    assert (found.kind, found.images, found.html, found.reason) == ("none", (), None, reason)
