"""What a marketer began and is not done yet, on Home and in To do."""

from __future__ import annotations

import pytest

from portal.db import db
from portal.library.queries import asset_or_404
from portal.library.reviewing.queries import open_review
from portal.library.reviewing.services import answer_review, ask_review
from portal.users.models import User


@pytest.fixture
def asked(make):
    """Ask somebody about a draft, and let them answer if they shall: asked("Deck", owner, "changes")."""

    def ask(title, owner, answer=""):
        asker, reviewer = make.user("marketer"), make.user("rep")
        asset_id = make.asset(title, state="draft", owner=owner).id

        def run():
            asset, by = asset_or_404(asset_id), db.session.get_one(User, asker.id)
            ask_review(asset, asset.current_version, by=by, reviewer_ids=[reviewer.id])
            if answer:
                person = db.session.get_one(User, reviewer.id)
                answer_review(
                    open_review(asset), person, answer, "The price is old." if answer == "changes" else ""
                )

        make.inside(run)

    return ask


@pytest.mark.parametrize("address", ["/", "/to-do"])
def test_what_i_began_is_listed_what_was_sent_back_first(make, sign_in, asked, address):
    mine, other = make.user("marketer"), make.user("marketer")
    make.asset("In use, all done", owner=mine)
    make.asset("Plain draft", state="draft", owner=mine)
    asked("Waits for Lena", mine)
    asked("Said yes to", mine, "approve")
    asked("Sent back to me", mine, "changes")
    asked("Sent back to others", other, "changes")
    page = sign_in(mine).get(address).text
    section = page.split('id="mine"', 1)[1].split("</section>", 1)[0]
    order = ["Sent back to me", "Said yes to", "Waits for Lena", "Plain draft"]
    places = [section.index(title) for title in order]
    assert places == sorted(places)
    assert "In use, all done" not in section
    assert "Sent back to others" not in section
    assert "in review since" in section
    assert ">Publish<" in section


def test_a_new_version_of_what_is_in_use_waits_to_be_published(make, sign_in):
    mine = make.user("marketer")
    asset = make.asset("Deck", owner=mine)
    sign_in(mine).post(f"/library/{asset.slug}/versions", data={"source": "markdown", "body": "New words"})
    page = sign_in(mine).get("/to-do").text
    assert "Waits to be published" in page
    assert "version 2, an earlier one is in use" in page


def test_who_began_nothing_sees_no_list_and_to_do_leads_to_the_reviews(make, sign_in):
    make.asset("Deck", state="draft", owner=make.user("marketer"))
    page = sign_in(make.user("marketer")).get("/to-do").text
    assert "Reviews and drafts of mine" not in page
    assert 'href="/reviews"' in page
