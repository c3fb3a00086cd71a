"""What sales needs reaches marketing and comes back with an honest word: four people at once, with real processes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest
from portal.db import db, unit_of_work
from portal.deals.models import Deal
from portal.feedback.models import Rating, RatingAnswer
from portal.notifications.models import Notification
from portal.usage.models import UsageEvent
from tests.browser.conftest import sign_in, told, until
from tests.browser.process import PASSWORD, Portal

pytestmark = pytest.mark.browser
NEED = "hospital spreadsheets"
TITLE = "Hospital case study"
DEALS = """id,name,account,owner,owner email,stage,amount,created,closed,industry
D1,Acme renewal,Acme,Rep,rita@example.com,Proposal,24000,2026-01-05,2099-03-01,Healthcare
D2,Clinic rollout,Clinic,Rep,rob@example.com,Proposal,90000,2026-01-05,2099-04-01,Healthcare
"""
ROLES = {"rita": "rep", "rob": "rep", "mika": "marketer", "mona": "manager"}


@pytest.fixture(scope="module")
def portal(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal without content, with two reps who have a deal each, a marketer and a manager."""
    portal = Portal(tmp_path_factory.mktemp("portal"))
    portal.prepare(admin="admin", **ROLES)
    path = portal.folder / "deals.csv"
    path.write_text(DEALS)
    portal.flask("deals", "import", str(path), "--source", "crm")
    portal.start()
    yield portal
    portal.stop()


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "Hospital case study.md"
    path.write_text(
        f"# {TITLE}\n\nRiverside hospital planned its stock in spreadsheets and left them behind.\n"
    )
    return path


@pytest.fixture
def people(portal: Portal, open_browser: Any) -> SimpleNamespace:
    """Everybody with a browser of their own, signed in at the same time."""
    pages = {name: open_browser(portal.address) for name in ROLES}
    for name, page in pages.items():
        sign_in(page, f"{name}@example.com", PASSWORD)
    return SimpleNamespace(**pages)


def _rows(portal: Portal, statement: Any) -> list[Any]:
    with portal.app.app_context(), unit_of_work():
        found = list(db.session.scalars(statement))
        db.session.expunge_all()
    return found


def test_what_sales_needs_is_made_judged_and_answered(portal: Portal, people: Any, draft: Path) -> None:
    request = _asked_and_joined(portal, people)
    _taken_and_drafted(people, request, draft)
    _looked_at_and_mended(people, request)
    _delivered(portal, people, request)
    _used(portal, people)
    _judged_and_answered(portal, people)
    people.mona.goto(request)
    people.mona.get_by_text("Used 2 times by 2 people, on 2 deals.").wait_for()
    people.mona.get_by_text("2 of the 2 deals that waited used it.").wait_for()
    notices = _rows(portal, select(Notification))
    assert len({(one.user_id, one.message_id) for one in notices}) == len(notices)


def _asked_and_joined(portal: Portal, people: Any) -> str:
    """A rep searches in vain and asks; another one finds the request and joins it with a deal of theirs."""
    rita, rob = people.rita, people.rob
    (deal,) = _rows(portal, select(Deal.id).where(Deal.name == "Acme renewal"))
    rita.goto(f"/deals/{deal}")
    rita.get_by_role("button", name="Work on this deal").first.click()
    rita.locator(".working").get_by_text("Acme renewal").wait_for()
    rita.locator("#search").fill(NEED)
    rita.locator("#search").press("Enter")
    rita.get_by_role("link", name="Ask marketing for it").click()
    rita.get_by_role("button", name="Send the request").last.click()
    rita.get_by_text("Marketing has your request").wait_for()
    rob.goto("/requests")
    rob.get_by_role("link", name=NEED).first.click()
    rob.get_by_label("The deal that waits for it").click()
    rob.get_by_role("option", name="Clinic rollout").click()
    rob.get_by_role("button", name="Me too").click()
    rob.get_by_text("Noted: you need it too").wait_for()
    (number,) = _rows(portal, select(ContentRequest.id))
    people.mona.goto(f"/requests/{number}")
    people.mona.get_by_role("button", name="Follow", exact=True).click()
    people.mona.get_by_role("button", name="Following").wait_for()
    return f"/requests/{number}"


def _taken_and_drafted(people: Any, request: str, draft: Path) -> None:
    """The marketer accepts it, says what it is, begins, and asks those who need it about a draft."""
    mika = people.mika
    mika.goto(request)
    mika.get_by_role("link", name="Clinic rollout").wait_for()
    mika.get_by_role("button", name="Take it").click()
    mika.get_by_text("It is yours").wait_for()
    mika.get_by_label("For whom").fill("Heads of operations in hospitals")
    mika.get_by_role("button", name="Save", exact=True).click()
    mika.get_by_text("Saved.").wait_for()
    mika.get_by_role("button", name="Begin work").click()
    mika.get_by_text("Marked as in progress").wait_for()
    mika.get_by_role("link", name="Add new content").click()
    mika.locator("input[type=file]").first.set_input_files(draft)
    mika.get_by_role("button", name="Add files").click()
    mika.get_by_text("Searchable").first.wait_for()
    mika.goto(request)
    mika.get_by_role("button", name="Ask whether this is it").click()
    mika.get_by_text("2 people look at it").wait_for()


