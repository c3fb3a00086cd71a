"""What a deck keeps from its audience: speaker's notes are for colleagues, hidden slides are not shown to buyers."""

from __future__ import annotations

import re

import pytest
from PIL import Image
from pptx import Presentation
from pptx.dml.color import RGBColor
from sqlalchemy import delete, select, update

from portal.db import db
from portal.jobs import enqueue
from portal.library import keeping
from portal.library.documents.pages import PageText
from portal.library.indexing import all_documents, engine
from portal.library.models import Asset, Page, Version
from portal.library.reading import Drawing, Drawn
from portal.library.services import restore_version
from portal.storage import storage
from tests.library import samples

BUYER = f"/s/{'t' * 43}"
COLOURS = ("red", "lime", "blue")


def _deck(tmp_path):
    """A deck of three slides of one colour each with a secret note; the second is hidden."""
    upload, name = samples.pptx("pitch.pptx", "Why now", "Inside only", "Next steps")
    show = Presentation(upload)
    secrets = zip(show.slides, ("zebra", "giraffe", "walrus"), ("FF0000", "00FF00", "0000FF"), strict=True)
    for slide, note, colour in secrets:
        slide.notes_slide.notes_text_frame.text = f"Mention the {note}"
        slide.background.fill.solid()
        slide.background.fill.fore_color.rgb = RGBColor.from_string(colour)
    show.slides[1]._element.set("show", "0")
    show.save(tmp_path / name)
    return (tmp_path / name).open("rb"), name


@pytest.fixture
def deck(make, add_file, tmp_path):
    """The deck as it is read without LibreOffice: cards of text."""
    return add_file(_deck(tmp_path), publish=True)


@pytest.fixture
def drawn(make, deck, tmp_path):
    """The deck as if it had been drawn: each slide with a picture of its own, which is in the store."""

    def draw():
        for page in db.session.scalars(select(Page)):
            path = tmp_path / f"{page.number}.webp"
            Image.new("RGB", (16, 9), COLOURS[page.number - 1]).save(path, "WEBP")
            sha256 = storage().put_file(path).sha256
            page.image_sha256 = page.thumbnail_sha256 = sha256
            page.width, page.height = 1600, 900
        db.session.execute(update(Version).values(preview_kind="pages"))

    make.inside(draw)
    return deck


@pytest.fixture
def buyer(make, app):
    def opened(asset):
        make.link(asset, make.user("rep"))
        return app.test_client()

    return opened


def test_notes_and_hidden_slides_are_kept_apart(deck, rows):
    pages = rows(select(Page).order_by(Page.number))
    assert [(page.text, page.notes, page.is_hidden) for page in pages] == [
        ("Why now", "Mention the zebra", False),
        ("Inside only", "Mention the giraffe", True),
        ("Next steps", "Mention the walrus", False),
    ]


@pytest.mark.parametrize("kind", ["deck", "drawn"])
def test_a_buyer_sees_neither_notes_nor_hidden_slides(kind, request, buyer):
    page = buyer(request.getfixturevalue(kind)).get(BUYER).text
    assert "Why now" in page
    assert "Next steps" in page
    for secret in ("Mention", "Inside only", "giraffe", "Hidden", 'data-page="2"', "pages/2"):
        assert secret not in page


def test_a_buyers_pages_keep_their_addresses_and_count_without_gaps(drawn, buyer):
    client = buyer(drawn)
    page = client.get(BUYER).text
    assert f'src="{BUYER}/1/pages/3.webp' in page
    assert 'alt="Slide 2: Next steps"' in page
    assert "of 2</span>" in page
    assert f'href="{BUYER}?page=3" data-viewer-next' in page
    # Whoever asks for the hidden one sees the next.
    for number in (2, 3, 99):
        assert "<span data-viewer-number>2</span>" in client.get(f"{BUYER}?page={number}").text


def test_the_picture_of_a_hidden_slide_is_not_handed_to_a_buyer(drawn, buyer):
    client = buyer(drawn)
    codes = [
        client.get(f"{BUYER}/1/pages/{n}{what}").status_code
        for n in (1, 2, 3)
        for what in (".webp", "/thumb")
    ]
    assert codes == [200, 200, 404, 404, 200, 200]


def test_colleagues_see_the_notes_under_a_heading_and_hidden_slides_marked(drawn, make, sign_in):
    client = sign_in(make.user("rep"))
    page = client.get(f"/library/{drawn.slug}").text
    assert 'alt="Slide 1: Why now"' in page
    assert re.search(r'<p class="viewer-words">Why now</p><section class="viewer-notes"><h2>Notes</h2>', page)
    assert page.count("</svg>Hidden slide</span>") == 1
    assert 'aria-label="Slide 2, hidden"' in page
    assert client.get(f"/library/{drawn.slug}/v/1/pages/2.webp").status_code == 200


def test_cards_of_text_have_the_notes_after_the_words(deck, make, sign_in):
    page = sign_in(make.user("rep")).get(f"/library/{deck.slug}").text
    assert re.search(
        r"<h2>Why now</h2><section class=\"viewer-notes\"><h2>Notes</h2><p[^>]*>Mention the zebra", page
    )


@pytest.mark.parametrize("kind", ["deck", "drawn"])
def test_presenting_leaves_out_hidden_slides_and_notes(kind, request, make, sign_in):
    slug = request.getfixturevalue(kind).slug
    client = sign_in(make.user("rep"))
    page = client.get(f"/library/{slug}/present?page=2").text
    assert "Next steps" in page
    assert '<span data-viewer-number>2</span> <span class="muted">of 2' in page
    for secret in ("Mention", "Inside only"):
        assert secret not in page


