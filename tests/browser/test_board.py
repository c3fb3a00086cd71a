"""Moving cards over the board in a real browser: dragged, by keys, by the menu, without scripts, and by two at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest
from portal.db import db
from portal.users.models import User
from tests.browser.conftest import sign_in
from tests.browser.process import PASSWORD, Portal
from tests.factories import Make

pytestmark = pytest.mark.browser
BOARD = "/requests?as=board"


@pytest.fixture(scope="module")
def portal(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """An empty portal with a rep and two marketers."""
    portal = Portal(tmp_path_factory.mktemp("portal"))
    portal.prepare(root="admin", sam="rep", ana="marketer", bo="marketer")
    portal.start()
    yield portal
    portal.stop()


@pytest.fixture
def asked(portal: Portal) -> ContentRequest:
    """A new request of its own for each test."""
    with portal.app.app_context():
        sam = db.session.scalars(select(User).where(User.email == "sam@example.com")).one()
    return Make(portal.app).request(sam, "A deck for banks")


def _status(portal: Portal, asked: ContentRequest) -> str:
    with portal.app.app_context():
        return db.session.get_one(ContentRequest, asked.id).status


def _board(open_browser: Any, portal: Portal, name: str, **options: Any) -> Any:
    page = open_browser(portal.address, viewport={"width": 1440, "height": 900}, **options)
    sign_in(page, f"{name}@example.com", PASSWORD)
    page.goto(BOARD)
    return page


def _column(page: Any, status: str) -> Any:
    return page.locator(f"[data-column={status}]")


def test_a_card_is_dragged_to_another_column_and_keeps_the_focus(portal, open_browser, asked):
    ana = _board(open_browser, portal, "ana")
    ana.locator(f"#request-{asked.id}").drag_to(_column(ana, "accepted").locator("h2"))
    _column(ana, "accepted").locator(f"#request-{asked.id} a:focus").wait_for()
    assert _status(portal, asked) == "accepted"
    # Into declined it asks for the reason, and into delivered it leads to where content is chosen.
    ana.locator(f"#request-{asked.id}").drag_to(_column(ana, "declined").locator("h2"))
    ana.get_by_label("Reason").fill("We have one")
    assert _status(portal, asked) == "accepted"
    ana.get_by_role("button", name="Close").click()
    ana.locator(f"#request-{asked.id}").drag_to(_column(ana, "delivered").locator("h2"))
    ana.wait_for_url(f"**/requests/{asked.id}#deliver")
    ana.get_by_role("heading", name="Deliver it").wait_for()
    assert _status(portal, asked) == "accepted"


def test_a_card_is_carried_by_keys_and_a_screen_reader_hears_where_it_is(portal, open_browser, asked):
    ana = _board(open_browser, portal, "ana")
    said = ana.locator("[data-board-said]")
    link = ana.locator(f"#request-{asked.id} .board-card-title a")
    link.focus()
    ana.keyboard.press("Space")
    assert "Lifted" in said.inner_text()
    ana.keyboard.press("ArrowRight")
    assert said.inner_text() == "Over Accepted, column 2 of 6."
    ana.keyboard.press("Escape")
    assert said.inner_text() == "Put back in New."
    assert _column(ana, "new").locator(f"#request-{asked.id} a:focus").count() == 1
    ana.keyboard.press("Space")
    ana.keyboard.press("ArrowRight")
    ana.keyboard.press("ArrowRight")
    ana.keyboard.press("Space")
    _column(ana, "in_progress").locator(f"#request-{asked.id} a:focus").wait_for()
    assert _status(portal, asked) == "in_progress"
    ana.keyboard.press("Enter")
    ana.wait_for_url(f"**/requests/{asked.id}")


def test_the_menu_of_a_card_declines_it_and_opens_it_again(portal, open_browser, asked):
    ana = _board(open_browser, portal, "ana")
    ana.locator(f"#request-{asked.id} .board-card-title a").focus()
    ana.keyboard.press("m")
    ana.get_by_text("Decline it").click()
    ana.get_by_label("Reason").fill("We have one")
    ana.get_by_role("button", name="Decline", exact=True).click()
    _column(ana, "declined").locator(f"#request-{asked.id}").wait_for()
    assert _status(portal, asked) == "declined"
    ana.locator(f"#request-{asked.id} [data-move]").click()
    ana.get_by_label("Why is it needed again?").fill("Two more deals need it")
    ana.get_by_role("button", name="Open again in “In progress”").click()
    _column(ana, "in_progress").locator(f"#request-{asked.id}").wait_for()
    assert _status(portal, asked) == "in_progress"


def test_without_scripts_a_form_moves_it(portal, open_browser, asked):
    ana = _board(open_browser, portal, "ana", java_script_enabled=False)
    ana.locator(f"#request-{asked.id} [data-move]").click()
    ana.get_by_role("button", name="In review").click()
    _column(ana, "in_review").locator(f"#request-{asked.id}").wait_for()
    assert _status(portal, asked) == "in_review"


def test_the_second_of_two_is_told_who_was_quicker_and_a_rep_moves_nothing(portal, open_browser, asked):
    ana, bo = _board(open_browser, portal, "ana"), _board(open_browser, portal, "bo")
    ana.locator(f"#request-{asked.id}").drag_to(_column(ana, "in_progress").locator("h2"))
    _column(ana, "in_progress").locator(f"#request-{asked.id}").wait_for()
    bo.locator(f"#request-{asked.id}").drag_to(_column(bo, "accepted").locator("h2"))
    bo.get_by_text("Changed meanwhile").wait_for()
    _column(bo, "in_progress").locator(f"#request-{asked.id}.is-marked").wait_for()
    assert _status(portal, asked) == "in_progress"
    sam = _board(open_browser, portal, "sam")
    sam.locator(f"#request-{asked.id} .board-card-title a").focus()
    sam.keyboard.press("m")
    assert sam.locator("dialog[open], [draggable=true]").count() == 0
