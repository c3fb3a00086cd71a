"""Every page, with the demo in it, in light and dark, wide and narrow: axe finds nothing, the policy holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.demo.loading.people import PASSWORD
from tests.browser.conftest import sign_in
from tests.browser.pages import all_pages, demo_people
from tests.browser.process import Portal
from tests.browser.shown import Shown

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
RUN = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
LOOKS = [("light", 1440), ("dark", 1440), ("light", 390)]


@pytest.fixture(scope="module")
def portal(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with the demo in it."""
    portal = Portal(tmp_path_factory.mktemp("demo"))
    portal.flask("db", "upgrade")
    portal.flask("demo", "load")
    portal.start()
    yield portal
    portal.stop()


def _findings(page: Any) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate(RUN, RULES)["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['html'][:160]}" for one in found]


def _wider_than_window(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"))


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_finds_nothing_and_nothing_sticks_out_on_any_page(portal, open_browser, scheme, width):
    people, wrong = demo_people(portal.app), []
    pages: dict[str | None, list[Shown]] = {}
    for shown in all_pages(portal.app):
        pages.setdefault(shown.role, []).append(shown)
    for role, own in pages.items():
        page = open_browser(portal.address, color_scheme=scheme, viewport={"width": width, "height": 900})
        if role:
            sign_in(page, people[role], PASSWORD)
        for shown in own:
            page.goto(shown.path, wait_until="networkidle")
            wrong += [f"{shown.name}: {finding}" for finding in _findings(page)]
            if _wider_than_window(page):
                wrong.append(f"{shown.name}: wider than the window at {width}")
            wrong += [f"{shown.name}: {violation}" for violation in page.evaluate("window.violations")]
    assert wrong == []


def test_from_home_to_a_sent_link_takes_three_clicks(portal, open_browser):
    page = open_browser(portal.address)
    sign_in(page, demo_people(portal.app)["rep"], PASSWORD)
    page.goto("/")
    page.locator("main").get_by_role("link", name="Send", exact=False).first.click()
    page.get_by_role("button", name="Create the link").click()
    page.get_by_role("heading", name="The link is ready").wait_for()
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_text("Copied").first.wait_for()
