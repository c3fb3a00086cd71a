"""Reviews that somebody else's step settles: a publication, an answer, a person who leaves."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from portal.db import db
from portal.library import services
from portal.library.models import Asset, Review
from portal.library.queries import asset_or_404
from portal.library.reviewing.queries import ready_to_publish
from portal.library.reviewing.services import ask_review
from portal.notifications.models import OutboxMessage
from portal.users.models import User

ANSWER = "/library/plan/review/answer"


@pytest.fixture
def maker(make):
    return make.user("marketer", name="Mia Maker")


@pytest.fixture
def asker(make):
    return make.user("marketer", name="Ana Asker")


@pytest.fixture
def reps(make):
    return [make.user("rep", name=name) for name in ("Rob Rep", "Oda Other")]


@pytest.fixture
def ask(make, asker):
    """Ask people about the newest version of content, or about a newer one that is added first."""

    def asked(asset, people, newer=0):
        def act():
            known, by = asset_or_404(asset.id), db.session.get_one(User, asker.id)
            version = known.current_version
            for number in range(newer):
                version = services.add_markdown_version(known, by=known.owner, body=f"Newer {number}")
                version.state, version.preview_kind = "indexed", "none"
            ask_review(known, version, by=by, reviewer_ids=[one.id for one in people], question="Well?")

        make.inside(act)

    return asked


@pytest.fixture
def draft(make, maker, reps, ask):
    asset = make.asset("Plan", slug="plan", state="draft", owner=maker)
    ask(asset, reps)
    return asset


def _told(rows, person):
    found = select(OutboxMessage.title).where(OutboxMessage.recipient_id == person.id)
    return rows(found.order_by(OutboxMessage.id))


def _disable(make, sign_in, person):
    answer = sign_in(make.user("admin")).post(f"/admin/users/{person.id}/status", data={"status": "disabled"})
    assert answer.status_code == 303


def test_publishing_an_older_version_leaves_the_review_of_a_newer_one_open(
    make, sign_in, rows, maker, reps, ask
):
    ask(make.asset("Deck", slug="deck", owner=maker), reps, newer=2)
    assert sign_in(maker).post("/library/deck/v/2/publish").status_code == 303
    assert rows(select(Review.state)) == ["open"]
    assert sign_in(maker).post("/library/deck/v/3/publish").status_code == 303
    assert rows(select(Review.state)) == ["withdrawn"]


def test_when_one_sends_it_back_those_who_had_not_answered_are_told(make, sign_in, rows, draft, reps):
    sign_in(reps[0]).post(ANSWER, data={"answer": "changes", "comment": "Too long"})
    told = _told(rows, reps[1])[-1]
    assert told == "Your answer about “Plan” is not needed any more. Rob Rep asks for changes."
    assert not any("not needed" in title for title in _told(rows, reps[0]))


def test_a_review_that_waits_only_for_somebody_who_is_disabled_is_approved_by_the_others(
    make, sign_in, rows, draft, reps, asker
):
    sign_in(reps[0]).post(ANSWER, data={"answer": "approve"})
    _disable(make, sign_in, reps[1])
    assert rows(select(Review.state)) == ["approved"]
    assert _told(rows, asker) == ["“Plan” is approved and ready to publish"]
    assert [asset.slug for asset in make.inside(ready_to_publish)] == ["plan"]


def test_a_review_that_nobody_can_answer_any_more_is_closed(app, make, sign_in, rows, draft, reps, asker):
    _disable(make, sign_in, reps[0])
    assert rows(select(Review.state)) == ["open"]
    ran = app.test_cli_runner().invoke(args=["users", "disable", reps[1].email])
    assert ran.exit_code == 0, ran.output
    assert (rows(select(Review.state)), rows(select(Asset.state))) == (["withdrawn"], ["draft"])
    assert "Nobody who was asked can sign in any more." in _told(rows, asker)[-1]


def test_whoever_left_marketing_reads_no_draft_in_what_they_asked(
    make, sign_in, rows, maker, reps, ask, asker
):
    ask(make.asset("Secret plan", state="draft", owner=maker), reps)
    ask(make.asset("Known deck", owner=maker), reps, newer=1)
    assert "Secret plan" in sign_in(asker).get("/reviews").text
    make.inside(lambda: db.session.execute(update(User).where(User.id == asker.id).values(role="rep")))
    page = sign_in(asker).get("/reviews").text
    assert "Secret plan" not in page
    assert "Known deck" not in page


def test_what_a_reviewer_said_stays_readable_once_it_is_published(make, sign_in, ask, reps, maker, asker):
    asset = make.asset("Plan", slug="plan", state="draft", owner=maker)
    ask(asset, reps)
    client = sign_in(asker)
    sign_in(reps[0]).post(ANSWER, data={"answer": "changes", "comment": "The price is old"})
    assert client.post("/library/plan/publish").status_code == 303
    for person, reads in ((asker, True), (maker, True), (reps[0], True), (make.user("rep"), False)):
        one = sign_in(person)
        assert ("The price is old" in one.get("/library/plan/history").text) is reads
        assert ("The price is old" in one.get("/library/plan/v/1").text) is reads


def test_publishing_what_was_sent_back_is_asked_about_first(make, sign_in, ask, reps, maker, asker, draft):
    client, question = sign_in(asker), "Rob Rep asked for changes. Publish all the same?"
    assert question not in client.get("/library/plan").text
    sign_in(reps[0]).post(ANSWER, data={"answer": "changes", "comment": "The price is old"})
    assert client.get("/library/plan").text.count(f'data-confirm="{question}"') == 1
    client.post("/library/plan/publish")
    assert question not in client.get("/library/plan").text
    ask(make.inside(lambda: asset_or_404(draft.id)), reps, newer=1)
    sign_in(reps[0]).post(ANSWER, data={"answer": "changes", "comment": "Still old"})
    # Beside the banner also in the list of versions.
    assert client.get("/library/plan").text.count(f'data-confirm="{question}"') == 2
    assert client.get("/library/plan/v/2").text.count(f'data-confirm="{question}"') == 1
    assert question not in client.get("/library/plan/v/1").text


def test_taking_a_review_back_says_who_no_longer_needs_to_answer(sign_in, asker, draft):
    page = sign_in(asker).get("/library/plan").text
    assert "The 2 people asked no longer need to answer. Take it back?" in page


def test_a_long_comment_is_folded_and_whole_inside(sign_in, asker, reps, draft):
    words = "The price is old. " * 40
    sign_in(reps[0]).post(ANSWER, data={"answer": "changes", "comment": words})
    page = sign_in(asker).get("/library/plan").text
    assert '<summary class="fold-summary">The price is old.' in page
    assert words.strip() in page