def _looked_at_and_mended(people: Any, request: str) -> None:
    """One of them misses something; the marketer mends it, and both accept."""
    rita, rob, mika = people.rita, people.rob, people.mika
    told(rita, "Is this what you need?").click()
    rita.get_by_label("What has to change").fill("By how much did it cut shortages?")
    rita.get_by_role("button", name="Ask for changes").click()
    rita.get_by_text("Thank you. Your answer is with whoever asked.").wait_for()
    told(mika, "says what is missing").click()
    mika.get_by_text("By how much did it cut shortages?").first.wait_for()
    mika.get_by_role("link", name="Add a new version").click()
    mika.get_by_role("link", name="Text", exact=True).click()
    body = f"# {TITLE}\n\nRiverside hospital left its spreadsheets behind, and cut shortages by 41 percent."
    mika.locator("[name=body]").fill(body)
    mika.locator("[name=note]").fill("The figure is in")
    mika.get_by_role("button", name="Add version").click()
    mika.wait_for_url("**/library/hospital-case-study*")
    until(mika, "/library/hospital-case-study", mika.get_by_text("Nobody has looked at version 2 yet"))
    mika.goto(request)
    mika.get_by_role("button", name="Send the new version").click()
    mika.get_by_text("2 people look at it").wait_for()
    for page, words in ((rita, "1 of 2 has answered"), (rob, "Accepted by everybody who was asked")):
        page.goto(request)
        page.get_by_role("button", name="Approve").click()
        page.get_by_text(words).wait_for()


def _delivered(portal: Portal, people: Any, request: str) -> None:
    """It is published and delivered in a click each, and everybody who waits or follows hears of it once."""
    mika = people.mika
    told(mika, "Accepted, ready to publish and deliver").click()
    mika.get_by_role("button", name="Publish it").click()
    mika.get_by_text("Published. Everyone signed in can find it now.").wait_for()
    mika.get_by_role("button", name="Deliver it").click()
    mika.get_by_text("Everybody who waits is told").wait_for()
    for page, words in (
        (people.rita, "Here it is"),
        (people.rob, "Here it is"),
        (people.mona, "Delivered: "),
    ):
        told(page, words).click()
        page.get_by_role("heading", name=TITLE).first.wait_for()
        page.goto(request)
        page.get_by_text("Not used yet.").wait_for()
    messages = _rows(portal, select(Notification.title).where(Notification.title.startswith("Here it is")))
    assert len(messages) == 2


def _used(portal: Portal, people: Any) -> None:
    """Both use it on their deals; a day goes by."""
    (deal,) = _rows(portal, select(Deal.id).where(Deal.name == "Clinic rollout"))
    people.rob.goto(f"/deals/{deal}")
    people.rob.get_by_role("button", name="Work on this deal").first.click()
    people.rob.locator(".working").get_by_text("Clinic rollout").wait_for()
    for page, name in ((people.rita, "Acme renewal"), (people.rob, "Clinic rollout")):
        page.goto("/notifications")
        page.get_by_role("button", name="Here it is").first.click()
        page.get_by_role("button", name=f"I used this on {name}").click()
        page.get_by_text(f"Noted: you used this on {name}").wait_for()
    with portal.app.app_context(), unit_of_work():
        request = db.session.scalars(select(ContentRequest)).one()
        assert request.closed_at is not None
        request.closed_at -= timedelta(days=2)
        for event in db.session.scalars(select(UsageEvent)):
            event.at -= timedelta(hours=3)


def _judged_and_answered(portal: Portal, people: Any) -> None:
    """Each is asked once whether it helped; what one misses is answered from the list of what is to do."""
    rita, rob, mika = people.rita, people.rob, people.mika
    for page, stars in ((rita, "2"), (rob, "5")):
        page.goto("/")
        question = page.locator("#question")
        question.get_by_text(TITLE).wait_for()
        question.locator(f"[name=stars][value='{stars}']").dispatch_event("click")
        if stars == "2":
            question.get_by_text("Too long").click()
            question.get_by_label("Comment").fill("Nobody reads past the first page")
        question.get_by_role("button", name="Send").click()
        page.get_by_text("Thank you. Marketing reads it").wait_for()
        page.goto("/")
        page.get_by_role("heading", level=1).wait_for()
        assert page.locator("#question").count() == 0
    mika.goto("/to-do")
    mika.get_by_text("Nobody reads past the first page").wait_for()
    mika.get_by_role("link", name="Answer: ").click()
    mika.get_by_label("Your answer").fill("The next version has one page only.")
    mika.get_by_role("button", name="Answer", exact=True).click()
    mika.wait_for_url("**/to-do*")
    assert mika.get_by_text("Nobody reads past the first page").count() == 0
    told(rita, "answered your rating").click()
    rita.get_by_text("The next version has one page only.").first.wait_for()
    assert sorted(_rows(portal, select(Rating.stars))) == [2, 5]
    assert len(_rows(portal, select(RatingAnswer))) == 1
