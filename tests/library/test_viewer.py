"""The viewer: what is beside a page, what is sized before it is there, who drew it, and what buyers are not shown."""

from __future__ import annotations

import pytest

from portal.library.models import Version
from portal.library.serving import drawn_with
from tests.library import samples


def test_the_words_of_a_page_stand_beside_it_and_its_picture_is_sized_before_it_is_there(
    make, sign_in, add_file
):
    asset = add_file(samples.pdf("two.pdf", "First page.", "Second page."), publish=True)
    page = sign_in(make.user("rep")).get(f"/library/{asset.slug}?page=2").text
    assert 'aria-label="Text of page 2"><p class="viewer-words">Second page.' in page
    assert "data-viewer-text" in page
    assert 'width="1200" height="900" loading="eager"' in page
    assert 'class="viewer viewer-broad"' in page
    assert "Drawn by PDFium." in page


def test_a_long_document_carries_only_the_words_near_the_page_that_is_shown(make, sign_in, add_file):
    pages = [f"Words of {number}." for number in range(1, 71)]
    asset = add_file(samples.pdf("long.pdf", *pages), publish=True)
    client = sign_in(make.user("rep"))
    near, far = '<p class="viewer-words">Words of {}.', 'page={}">Load the text of page {}</a>'
    page = client.get(f"/library/{asset.slug}").text
    assert near.format(21) in page
    assert far.format(22, 22) in page
    page = client.get(f"/library/{asset.slug}?page=60").text
    assert near.format(70) in page
    assert far.format(1, 1) in page


def test_turning_a_page_without_a_script_keeps_what_else_the_address_says(make, sign_in, add_file):
    asset = add_file(samples.pdf("two.pdf", "First page.", "Second page."), publish=True)
    page = sign_in(make.user("rep")).get(f"/library/{asset.slug}?version=1&s=abc&place=1").text
    assert f'href="/library/{asset.slug}?version=1&amp;page=2" data-viewer-next' in page


def test_a_buyer_is_not_shown_the_words_in_which_a_speakers_notes_are(make, app, add_file):
    rep = make.user("rep")
    asset = add_file(samples.pdf("two.pdf", "First page.", "Second page."), publish=True)
    make.link(asset, rep)
    page = app.test_client().get(f"/s/{'t' * 43}")
    assert page.status_code == 200
    assert "data-viewer-text" not in page.text
    assert "viewer-beside" not in page.text


@pytest.mark.parametrize(
    ("name", "kind", "made_by", "reason", "words"),
    [
        (
            "a.pptx",
            "pages",
            "libreoffice",
            "",
            "Drawn by LibreOffice: fonts and spacing may differ from PowerPoint.",
        ),
        ("a.docx", "html", "word_html", "", "LibreOffice is not installed here: shown as text."),
        ("a.pptx", "cards", "text", "", "LibreOffice is not installed here: shown as text."),
        ("a.docx", "html", "word_html", "LibreOffice could not draw it.", ""),
        ("a.xlsx", "cards", "text", "", "Sheets are shown as text."),
        ("a.pdf", "pages", "pdf", "", "Drawn by PDFium."),
        ("a.png", "pages", "image", "", ""),
        ("a.txt", "cards", "text", "", ""),
        (None, "html", "markdown", "", ""),
        ("a.pptx", "waiting", "", "", ""),
    ],
)
def test_what_drew_a_version_is_said(name, kind, made_by, reason, words):
    version = Version(filename=name, preview_kind=kind, preview_made_by=made_by, preview_reason=reason)
    assert drawn_with(version) == words
