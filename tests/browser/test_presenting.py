"""Presenting with notes on a second screen: two windows of one browser in step, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from portal.db import db, unit_of_work
from portal.library.models import Page, Version
from tests.browser.conftest import sign_in
from tests.browser.process import PASSWORD, Portal
from tests.factories import Make

pytestmark = pytest.mark.browser
SLIDES = ("Opening words", "The middle", "Closing words")
SECRET = "Promise no dates"


@pytest.fixture(scope="module")
def portal(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with a rep, a deck of three slides that says what not to promise, and one whose second is hidden."""
    portal = Portal(tmp_path_factory.mktemp("presenting"))
    portal.prepare(admin="admin", rep="rep")
    Make(portal.app).asset("Deck", slug="deck", pages=SLIDES, not_to_promise=SECRET)
    private = Make(portal.app).asset("Private", slug="private", pages=SLIDES)
    with portal.app.app_context(), unit_of_work():
        own = update(Page).where(Page.version_id == private.current_version_id)
        db.session.execute(own.values(notes="Only for me"))
        db.session.execute(own.where(Page.number == 2).values(is_hidden=True))
        db.session.execute(update(Version).values(source="file", filename="deck.pptx", preview_kind="cards"))
    portal.start()
    yield portal
    portal.stop()


def _shown(page: Any) -> str:
    return page.locator("[data-page]:not([hidden])").inner_text().strip()


def _wait_for(page: Any, words: str) -> None:
    page.locator("[data-page]:not([hidden])", has_text=words).wait_for()


def test_the_notes_and_what_the_customer_sees_turn_together(portal, open_browser):
    page = open_browser(portal.address, viewport={"width": 1440, "height": 900})
    sign_in(page, "rep@example.com", PASSWORD)
    page.goto("/library/deck")
    page.locator("[data-viewer-next]").click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Notes for your own screen").click()
    notes = opened.value
    notes.get_by_text(SECRET).wait_for()
    _wait_for(notes, "The middle")

    # Either window drives both, and the notes follow.
    notes.keyboard.press("ArrowRight")
    _wait_for(page, "Closing words")
    notes.get_by_text("This is the last slide.").wait_for()
    notes.get_by_role("button", name="Restart").focus()
    notes.keyboard.press("PageUp")
    _wait_for(page, "The middle")
    page.locator("[data-viewer-previous]").click()
    _wait_for(notes, "Opening words")

    # Pressed faster than messages travel, both still end at the same place.
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowRight"):
        notes.keyboard.press(key)
    for window in (notes, page):
        _wait_for(window, "Closing words")

    # The customer's window, full screen, shows the slide and nothing of how to use it.
    page.bring_to_front()
    page.get_by_role("button", name="Present").click()
    page.locator(".viewer:fullscreen").wait_for()
    assert SECRET not in page.evaluate("document.fullscreenElement.innerText")
    notes.keyboard.press("ArrowLeft")
    _wait_for(page, "The middle")
    assert notes.locator("[data-clock-time]").inner_text().startswith("0:")


def test_presenting_passes_over_hidden_slides_and_shows_no_notes(portal, open_browser):
    page = open_browser(portal.address, viewport={"width": 1440, "height": 900})
    sign_in(page, "rep@example.com", PASSWORD)
    page.goto("/library/private?page=2")
    page.get_by_text("Hidden slide").wait_for()
    assert "Only for me" in _shown(page)
    # Begun on the hidden one, it is begun on the next.
    page.get_by_role("button", name="Present").click()
    page.locator(".viewer:fullscreen").wait_for()
    for key, words in (
        ("", "Closing words"),
        ("ArrowLeft", "Opening words"),
        ("ArrowRight", "Closing words"),
    ):
        if key:
            page.keyboard.press(key)
        _wait_for(page, words)
        assert "Only for me" not in page.evaluate("document.fullscreenElement.innerText")


def test_without_notes_two_windows_go_their_own_ways(portal, open_browser):
    page = open_browser(portal.address)
    sign_in(page, "rep@example.com", PASSWORD)
    other = page.context.new_page()
    for window in (page, other):
        window.goto("/library/deck/present")
    page.locator("[data-viewer-next]").click()
    _wait_for(page, "The middle")
    other.evaluate("new Promise((done) => setTimeout(done, 200))")
    assert "Opening words" in _shown(other)


def test_without_scripts_the_notes_are_a_page_with_links(portal, open_browser):
    page = open_browser(portal.address, java_script_enabled=False)
    sign_in(page, "rep@example.com", PASSWORD)
    page.goto("/library/deck/present/notes?page=2")
    assert "The middle" in _shown(page)
    page.locator("[data-viewer-next]").click()
    _wait_for(page, "Closing words")
    assert page.locator("[data-notes-page]:not([hidden])").inner_text().strip().startswith("Next")
    assert not page.locator("[data-clock]").is_visible()
