"""What a file is: name, first bytes and main part agree, or it is refused with what it looks like."""

from __future__ import annotations

import os
from pathlib import PurePath

import pytest

from portal.library.documents.extract import extract
from portal.library.documents.kinds import DOWNLOAD_ONLY, MACROS, MEGABYTE, FileKind, identify
from tests.library.documents import building

OFFICE = "application/vnd.openxmlformats-officedocument"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def identity(tmp_path, data: bytes, name: str):
    return identify(building.stored(tmp_path, data), name)


@pytest.mark.parametrize(
    ("name", "data", "kind", "media_type"),
    [
        (
            "a.docx",
            building.word(""),
            "docx",
            f"{OFFICE}.wordprocessingml.document",
        ),
        (
            "a.pptx",
            building.slides(),
            "pptx",
            f"{OFFICE}.presentationml.presentation",
        ),
        (
            "a.xlsx",
            building.workbook({"A": []}),
            "xlsx",
            f"{OFFICE}.spreadsheetml.sheet",
        ),
        ("a.PDF", building.text_pdf("x"), "pdf", "application/pdf"),
        ("a.md", b"# Hello", "md", "text/markdown; charset=utf-8"),
        ("a.txt", "naïve".encode("latin-1"), "txt", "text/plain; charset=utf-8"),
        ("a.txt", "naïve".encode("utf-16"), "txt", "text/plain; charset=utf-8"),
        ("a.png", building.picture("PNG"), "image", "image/png"),
        ("a.jpg", building.picture("JPEG"), "image", "image/jpeg"),
        ("a.jpeg", building.picture("JPEG"), "image", "image/jpeg"),
        ("a.webp", building.picture("WEBP"), "image", "image/webp"),
        ("a.svg", b"<svg onload='alert(1)'/>", "other", "application/octet-stream"),
        ("a.html", HTML, "other", "application/octet-stream"),
        ("a.pdf", b"\xef\xbb\xbf" + building.text_pdf("x"), "pdf", "application/pdf"),
        ("a.pdf", b"Printed by queue 7\r\n" + building.text_pdf("x"), "pdf", "application/pdf"),
        ("a.mp4", b"\x00\x00\x00\x18ftypmp42", "other", "application/octet-stream"),
        ("Makefile", b"all:", "other", "application/octet-stream"),
    ],
)
def test_a_file_gets_its_kind_and_a_fixed_media_type(tmp_path, name, data, kind, media_type):
    found = identity(tmp_path, data, name)
    assert (found.kind, found.media_type, found.refused) == (FileKind(kind), media_type, False)


