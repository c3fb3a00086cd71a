"""Drafts that are not sent: the reason stands at the field, and what was typed stays."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest
from portal.db import db
from portal.library.models import Review, Version


@pytest.fixture
def asked(make):
    return make.request(make.user(), "A deck about heat pumps", status="in_progress")


@pytest.fixture
def draft(make):
    return make.asset("Heat pump deck", state="draft")


@pytest.fixture
def client(make, sign_in):
    return sign_in(make.user("marketer"))


def _send(client, asked, asset, **fields):
    return client.post(f"/requests/{asked.id}/draft", data={"draft_id": str(asset.id), **fields})


def _request(rows):
    return rows(select(ContentRequest))[0]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "archived"}, "is archived. Restore it first."),
        ({"state": "published"}, "Everyone uses the newest version"),
        ({"state": "from_sales"}, "It comes from sales. Adopt it first."),
    ],
)
def test_what_is_no_draft_is_not_sent_and_the_question_is_kept(make, client, asked, rows, fields, words):
    asset = make.asset("Odd one", **fields)
    answer = _send(client, asked, asset, question="Kept question")
    assert (answer.status_code, words in answer.text) == (422, True)
    assert "Kept question" in answer.text
    assert f'<option value="{asset.id}"' in answer.text
    assert _request(rows).status == "in_progress"
    assert rows(select(Review)) == []


def test_a_draft_that_is_still_read_or_was_refused_is_not_sent(make, client, asked, draft, rows):
    for state in ("waiting", "refused"):
        make.inside(lambda state=state: setattr(db.session.scalars(select(Version)).one(), "state", state))
        assert _send(client, asked, draft).status_code == 422
    assert _request(rows).status == "in_progress"


@pytest.mark.parametrize("chosen", ["", "0", "abc", "99999", "9" * 30])
def test_choosing_no_draft_says_so(client, asked, chosen):
    answer = client.post(
        f"/requests/{asked.id}/draft", data={"draft_id": chosen, "question": "Kept question"}
    )
    assert (answer.status_code, "Please choose the draft" in answer.text) == (422, True)
    assert "Kept question" in answer.text


def test_a_question_that_is_too_long_is_refused_and_kept(client, asked, draft, rows):
    answer = _send(client, asked, draft, question="x" * 1001)
    assert (answer.status_code, "up to 1,000 characters" in answer.text) == (422, True)
    assert rows(select(Review)) == []


def test_sales_cannot_send_drafts(make, asked, draft, sign_in, rows):
    assert _send(sign_in(make.user()), asked, draft).status_code == 403
    assert rows(select(Review)) == []


def test_an_older_view_of_the_request_sends_nothing(make, client, asked, draft, sign_in, rows):
    sign_in(make.user("marketer", name="Quick Quinn")).post(f"/requests/{asked.id}/take")
    answer = _send(client, asked, draft, revision="1", question="Kept question")
    assert (answer.status_code, "Quick Quinn" in answer.text) == (409, True)
    assert "Kept question" in answer.text
    assert rows(select(Review)) == []


def test_one_draft_is_not_with_the_people_of_two_requests(make, client, asked, draft, rows):
    other = make.request(make.user(), "Another deck", status="in_progress")
    _send(client, asked, draft)
    answer = _send(client, other, draft)
    assert answer.status_code == 422
    assert "A deck about heat pumps" in answer.text
    assert rows(select(ContentRequest.status).order_by(ContentRequest.id)) == ["in_review", "in_progress"]
