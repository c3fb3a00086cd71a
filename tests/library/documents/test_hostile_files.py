"""Files built to harm their reader: each ends in a named state, in bounded time, and tells nothing it should not."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from functools import partial

import pytest

from portal.library.documents import extract as extracting
from portal.library.documents.extract import Extraction, extract
from portal.library.documents.guard import GuardTripped, run_guarded
from portal.library.documents.kinds import identify
from portal.library.documents.pdf import read_pdf
from portal.library.documents.preview import render_preview
from portal.library.documents.word import read_word
from tests.library.documents import building
from tests.library.documents.building import paragraph

DOCTYPE = "It is not accepted: it contains a document type declaration."
SECRET = "the-secret-of-this-machine"


def read(tmp_path, data: bytes, name: str) -> Extraction:
    return extract(building.stored(tmp_path, data), name)


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path


def with_prologue(prologue: bytes, body: str, encoding: str = "utf-8") -> bytes:
    """A Word document whose main part starts with these declarations."""
    data = building.changed(
        building.word(body), "word/document.xml", b"<w:document", prologue + b"<w:document"
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["word/document.xml"] = parts["word/document.xml"].decode().encode(encoding)
    return building.zip_file(parts)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_part_that_names_a_local_file_as_entity_is_refused_and_shows_nothing_of_it(
    tmp_path, secret_file, encoding
):
    prologue = f'<!DOCTYPE x [<!ENTITY secret SYSTEM "{secret_file.as_uri()}">]>'.encode()
    data = with_prologue(prologue, "<w:p><w:r><w:t>&secret;</w:t></w:r></w:p>", encoding)
    found = read(tmp_path, data, "a.docx")
    assert (found.state, found.reason, found.pages) == ("refused", DOCTYPE, ())
    preview = render_preview(tmp_path / "0f3a", "a.docx", found.kind, tmp_path / "out")
    assert SECRET not in repr(preview)
    assert preview.html is None


def test_a_document_type_behind_another_encoding_is_found_too(tmp_path, secret_file):
    declared = f'<!DOCTYPE x [<!ENTITY secret SYSTEM "{secret_file.as_uri()}">]>'
    hidden = '<?xml version="1.0" encoding="UTF-7"?>' + declared.replace("<", "+ADw-")
    document = "<document><body><p><r><t>&secret;</t></r></p></body></document>".replace("<", "+ADw-")
    parts = {"word/document.xml": hidden + document}
    found = read(tmp_path, building.word("", parts), "a.docx")
    assert (found.state, found.reason) == ("refused", DOCTYPE)


def test_a_billion_laughs_are_refused(tmp_path):
    laughs = '<!DOCTYPE x [<!ENTITY a0 "ha">'
    laughs += "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
    found = read(tmp_path, with_prologue(laughs.encode(), "<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>"), "a.docx")
    assert (found.state, found.reason) == ("refused", DOCTYPE)


@pytest.mark.parametrize(
    ("build", "part", "name"),
    [
        (lambda: building.slides(building.shape("x")), "ppt/slides/slide1.xml", "a.pptx"),
        (lambda: building.workbook({"A": [["x"]]}), "xl/worksheets/sheet1.xml", "a.xlsx"),
        (lambda: building.word(""), "docProps/core.xml", "a.docx"),
    ],
)
def test_a_document_type_in_any_part_that_is_read_refuses_the_file(tmp_path, build, part, name):
    with zipfile.ZipFile(io.BytesIO(build())) as archive:
        parts = {member: archive.read(member) for member in archive.namelist()}
    parts[part] = b"<!DOCTYPE x []>" + parts[part]
    found = read(tmp_path, building.zip_file(parts), name)
    assert (found.state, found.reason) == ("refused", DOCTYPE)


def test_a_part_that_unpacks_to_far_more_than_its_size_is_refused_without_unpacking(tmp_path):
    blank = building.word("", {"word/document.xml": b"<a>" + b" " * (20 << 20) + b"</a>"})
    found = read(tmp_path, blank, "a.docx")
    assert (found.state, found.reason) == (
        "refused",
        "It is not accepted: a part of it unpacks to more than 200 times its size.",
    )


def test_a_part_over_64_mb_is_refused(tmp_path):
    found = read(tmp_path, building.word("", {"word/media/image1.emf": bytes((64 << 20) + 1)}), "a.docx")
    assert found.reason == "It is not accepted: a part of it unpacks to more than 64 MB."


def test_a_file_that_unpacks_to_over_500_mb_is_refused(tmp_path):
    found = read(
        tmp_path, claiming_sizes(building.word("", {f"m/{n}.emf": b"x" for n in range(10)})), "a.docx"
    )
    assert (found.state, found.reason) == ("refused", "It is not accepted: it unpacks to more than 500 MB.")


def claiming_sizes(data: bytes, size: int = 60 << 20) -> bytes:
    """The zip with a table of contents that gives this size for its pictures."""
    out, at = bytearray(data), 0
    while (at := out.find(b"PK\x01\x02", at)) >= 0:
        if b".emf" in out[at : at + 80]:
            out[at + 24 : at + 28] = struct.pack("<I", size)
        at += 4
    return bytes(out)


@pytest.mark.parametrize(
    ("count", "reason"),
    [
        (5_001, "It is not accepted: it holds more than 5,000 parts."),
        (50_000, "It is not accepted: its table of contents is larger than any document needs."),
    ],
)
def test_a_file_of_very_many_parts_is_refused(tmp_path, count, reason):
    data = building.zip_file({f"{number}.xml": "" for number in range(count)})
    path = building.stored(tmp_path, data)
    assert identify(path, "a.docx").reason == reason


def test_a_packing_that_office_does_not_use_is_not_unpacked(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    found = read(tmp_path, stream.getvalue(), "a.docx")
    assert (found.state, found.reason) == (
        "stored_no_text",
        "It could not be read: it is packed in a way that Office does not use.",
    )


def test_half_a_document_is_stored_with_the_reason(tmp_path):
    data = building.word(paragraph("text"))
    found = read(tmp_path, data[: len(data) // 2], "a.docx")
    assert (found.state, found.reason) == ("stored_no_text", "It could not be read: the file is damaged.")


def test_a_cell_over_two_thousand_million_columns_costs_nothing(tmp_path):
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr>' + paragraph("wide") + "</w:tc>"
    data = building.word(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>")
    found = read(tmp_path, data, "a.docx")
    assert [page.text for page in found.pages] == ["wide"]
    preview = render_preview(tmp_path / "0f3a", "a.docx", found.kind, tmp_path / "out")
    assert preview.html == '<table><tbody><tr><td colspan="100"><p>wide</p></td></tr></tbody></table>'


def test_very_deep_markup_ends_in_a_named_state(tmp_path):
    data = building.word("<w:tbl><w:tr><w:tc>" * 20_000 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 20_000)
    found = read(tmp_path, data, "a.docx")
    assert found.state == "stored_no_text"
    preview = render_preview(tmp_path / "0f3a", "a.docx", found.kind, tmp_path / "out")
    assert preview.reason.startswith("It could not be read: ")


@pytest.mark.parametrize(
    "build", [partial(building.flate_bomb_pdf, 300), building.form_bomb_pdf], ids=["flate", "form"]
)
def test_a_pdf_bomb_ends_its_own_process_only(tmp_path, build):
    found = read(tmp_path, build(), "a.pdf")
    assert (found.state, found.kind) == ("stored_no_text", "pdf")
    assert found.reason == "It could not be read: the reader crashed on it."
    preview = render_preview(tmp_path / "0f3a", "a.pdf", found.kind, tmp_path / "out")
    assert (preview.kind, preview.reason) == ("none", "It could not be read: the reader crashed on it.")


def test_a_pdf_of_300000_pages_is_read_in_part(tmp_path):
    path = building.stored(tmp_path, building.many_pages_pdf(300_000))
    reading = run_guarded(read_pdf, path)
    assert len(reading.pages) == 5_000
    assert reading.left_out == "Only the first 5,000 pages were read."


def many_paragraphs(count: int) -> str:
    """So many paragraphs, as unlike each other as those of an honest document."""
    numbers = random.Random(1)
    return "".join(paragraph(f"{numbers.getrandbits(64)} words") for _ in range(count))


def test_a_slow_file_is_stored_when_its_time_is_up(tmp_path, monkeypatch):
    monkeypatch.setattr(extracting, "_WALL_SECONDS", 0.05)
    found = read(tmp_path, building.word(many_paragraphs(40_000)), "a.docx")
    assert (found.state, found.kind, found.reason) == ("stored_no_text", "docx", "It took too long.")


def test_a_file_that_needs_too_much_memory_is_stopped(tmp_path):
    path = building.stored(tmp_path, building.word(many_paragraphs(100_000)))
    with pytest.raises(GuardTripped) as tripped:
        run_guarded(read_word, path, memory_bytes=20 << 20)
    assert "took" not in tripped.value.reason


def test_a_slide_that_leads_out_of_the_file_is_not_followed(tmp_path, secret_file):
    data = building.slides(building.shape("One"))
    part, old = "ppt/_rels/presentation.xml.rels", b'Target="slides/slide1.xml"'
    for new in (f'Target="../../{secret_file}"', f'Target="{secret_file.as_uri()}" TargetMode="External"'):
        found = read(tmp_path, building.changed(data, part, old, new.encode()), "a.pptx")
        assert found.state == "stored_no_text"
        assert SECRET not in repr(found)
