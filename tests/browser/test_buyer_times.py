"""How long a buyer looks at which page, told by a real Chromium to a real portal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.db import db, unit_of_work
from portal.library.models import Version
from portal.sharing.models import PageView, Visit
from tests.browser.process import Portal
from tests.factories import Make
from tests.library.processes import until

pytestmark = pytest.mark.browser
LINK = f"/s/{'t' * 43}"


@pytest.fixture(scope="module")
def portal(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with a link to a deck of two slides."""
    portal = Portal(tmp_path_factory.mktemp("times"))
    portal.prepare(rep="rep")
    make = Make(portal.app)
    make.link(make.asset("Deck", pages=("Opening words", "Closing words")), make.user("rep"))
    with portal.app.app_context(), unit_of_work():
        db.session.execute(update(Version).values(source="file", filename="deck.pptx", preview_kind="cards"))
    portal.start()
    yield portal
    portal.stop()


def _times(portal: Portal) -> dict[int, int]:
    with portal.app.app_context():
        rows = db.session.execute(select(PageView.page_number, PageView.milliseconds))
        return dict(rows.tuples().all())


def test_the_pages_that_were_in_sight_are_told_when_the_buyer_leaves(portal, open_browser):
    buyer = open_browser(portal.address, viewport={"width": 390, "height": 800})
    buyer.goto(LINK)
    buyer.locator("[data-page]:not([hidden])", has_text="Opening words").wait_for()
    buyer.keyboard.press("ArrowRight")
    buyer.locator("[data-page]:not([hidden])", has_text="Closing words").wait_for()
    with buyer.expect_request("**/times"):  # told every five seconds
        pass
    buyer.goto("about:blank")

    until(lambda: set(_times(portal)) == {1, 2}, "the times of both pages did not arrive")
    assert all(0 < milliseconds < 60_000 for milliseconds in _times(portal).values())
    with portal.app.app_context():
        assert len(db.session.scalars(select(Visit).where(Visit.seen_at.is_not(None))).all()) == 1
