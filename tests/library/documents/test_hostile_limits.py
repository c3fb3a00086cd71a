"""What hostile files cost: bounds on memory, measured inside the guarded process, within the seconds that it has."""

from __future__ import annotations

import resource
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from portal.library.documents.drawing import draw_picture
from portal.library.documents.extract import NO_TEXT, extract, read_document
from portal.library.documents.guard import CRASHED, GuardTripped, run_guarded
from portal.library.documents.kinds import FileKind, identify
from portal.library.documents.preview import render_preview
from portal.library.documents.problems import Unreadable
from tests.library.documents import building
from tests.library.documents.building import paragraph

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Spent:
    """The answer, or the problem in words, and megabytes of memory beyond the start."""

    answer: Any
    megabytes: float


def _spend(function: Callable[..., Any], *args: Any) -> Spent:
    at_start = _resident()
    try:
        answer = function(*args)
    except Unreadable as problem:
        answer = str(problem)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Spent(answer, most - at_start)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / MEGABYTE


def spent(function: Callable[..., Any], *args: Any) -> Spent:
    """What one call costs under the guard."""
    return run_guarded(_spend, function, *args)


def _hold(megabytes: int) -> int:
    return len(bytearray(b"x" * MEGABYTE) * megabytes)


def test_the_measure_itself_measures():
    assert spent(_hold, 100).megabytes > 90


