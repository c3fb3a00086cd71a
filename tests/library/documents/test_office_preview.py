"""How Word and PowerPoint files are drawn through LibreOffice, and what it is kept from."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from PIL import Image

from portal.library.documents import office
from portal.library.documents import preview as previewing
from portal.library.documents.kinds import FileKind
from portal.library.documents.office import convert_to_pdf
from portal.library.documents.outside import without_outside
from portal.library.documents.preview import render_preview
from tests.library.documents import building
from tests.library.documents.building import SVG, drawing, paragraph, shape

FETCH = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)"


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """An address on this machine and the list of what is asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def draw(tmp_path: Path, data: bytes, kind: str, soffice: str):
    path = building.stored(tmp_path, data)
    return render_preview(path, f"a.{kind}", FileKind(kind), tmp_path / "out", soffice)


def test_a_word_document_is_drawn_page_by_page(tmp_path, soffice):
    body = paragraph("One") + '<w:p><w:r><w:br w:type="page"/><w:t>Two</w:t></w:r></w:p>'
    found = draw(tmp_path, building.word(body), "docx", soffice)
    assert (found.kind, found.made_by, found.reason) == ("pages", "libreoffice", "")
    assert [image.number for image in found.images] == [1, 2]
    with Image.open(found.images[0].path) as page:
        assert page.convert("L").getextrema()[0] < 128


def test_a_presentation_is_drawn_slide_by_slide_hidden_ones_too(tmp_path, soffice):
    data = building.slides(shape("One"), shape("Two"), shape("Three"))
    data = building.changed(data, "ppt/slides/slide2.xml", b"<p:sld ", b'<p:sld show="0" ')
    found = draw(tmp_path, data, "pptx", soffice)
    assert (found.kind, found.made_by, len(found.images)) == ("pages", "libreoffice", 3)


def reaching_out(address: str, secret: Path) -> bytes:
    """A Word document that shows a picture from the network and one from this machine's disk."""
    links = building.relations(
        ("rId5", "image", f"{address}/picture.png"),
        ("rId6", "image", secret.as_uri()),
        external={"rId5", "rId6"},
    )
    body = drawing("r:link", "rId5") + drawing("r:link", "rId6") + paragraph("text")
    return building.word(body, links=links)


def test_a_picture_elsewhere_is_neither_fetched_nor_shown_even_with_a_network(
    tmp_path, soffice, monkeypatch, secret
):
    monkeypatch.setattr(office, "_without_network", list)
    with listening() as (address, asked):
        path = building.stored(tmp_path, reaching_out(address, secret))
        pdf = convert_to_pdf(soffice, path, FileKind.DOCX, _empty(tmp_path))
    assert asked == []
    assert b"/Subtype/Image" not in pdf.read_bytes()


def test_without_the_guard_the_same_file_reaches_out(tmp_path, soffice, monkeypatch, secret):
    """Shows that the test above would notice."""
    monkeypatch.setattr(office, "_without_network", list)
    monkeypatch.setattr(office, "without_outside", lambda name, data, hidden: data)
    monkeypatch.setattr(office, "_SETTINGS", ())
    with listening() as (address, asked):
        path = building.stored(tmp_path, reaching_out(address, secret))
        pdf = convert_to_pdf(soffice, path, FileKind.DOCX, _empty(tmp_path))
    assert "/picture.png" in asked
    assert b"/Subtype/Image" in pdf.read_bytes()


