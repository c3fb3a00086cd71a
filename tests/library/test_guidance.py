"""How to use it: first for whoever is about to, in the presenter's notes, and never where a customer looks."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from portal.db import db
from portal.library.guidance import FIELDS, Guidance
from portal.library.models import Asset, Page, Version
from portal.usage.models import UsageEvent

WHOLE = {
    "for_whom": "Head nurses in large clinics",
    "when_to_use": "After the first call",
    "what_to_say": "Begin with the ward round",
    "not_to_promise": "No date for the new module",
    "proof_points": "41 percent fewer shortages",
}


def test_it_stands_before_anything_else_in_the_column_and_in_order(make, sign_in):
    make.asset(slug="deck", **WHOLE)
    page = sign_in(make.user("rep")).get("/library/deck").text
    column = page[page.index('aria-label="Use it"') :]
    places = [column.index(text) for text in WHOLE.values()]
    assert places == sorted(places)
    assert places[-1] < column.index("Send to a buyer")


def test_what_not_to_promise_is_told_apart_by_a_sign_and_never_folded(make, sign_in):
    long = "Never say this. " * 40
    make.asset(slug="deck", what_to_say=long, not_to_promise=long)
    page = sign_in(make.user("rep")).get("/library/deck").text
    warning = re.search(r'<div class="guidance-part guidance-warning">.*?</h3>', page, re.DOTALL)
    assert warning is not None
    assert "triangle-alert" in warning[0]
    assert page.count('<details class="guidance-part') == 1


def test_readers_see_no_empty_part_and_marketing_a_link_to_fill_each(make, sign_in):
    make.asset(slug="deck", for_whom="Nurses", not_to_promise="Dates")
    page = sign_in(make.user("rep")).get("/library/deck").text
    assert [heading for heading, _ in FIELDS.values() if f"{heading}<" in page] == [
        "For whom",
        "What not to promise",
    ]
    assert "Not said yet" not in page
    page = sign_in(make.user("marketer")).get("/library/deck").text
    for key in ("when_to_use", "what_to_say", "proof_points"):
        assert f'href="/library/deck/edit#{key}"' in page
        assert f'id="{key}"' in sign_in(make.user("marketer")).get("/library/deck/edit").text
    assert 'edit#for_whom"' not in page


@pytest.mark.parametrize(
    ("role", "shown"), [("rep", False), ("manager", False), ("marketer", True), ("admin", True)]
)
def test_without_any_only_marketing_is_told(make, sign_in, role, shown):
    make.asset(slug="deck")
    assert ("How to use it" in sign_in(make.user(role)).get("/library/deck").text) is shown


def test_what_is_typed_is_kept_cleaned_and_what_is_too_long_refused_at_its_field(make, sign_in, rows):
    make.asset(slug="deck")
    client = sign_in(make.user("marketer"))
    typed = {"title": "Deck", "kind": "deck", **WHOLE, "what_to_say": "**Begin** <script>alert(1)</script>"}
    assert client.post("/library/deck/edit", data=typed).status_code == 303
    (asset,) = rows(select(Asset))
    assert asset.guidance == Guidance(**{key: typed[key] for key in FIELDS})
    page = client.get("/library/deck").text
    assert "<strong>Begin</strong>" in page
    assert "alert(1)" not in page
    answer = client.post("/library/deck/edit", data=typed | {"proof_points": "x" * 8001})
    assert answer.status_code == 422
    assert "at most" in answer.text


def test_the_notes_hold_it_with_the_page_and_the_next_and_are_no_use(make, sign_in, rows):
    make.asset("Deck", slug="deck", pages=("One", "Two"), **WHOLE)
    page = sign_in(make.user("rep")).get("/library/deck/present/notes?page=1").text
    assert all(text in page for text in WHOLE.values())
    assert rows(select(UsageEvent)) == []
    for path in ("/library/deck", "/library/deck/present"):
        assert 'href="/library/deck/present/notes?page=1" target="_blank"' in sign_in(make.user("rep")).get(
            path
        ).text.replace('" rel="noopener" target="_blank"', '" target="_blank"')


def test_a_customer_never_sees_it(app, make, sign_in):
    rep, asset = make.user("rep"), make.asset(slug="deck", **WHOLE)
    make.link(asset, rep, token="t" * 43)
    for page in (
        sign_in(rep).get("/library/deck/present").text,
        app.test_client().get("/s/" + "t" * 43).text,
    ):
        assert not any(text in page for text in WHOLE.values())


@pytest.mark.parametrize("page", ["0", "²", "99", "x", "9" * 40])
def test_a_page_that_is_none_is_the_nearest(make, sign_in, page):
    make.asset(slug="deck")
    assert sign_in(make.user("rep")).get(f"/library/deck/present/notes?page={page}").status_code == 200


def test_there_are_no_notes_on_what_one_may_not_see(make, sign_in):
    make.asset(slug="draft", state="draft", owner=make.user("marketer"))
    make.store(Asset(slug="empty", title="Empty", kind="deck", state="published"))
    for slug in ("draft", "empty", "nothing"):
        assert sign_in(make.user("rep")).get(f"/library/{slug}/present/notes").status_code == 404


def test_the_speaker_notes_of_a_drawn_slide_are_in_the_notes_window_only_apart_from_its_words(make, sign_in):
    make.asset(slug="deck", pages=("Title and words", "Two"))
    drawn = {
        "notes": "SPEAKER NOTE",
        "image_sha256": "a" * 64,
        "thumbnail_sha256": "b" * 64,
        "width": 1600,
        "height": 900,
    }
    of_pages = update(Version).values(source="file", filename="deck.pptx", preview_kind="pages")
    make.inside(lambda: (db.session.execute(update(Page).values(**drawn)), db.session.execute(of_pages)))
    client = sign_in(make.user("rep"))
    assert "SPEAKER NOTE" not in client.get("/library/deck/present").text
    notes = client.get("/library/deck/present/notes").text
    assert re.search(r"<h2>Speaker notes</h2>\s*<p[^>]*>SPEAKER NOTE</p>", notes)
    assert re.search(r"<h2>On this slide</h2>\s*<p[^>]*>Title and words</p>", notes)
    assert re.search(r'<img src="/library/deck/[^"]+" alt="Slide 2"', notes)
