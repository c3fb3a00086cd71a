"""A file of unknown columns in a real browser: what is not certain is asked, what is chosen is shown."""

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
FILE = """Ref,What,Where it stands,Worth,Begun,Due
A-1,Acme renewal,Closed Won,"1.054,50",13/01/2026,20/02/2026
A-2,A deal whose name goes on and on and on until nobody reads it,Closed Lost,2000.00,05/01/2026,21/02/2026
A-3,Third,Proposal,"3.000,00",06/01/2026,22/12/2026
"""


@pytest.fixture(scope="module")
def portal(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with nothing in it but an admin."""
    portal = Portal(tmp_path_factory.mktemp("portal"))
    portal.prepare(ada="admin")
    (portal.folder / "strange.csv").write_text(FILE)
    portal.start()
    yield portal
    portal.stop()


def test_what_is_not_certain_is_asked_before_anything_is_imported(portal, open_browser):
    page = open_browser(portal.address)
    sign_in(page, "ada@example.com", PASSWORD)
    page.goto("/deals/import")
    page.locator("input[name=file]").set_input_files(portal.folder / "strange.csv")
    page.get_by_role("button", name="Preview the import").click()
    # The page that waits for the worker leads on by itself.
    page.wait_for_url("**/columns")
    page.get_by_text("5 columns are not certain").wait_for()
    assert page.get_by_label("Amount", exact=True).input_value() == "Worth"
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(AXE)
        assert page.evaluate(RUN)["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")

    page.get_by_role("button", name="Preview the import").click()
    page.get_by_text("Please choose how it is written.").wait_for()
    page.evaluate(AXE)
    assert page.evaluate(RUN)["violations"] == []

    page.get_by_text("Not in the file:").click()
    page.get_by_label("Deal name").select_option("What")
    shown = page.locator("[data-column-cells=deals-name]")
    assert "Acme renewal" in shown.inner_text(), "what the chosen column holds is shown at once"
    page.get_by_label("How Amount is written").select_option("each")
    page.get_by_role("button", name="Preview the import").click()
    page.get_by_role("button", name="Import 3 deals").click()
    page.get_by_text("Imported").first.wait_for()
    page.goto("/deals?view=all")
    page.get_by_text("Acme renewal").first.wait_for()
