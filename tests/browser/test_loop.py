"""The whole loop in a real browser, with real processes: by mouse, and by keyboard alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from portal.db import db, unit_of_work
from portal.deals.models import Deal
from tests.browser.conftest import sign_in, told, until
from tests.browser.process import PASSWORD, Portal

pytestmark = pytest.mark.browser
BUYER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
)
DEALS = "id,name,account,owner,owner email,stage,amount,created,closed,industry\n"


@pytest.fixture(scope="module")
def portal(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """An empty portal with one person of each role and one open deal."""
    portal = Portal(tmp_path_factory.mktemp("portal"))
    portal.prepare(admin="admin", rep="rep", marketer="marketer", manager="manager")
    _import(
        portal, "D1,Acme renewal,Acme,Rep,rep@example.com,Proposal,24000,2026-01-05,2099-03-01,Healthcare\n"
    )
    prices = portal.folder / "Clinic tariff.md"
    prices.write_text("# Clinic tariff\n\nWhat a clinic pays for each bed and month.\n")
    portal.flask("library", "add", str(prices), "--kind", "one_sheeter", "--publish")
    portal.start()
    yield portal
    portal.stop()


def _import(portal: Portal, row: str) -> None:
    path = portal.folder / "deals.csv"
    path.write_text(DEALS + row)
    portal.flask("deals", "import", str(path), "--source", "crm")


@pytest.fixture(scope="module")
def case_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "Hospital case study.docx"
    document = Document()
    document.add_heading("How a hospital left its spreadsheets behind", 1)
    document.add_paragraph(
        "Riverside hospital planned its stock in spreadsheets and cut shortages by 41 percent."
    )
    document.save(path)
    return path


def _deal(portal: Portal) -> Deal:
    with portal.app.app_context(), unit_of_work():
        return db.session.query(Deal).one()


def test_the_loop_turns_by_mouse(portal, open_browser, case_study, tmp_path):
    rep, marketer = open_browser(portal.address), open_browser(portal.address)
    sign_in(rep, "rep@example.com", PASSWORD)
    sign_in(marketer, "marketer@example.com", PASSWORD)

    # The rep works on the deal, searches in vain, and asks.
    rep.goto(f"/deals/{_deal(portal).id}")
    rep.get_by_role("button", name="Work on this deal").first.click()
    rep.locator(".working").get_by_text("Acme renewal").wait_for()
    rep.locator("#search").fill("hospital spreadsheets")
    rep.locator("#search").press("Enter")
    rep.get_by_role("link", name="Ask marketing for it").click()
    rep.get_by_role("button", name="Send the request").click()
    rep.get_by_text("Marketing has your request").wait_for()

    # The marketer finds it in the list, publishes a file, and delivers it.
    marketer.goto("/library/new")
    marketer.locator("input[type=file]").first.set_input_files(case_study)
    marketer.get_by_role("button", name="Add", exact=False).first.click()
    publish = marketer.get_by_role("button", name="Publish", exact=False).first
    publish.wait_for()
    marketer.get_by_text("Searchable").first.wait_for()
    publish.click()
    marketer.get_by_text("is published.").wait_for()
    marketer.goto("/requests")
    marketer.get_by_role("link", name="hospital spreadsheets").click()
    marketer.get_by_role("button", name="Take it").click()
    marketer.get_by_text("It is yours").wait_for()
    marketer.get_by_label("Published content").click()
    marketer.get_by_role("option", name="How a hospital left its spreadsheets behind").first.click()
    marketer.get_by_role("button", name="Deliver", exact=True).click()
    marketer.get_by_text("Everybody who waits is told").wait_for()

    # The rep is told, finds it by the same words, and sends it on the deal.
    told(rep, "Here it is").click()
    rep.locator("#search").fill("hospital spreadsheets")
    rep.locator("#search").press("Enter")
    rep.locator(".hit").get_by_role("link", name="Send").first.click()
    rep.get_by_label("For whom").fill("ann@buyer.example")
    rep.get_by_role("button", name="Create the link").click()
    address = rep.get_by_label("Paste this into your mail").input_value()
    assert address.startswith(f"{portal.address}/s/")

    # The buyer opens it without signing in, and the rep sees that.
    buyer = open_browser(portal.address, user_agent=BUYER)
    buyer.goto(address)
    buyer.get_by_role("heading", name="How a hospital left its spreadsheets behind").first.wait_for()
    until(rep, f"/deals/{_deal(portal).id}", rep.get_by_text("opened 1 time, last").first)
    rep.get_by_text("ann@buyer.example").first.wait_for()

    # The rep rates it.
    rep.locator("#search").fill("hospital")
    rep.locator("#search").press("Enter")
    rep.locator(".hit-title a").first.click()
    rep.get_by_text("5: very useful").first.click(force=True)
    rep.get_by_role("button", name="Rate it").click()
    rep.get_by_text("Your rating counts from now on").wait_for()

    # The deal is won in the CRM, and the manager exports the report.
    _import(
        portal, "D1,Acme renewal,Acme,Rep,rep@example.com,Closed Won,24000,2026-01-05,2026-11-20,Healthcare\n"
    )
    manager = open_browser(portal.address)
    sign_in(manager, "manager@example.com", PASSWORD)
    manager.goto("/reports/usage")
    manager.locator("summary", has_text="Export").click()
    with manager.expect_download() as download:
        manager.get_by_role("link", name="CSV").first.click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert any(
        "How a hospital left its spreadsheets behind" in cell
        for row in csv.reader(io.StringIO(text))
        for cell in row
    )
    deal = _deal(portal)
    assert (deal.status, deal.amount_minor) == ("won", 2_400_000)


def _press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def _tab_to(page: Any, words: str, *, most: int = 80) -> None:
    """Press Tab until the focus stands on something that reads so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        reads = page.evaluate(
            "() => { const e = document.activeElement; return [e.innerText, e.getAttribute('aria-label'), "
            "e.labels && e.labels[0] && e.labels[0].innerText, e.value].filter(Boolean).join(' | '); }"
        )
        if words.lower() in reads.lower():
            return
    raise AssertionError(f"the Tab key never reached {words!r}")


