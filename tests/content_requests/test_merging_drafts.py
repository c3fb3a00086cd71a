"""Drafts that people look at while requests are merged: one goes on, and its answers still move the request."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest
from portal.library.models import Review


@pytest.fixture
def marketer(make):
    return make.user("marketer")


@pytest.fixture
def client(sign_in, marketer):
    return sign_in(marketer)


@pytest.fixture
def send(make, client, marketer):
    """Send those who asked a draft: send(request, "Title")."""

    def run(asked, title):
        draft = make.asset(title, state="draft", owner=marketer)
        assert client.post(f"/requests/{asked.id}/draft", data={"draft_id": str(draft.id)}).status_code == 303
        return draft

    return run


def _miss(client, draft):
    form = {"answer": "changes", "comment": "Prices of 2027"}
    assert client.post(f"/library/{draft.slug}/review/answer", data=form).status_code == 303


def _status(rows, asked):
    return rows(select(ContentRequest.status).where(ContentRequest.id == asked.id))


def test_of_two_drafts_that_people_look_at_the_other_requests_goes_on(make, sign_in, client, send, rows):
    ida, sam = make.user(), make.user()
    into, one = make.request(ida, "A deck for banks"), make.request(sam, "Slides for banks")
    going_on = send(into, "Bank deck")
    send(one, "Bank slides")
    assert client.post(f"/requests/{one.id}/merge", data={"into": str(into.id)}).status_code == 303
    assert rows(select(Review.state).order_by(Review.id)) == ["open", "withdrawn"]
    assert "Bank deck" in client.get(f"/requests/{into.id}").text
    _miss(sign_in(ida), going_on)
    assert _status(rows, into) == ["in_progress"]


def test_a_draft_passed_on_moves_the_request_although_a_later_one_had_ended(
    make, sign_in, client, send, rows
):
    ida, sam = make.user(), make.user()
    into, one = make.request(ida, "A deck for banks"), make.request(sam, "Slides for banks")
    passed = send(one, "Bank slides")
    _miss(sign_in(ida), send(into, "Bank deck"))
    client.post(f"/requests/{into.id}/move", data={"to": "accepted"})
    client.post(f"/requests/{one.id}/merge", data={"into": str(into.id)})
    assert rows(select(Review.state).order_by(Review.id)) == ["open", "sent_back"]
    assert 'id="draft"' in client.get(f"/requests/{into.id}").text
    _miss(sign_in(sam), passed)
    assert _status(rows, into) == ["in_progress"]
