"""Answers to reviews, what they do to the content, approvals unasked, and how reviews end otherwise."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import db
from portal.library import services
from portal.library.models import Asset, AssetEvent, Review, Reviewer, Version
from portal.library.queries import asset_or_404
from portal.library.reviewing.queries import approved_versions, ready_to_publish
from portal.library.reviewing.services import ask_review
from portal.notifications.models import OutboxMessage
from portal.users.models import User

ANSWER, WITHDRAW, APPROVE = (
    f"/library/plan/{verb}" for verb in ("review/answer", "review/withdraw", "approve")
)


@pytest.fixture
def people(make):
    team = make.team("Key accounts")
    return {
        "maker": make.user("marketer", name="Mia Maker"),
        "asker": make.user("marketer", name="Ana Asker"),
        "rep": make.user("rep", name="Rob Rep", team=team),
        "other": make.user("rep", name="Oda Other", team=team),
        "stranger": make.user("rep", name="Sam Stranger"),
        "manager": make.user("manager"),
    }


@pytest.fixture
def draft(make, people):
    return make.asset("Plan", slug="plan", state="draft", owner=people["maker"])


@pytest.fixture
def asked(make, people, draft):
    """A draft that both reps are asked about."""

    def ask():
        asset = asset_or_404(draft.id)
        by = db.session.get_one(User, people["asker"].id)
        ids = [people["rep"].id, people["other"].id]
        return ask_review(asset, asset.current_version, by=by, reviewer_ids=ids, question="Well?").id

    return make.inside(ask)


def _told(rows, person):
    found = select(OutboxMessage.title).where(OutboxMessage.recipient_id == person.id)
    return rows(found.order_by(OutboxMessage.id))


def _states(rows):
    return rows(select(Review.state)), rows(select(Asset.state))


def _actions(rows):
    return [event.action for event in rows(select(AssetEvent).order_by(AssetEvent.id))]


def _approve(client):
    return client.post(ANSWER, data={"answer": "approve"})


def test_when_all_approve_it_is_ready_to_publish_and_the_asker_is_told(make, sign_in, rows, people, asked):
    assert _approve(sign_in(people["rep"])).status_code == 303
    assert _states(rows) == (["open"], ["in_review"])
    assert rows(approved_versions()) == []
    sign_in(people["other"]).post(ANSWER, data={"answer": "approve", "comment": "Better than before"})
    assert _states(rows) == (["approved"], ["in_review"])
    assert _told(rows, people["asker"]) == ["“Plan” is approved and ready to publish"]
    assert _told(rows, people["maker"]) == ["“Plan” is approved and ready to publish"]
    assert len(rows(approved_versions())) == 1
    page = sign_in(people["asker"]).get("/library/plan").text
    for words in ("Approved, ready to publish", "Oda Other, Rob Rep", "Better than before", ">Publish<"):
        assert words in page, words
    assert _actions(rows) == ["review_asked", "approved", "approved"]
    assert [asset.slug for asset in make.inside(ready_to_publish)] == ["plan"]
    sign_in(people["asker"]).post("/library/plan/publish")
    assert _states(rows) == (["approved"], ["published"])
    page = sign_in(people["stranger"]).get("/library/plan").text
    assert "Version 1 was approved by Oda Other, Rob Rep" in page
    assert "Better than before" not in page


def test_the_first_who_asks_for_changes_sends_it_back(sign_in, rows, people, asked):
    form = {"answer": "changes", "comment": "Prices are <script>old</script>"}
    assert sign_in(people["rep"]).post(ANSWER, data=form).status_code == 303
    assert _states(rows) == (["sent_back"], ["draft"])
    assert _told(rows, people["asker"]) == [
        "Rob Rep asks for changes to “Plan”: Prices are <script>old</script>"
    ]
    page = sign_in(people["asker"]).get("/library/plan").text
    assert "Changes were asked for" in page
    assert "Prices are" in page
    assert "<script>old" not in page
    assert _approve(sign_in(people["other"])).status_code == 404
    event = rows(select(AssetEvent).where(AssetEvent.action == "sent_back"))[0]
    assert event.user_id == people["rep"].id
    assert rows(select(Reviewer.comment).where(Reviewer.answer == "changes")) == [form["comment"]]


def test_asking_for_changes_needs_words_and_nothing_is_half_done(sign_in, rows, people, asked):
    client = sign_in(people["rep"])
    wrong = [
        ({"answer": "changes"}, "say what has to change"),
        ({"answer": "changes", "comment": "  "}, "say what has to change"),
        ({"answer": "approve", "comment": "x" * 2_001}, "up to 2,000 characters"),
        ({"answer": "maybe", "comment": "Kept words"}, "approve it, or ask for changes"),
        ({"comment": "Kept words"}, "approve it, or ask for changes"),
    ]
    for form, words in wrong:
        answer = client.post(ANSWER, data=form)
        assert (answer.status_code, words in answer.text) == (422, True), words
        assert "Kept words" in answer.text or "Kept" not in form.get("comment", "")
    assert rows(select(Reviewer.answer)) == [None]


def test_an_answer_may_be_changed_while_the_review_is_open(sign_in, rows, people, asked):
    client = sign_in(people["rep"])
    _approve(client)
    assert "Change your answer" in client.get("/library/plan").text
    client.post(ANSWER, data={"answer": "approve", "comment": "And well put"})
    assert _actions(rows).count("approved") == 1
    client.post(ANSWER, data={"answer": "changes", "comment": "On second thought"})
    assert _states(rows) == (["sent_back"], ["draft"])
    assert client.post(ANSWER, data={"answer": "approve"}).status_code == 404


def test_who_was_not_asked_cannot_answer(sign_in, rows, people, asked):
    assert _approve(sign_in(people["stranger"])).status_code == 404
    assert _approve(sign_in(people["manager"])).status_code == 404
    answer = _approve(sign_in(people["asker"]))
    assert (answer.status_code, "You were not asked" in answer.text) == (403, True)
    assert rows(select(Reviewer.answer)) == [None]


def test_a_reviewer_sees_the_draft_and_what_is_wanted_and_no_other_rep_does(sign_in, people, asked):
    page = sign_in(people["rep"]).get("/library/plan").text
    for words in (
        "Ana Asker asks you about version 1",
        "Well?",
        ">Approve<",
        "Ask for changes",
        "Some text.",
    ):
        assert words in page, words
    assert sign_in(people["stranger"]).get("/library/plan").status_code == 404
    assert "Take the review back" not in page
    page = sign_in(people["asker"]).get("/library/plan").text
    assert "0 of 2 have answered" in page
    assert "Take the review back" in page


def test_a_review_taken_back_makes_it_a_draft_and_ends_the_asking(sign_in, rows, people, asked):
    _approve(sign_in(people["rep"]))
    client = sign_in(people["asker"])
    assert client.post(WITHDRAW).location == "/library/plan#review"
    assert _states(rows) == (["withdrawn"], ["draft"])
    assert len(_told(rows, people["other"])) == 2
    assert len(_told(rows, people["rep"])) == 1
    assert client.post(WITHDRAW).status_code == 404
    assert sign_in(people["other"]).get("/library/plan").status_code == 404
    assert _actions(rows)[-1] == "review_withdrawn"


@pytest.mark.parametrize(
    ("address", "form", "state"),
    [
        ("/library/plan/publish", {}, "published"),
        ("/library/plan/archive", {}, "archived"),
        ("/library/plan/versions", {"source": "markdown", "body": "Newer"}, "draft"),
    ],
)
def test_no_review_stays_open_on_what_was_settled_otherwise(
    sign_in, rows, people, asked, address, form, state
):
    assert sign_in(people["maker"]).post(address, data=form).status_code == 303
    assert _states(rows) == (["withdrawn"], [state])
    assert "is closed" in _told(rows, people["asker"])[-1]
    assert "not needed any more" in _told(rows, people["rep"])[-1]


def test_publishing_a_version_keeps_what_was_approved_and_closes_what_was_asked(make, sign_in, rows, people):
    deck = make.asset("Deck", slug="deck", owner=people["maker"])

    def add():
        asset, by = asset_or_404(deck.id), db.session.get_one(User, people["maker"].id)
        version = services.add_markdown_version(asset, by=by, body="Newer")
        version.state, version.preview_kind = "indexed", "none"
        ask_review(asset, version, by=by, reviewer_ids=[people["rep"].id])

    make.inside(add)
    assert sign_in(people["maker"]).post("/library/deck/v/2/publish").status_code == 303
    assert rows(select(Review.state)) == ["withdrawn"]


def test_a_marketer_who_did_not_make_it_approves_unasked_and_once(sign_in, rows, people, draft):
    client = sign_in(people["asker"])
    assert ">Approve it<" in client.get("/library/plan").text
    assert client.post(APPROVE).location == "/library/plan#review"
    assert _states(rows) == (["approved"], ["draft"])
    assert rows(select(Reviewer.user_id)) == [people["asker"].id]
    assert "Approved, ready to publish" in client.get("/library/plan").text
    answer = client.post(APPROVE)
    assert (answer.status_code, "approved this version already" in answer.text) == (409, True)
    assert len(rows(select(Review))) == 1


def test_nobody_approves_their_own_version(sign_in, rows, people, draft):
    client = sign_in(people["maker"])
    assert ">Approve it<" not in client.get("/library/plan").text
    answer = client.post(APPROVE)
    assert (answer.status_code, "You made this version" in answer.text) == (403, True)
    assert rows(select(Review)) == []


def test_a_version_in_use_can_be_approved_afterwards(make, sign_in, rows, people):
    make.asset("Deck", slug="deck", owner=people["maker"])
    client = sign_in(people["asker"])
    assert "Nobody has approved version 1" in client.get("/library/deck").text
    client.post("/library/deck/approve", data={"version": "1"})
    assert "Version 1 was approved by Ana Asker" in sign_in(people["stranger"]).get("/library/deck").text
    assert rows(approved_versions()) == rows(select(Version.id))
    assert client.post("/library/deck/approve", data={"version": "9"}).status_code == 404


def test_approving_while_others_are_asked_is_part_of_that_review(sign_in, rows, people, asked):
    client = sign_in(people["asker"])
    client.post(APPROVE, data={"version": "1"})
    assert _states(rows) == (["open"], ["in_review"])
    assert client.post(APPROVE).status_code == 409
    for name in ("rep", "other"):
        _approve(sign_in(people[name]))
    assert _states(rows) == (["approved"], ["in_review"])


def test_what_was_sent_back_after_an_approval_is_not_approved(make, sign_in, rows, people, draft):
    client, ask = sign_in(people["asker"]), "/library/plan/review"
    client.post(APPROVE)
    assert len(rows(approved_versions())) == 1
    client.post(ask, data={"question": "Well?", "people": [people["rep"].id]})
    sign_in(people["rep"]).post(ANSWER, data={"answer": "changes", "comment": "No"})
    assert rows(approved_versions()) == []
    client.post(APPROVE)
    assert len(rows(approved_versions())) == 1


def test_a_person_who_left_holds_no_review_up(make, sign_in, rows, people, asked):
    make.inside(lambda: setattr(db.session.get_one(User, people["other"].id), "status", "disabled"))
    _approve(sign_in(people["rep"]))
    assert _states(rows) == (["approved"], ["in_review"])


@pytest.mark.parametrize("state", ["refused", "waiting"])
def test_a_version_that_cannot_be_looked_at_cannot_be_approved(make, sign_in, rows, people, asked, state):
    make.inside(lambda: setattr(asset_or_404(rows(select(Asset.id))[0]).current_version, "state", state))
    assert _approve(sign_in(people["rep"])).status_code == 409
    assert sign_in(people["asker"]).post(APPROVE).status_code == 409
    assert rows(select(Reviewer.answer)) == [None]


def test_the_list_of_reviews_says_what_is_asked_and_how_what_one_asked_stands(sign_in, people, asked):
    page = sign_in(people["rep"]).get("/reviews").text
    assert "Look and answer" in page
    _approve(sign_in(people["rep"]))
    assert "You answered, others have not yet" in sign_in(people["rep"]).get("/reviews").text
    page = sign_in(people["asker"]).get("/reviews").text
    assert "1 of 2 answered" in page
    assert "Waits for Oda Other" in page
    assert "Plan" not in sign_in(people["stranger"]).get("/reviews").text
    assert "Nothing is asked of you" in sign_in(people["stranger"]).get("/reviews").text
