"""Proposed uses in a real browser: one key each, as fast as one types, with the focus always on the next one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, select

from portal.capture.models import ProposedUse
from portal.db import db
from portal.users.models import User
from tests.browser.conftest import sign_in
from tests.browser.process import PASSWORD, Portal
from tests.factories import Make

pytestmark = pytest.mark.browser
TITLES = ("First", "Second", "Third", "Fourth")


@pytest.fixture(scope="module")
def portal(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    portal = Portal(tmp_path_factory.mktemp("portal"))
    portal.prepare(admin="admin", rep="rep")
    portal.start()
    yield portal
    portal.stop()


@pytest.fixture(scope="module")
def make(portal: Portal) -> Make:
    return Make(portal.app)


@pytest.fixture
def asked(portal: Portal, make: Make) -> dict[str, ProposedUse]:
    """Four fresh proposals: two of one mail on a deal, one on another deal, and one of which no deal is known."""
    with portal.app.app_context():
        rep = db.session.scalars(select(User).where(User.email == "rep@example.com")).one()
        db.session.expunge(rep)
    make.inside(lambda: db.session.execute(delete(ProposedUse)))
    deals = [make.deal(owner=rep, name=name) for name in ("Acme renewal", "Borealis")]
    asked = {}
    for place, title in enumerate(TITLES):
        deal = (deals[0], deals[0], deals[1], None)[place]
        key = f"{title}-{deals[0].id}"
        asset = make.asset(title, slug=key.lower())
        # The latest stands first.
        at = {"origin_key": key, "at": rep.created_at.replace(microsecond=10 - place)}
        asked[title] = make.proposal(asset, rep, deal=deal, **at)
    return asked


@pytest.fixture
def page(portal: Portal, asked: dict[str, ProposedUse], open_browser: Any) -> Any:
    page = open_browser(portal.address)
    sign_in(page, "rep@example.com", PASSWORD)
    page.goto("/me/proposals")
    return page


def _states(portal: Portal, asked: dict[str, ProposedUse]) -> list[str]:
    with portal.app.app_context():
        return [db.session.get_one(ProposedUse, asked[title].id).state for title in TITLES]


def _focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_three_keys_answer_three_questions_and_the_fourth_asks_for_its_deal(page, portal, asked):
    page.keyboard.press("ArrowDown")
    assert _focused(page) == "First"
    page.keyboard.type("yny")
    page.locator(".proposal-done").nth(2).wait_for()
    assert _focused(page) == "Fourth"
    assert _states(portal, asked) == ["confirmed", "refused", "confirmed", "waiting"]
    page.keyboard.press("y")
    select_box = page.locator("select[aria-invalid]")
    select_box.wait_for()
    page.wait_for_function("document.activeElement.matches('select[aria-invalid]')")
    select_box.select_option(value=str(asked["Third"].deal_id))
    page.get_by_role("button", name="Yes, sent: Fourth").click()
    page.locator(".proposal-done").nth(3).wait_for()
    assert _states(portal, asked)[3] == "confirmed"


def test_undo_brings_the_question_back_with_the_focus_on_it(page, portal, asked):
    page.keyboard.press("j")
    page.keyboard.press("n")
    page.get_by_role("button", name="Undo for First").click()
    page.get_by_role("button", name="Yes, sent: First").wait_for()
    assert _states(portal, asked)[0] == "waiting"
    page.wait_for_function("document.activeElement.textContent.trim() === 'First'")


def test_keys_answer_only_the_line_that_has_the_focus(page, portal, asked):
    page.keyboard.type("ynyn")
    page.locator("select").first.focus()
    page.keyboard.press("n")
    assert _states(portal, asked) == ["waiting"] * 4


def test_without_javascript_every_button_works(portal, asked, open_browser):
    page = open_browser(portal.address, java_script_enabled=False)
    sign_in(page, "rep@example.com", PASSWORD)
    page.goto("/me/proposals")
    page.get_by_role("button", name="Yes, sent: First").click()
    page.get_by_role("button", name="Undo for First").wait_for()
    page.get_by_role("button", name="No, not sent: Second").click()
    page.get_by_role("button", name="Undo for Second").wait_for()
    assert _states(portal, asked) == ["confirmed", "refused", "waiting", "waiting"]
    page.get_by_role("button", name="Undo for First").click()
    page.get_by_role("button", name="Yes, sent: First").wait_for()
    assert _states(portal, asked)[0] == "waiting"
