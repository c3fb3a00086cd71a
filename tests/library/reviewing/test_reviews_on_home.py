"""What the first page of every role and To do say about reviews."""

from __future__ import annotations

from portal.db import db
from portal.library.queries import asset_or_404
from portal.library.reviewing.queries import open_review
from portal.library.reviewing.services import answer_review, ask_review
from portal.users.models import User


def test_home_says_how_many_reviews_wait_for_an_answer_and_to_do_what_is_ready(make, sign_in):
    maker, asker = make.user("marketer"), make.user("marketer")
    asked = [make.user(role) for role in ("rep", "manager", "marketer")]
    deck = make.asset("Deck", state="draft", owner=maker)
    make.deal(owner=asked[0])
    make.asset("In use")

    def ask():
        asset, by = asset_or_404(deck.id), db.session.get_one(User, asker.id)
        ids = [person.id for person in asked]
        return ask_review(asset, asset.current_version, by=by, reviewer_ids=ids).id

    def answer():
        review = open_review(asset_or_404(deck.id))
        for person in asked:
            answer_review(review, db.session.get_one(User, person.id), "approve")

    make.inside(ask)
    for person in asked:
        assert "1 review is asked of you" in " ".join(sign_in(person).get("/").text.split())
    assert "asked of you" not in sign_in(asker).get("/").text
    assert "Approved, ready to publish" not in sign_in(asker).get("/to-do").text
    make.inside(answer)
    for person in asked:
        assert "asked of you" not in sign_in(person).get("/").text
    page = sign_in(asker).get("/to-do").text
    assert "Approved, ready to publish" in page
    assert ">Publish<" in page
