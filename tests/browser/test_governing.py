"""Content from a rep's own file to an official, reviewed and expired one: in a real browser, with real processes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from sqlalchemy import select

from portal.db import db, now, unit_of_work
from portal.library.models import Asset, AssetEvent, Contribution, Review, Reviewer, Version
from tests.browser.conftest import sign_in, until
from tests.browser.process import PASSWORD, Portal

pytestmark = pytest.mark.browser
FIRST = "A clinic with four hundred beds counted its stock every Friday, by hand and from memory."
SECOND = "A clinic with four hundred beds counts its stock every night, by itself and from scans."


@pytest.fixture(scope="module")
def portal(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """An empty portal with two reps, a marketer and the admin."""
    portal = Portal(tmp_path_factory.mktemp("portal"))
    portal.prepare(admin="admin", sam="rep", kim="rep", ana="marketer")
    portal.start()
    yield portal
    portal.stop()


def _document(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    document = Document()
    document.add_heading("Counting stock in a clinic", 1)
    document.add_paragraph(text)
    document.save(path)
    return path


def _rows(portal: Portal, question: Any) -> list[Any]:
    with portal.app.app_context(), unit_of_work():
        return list(db.session.execute(question))


def test_a_reps_file_becomes_official_is_reviewed_renewed_and_expires(portal, open_browser, tmp_path):
    sam, kim, ana = (open_browser(portal.address) for _ in range(3))
    for page, name in ((sam, "sam"), (kim, "kim"), (ana, "ana")):
        sign_in(page, f"{name}@example.com", PASSWORD)

    # Sam shares what he made; Kim, who is in no team with him, does not see it.
    sam.goto("/library/contribute")
    sam.locator("input[type=file]").set_input_files(_document(tmp_path, "Clinic stock.docx", FIRST))
    sam.get_by_label("What did you make it for?").fill("For the clinic deal.")
    sam.get_by_role("button", name="Share it").click()
    sam.get_by_text("From sales").first.wait_for()
    ((slug,),) = _rows(portal, select(Asset.slug).where(Asset.state == "from_sales"))
    address = f"/library/{slug}"
    assert kim.goto(address).status == 404
    # His page waits for the worker, and opens itself anew when the file is read.
    sam.goto(address)
    sam.locator(".library-waiting").wait_for(state="detached")

    # Ana adopts it, and says how to use it.
    ana.goto("/library/from-sales")
    ana.get_by_role("button", name="Adopt and publish").click()
    ana.get_by_text("Adopted and published.").wait_for()
    ana.goto(f"{address}/edit")
    ana.get_by_label("What not to promise").fill("The same number of beds.")
    ana.get_by_role("button", name="Save").click()
    ana.get_by_text("Saved.").wait_for()
    assert _rows(portal, select(Contribution.outcome)) == [("adopted",)]
    assert kim.goto(address).status == 200
    kim.get_by_text("The same number of beds.").wait_for()

    # A second version waits, and shows what changed; Kim is asked about it and approves.
    ana.goto(f"{address}/versions")
    ana.locator("input[type=file]").set_input_files(_document(tmp_path, "Clinic stock 2.docx", SECOND))
    ana.get_by_role("button", name="Add, publish later").click()
    ana.get_by_role("link", name="Ask for a review").first.wait_for()
    until(ana, f"{address}/compare?from=1&to=2", ana.locator("ins").first)
    assert "night" in " ".join(ana.locator("ins").all_inner_texts())
    assert "Friday" in " ".join(ana.locator("del").all_inner_texts())
    ana.goto(f"{address}/review")
    ana.get_by_label("kim", exact=False).check()
    ana.get_by_role("button", name="Ask").click()
    ana.get_by_text("They are asked.").wait_for()
    kim.goto("/reviews")
    kim.locator(f"a[href*='{slug}']").first.click()
    kim.get_by_role("button", name="Approve").click()
    kim.get_by_text("Your answer is with whoever asked.").wait_for()
    # Adopting counts as Ana's approval of the first version; this is Kim's of the second.
    answers = select(Version.number, Reviewer.answer).join(Review, Review.id == Reviewer.review_id)
    answers = answers.join(Version, Version.id == Review.version_id).order_by(Version.number)
    assert _rows(portal, answers) == [(1, "approve"), (2, "approve")]

    # It is published; a comment is left and settled.
    ana.goto(address)
    ana.get_by_role("button", name="Publish version 2").first.click()
    ana.get_by_text("is what everyone uses now").wait_for()
    sam.goto(address)
    sam.get_by_label("What do you want to say about it?").fill("Can we name the clinic?")
    sam.get_by_role("button", name="Comment").click()
    sam.locator(".comment").get_by_text("Can we name the clinic?").wait_for()
    ana.goto(address)
    ana.get_by_text("Can we name the clinic?").first.wait_for()
    ana.get_by_role("button", name="Resolve").click()
    ana.get_by_text("1 resolved").wait_for()

    # It expires today: Sam is told, Ana says that it is still right, and Sam has it back.
    ana.goto(f"{address}/dates")
    ana.get_by_label("Expires on").fill(now().date().isoformat())
    ana.get_by_role("button", name="Save").click()
    ana.get_by_text("Expired as of today").wait_for()
    assert kim.goto(address).status == 410
    ana.get_by_role("button", name="Still right").first.click()
    ana.get_by_text("Still right: noted.").wait_for()
    assert kim.goto(address).status == 200

    current = select(Version.number).join(Asset, Asset.current_version_id == Version.id)
    assert _rows(portal, current) == [(2,)]
    done = {action for (action,) in _rows(portal, select(AssetEvent.action))}
    assert {"contributed", "adopted", "published", "version_added", "approved", "version_published"} <= done
    assert "verified" in done
    ((expires_on,),) = _rows(portal, select(Asset.expires_on))
    assert expires_on > now().date() + timedelta(days=28)
