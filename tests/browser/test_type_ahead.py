"""The search field in a real browser: by keyboard, by touch, with slow answers, and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import sign_in
from tests.browser.process import PASSWORD, Portal

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
RUN = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"


@pytest.fixture(scope="module")
def portal(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with three pieces of content and a rep."""
    portal = Portal(tmp_path_factory.mktemp("portal"))
    portal.prepare(admin="admin", rep="rep")  # without an admin the portal asks for one before anything else
    for title in ("Clinic tariff", "Clinic story", "Hospital deck"):
        path = portal.folder / f"{title}.md"
        path.write_text(f"# {title}\n\nWhat a {title} is.\n")
        portal.flask("library", "add", str(path), "--kind", "one_sheeter", "--publish")
    portal.flask("search", "rebuild")
    portal.start()
    yield portal
    portal.stop()


@pytest.fixture
def page(portal: Portal, open_browser: Any) -> Any:
    """The library, signed in, with nothing typed."""
    page = open_browser(portal.address)
    sign_in(page, "rep@example.com", PASSWORD)
    page.goto("/library")
    return page


def _options(page: Any) -> Any:
    return page.locator("#search-list [role=option]")


def _shown(page: Any) -> list[str]:
    return [text.strip() for text in page.locator("#search-list .suggestion-text").all_inner_texts()]


def _type(page: Any, words: str) -> None:
    """Type all at once: letter by letter, a slow machine shows what fits the first ones before what fits all."""
    page.keyboard.press("/")
    page.locator("#search:focus").wait_for()
    page.keyboard.insert_text(words)


def test_arrows_mark_a_line_escape_gives_the_words_back_and_enter_opens_it(page):
    field = page.locator("#search")
    _type(page, "clin")
    page.get_by_role("option", name="Clinic tariff").wait_for()
    assert sorted(_shown(page)) == ["Clinic story", "Clinic tariff"]
    assert field.get_attribute("role") == "combobox"
    assert field.get_attribute("aria-controls") == "search-list"
    assert field.get_attribute("aria-expanded") == "true"
    assert field.get_attribute("aria-activedescendant") is None
    assert page.locator("#search-list").get_attribute("role") == "listbox"
    assert page.locator("form:has(#search) [role=status]").inner_text() == "2 suggestions"
    page.keyboard.press("ArrowDown")
    marked = page.locator("#search-list [aria-selected=true]")
    assert field.get_attribute("aria-activedescendant") == marked.get_attribute("id")
    assert marked.inner_text() == _options(page).first.inner_text()
    page.keyboard.press("Escape")
    page.locator("#search-list").wait_for(state="hidden")
    assert field.input_value() == "clin"
    assert field.get_attribute("aria-expanded") == "false"
    assert field.get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowDown")
    page.locator("#search-list [aria-selected=true]").wait_for()
    page.keyboard.press("ArrowDown")
    second = _options(page).nth(1)
    assert second.get_attribute("aria-selected") == "true"
    address = second.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_enter_without_a_marked_line_searches_and_tab_leaves(page):
    _type(page, "clin")
    page.get_by_role("option", name="Clinic tariff").wait_for()
    page.keyboard.press("Tab")
    page.locator("#search-list").wait_for(state="hidden")
    assert page.evaluate(
        "document.activeElement.closest('form')?.contains(document.querySelector('#search'))"
    ) in (
        None,
        False,
    )
    page.locator("#search").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/library?q=clin")


def test_an_empty_field_offers_what_was_searched_for_and_the_arrows_show_its_words(page):
    page.goto("/library?q=hospital")
    page.goto("/library")
    page.keyboard.press("/")
    page.locator("#search:focus").wait_for()
    page.locator("[role=group][aria-label='Searched before']").wait_for()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.querySelector('#search').value === 'hospital'")
    page.keyboard.press("ArrowUp")
    page.wait_for_function("document.querySelector('#search').value === ''")
    assert page.locator("#search-list [aria-selected=true]").count() == 0
    page.keyboard.press("ArrowUp")
    page.locator("#search-list [role=option][aria-selected=true]").wait_for()
    page.keyboard.press("Escape")
    page.locator("#search-list").wait_for(state="hidden")
    assert page.locator("#search").input_value() == ""


def test_a_slow_answer_never_replaces_a_newer_one_and_none_comes_after_escape(page):
    held: list[Any] = []

    def answer(route: Any) -> None:
        if route.request.url.endswith("q=c"):
            held.append(route)
        else:
            route.continue_()

    page.route("**/search/suggest*", answer)
    with page.expect_request("**/search/suggest?q=c"):
        _type(page, "c")
    page.keyboard.insert_text("linic s")
    page.get_by_role("option", name="Clinic story").wait_for()
    assert len(held) == 1
    held[0].fulfill(body='<a role="option" class="suggestion" href="/old">Old</a>')
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    page.locator("#search-list").wait_for(state="hidden")
    assert _shown(page) == ["Clinic story"]
    held.clear()
    page.locator("#search").fill("")
    page.locator("#search").blur()
    with page.expect_request("**/search/suggest?q=c"):
        page.locator("#search").fill("c")
    page.keyboard.press("Escape")
    assert page.locator("#search").input_value() == "c"
    assert page.locator("#search").get_attribute("aria-expanded") == "false"


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)]
)
def test_axe_finds_nothing_with_the_list_open_and_a_tap_opens_a_line(portal, open_browser, scheme, width):
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    page = open_browser(portal.address, has_touch=True, **look)
    sign_in(page, "rep@example.com", PASSWORD)
    page.goto("/library")
    page.locator("#search").tap()
    page.keyboard.insert_text("clin")
    page.get_by_role("option", name="Clinic tariff").wait_for()
    page.locator("#search").press("ArrowDown")
    page.evaluate(AXE)
    found = page.evaluate(RUN, RULES)["violations"]
    assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found] == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    address = _options(page).nth(1).get_attribute("href")
    _options(page).nth(1).tap()
    page.wait_for_url(f"**{address}")


def test_without_javascript_the_field_simply_searches(portal, open_browser):
    page = open_browser(portal.address, java_script_enabled=False)
    sign_in(page, "rep@example.com", PASSWORD)
    page.goto("/library")
    page.locator("#search").fill("hospital")
    page.locator("#search").press("Enter")
    page.wait_for_url("**/library?q=hospital")
    assert "Hospital deck" in page.locator(".hits").inner_text()
