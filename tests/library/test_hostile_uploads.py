"""Hostile files as people would bring them: each ends in a named state, none keeps the next from being read."""

from __future__ import annotations

import io
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from portal.jobs import Job
from portal.library.documents.kinds import MACROS
from portal.library.models import Asset, Page, Version
from tests.library.documents import building
from tests.library.documents.building import paragraph, shape
from tests.library.documents.test_hostile_limits import MARKUP, lying, zip_of_repeats
from tests.library.documents.test_office_preview import listening

DOCTYPE = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY s SYSTEM "file:///etc/passwd">]>'
CRASHED = "It could not be read: the reader crashed on it."
DAMAGED = "It could not be read: the file is damaged."


def _with_doctype(data: bytes, part: str, root: bytes) -> bytes:
    return building.changed(data, part, root, DOCTYPE.encode() + root)


def _wide() -> bytes:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr>' + paragraph("wide") + "</w:tc>"
    return building.word(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>")


def _outside(address: str) -> bytes:
    links = building.relations(("rId5", "image", f"{address}/x.png"), external={"rId5"})
    return building.word(building.drawing("r:link", "rId5") + paragraph("linked"), links=links)


def _claiming() -> bytes:
    data = building.workbook({"A": [["one"]]})
    return building.changed(data, "xl/worksheets/sheet1.xml", b'ref="A1"', b'ref="A1:XFD1048576"')


# Name of the file, what builds it, the state that it ends in and what is said of it; refused at once: no content.
ACCEPTED = {
    "entities.docx": (
        lambda: _with_doctype(building.word(paragraph("&s;")), "word/document.xml", b"<w:document"),
        "refused",
        "It is not accepted: it contains a document type declaration.",
    ),
    "laughs.pptx": (
        lambda: _with_doctype(building.slides(shape("&b;")), "ppt/slides/slide1.xml", b"<p:sld "),
        "refused",
        "It is not accepted: it contains a document type declaration.",
    ),
    "wide.docx": (_wide, "indexed", ""),
    "flate.pdf": (partial(building.flate_bomb_pdf, 300), "stored_no_text", CRASHED),
    "forms.pdf": (building.form_bomb_pdf, "stored_no_text", CRASHED),
    "huge.png": (partial(building.huge_png, 12_000), "stored_no_text", "It is a picture"),
    "script.md": (
        lambda: b"# Hi\n<script>x</script> [a](javascript:x)",
        "indexed",
        "",
    ),
    "brackets.md": (lambda: b"[" * 20_000, "indexed", ""),
    "dashes.md": (lambda: b"- " * 500 + b"deep", "indexed", ""),
    "drawing.svg": (
        lambda: b"<svg onload='x()'/>",
        "stored_no_text",
        "This kind of file is kept for download",
    ),
    "formula.xlsx": (lambda: building.workbook({"A": [["=cmd|' /C calc'!A0", "x"]]}), "indexed", ""),
    "macros.docm": (lambda: building.word(""), "stored_no_text", MACROS),
    "macros.pptm": (lambda: building.slides(shape("x")), "stored_no_text", MACROS),
    "macros.xlsm": (lambda: building.workbook({"A": [["x"]]}), "stored_no_text", MACROS),
    "claiming.xlsx": (_claiming, "indexed", ""),
    "nothing.docx": (lambda: building.word("", {"word/document.xml": "<"}), "stored_no_text", DAMAGED),
    "lying.docx": (lambda: lying("word/document.xml"), "stored_no_text", DAMAGED),
    "half.docx": (lambda: building.word(paragraph("x"))[:900], "stored_no_text", DAMAGED),
}
REFUSED = {
    "bomb.docx": (lambda: zip_of_repeats("a{}.xml", MARKUP, 520), "unpacks to more than 500 MB"),
    "media.docx": (lambda: zip_of_repeats("m{}.emf", bytes(1 << 20), 63, 17), "unpacks to more than 500 MB"),
    "parts.docx": (lambda: zip_of_repeats("m/{}", b"x", 1, 100_000), "its table of contents is larger than"),
    "page.pdf": (lambda: b"<html><script>x</script></html>", "looks like a web page (HTML)"),
    "both.pdf": (lambda: b"<html></html>" + building.text_pdf("x"), "looks like a web page (HTML)"),
}


@pytest.mark.timeout(240)
def test_a_folder_of_hostile_files_ends_in_named_states_and_the_next_file_is_read(
    make, sign_in, rows, run_jobs
):
    client = sign_in(make.user("marketer"))
    files = {name: build() for name, (build, *_) in {**REFUSED, **ACCEPTED}.items()}
    files["good.docx"] = building.word(paragraph("A quillwort survives."))
    for name, data in files.items():
        answer = client.post("/library/new", data={"as": "files", "files": [(io.BytesIO(data), name)]})
        refused = name in REFUSED
        assert answer.status_code == (422 if refused else 303), (name, answer.text[:300])
        if refused:
            assert REFUSED[name][1] in answer.text
    run_jobs()
    found = {version.filename: version for version in rows(select(Version))}
    assert set(found) == {*ACCEPTED, "good.docx"}
    for name, (_, state, words) in ACCEPTED.items():
        version = found[name]
        assert version.state == state, (name, version.state_reason)
        assert version.state_reason.startswith(words), (name, version.state_reason)
        assert version.preview_kind != "waiting", name
        assert version.has_macros == name.startswith("macros"), name
    assert {job.state for job in rows(select(Job))} == {"done"}
    assert found["good.docx"].state == "indexed"
    assert "Good" in client.get("/library?q=quillwort").text
    for slug in (asset.slug for asset in rows(select(Asset))):
        page = client.get(f"/library/{slug}")
        assert page.status_code == 200
        assert "root:" not in page.text
        assert "javascript:" not in page.text


def _add(client, name: str, data: bytes) -> None:
    answer = client.post("/library/new", data={"as": "files", "files": [(io.BytesIO(data), name)]})
    assert answer.status_code == 303


# Name of the file, how it is shown, as which markup, and the text of its first page.
HARMLESS = {
    "wide.docx": (
        "html",
        '<table><tbody><tr><td colspan="100"><p>wide</p></td></tr></tbody></table>',
        "wide",
    ),
    "script.md": (
        "html",
        '<h1>Hi</h1>\n\n<p><a rel="noopener noreferrer">a</a></p>',
        "Hi\n<script>x</script> a",
    ),
    "brackets.md": ("html", f"<p>{'[' * 20_000}</p>", "[" * 3_000),
    "dashes.md": ("html", f"<p>{'- ' * 500}deep</p>", f"{'- ' * 500}deep"),
    "formula.xlsx": ("cards", None, "x"),
    "claiming.xlsx": ("cards", None, "one"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_shown_of_a_hostile_file_has_bounds_and_does_nothing(make, sign_in, rows, run_jobs, name):
    client = sign_in(make.user("marketer"))
    _add(client, name, ACCEPTED[name][0]())
    run_jobs()
    (version,) = rows(select(Version).options(undefer(Version.preview_html)))
    first = rows(select(Page.text).where(Page.number == 1))
    assert (version.preview_kind, version.preview_html, first) == (*HARMLESS[name][:2], [HARMLESS[name][2]])
    assert version.preview_reason == ""


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("linked.docx", _outside),
        ("picture.md", lambda address: f"![b]({address}/b.png) <img src='{address}/c.png'>".encode()),
        ("formula.xlsx", lambda address: building.workbook({"A": [[f'=WEBSERVICE("{address}/f")', "x"]]})),
    ],
)
def test_nothing_is_asked_of_an_address_that_a_file_names(make, sign_in, rows, run_jobs, name, build):
    client = sign_in(make.user("marketer"))
    with listening() as (address, asked):
        _add(client, name, build(address))
        run_jobs()
        (version,) = rows(select(Version).options(undefer(Version.preview_html)))
        assert version.state == "indexed"
        assert "<img" not in (version.preview_html or "")
        assert client.get(f"/library/{name.partition('.')[0]}").status_code == 200
    assert asked == []
