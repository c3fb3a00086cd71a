"""Asking in a real browser: what there is already shows while one types, joining is one click, Enter only sends."""

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
DEALS = """id,name,owner,owner email,stage,amount,currency,product,industry
D1,Acme renewal,Ann,ann@example.com,Pilot,900,USD,Dock,Mining
"""


@pytest.fixture(scope="module")
def portal(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with one piece of content, one deal and two reps."""
    portal = Portal(tmp_path_factory.mktemp("portal"))
    portal.prepare(ada="admin", rob="rep", ann="rep")
    for name, text in (("Tariff.md", "# Tariff\n\nHospital prices, line by line.\n"), ("deals.csv", DEALS)):
        (portal.folder / name).write_text(text)
    portal.flask("library", "add", str(portal.folder / "Tariff.md"), "--kind", "one_sheeter", "--publish")
    portal.flask("deals", "import", str(portal.folder / "deals.csv"))
    portal.start()
    yield portal
    portal.stop()


def test_typing_shows_what_there_is_enter_sends_and_another_joins_with_a_deal(portal, open_browser):
    rob = open_browser(portal.address)
    sign_in(rob, "rob@example.com", PASSWORD)
    rob.goto("/requests/new")
    rob.locator("#need").press_sequentially("Hospital prices in French")
    rob.get_by_role("link", name="Tariff").wait_for()
    rob.locator("#need").press("Enter")
    rob.wait_for_url("**/requests/1")

    ann = open_browser(portal.address)
    sign_in(ann, "ann@example.com", PASSWORD)
    ann.goto("/requests/new")
    ann.locator(".picker input").click()
    ann.get_by_role("option", name="Acme renewal").click()
    ann.get_by_text("Mining").wait_for()
    ann.locator("#need").press_sequentially("Prices for a hospital, in French please")
    join = ann.get_by_role("button", name="Join this one: Hospital prices in French")
    join.wait_for()
    ann.evaluate(AXE)
    assert ann.evaluate(RUN)["violations"] == []
    join.click()
    ann.wait_for_url("**/requests/1")
    ann.get_by_text("Noted: you need it too, for Acme renewal.").wait_for()
    assert "Acme renewal" in ann.locator("#worth").inner_text()
