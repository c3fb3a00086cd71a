"""What a buyer asked and nothing answered waits for marketing: a request, an addition to one, or left as it is."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest, Supporter, WaitingDeal
from portal.db import db
from portal.feedback.closing.services import seen_of
from portal.feedback.models import ClosingAnswer
from portal.notifications.models import OutboxMessage

WORDS = "Do you hold stock in Oslo?"


@pytest.fixture
def rep(make):
    return make.user("rep", team=make.team(), name="Ann Reed")


@pytest.fixture
def marketer(make):
    return make.user("marketer", name="Tom Hall")


@pytest.fixture
def deal(make, rep):
    return make.deal(owner=rep, status="lost", name="Acme renewal")


@pytest.fixture
def said(make, rep, deal):
    return make.store(ClosingAnswer(deal_id=deal.id, user_id=rep.id, unanswered=WORDS))


def _do(client, said, what, **form):
    return client.post(f"/closing/{said.id}/{what}", data={"seen": seen_of(said)} | form)


def test_marketing_reads_it_in_its_to_do_with_who_and_which_deal(make, sign_in, marketer, deal, said):
    for address in ("/to-do", "/"):
        page = sign_in(marketer).get(address).text
        assert "What buyers asked and we had no answer for" in page
        assert WORDS in page
        assert "Ann Reed" in page
        assert f'href="/deals/{deal.id}"' in page


def test_one_click_makes_a_request_whose_words_marketing_chooses(make, sign_in, rep, marketer, said, rows):
    client = sign_in(marketer)
    answer = _do(client, said, "request")
    (asked,) = rows(select(ContentRequest))
    assert answer.location == f"/requests/{asked.id}"
    assert not asked.is_worded
    assert (asked.asked_by_id, set(rows(select(Supporter.user_id)))) == (marketer.id, {marketer.id, rep.id})
    # The deal is closed: it waits for nothing any more.
    assert rows(select(WaitingDeal)) == []
    assert rows(select(ClosingAnswer.request_id)) == [asked.id]
    assert WORDS not in client.get("/to-do").text
    page = client.get(f"/requests/{asked.id}").text
    assert f'value="{WORDS}"' in page
    assert "leave out the names" in page
    (told,) = rows(select(OutboxMessage).where(OutboxMessage.recipient_id == rep.id))
    assert (told.address, "made a request" in told.title) == (f"/requests/{asked.id}", True)
    assert WORDS not in told.title


def test_the_words_are_read_by_those_who_see_the_deal_and_by_nobody_else(
    make, sign_in, rep, marketer, deal, said, rows
):
    _do(sign_in(marketer), said, "request")
    (number,) = rows(select(ContentRequest.id))
    stranger = sign_in(make.user("rep", team=make.team()))
    for address in (f"/requests/{number}", "/requests", "/requests?as=board", "/", "/notifications"):
        page = stranger.get(address).text
        assert WORDS not in page
        assert "Acme renewal" not in page
    assert "1 buyer in deals of other teams" in stranger.get(f"/requests/{number}").text
    for person in (rep, make.user("manager")):
        assert WORDS in sign_in(person).get(f"/requests/{number}").text


def test_a_deal_that_is_open_again_waits_for_the_request(make, sign_in, marketer, deal, said, rows):
    make.inside(lambda: setattr(db.session.merge(deal), "status", "open"))
    _do(sign_in(marketer), said, "request")
    assert rows(select(WaitingDeal.deal_id)) == [deal.id]


def test_it_joins_a_request_that_is_open_and_the_owner_needs_it_too(make, sign_in, rep, marketer, said, rows):
    asked = make.request(make.user("rep"))
    client = sign_in(marketer)
    assert WORDS in client.get(f"/closing/{said.id}/join").text
    assert _do(client, said, "join", request_id=str(asked.id)).location == f"/requests/{asked.id}"
    assert rep.id in rows(select(Supporter.user_id))
    assert rows(select(ClosingAnswer.request_id)) == [asked.id]
    assert len(rows(select(ContentRequest))) == 1


@pytest.mark.parametrize("number", ["", "banana", "999999", "9" * 40])
def test_joining_nothing_is_refused_in_words(sign_in, marketer, said, rows, number):
    answer = _do(sign_in(marketer), said, "join", request_id=number)
    assert answer.status_code == 422
    assert "Please choose" in answer.text
    assert rows(select(ClosingAnswer.settled_at)) == [None]


def test_joining_a_closed_request_is_refused(make, sign_in, marketer, said):
    closed = make.request(make.user("rep"), status="declined", decline_reason="No")
    answer = _do(sign_in(marketer), said, "join", request_id=str(closed.id))
    assert answer.status_code == 422
    assert "closed" in answer.text


def test_leaving_it_takes_it_off_the_list_and_keeps_it_on_the_deal(make, sign_in, marketer, deal, said, rows):
    client = sign_in(marketer)
    assert _do(client, said, "leave").location == "/to-do#unanswered"
    assert WORDS not in client.get("/to-do").text
    assert WORDS in client.get(f"/deals/{deal.id}").text
    assert rows(select(ContentRequest)) == []


def test_a_second_decision_and_one_on_words_changed_meanwhile_are_told(
    make, sign_in, rep, marketer, deal, said, rows
):
    client = sign_in(marketer)
    sign_in(rep).post(f"/deals/{deal.id}/closing", data={"unanswered": "Other words"})
    changed = _do(client, said, "request")
    assert changed.status_code == 409
    assert "Ann Reed has changed these words" in changed.text
    (fresh,) = rows(select(ClosingAnswer))
    assert _do(client, fresh, "leave").status_code == 303
    second = _do(client, fresh, "request")
    assert second.status_code == 409
    assert "Tom Hall has decided" in second.text
    assert rows(select(ContentRequest)) == []


def test_other_words_afterwards_wait_anew_and_the_same_do_not(make, sign_in, rep, marketer, deal, said):
    client, owner = sign_in(marketer), sign_in(rep)
    _do(client, said, "leave")
    owner.post(f"/deals/{deal.id}/closing", data={"unanswered": WORDS})
    assert WORDS not in client.get("/to-do").text
    owner.post(f"/deals/{deal.id}/closing", data={"unanswered": "And in Bergen?"})
    assert "And in Bergen?" in client.get("/to-do").text


def test_words_taken_back_cannot_become_a_request(make, sign_in, rep, marketer, deal, said, rows):
    sign_in(rep).post(f"/deals/{deal.id}/closing", data={"unanswered": ""})
    (fresh,) = rows(select(ClosingAnswer))
    answer = _do(sign_in(marketer), fresh, "request")
    assert answer.status_code == 409
    assert "taken these words back" in answer.text


@pytest.mark.parametrize("role", ["rep", "manager"])
def test_only_marketing_decides(make, sign_in, said, role):
    client = sign_in(make.user(role))
    for what in ("request", "leave", "join"):
        assert _do(client, said, what).status_code == 403


def test_what_is_not_there_is_not_found(sign_in, marketer):
    client = sign_in(marketer)
    for what in ("request", "leave", "join"):
        assert client.post(f"/closing/12345/{what}", data={"seen": ""}).status_code == 404
