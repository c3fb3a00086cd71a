"""What of an Office file is passed on to LibreOffice: its own markup, settled; nothing that only bears such a name."""

from __future__ import annotations

import gzip
from pathlib import Path

import pypdfium2
import pytest

from portal.library.documents import office
from portal.library.documents.kinds import FileKind
from portal.library.documents.office import convert_to_pdf
from portal.library.documents.outside import without_outside
from portal.library.documents.problems import Unsafe
from portal.library.documents.word_html import word_html
from tests.library.documents import building
from tests.library.documents.building import SVG, drawing, paragraph

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CHUNK_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def printed(tmp_path: Path, data: bytes, soffice: str) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return convert_to_pdf(soffice, building.stored(tmp_path, data), FileKind.DOCX, folder)


def words_of(pdf: Path) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(document[0].get_textpage().get_text_range().split())


def showing(secret: Path, name: str, *, packed: bool = False) -> bytes:
    """A Word document with a drawing, under this name, that shows a picture from this machine's disk."""
    svg = SVG.format(f'<image xlink:href="{secret.as_uri()}" width="99" height="99"/>').encode()
    links = building.relations(("rId5", "image", name))
    parts = {f"word/{name}": gzip.compress(svg) if packed else svg}
    return building.word(drawing("r:embed", "rId5") + paragraph("inner words"), parts, links=links)


def with_chunk(inner: bytes) -> bytes:
    """A Word document that has another one pulled in when it is opened."""
    links = building.relations(("rId7", "aFChunk", "afchunk.xml"))
    data = building.word(
        '<w:altChunk r:id="rId7"/>' + paragraph("outer"), {"word/afchunk.xml": inner}, links=links
    )
    override = f'<Override PartName="/word/afchunk.xml" ContentType="{CHUNK_TYPE}"/></Types>'
    return building.changed(data, "[Content_Types].xml", b"</Types>", override.encode())


@pytest.mark.parametrize("extension", ["xml", "vml", "rels", "odttf"])
def test_a_packed_drawing_shows_no_local_picture_whatever_it_is_called(tmp_path, soffice, secret, extension):
    data = showing(secret, f"media/image1.{extension}", packed=True)
    assert b"/Subtype/Image" not in printed(tmp_path, data, soffice).read_bytes()


def test_a_document_within_the_document_is_not_pulled_in(tmp_path, soffice, secret):
    pdf = printed(tmp_path, with_chunk(showing(secret, "media/image1.svg")), soffice)
    assert b"/Subtype/Image" not in pdf.read_bytes()
    assert words_of(pdf) == "outer"


def test_without_the_guard_both_ways_lead_to_the_picture(tmp_path, soffice, secret, monkeypatch):
    """Shows that the two tests above would notice."""
    monkeypatch.setattr(office, "without_outside", lambda name, data, hidden: data)
    for number, data in enumerate(
        [showing(secret, "media/image1.xml", packed=True), with_chunk(showing(secret, "media/image1.svg"))]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert b"/Subtype/Image" in printed(folder, data, soffice).read_bytes()


@pytest.mark.parametrize("name", ["a.xml", "a.vml", "a.rels", "a.odttf"])
@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(b"<svg/>", mtime=0),
        building.zip_file({"word/document.xml": "<a/>"}),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"{\\rtf1 x}",
        b"%PDF-1.7 x",
        b'<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>',
        b'<html xmlns="http://www.w3.org/1999/xhtml"/>',
        b'<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"/>',
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg"/>',
    ],
)
def test_a_document_of_its_own_is_not_passed_on_as_a_part(name, data):
    assert without_outside(f"word/{name}", data) in (b"", b"<removed/>")


def test_drawings_within_offices_own_markup_are_taken_out():
    data = f'<w:p xmlns:w="{WORD}"><x:svg xmlns:x="http://www.w3.org/2000/svg"><x:image href="leak"/></x:svg></w:p>'
    for encoding in ("utf-8", "utf-16", "cp037"):
        marked = f'<?xml version="1.0" encoding="{encoding}"?>{data}'.encode(encoding)
        assert b"leak" not in without_outside("word/document.xml", marked)


