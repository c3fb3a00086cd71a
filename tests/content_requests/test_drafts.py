"""A draft is sent to those who asked: they accept, or say what is missing, and the request moves with their answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.content_requests.models import (
    ContentRequest,
    RequestChange,
    RequestContent,
    RequestDraft,
    Supporter,
)
from portal.db import db, now
from portal.library.models import Asset, Review, Reviewer, Version
from portal.library.reviewing.services import ask_review
from portal.notifications.models import OutboxMessage
from portal.users.models import User


@pytest.fixture
def asker(make):
    return make.user(name="Asa Asker")


@pytest.fixture
def joined(make):
    return make.user(name="Joy Joined")


@pytest.fixture
def marketer(make):
    return make.user("marketer", name="Mika Maker")


@pytest.fixture
def asked(make, asker, joined):
    asked = make.request(asker, "A deck about heat pumps", status="in_progress")
    make.store(Supporter(request_id=asked.id, user_id=joined.id, created_at=now() + timedelta(minutes=1)))
    return asked


@pytest.fixture
def draft(make, marketer):
    return make.asset("Heat pump deck", state="draft", owner=marketer)


@pytest.fixture
def client(sign_in, marketer):
    return sign_in(marketer)


def _send(client, asked, asset, **fields):
    return client.post(f"/requests/{asked.id}/draft", data={"draft_id": str(asset.id), **fields})


def _answer(client, asset, answer, comment=""):
    data = {"answer": answer, "comment": comment, "next": "/requests/1#draft"}
    return client.post(f"/library/{asset.slug}/review/answer", data=data)


def _request(rows):
    return rows(select(ContentRequest))[0]


def _told(rows, person, words=""):
    found = select(OutboxMessage.title).where(OutboxMessage.recipient_id == person.id)
    return rows(found.where(OutboxMessage.title.contains(words)))


def test_those_who_asked_are_asked_about_a_draft_in_the_words_of_the_request(
    client, asked, draft, asker, joined, marketer, rows
):
    answer = _send(client, asked, draft)
    assert answer.location == f"/requests/{asked.id}#draft"
    (review,) = rows(select(Review))
    assert review.question == "Is this what you need? You asked for: A deck about heat pumps"
    assert rows(select(Reviewer.user_id)) == [asker.id, joined.id]
    assert rows(select(RequestDraft.request_id)) == [asked.id]
    assert rows(select(RequestContent.asset_id)) == [draft.id]
    request = _request(rows)
    assert (request.status, request.assigned_to_id) == ("in_review", marketer.id)
    assert rows(select(RequestChange.words)) == ["A draft is with 2 people who asked for it"]
    assert len(_told(rows, asker)) == len(_told(rows, joined)) == 1


def test_they_answer_on_the_page_of_the_request_and_find_the_draft_there(
    client, asked, draft, asker, sign_in
):
    _send(client, asked, draft, question="Are the numbers right?")
    rep = sign_in(asker)
    page = rep.get(f"/requests/{asked.id}").text
    assert "Are the numbers right?" in page
    assert f'action="/library/{draft.slug}/review/answer"' in page
    assert f'href="/library/{draft.slug}"' in page
    assert rep.get(f"/library/{draft.slug}").status_code == 200
    answer = _answer(rep, draft, "approve")
    assert answer.location == "/requests/1#draft"
    assert "1 of 2 has answered" in rep.get(f"/requests/{asked.id}").text


def test_a_word_of_what_is_missing_can_be_typed_again_without_losing_the_way_back(
    client, asked, draft, asker, sign_in
):
    _send(client, asked, draft)
    rep = sign_in(asker)
    refused = _answer(rep, draft, "changes")
    assert (refused.status_code, "say what has to change" in refused.text) == (422, True)
    assert 'value="/requests/1#draft"' in refused.text


@pytest.mark.parametrize("next_page", ["https://evil.example", "//evil.example", "\\evil", ""])
def test_after_an_answer_nobody_is_led_away_from_the_portal(client, asked, draft, asker, sign_in, next_page):
    _send(client, asked, draft)
    data = {"answer": "approve", "next": next_page}
    answer = sign_in(asker).post(f"/library/{draft.slug}/review/answer", data=data)
    assert answer.location == f"/library/{draft.slug}#review"


def test_others_see_that_a_draft_is_looked_at_and_nothing_of_it(make, client, asked, draft, asker, sign_in):
    _send(client, asked, draft)
    _answer(sign_in(asker), draft, "approve", "The numbers of Riverside are right")
    stranger = sign_in(make.user())
    page = stranger.get(f"/requests/{asked.id}").text
    assert "A draft is with 2 people who asked for it" in page
    assert "Heat pump deck" not in page
    assert draft.slug not in page
    assert "Riverside" not in page
    assert stranger.get(f"/library/{draft.slug}").status_code == 404


def test_the_first_who_misses_something_sends_the_request_back_with_their_words(
    client, asked, draft, asker, joined, marketer, sign_in, rows
):
    _send(client, asked, draft)
    _answer(sign_in(asker), draft, "approve")
    _answer(sign_in(joined), draft, "changes", "Prices of 2027")
    request = _request(rows)
    assert request.status == "in_progress"
    last = rows(select(RequestChange).order_by(RequestChange.id))[-1]
    assert (last.status, last.by_id, last.words) == (
        "in_progress",
        joined.id,
        "Something is missing: Prices of 2027",
    )
    assert _told(rows, marketer) == ["Joy Joined says what is missing in “Heat pump deck”: Prices of 2027"]
    page = client.get(f"/requests/{asked.id}").text
    assert "Something is missing" in page
    assert "Add a new version" in page
    assert "Prices of 2027" in page


def test_once_all_accept_marketing_is_told_once_to_publish_and_deliver(
    client, asked, draft, asker, joined, marketer, sign_in, rows
):
    _send(client, asked, draft)
    _answer(sign_in(asker), draft, "approve")
    assert _told(rows, marketer) == []
    _answer(sign_in(joined), draft, "approve")
    assert _told(rows, marketer) == ["Accepted, ready to publish and deliver: Heat pump deck"]
    assert _request(rows).status == "in_review"
    page = client.get(f"/requests/{asked.id}").text
    assert f'action="/library/{draft.slug}/publish"' in page
    assert client.post(f"/library/{draft.slug}/publish").status_code == 303
    assert f'action="/requests/{asked.id}/deliver"' in client.get(f"/library/{draft.slug}").text
    page = client.get(f"/requests/{asked.id}").text
    assert "is published. Deliver it" in page
    client.post(f"/requests/{asked.id}/deliver", data={"asset_id": draft.id})
    assert _request(rows).status == "delivered"


def test_a_new_version_of_published_content_is_sent_and_published_too(
    make, client, asked, asker, joined, marketer, sign_in, rows
):
    asset = make.asset("Heat pump deck", owner=marketer)
    _second_version(make, asset, marketer)
    assert f'value="{asset.id}"' in client.get(f"/requests/{asked.id}").text
    _send(client, asked, asset)
    for person in (asker, joined):
        page = sign_in(person).get(f"/requests/{asked.id}").text
        assert f"/library/{asset.slug}/v/2" in page
        _answer(sign_in(person), asset, "approve")
    assert f"/library/{asset.slug}/v/2/publish" in client.get(f"/requests/{asked.id}").text
    client.post(f"/library/{asset.slug}/v/2/publish")
    assert "is published. Deliver it" in client.get(f"/requests/{asked.id}").text
    assert rows(select(Asset.state)) == ["published"]


def _second_version(make, asset, by) -> Version:
    return make.store(
        Version(
            asset_id=asset.id, number=2, source="markdown", body="Two", state="indexed", created_by_id=by.id
        )
    )


def test_a_new_version_is_sent_again_after_something_was_missing(
    make, client, asked, draft, asker, marketer, sign_in, rows
):
    _send(client, asked, draft)
    _answer(sign_in(asker), draft, "changes", "Prices")
    version = _second_version(make, draft, marketer)
    make.inside(lambda: setattr(db.session.get_one(Asset, draft.id), "current_version_id", version.id))
    assert "Send the new version" in client.get(f"/requests/{asked.id}").text
    _send(client, asked, draft)
    assert _request(rows).status == "in_review"
    assert len(rows(select(RequestDraft))) == 2
    assert "Something is missing" not in client.get(f"/requests/{asked.id}").text.split("History")[0]


def test_who_joins_later_can_be_asked_too(make, client, asked, draft, sign_in, rows):
    _send(client, asked, draft)
    late = make.user()
    assert "who joined since" not in client.get(f"/requests/{asked.id}").text
    sign_in(late).post(f"/requests/{asked.id}/support")
    assert "Ask the 1 who joined since" in client.get(f"/requests/{asked.id}").text
    assert _send(client, asked, draft).status_code == 303
    assert late.id in rows(select(Reviewer.user_id))
    assert len(rows(select(RequestDraft))) == 1
    again = _send(client, asked, draft)
    assert (again.status_code, "Nobody is left to ask" in again.text) == (422, True)


def test_whoever_made_it_sends_it_or_cannot_sign_in_is_not_asked(make, asker, marketer, client, rows):
    asked = make.request(asker, "A deck", status="in_progress")
    gone, maker = make.user(status="disabled"), make.user()
    make.store(*(Supporter(request_id=asked.id, user_id=one.id) for one in (gone, maker, marketer)))
    draft = make.asset("Theirs", state="draft", owner=maker)
    assert _send(client, asked, draft).status_code == 303
    assert rows(select(Reviewer.user_id)) == [asker.id]


def test_at_most_fifty_are_asked_the_asker_among_them(make, asker, client, draft, rows):
    people = make.inside(lambda: [make.user().id for _ in range(60)])
    asked = make.request(asker, "A deck", status="in_progress")
    make.store(
        *(Supporter(request_id=asked.id, user_id=one, created_at=now() - timedelta(days=1)) for one in people)
    )
    assert _send(client, asked, draft).status_code == 303
    reviewers = rows(select(Reviewer.user_id))
    assert len(reviewers) == 50
    assert asker.id in reviewers


def test_another_draft_takes_the_place_of_the_one_before(make, client, asked, draft, marketer, rows):
    _send(client, asked, draft)
    _send(client, asked, make.asset("Second try", state="draft", owner=marketer))
    assert rows(select(Review.state).order_by(Review.id)) == ["withdrawn", "open"]
    assert rows(select(Asset.state).order_by(Asset.id)) == ["draft", "in_review"]
    assert _request(rows).status == "in_review"


def test_taken_back_the_request_is_in_progress_again(client, asked, draft, rows):
    _send(client, asked, draft)
    answer = client.post(f"/library/{draft.slug}/review/withdraw", data={"next": "/requests/1"})
    assert answer.location == "/requests/1"
    assert _request(rows).status == "in_progress"
    assert 'id="draft"' not in client.get(f"/requests/{asked.id}").text


def test_whatever_ends_the_review_moves_the_request(make, client, asked, draft, rows):
    _send(client, asked, draft)
    client.post(f"/library/{draft.slug}/publish")
    assert _request(rows).status == "in_progress"
    assert "Deliver this" in client.get(f"/requests/{asked.id}").text


@pytest.mark.parametrize("verb", ["deliver", "decline"])
def test_a_closed_request_asks_nobody_any_more(make, client, asked, draft, asker, rows, verb):
    _send(client, asked, draft)
    fields = {"asset_id": str(make.asset().id)} if verb == "deliver" else {"reason": "We have one"}
    assert client.post(f"/requests/{asked.id}/{verb}", data=fields).status_code == 303
    assert rows(select(Review.state)) == ["withdrawn"]
    assert rows(select(Asset.state).where(Asset.id == draft.id)) == ["draft"]
    assert _told(rows, asker, "not needed any more") != []
    assert [change.status for change in rows(select(RequestChange))][-1] == _request(rows).status
    answer = _send(client, asked, draft)
    assert (answer.status_code, "already" in answer.text) == (409, True)


def test_a_review_that_has_nothing_to_do_with_a_request_moves_none(
    make, asked, draft, asker, marketer, sign_in, rows
):
    def ask() -> None:
        asset = db.session.get_one(Asset, draft.id)
        version = db.session.scalars(select(Version)).one()
        ask_review(asset, version, by=db.session.get_one(User, marketer.id), reviewer_ids=[asker.id])

    make.inside(ask)
    _answer(sign_in(asker), draft, "changes", "No")
    assert rows(select(RequestChange)) == []