def test_the_other_program_has_no_network_where_the_system_allows_that(tmp_path):
    with listening() as (address, asked):
        command = [*office._without_network(), sys.executable, "-c", FETCH, f"{address}/picture.png"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not office._without_network():
        pytest.skip("unshare is not allowed here: running without a network is NOT TESTED")
    assert asked == []
    assert "URLError" in done.stderr


def test_a_local_picture_named_by_an_embedded_drawing_is_not_shown(tmp_path, soffice, secret):
    svg = SVG.format(f'<image xlink:href="{secret.as_uri()}" width="99" height="99"/>')
    links = building.relations(("rId5", "image", "media/image1.svg"))
    data = building.word(drawing("r:embed", "rId5"), {"word/media/image1.svg": svg}, links=links)
    pdf = convert_to_pdf(soffice, building.stored(tmp_path, data), FileKind.DOCX, _empty(tmp_path))
    assert b"/Subtype/Image" not in pdf.read_bytes()


def test_an_embedded_picture_is_still_drawn(tmp_path, soffice):
    links = building.relations(("rId5", "image", "media/p.png"))
    data = building.word(drawing("r:embed", "rId5"), {"word/media/p.png": building.picture()}, links=links)
    pdf = convert_to_pdf(soffice, building.stored(tmp_path, data), FileKind.DOCX, _empty(tmp_path))
    assert b"/Subtype/Image" in pdf.read_bytes()


def test_a_slow_conversion_is_ended_and_the_text_shown_instead(tmp_path, soffice, monkeypatch):
    monkeypatch.setattr(previewing, "_OFFICE_WALL_SECONDS", 0.2)
    found = draw(tmp_path, building.word(paragraph("text")), "docx", soffice)
    assert (found.kind, found.made_by, found.html) == ("html", "word_html", "<p>text</p>")
    assert found.reason == "LibreOffice could not draw it: it took too long."


def test_a_converter_that_makes_nothing_leaves_the_cards(tmp_path):
    found = draw(tmp_path, building.slides(shape("One")), "pptx", "/bin/true")
    assert (found.kind, found.made_by) == ("cards", "text")
    assert found.reason.startswith(
        "LibreOffice could not draw it: it could not be read: LibreOffice made no PDF of it"
    )


def _empty(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def test_hyperlinks_stay_and_other_ways_out_lead_nowhere():
    links = building.relations(
        ("rId1", "hyperlink", "https://example.com"),
        ("rId2", "image", "file:///etc/passwd"),
        ("rId3", "attachedTemplate", "http://127.0.0.1/t.dotm"),
        external={"rId1", "rId2", "rId3"},
    )
    kept = without_outside("word/_rels/document.xml.rels", links.encode()).decode()
    assert 'Target="https://example.com" TargetMode="External"' in kept
    assert kept.count("TargetMode") == 1
    assert "passwd" not in kept
    assert "127.0.0.1" not in kept


@pytest.mark.parametrize(
    "inner",
    [
        '<image xlink:href="http://127.0.0.1/leak"/>',
        '<image href="file:///leak"/>',
        '<use xlink:href="http://127.0.0.1/leak.svg#a"/>',
        '<style>@import url("http://127.0.0.1/leak");</style>',
        '<rect style="fill:url(http://127.0.0.1/leak)"/>',
        '<image href="data:image/svg+xml;base64,bGVhaw=="/>',
        '<image href="data:image/png;base64,PHN2ZyB4bWxucz0iaHR0cDovL2xlYWsiLz4="/>',
        "<script>leak</script>",
        "<foreignObject><p>leak</p></foreignObject>",
    ],
)
@pytest.mark.parametrize("name", ["word/media/image1.svg", "word/media/image1.png", "word/media/image1.xml"])
def test_a_drawing_loses_what_loads_whatever_it_is_called(name, inner):
    for data in (SVG.format(inner).encode(), SVG.format(inner).encode("utf-16")):
        kept = without_outside(name, data)
        assert b"leak" not in kept
        assert b"bGVhaw" not in kept
        assert b"PHN2" not in kept


def test_a_drawing_keeps_its_own_shapes_and_pictures():
    inner = '<rect fill="url(#g)"/><use xlink:href="#a"/><image href="data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="/>'
    kept = without_outside("word/media/image1.svg", SVG.format(inner).encode()).decode()
    for part in ("url(#g)", 'href="#a"', "data:image/png;base64,iVBORw0KGgo"):
        assert part in kept


@pytest.mark.parametrize(
    "name", ["ppt/embeddings/oleObject1.bin", "word/media/image1.eps", "ppt/media/sound.wav"]
)
def test_what_is_neither_markup_nor_picture_is_emptied(name):
    assert without_outside(name, b"%!PS-Adobe run something") == b""
    assert without_outside("word/media/image1.png", building.picture()) == building.picture()
