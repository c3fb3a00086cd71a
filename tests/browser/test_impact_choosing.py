"""A manager's question in a real browser: what should we use more of in healthcare? In three clicks from home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import sign_in
from tests.browser.process import PASSWORD, Portal
from tests.factories import Make
from tests.impact.worlds import stored_world

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RUN = (
    "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations']})"
)
ANSWER = "In Healthcare, 1 piece of content won more often than other content on similar deals"


@pytest.fixture(scope="module")
def portal(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with figures of four pieces of content, and a manager."""
    portal = Portal(tmp_path_factory.mktemp("portal"))
    portal.prepare(ada="admin", mia="manager")
    make = Make(portal.app)
    stored_world(make, [make.asset(f"Piece {letter}") for letter in "ABCD"])
    portal.start()
    yield portal
    portal.stop()


def test_the_question_is_answered_in_three_clicks_from_home(portal, open_browser):
    page = open_browser(portal.address)
    sign_in(page, "mia@example.com", PASSWORD)
    page.get_by_role("navigation").get_by_role("link", name="Impact").first.click()
    choice = page.get_by_label("Industry")
    choice.focus()
    choice.select_option("Healthcare")
    page.get_by_text(ANSWER).wait_for()
    assert page.get_by_role("list", name="Won more often").get_by_role("link").all_inner_texts() == [
        "Piece A"
    ]
    # The figures changed in place: the address says so, and the keyboard stays where it was.
    assert page.url.endswith("/impact?industry=Healthcare")
    assert page.evaluate("document.activeElement.name") == "industry"
    page.get_by_role("link", name="Last 90 days").click()
    page.wait_for_url("**/impact?**begin=**")
    page.go_back()
    page.get_by_text(ANSWER).wait_for()
    assert page.get_by_label("Industry").input_value() == "Healthcare"


def test_it_is_answered_without_javascript_too(portal, open_browser):
    page = open_browser(portal.address, java_script_enabled=False)
    sign_in(page, "mia@example.com", PASSWORD)
    page.goto("/impact")
    page.get_by_label("Industry").select_option("Healthcare")
    page.get_by_role("button", name="Apply").click()
    page.get_by_text(ANSWER).wait_for()


def test_filters_fold_on_a_phone_and_every_state_is_open_to_all(portal, open_browser):
    page = open_browser(portal.address)
    sign_in(page, "mia@example.com", PASSWORD)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for path in (
            "/impact?industry=Healthcare",
            "/impact?begin=x",
            "/impact/by/stages",
            "/impact?end=2026-01-02",
        ):
            page.goto(path)
            page.evaluate(AXE)
            assert page.evaluate(RUN)["violations"] == [], (path, width)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), (
                path,
                width,
            )
    page.goto("/impact")
    assert not page.get_by_label("Segment").is_visible()
    page.get_by_text("More filters").click()
    assert page.get_by_label("Segment").is_visible()