def test_a_document_type_in_any_part_is_unsafe():
    with pytest.raises(Unsafe):
        without_outside("word/a.xml", b"<!DOCTYPE a><a/>")


def test_an_embedded_font_is_passed_on():
    tables = b"".join(tag + bytes(12) for tag in (b"GDEF", b"GPOS", b"OS/2", b"cmap"))
    assert without_outside("word/fonts/font1.odttf", b"\x9b" * 12 + tables).endswith(tables)


TRACKED = (
    "<w:p><w:r><w:t xml:space='preserve'>The price is </w:t></w:r>"
    '<w:del w:id="1" w:author="a" w:date="2026-01-01T00:00:00Z"><w:r><w:delText>oldprice</w:delText></w:r></w:del>'
    '<w:ins w:id="2" w:author="a" w:date="2026-01-01T00:00:00Z"><w:r><w:t>newprice</w:t></w:r></w:ins>'
    '<w:moveFrom w:id="3" w:author="a"><w:r><w:t>movedaway</w:t></w:r></w:moveFrom></w:p>'
    '<w:p><w:pPr><w:rPr><w:del w:id="4" w:author="a"/></w:rPr></w:pPr>'
    '<w:del w:id="5" w:author="a"><w:r><w:delText>oldline</w:delText></w:r></w:del></w:p>'
    '<w:tbl><w:tr><w:trPr><w:del w:id="6" w:author="a"/></w:trPr><w:tc>'
    "<w:p><w:r><w:t>oldrow</w:t></w:r></w:p></w:tc></w:tr>"
    '<w:tr><w:trPr><w:ins w:id="7" w:author="a"/></w:trPr><w:tc>'
    "<w:p><w:r><w:t>newrow</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    "<w:p><w:r><w:rPr><w:rPrChange><w:rPr><w:b/></w:rPr></w:rPrChange></w:rPr><w:t>end</w:t></w:r></w:p>"
)


def test_tracked_changes_are_accepted_in_what_is_drawn(tmp_path, soffice):
    assert words_of(printed(tmp_path, building.word(TRACKED), soffice)) == "The price is newprice newrow end"


def test_tracked_changes_are_settled_in_the_markup_itself():
    kept = without_outside(
        "word/document.xml", f'<w:body xmlns:w="{WORD}">{TRACKED}</w:body>'.encode()
    ).decode()
    for gone in ("old", "movedaway", "<w:ins", "<w:del", "Change", "w:author"):
        assert gone not in kept
    # The one paragraph that was deleted as a whole is gone, its neighbours are not.
    assert kept.count("<w:p>") == 3


def test_a_cell_keeps_a_paragraph_when_all_in_it_was_deleted():
    mark = '<w:pPr><w:rPr><w:del w:id="4"/></w:rPr></w:pPr>'
    marked = f"<w:p>{mark}<w:del><w:r><w:delText>x</w:delText></w:r></w:del></w:p>"
    data = f'<w:tbl xmlns:w="{WORD}"><w:tr><w:tc>{marked}</w:tc></w:tr></w:tbl>'
    assert b"<w:p>" in without_outside("word/document.xml", data.encode())


HIDDEN = (
    "<w:p><w:r><w:t>Shown</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>floorprice</w:t></w:r>"
    '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t xml:space="preserve"> too</w:t></w:r>'
    '<w:r><w:rPr><w:rStyle w:val="Secret"/></w:rPr><w:t>bystyle</w:t></w:r></w:p>'
)
STYLES = (
    f'<w:styles xmlns:w="{WORD}"><w:style w:type="character" w:styleId="Hide"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Secret"><w:basedOn w:val="Hide"/></w:style></w:styles>'
)


def test_hidden_text_is_in_no_preview(tmp_path, soffice):
    data = building.word(HIDDEN, {"word/styles.xml": STYLES})
    assert words_of(printed(tmp_path, data, soffice)) == "Shown too"
    assert word_html(building.stored(tmp_path, data)) == "<p>Shown too</p>"
