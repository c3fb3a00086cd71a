"""Conversations in a real browser: names by keyboard, sending, and all of it without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import sign_in
from tests.browser.process import PASSWORD, Portal

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RUN = (
    "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations']})"
)
PLACE = "/library/tariff"


@pytest.fixture(scope="module")
def portal(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with one piece of content and three people."""
    portal = Portal(tmp_path_factory.mktemp("portal"))
    portal.prepare(ada_admin="admin", rob_rep="rep", ann_arbor="rep")
    path = portal.folder / "Tariff.md"
    path.write_text("# Tariff\n\nWhat it costs.\n")
    portal.flask("library", "add", str(path), "--kind", "one_sheeter", "--publish")
    portal.start()
    yield portal
    portal.stop()


@pytest.fixture
def page(portal: Portal, open_browser: Any) -> Any:
    """The page of content, signed in, with the cursor in the text box."""
    page = open_browser(portal.address)
    sign_in(page, "rob@example.com", PASSWORD)
    page.goto(PLACE)
    page.locator("#thread-body").focus()
    return page


def _names(page: Any) -> list[str]:
    return [text.strip() for text in page.locator("#comments .suggestion-text").all_inner_texts()]


def test_a_name_is_chosen_by_keyboard_and_the_cursor_is_at_what_was_sent(page):
    box, listed = page.locator("#thread-body"), page.locator("#comments [role=listbox]").last
    page.keyboard.insert_text("Ask @a")
    page.get_by_role("option", name="Ann Arbor").wait_for()
    assert _names(page) == ["Ada Admin", "Ann Arbor"]
    marked = page.locator("#comments [aria-selected=true]")
    assert box.get_attribute("aria-activedescendant") == marked.get_attribute("id")
    assert box.get_attribute("aria-controls") == listed.get_attribute("id")
    page.evaluate(AXE)
    assert page.evaluate(RUN)["violations"] == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert box.input_value() == "Ask @Ann Arbor "
    assert listed.is_hidden()
    page.keyboard.insert_text("@ad")
    page.get_by_role("option", name="Ada Admin").wait_for()
    page.keyboard.press("Escape")
    listed.wait_for(state="hidden")
    assert box.input_value() == "Ask @Ann Arbor @ad"
    page.keyboard.insert_text(" hoc")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**#comment-*")
    said = page.locator(page.evaluate("location.hash"))
    assert said.locator(".mention").all_inner_texts() == ["@Ann Arbor"]
    page.wait_for_function("'#' + document.activeElement.id === location.hash")


def test_opening_reply_puts_the_cursor_in_its_box(page):
    page.keyboard.insert_text("Is this right?")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**#comment-*")
    thread = page.locator(".thread").first
    thread.locator("summary", has_text="Reply").click()
    thread.locator("textarea:focus").wait_for()
    page.keyboard.insert_text("It is")
    page.keyboard.press("Control+Enter")
    page.locator(".comment:focus", has_text="It is").wait_for()


def test_a_text_of_any_length_is_answered_at_its_box_and_kept(page):
    page.locator("#thread-body").fill("Kept " + "x" * 200_000)
    page.keyboard.press("Control+Enter")
    page.get_by_text("A comment has up to 4,000 characters; this one has 200,005.").first.wait_for()
    assert len(page.locator("#body").input_value()) == 200_005


def test_without_javascript_a_name_is_typed_in_full(portal, open_browser):
    page = open_browser(portal.address, java_script_enabled=False)
    sign_in(page, "rob@example.com", PASSWORD)
    page.goto(PLACE)
    page.locator("#thread-body").fill("Ask @ann arbor")
    page.get_by_role("button", name="Comment", exact=True).click()
    page.get_by_text("@ann arbor", exact=True).wait_for()
    assert "mention" in page.get_by_text("@ann arbor", exact=True).get_attribute("class")