@pytest.mark.parametrize("kind", ["deck", "drawn"])
def test_the_notes_window_has_the_notes_of_the_slides_that_are_presented(kind, request, make, sign_in):
    slug = request.getfixturevalue(kind).slug
    page = sign_in(make.user("rep")).get(f"/library/{slug}/present/notes").text
    assert re.findall(r"<h2>Speaker notes</h2>\s*<p[^>]*>(.*?)</p>", page) == [
        "Mention the zebra",
        "Mention the walrus",
    ]
    assert "Inside only" not in page


def test_a_word_of_the_notes_is_found_with_its_slide(deck, make, sign_in, app):
    with app.app_context():
        engine().rebuild(all_documents())
    page = sign_in(make.user("rep")).get("/library?q=walrus").text
    assert "<mark>walrus</mark>" in page
    assert "Slide 3" in page


def test_an_earlier_version_comes_back_with_its_notes_and_hidden_slides(deck, make, rows):
    make.inside(lambda: db.session.execute(update(Asset).values(current_version_id=None)))
    make.inside(
        lambda: restore_version(db.session.get_one(Asset, deck.id), db.session.get_one(Version, 1), None)
    )
    found = rows(select(Page).where(Page.version_id == 2).order_by(Page.number))
    assert [(page.notes, page.is_hidden) for page in found][1] == ("Mention the giraffe", True)


def test_pictures_that_cannot_be_told_to_their_slides_are_not_shown(deck, make, rows):
    two = tuple(Drawn(number, "a" * 64, "b" * 64, 16, 9) for number in (1, 2))

    def draw():
        db.session.execute(update(Version).values(preview_kind="waiting"))
        keeping.keep_drawing(1, Drawing("pages", "libreoffice", two))

    make.inside(draw)
    (version,) = rows(select(Version))
    assert (version.preview_kind, version.preview_reason) == ("cards", keeping.NOT_MATCHED.reason)
    pages = rows(select(Page).order_by(Page.number))
    assert [(page.text, page.image_sha256) for page in pages][1:] == [
        ("Inside only", None),
        ("Next steps", None),
    ]


def _as_it_was_read_before():
    """Put the notes back into the text, as they stood when they were not told apart."""
    told = Page.text + "\n" + Page.notes
    db.session.execute(update(Page).values(text=told, notes="", is_hidden=False, image_sha256="a" * 64))
    enqueue("separate_notes", 1)


def test_a_deck_that_was_read_before_has_its_notes_told_apart_and_keeps_its_pictures(
    deck, make, rows, run_jobs
):
    make.inside(_as_it_was_read_before)
    run_jobs()
    pages = rows(select(Page).order_by(Page.number))
    assert [(page.text, page.notes, page.is_hidden, page.image_sha256) for page in pages] == [
        ("Why now", "Mention the zebra", False, "a" * 64),
        ("Inside only", "Mention the giraffe", True, "a" * 64),
        ("Next steps", "Mention the walrus", False, "a" * 64),
    ]


def test_a_deck_that_was_read_before_and_drawn_otherwise_loses_pictures_that_nobody_can_match(
    deck, make, rows, run_jobs
):
    def spread_before():
        _as_it_was_read_before()
        db.session.execute(delete(Page).where(Page.number == 3))
        db.session.execute(update(Version).values(preview_kind="pages", preview_made_by="libreoffice"))

    make.inside(spread_before)
    run_jobs()
    assert [page.image_sha256 for page in rows(select(Page))] == [None] * 3
    (version,) = rows(select(Version))
    assert (version.preview_kind, version.page_count) == ("cards", 3)


def test_only_decks_are_read_again_for_notes(make, add_file, rows, run_jobs):
    add_file(samples.pdf())
    make.inside(
        lambda: (db.session.execute(update(Page).values(text="As it was")), enqueue("separate_notes", 1))
    )
    make.inside(lambda: enqueue("separate_notes", 99))
    run_jobs()
    assert rows(select(Page.text)) == ["As it was"]


def test_words_are_the_text_then_the_notes():
    assert PageText(1, "", "Text", "Notes").words == "Text\nNotes"
    assert PageText(1, "", "", "Notes").words == "Notes"
    assert PageText(1, "", "Text").words == "Text"


def test_libreoffice_draws_each_slide_under_its_own_number(app, soffice, tmp_path, add_file, buyer, rows):
    """With the real program: the hidden slide is drawn too, so the third picture is the third slide's."""
    app.config["SOFFICE"] = soffice
    asset = add_file(_deck(tmp_path), publish=True)
    found = rows(select(Page).order_by(Page.number))
    middles = []
    for page in found:
        with Image.open(storage_path(app, page.image_sha256)) as picture:
            middles.append(picture.convert("RGB").getpixel((picture.width - 20, picture.height - 20)))
    assert [max(range(3), key=middle.__getitem__) for middle in middles] == [0, 1, 2]
    assert [page.is_hidden for page in found] == [False, True, False]
    client = buyer(asset)
    assert [client.get(f"{BUYER}/1/pages/{n}.webp").status_code for n in (1, 2, 3)] == [200, 404, 200]


def storage_path(app, sha256):
    with app.app_context():
        return storage().path(sha256)