@pytest.mark.parametrize(
    ("name", "data", "looks"),
    [
        ("a.pdf", HTML, "a web page (HTML)"),
        ("a.pdf", HTML + building.text_pdf("x"), "a web page (HTML)"),
        ("a.pdf", b"x <b>" + building.text_pdf("x"), "a PDF with something else in front of it"),
        ("a.pdf", b"\x00" + building.text_pdf("x"), "a PDF with something else in front of it"),
        ("a.pdf", b"%!PS\n" + building.text_pdf("x"), "a PostScript file"),
        ("a.pdf", b"#!/bin/sh\n" + building.text_pdf("x"), "a PDF with something else in front of it"),
        ("a.pdf", b" " * 1_020 + building.text_pdf("x"), "a PDF with something else in front of it"),
        ("a.pdf", building.word(""), "a ZIP archive"),
        ("a.docx", building.slides(), "a PowerPoint presentation"),
        ("a.pptx", building.workbook({"A": []}), "an Excel workbook"),
        ("a.xlsx", building.word(""), "a Word document"),
        ("a.docx", building.zip_file({"readme.txt": "x"}), "a ZIP archive"),
        ("a.docx", building.text_pdf("x"), "a PDF"),
        ("a.docx", b"just words", "plain text"),
        ("a.docx", b"{\\rtf1 x}", "a rich text (RTF) file"),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
            "an older Office file (.doc, .ppt or .xls)",
        ),
        ("a.png", building.picture("JPEG"), "a JPEG picture"),
        ("a.jpg", building.picture("WEBP"), "a WebP picture"),
        ("a.webp", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG picture"),
        ("a.txt", b"MZ\x90\x00", "a Windows program"),
        ("a.md", b"words\x00\x01\x02", "a file of another kind"),
        ("a.txt", building.text_pdf("x"), "a PDF"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_with_what_it_looks_like(
    tmp_path, name, data, looks
):
    found = identity(tmp_path, data, name)
    assert found.refused
    ending = PurePath(name).suffix
    assert found.reason == f"The name ends in {ending}, but the file looks like {looks}."
    assert found.media_type == "application/octet-stream"


def test_an_empty_file_is_refused(tmp_path):
    assert identity(tmp_path, b"", "a.docx").reason == "The file is empty."


@pytest.mark.parametrize("megabytes", [1, 150])
def test_a_file_over_the_limit_is_refused_and_one_of_its_size_is_not(tmp_path, megabytes):
    path, limit = building.stored(tmp_path, b"x"), megabytes * MEGABYTE
    os.truncate(path, limit + 1)
    assert identify(path, "a.zip", limit=limit).refused
    assert identify(path, "a.zip", limit=limit).reason == f"The file is larger than {megabytes} MB."
    os.truncate(path, limit)
    assert not identify(path, "a.zip", limit=limit).refused


def test_a_kept_file_is_read_whatever_the_limit_for_new_ones(tmp_path):
    path = building.stored(tmp_path, b"x")
    os.truncate(path, 101 * MEGABYTE)
    assert not identify(path, "a.zip").refused


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
OLD_SLIDES = b"\x02\x00\x00\x04\x0c\x00\x00\x00\x07\x00\x00\x00%b\x00\x00\x00\x02\x00\x00\x00"


@pytest.mark.parametrize(
    ("name", "content", "has_macros"),
    [
        ("a.doc", "_VBA_PROJECT".encode("utf-16-le"), True),
        ("a.XLS", "_VBA_PROJECT_CUR".encode("utf-16-le"), True),
        ("a.ppt", OLD_SLIDES % b"\x01", True),
        ("a.ppt", OLD_SLIDES % b"\x00", False),
        ("a.doc", b"_VBA_PROJECT", False),
    ],
)
def test_macros_in_an_older_office_file_are_marked(tmp_path, name, content, has_macros):
    found = extract(building.stored(tmp_path, OLD + content + bytes(600)), name)
    reason = MACROS if has_macros else DOWNLOAD_ONLY
    assert (found.state, found.kind, found.macros, found.reason) == (
        "stored_no_text",
        "other",
        has_macros,
        reason,
    )


@pytest.mark.parametrize("name", ["a.docm", "a.pptm", "a.sldm", "a.xlsm", "A.XLSM"])
def test_a_macro_file_is_kept_for_download_only_and_marked(tmp_path, name):
    found = extract(building.stored(tmp_path, building.word("")), name)
    assert (found.state, found.kind, found.macros, found.reason) == ("stored_no_text", "other", True, MACROS)


@pytest.mark.parametrize(
    "content_type",
    ["application/vnd.ms-office.vbaProject", "application/vnd.ms-word.document.macroEnabled.main+xml"],
)
def test_macros_are_found_under_a_harmless_name(tmp_path, content_type):
    default = f'<Default Extension="bin" ContentType="{content_type}"/><Default'.encode()
    data = building.changed(building.word(""), "[Content_Types].xml", b"<Default", default)
    found = identity(tmp_path, data, "a.docx")
    assert (found.kind, found.macros, found.media_type) == (FileKind.OTHER, True, "application/octet-stream")


def test_an_encrypted_office_file_is_stored_with_the_reason(tmp_path):
    data = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le") + bytes(512)
    )
    found = extract(building.stored(tmp_path, data), "offer.docx")
    assert (found.state, found.kind, found.title) == ("stored_no_text", "docx", "Offer")
    assert found.reason == "It could not be read: it is protected with a password."