def test_from_home_to_a_sent_link_by_keyboard_alone(portal, open_browser):
    page = open_browser(portal.address)
    page.goto("/sign-in")
    page.locator("[name=email]:focus").wait_for()
    page.keyboard.type("rep@example.com")
    _press(page, "Tab")
    page.keyboard.type(PASSWORD)
    _press(page, "Enter")
    page.wait_for_url(f"{portal.address}/")
    _press(page, "/")
    page.locator("[name=q]:focus").wait_for()
    page.keyboard.type("clinic tariff")
    _press(page, "Enter")
    page.wait_for_url("**/library?q=*")
    page.locator(".hit").first.wait_for()
    _press(page, "ArrowDown", "Enter")
    page.wait_for_url("**/library/clinic-tariff*")
    _press(page, "s")
    page.wait_for_url("**/send*")
    # A person types once the cursor stands in the field; a script would be quicker than the browser.
    page.locator("[name=recipient]:focus").wait_for()
    page.keyboard.type("Bo by keyboard")
    _press(page, "Enter")
    page.get_by_role("heading", name="The link is ready").wait_for()
    _tab_to(page, "Copy")
    _press(page, "Enter")
    page.goto("/links")
    assert "Bo by keyboard" in page.locator("main").inner_text()


def test_a_rep_asks_and_rates_by_keyboard_alone(portal, open_browser):
    page = open_browser(portal.address)
    sign_in(page, "rep@example.com", PASSWORD)
    page.goto("/requests/new")
    page.get_by_label("What do you need?").focus()
    page.keyboard.type("A tariff for large practices")
    _press(page, "Enter")
    page.get_by_text("Marketing has your request").wait_for()
    page.goto("/library/clinic-tariff/rating")
    _press(page, "Tab")
    page.get_by_role("radio").first.focus()
    _press(page, "ArrowRight", "ArrowRight", "ArrowRight")
    _tab_to(page, "rat")
    _press(page, "Enter")
    page.get_by_text("Your rating counts from now on").wait_for()