def zip_of_repeats(name: str, block: bytes, times: int, copies: int = 1, base: bytes = b"") -> bytes:
    """An Office file with more parts, each of `times` equal blocks, made without ever being whole in memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    data, crc = packed * times + packer.flush(), 0
    for _ in range(times):
        crc = zlib.crc32(block, crc)
    sizes = struct.pack("<III", crc, len(data), len(block) * times)
    names = [name.format(number).encode() for number in range(copies)]
    return appended(base or building.word(paragraph("text")), names, sizes, data)


def appended(archive: bytes, names: list[bytes], sizes: bytes, data: bytes) -> bytes:
    """A zip with further members, all of which hold the same packed data; `sizes`: checksum and both sizes."""
    end = archive.rindex(b"PK\x05\x06")
    count, length, start = struct.unpack("<HII", archive[end + 10 : end + 20])
    body, table = bytearray(archive[:start]), bytearray(archive[start : start + length])
    for name in names:
        fields = struct.pack("<HHHHH", 20, 0, 8, 0, 0x21) + sizes + struct.pack("<HH", len(name), 0)
        table += b"PK\x01\x02\x14\x00" + fields + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name
        body += b"PK\x03\x04" + fields + name + data
    start, count = len(body), min(0xFFFF, count + len(names))
    tail = struct.pack("<HHHHIIH", 0, 0, count, count, len(table), start, 0)
    return bytes(body + table) + b"PK\x05\x06" + tail


MARKUP = b"<w:p><w:r><w:t>words </w:t></w:r></w:p>" * 26_000


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (
            partial(zip_of_repeats, "word/document{}.xml", MARKUP, 520),
            "it unpacks to more than 500 MB",
        ),
        (
            partial(zip_of_repeats, "word/document{}.xml", MARKUP, 70),
            "a part of it unpacks to more than 64 MB",
        ),
        (
            partial(zip_of_repeats, "word/header{}.xml", MARKUP, 60),
            "a part of it unpacks to more than 200 times its size",
        ),
        (
            partial(zip_of_repeats, "word/media/image{}.emf", bytes(MEGABYTE), 63, 17),
            "it unpacks to more than 500 MB",
        ),
        (
            partial(zip_of_repeats, "word/media/{}.png", b"x", 1, 100_000),
            "its table of contents is larger than any document needs",
        ),
        (partial(zip_of_repeats, "m/{}", b"x", 1, 5_001), "it holds more than 5,000 parts"),
    ],
    ids=[
        "500 MB of markup",
        "70 MB of markup",
        "60 MB of markup",
        "1 GB of pictures",
        "100,000 parts",
        "5,001 parts",
    ],
)
def test_a_zip_bomb_is_refused_without_being_unpacked(tmp_path, build, reason):
    path = building.stored(tmp_path, build())
    cost = spent(identify, path, "a.docx")
    assert (cost.answer.refused, cost.answer.reason) == (True, f"It is not accepted: {reason}.")
    assert cost.megabytes < 40
    found = extract(path, "a.docx")
    assert (found.state, found.reason) == ("refused", cost.answer.reason)
    preview = render_preview(path, "a.docx", FileKind.DOCX, tmp_path / "out", soffice="/bin/false")
    assert (preview.kind, preview.reason) == ("none", cost.answer.reason)


def lying(name: str, links: str = "") -> bytes:
    """A Word document with a part that says it is small and would unpack to 300 MB."""
    data = zip_of_repeats(name, MARKUP, 300, base=building.word(paragraph("text"), links=links))
    return data.replace(struct.pack("<I", len(MARKUP) * 300), struct.pack("<I", 1_500_000))


def test_a_part_that_is_larger_than_it_says_is_not_unpacked_further(tmp_path):
    links = building.relations(("rId9", "footnotes", "footnotes.xml"))
    path = building.stored(tmp_path, lying("word/footnotes.xml", links))
    assert identify(path, "a.docx").reason == ""
    cost = spent(read_document, path, FileKind.DOCX)
    assert cost.answer.pages[0].text == "text"
    assert cost.megabytes < 40


@pytest.mark.parametrize("name", ["[Content_Types].xml", "_rels/.rels"])
def test_a_table_of_contents_that_is_larger_than_it_says_costs_an_upload_nothing(tmp_path, name):
    cost = spent(identify, building.stored(tmp_path, lying(name)), "a.docx")
    assert cost.answer.reason == "It could not be read: the file is damaged."
    assert cost.megabytes < 40


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx"])
def test_a_billion_laughs_cost_nothing(tmp_path, name):
    laughs = '<!DOCTYPE x [<!ENTITY a0 "ha">'
    laughs += "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
    word, sheet = building.word(paragraph("&a9;")), building.workbook({"A": [["&a9;"]]})
    data, part = (word, "word/document.xml") if name == "a.docx" else (sheet, "xl/worksheets/sheet1.xml")
    old = b"<w:document" if name == "a.docx" else b"<worksheet"
    path = building.stored(tmp_path, building.changed(data, part, old, laughs.encode() + old))
    cost = spent(read_document, path, FileKind(name[2:]))
    assert cost.answer.reason == "it contains a document type declaration"
    assert cost.megabytes < 40


def test_a_cell_over_two_thousand_million_columns_costs_nothing(tmp_path):
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr>' + paragraph("wide") + "</w:tc>"
    path = building.stored(tmp_path, building.word(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>" * 300))
    cost = spent(read_document, path, FileKind.DOCX)
    assert cost.answer.pages[0].text.startswith("wide\nwide")
    assert cost.megabytes < 60


@pytest.mark.parametrize(
    "build", [partial(building.flate_bomb_pdf, 600), building.form_bomb_pdf], ids=["flate", "form"]
)
def test_a_pdf_bomb_ends_its_process_before_its_time_is_up(tmp_path, build):
    path = building.stored(tmp_path, build())
    with pytest.raises(GuardTripped) as tripped:
        run_guarded(read_document, path, FileKind.PDF, cpu_seconds=12)
    assert tripped.value.reason == CRASHED
    assert extract(building.stored(tmp_path, building.text_pdf("still here")), "b.pdf").state == "indexed"


def test_a_pdf_of_300000_pages_costs_what_its_first_pages_cost(tmp_path, monkeypatch):
    path = building.stored(tmp_path, building.many_pages_pdf(300_000))
    cost = spent(read_document, path, FileKind.PDF)
    assert cost.answer.left_out == "Only the first 5,000 pages were read."
    assert cost.megabytes < 400
    monkeypatch.setattr("portal.library.documents.preview.MAX_PAGES", 3)
    preview = render_preview(path, "a.pdf", FileKind.PDF, tmp_path / "out")
    assert (len(preview.images), preview.reason) == (3, "Only the first 3 of 300,000 pages are shown.")


def test_a_picture_of_144_million_pixels_is_not_unpacked(tmp_path):
    path = building.stored(tmp_path, building.huge_png(12_000))
    cost = spent(draw_picture, path, tmp_path)
    assert cost.answer == "the picture has more than 40 million pixels"
    assert cost.megabytes < 20


def test_a_sheet_that_claims_to_be_as_large_as_can_be_costs_what_it_holds(tmp_path):
    data = building.workbook({"A": [["one"], ["two"]]})
    lie = building.changed(data, "xl/worksheets/sheet1.xml", b'ref="A1:A2"', b'ref="A1:XFD1048576"')
    cost = spent(read_document, building.stored(tmp_path, lie), FileKind.XLSX)
    assert cost.answer.pages[0].text == "one\ntwo"
    assert cost.megabytes < 40


def test_a_cell_far_out_does_not_fill_the_sheet_before_it(tmp_path):
    data = building.workbook({"A": [["one"], ["two"]]})
    far = building.changed(data, "xl/worksheets/sheet1.xml", b'r="A2"', b'r="XFD1048576"')
    far = building.changed(far, "xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="1048576"')
    cost = spent(read_document, building.stored(tmp_path, far), FileKind.XLSX)
    assert cost.answer.pages[0].text.split("\n")[0] == "one"
    assert cost.megabytes < 60


@pytest.mark.parametrize("main", ["<", "<w:document", "no markup at all", "<a/>" * 3])
def test_markup_that_can_be_mended_only_into_nothing_is_no_success(tmp_path, main):
    found = extract(building.stored(tmp_path, building.word("", {"word/document.xml": main})), "a.docx")
    assert found.state == "stored_no_text"
    assert found.reason in ("It could not be read: the file is damaged.", NO_TEXT)
    assert found.characters == 0
