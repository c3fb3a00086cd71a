"""Moving a request over the board and giving it to somebody; who comes second is told who did what."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest, RequestChange
from portal.db import now
from portal.notifications.models import OutboxMessage


def _only(rows):
    (request,) = rows(select(ContentRequest))
    return request


def _move(client, asked, to, **form):
    return client.post(f"/requests/{asked.id}/move", data={"to": to, **form})


def _told(rows, person):
    return rows(select(OutboxMessage.title).where(OutboxMessage.recipient_id == person.id))


@pytest.mark.parametrize("to", ["accepted", "in_progress", "in_review"])
def test_a_new_request_is_moved_its_mover_makes_it_and_the_asker_is_told(make, sign_in, rows, to):
    asker, ana = make.user("rep"), make.user("marketer", name="Ana Lind")
    asked = make.request(asker, "A deck for banks")
    back = "/requests?as=board&kind=deck"
    answer = _move(sign_in(ana), asked, to, revision="1", back=back)
    assert (answer.status_code, answer.location) == (303, f"{back}#request-{asked.id}")
    request = _only(rows)
    assert (request.status, request.assigned_to_id, request.revision) == (to, ana.id, 2)
    (step,) = rows(select(RequestChange))
    assert (step.status, step.by_id) == (to, ana.id)
    assert "A deck for banks" in _told(rows, asker)[0]
    assert _told(rows, ana) == []


def test_back_to_new_nobody_makes_it_any_more(make, sign_in, rows):
    ana = make.user("marketer")
    asked = make.request(make.user("rep"), status="accepted", assigned_to_id=ana.id)
    client = sign_in(make.user("marketer"))
    _move(client, asked, "new")
    assert (_only(rows).status, _only(rows).assigned_to_id) == ("new", None)
    assert (
        "Back to new" in client.get(f"/requests/{asked.id}").text
        or "New" in client.get(f"/requests/{asked.id}").text
    )


def test_who_makes_it_stays_when_somebody_else_moves_it(make, sign_in, rows):
    ana = make.user("marketer")
    asked = make.request(make.user("rep"), status="accepted", assigned_to_id=ana.id)
    _move(sign_in(make.user("marketer")), asked, "in_progress")
    assert (_only(rows).status, _only(rows).assigned_to_id) == ("in_progress", ana.id)
    assert "Work has begun" in _told(rows, ana)[0]


def test_declining_asks_for_a_reason_and_keeps_the_place_to_give_it(make, sign_in, rows):
    asked, client = make.request(make.user("rep")), sign_in(make.user("marketer"))
    refused = _move(client, asked, "declined", reason="  ")
    assert (refused.status_code, "give a reason" in refused.text) == (422, True)
    assert _only(rows).status == "new"
    long = _move(client, asked, "declined", reason="x" * 1001)
    assert (long.status_code, "x" * 1001 in long.text) == (422, True)
    assert _move(client, asked, "declined", reason="We have one").status_code == 303
    assert (_only(rows).status, _only(rows).decline_reason) == ("declined", "We have one")


def test_delivered_leads_to_where_content_is_chosen_and_changes_nothing(make, sign_in, rows):
    asked = make.request(make.user("rep"))
    answer = _move(sign_in(make.user("marketer")), asked, "delivered")
    assert (answer.status_code, answer.location) == (303, f"/requests/{asked.id}#deliver")
    assert (_only(rows).status, _only(rows).revision) == ("new", 1)


@pytest.mark.parametrize("status", ["declined", "delivered"])
def test_out_of_a_closed_column_it_is_opened_again_with_a_reason(make, sign_in, rows, status):
    asked = make.request(make.user("rep"), status=status, closed_at=now())
    client = sign_in(make.user("marketer"))
    assert "Why is it needed again?" in client.get(f"/requests/{asked.id}/move?to=in_progress").text
    assert _move(client, asked, "in_progress", reason="").status_code == 422
    assert _only(rows).status == status
    _move(client, asked, "in_progress", reason="Two more deals need it")
    assert (_only(rows).status, _only(rows).closed_at) == ("in_progress", None)
    page = client.get(f"/requests/{asked.id}").text
    assert "Two more deals need it" in page


@pytest.mark.parametrize(
    ("status", "to", "words", "code"),
    [
        ("new", "nonsense", "one of the columns", 422),
        ("new", "merged", "one of the columns", 422),
        ("new", "", "one of the columns", 422),
        ("delivered", "declined", "Open it again", 409),
    ],
)
def test_a_move_that_cannot_be_says_why(make, sign_in, rows, status, to, words, code):
    asked = make.request(make.user("rep"), status=status)
    answer = _move(sign_in(make.user("marketer")), asked, to, reason="Kept words", back="//evil.example")
    assert (answer.status_code, words in answer.text) == (code, True)
    assert "evil.example" not in answer.text
    assert (_only(rows).status, rows(select(RequestChange))) == (status, [])


def test_moving_it_to_where_it_is_changes_nothing(make, sign_in, rows):
    asked = make.request(make.user("rep"), status="accepted")
    assert _move(sign_in(make.user("marketer")), asked, "accepted").status_code == 303
    assert rows(select(RequestChange)) == []


def test_the_second_of_two_who_move_a_card_is_told_who_did_what_and_sees_where_it_is(make, sign_in, rows):
    asked = make.request(make.user("rep"), "A deck for banks")
    first, second = sign_in(make.user("marketer", name="Ana Lind")), sign_in(make.user("marketer"))
    board = "/requests?as=board"
    assert "revision=1" in second.get(board).text
    _move(first, asked, "in_progress", revision="1", back=board)
    late = _move(second, asked, "accepted", revision="1", back=board)
    assert late.status_code == 409
    assert "Ana Lind" in late.text
    assert "In progress" in late.text.partition("Changed meanwhile")[2][:600]
    column = late.text.partition('data-column="in_progress"')[2].partition("data-column=")[0]
    assert 'class="board-card is-marked"' in column
    assert "A deck for banks" in column
    assert (_only(rows).status, len(rows(select(RequestChange)))) == ("in_progress", 1)


def test_a_reason_that_came_too_late_is_still_there(make, sign_in, rows):
    asked = make.request(make.user("rep"))
    first, second = sign_in(make.user("marketer", name="Ana Lind")), sign_in(make.user("marketer"))
    _move(first, asked, "in_progress", revision="1")
    late = _move(second, asked, "declined", revision="1", reason="My long reason", back="/requests?as=board")
    assert (late.status_code, "Ana Lind" in late.text, "My long reason" in late.text) == (409, True, True)
    assert 'name="revision" value="2"' in late.text
    assert _only(rows).status == "in_progress"


@pytest.mark.parametrize(
    ("verb", "form", "kept"),
    [
        ("complete", {"need": "Other words", "audience": "Banks"}, "Banks"),
        ("decline", {"reason": "My long reason"}, "My long reason"),
        ("take", {}, "Changed meanwhile"),
        ("start", {}, "Changed meanwhile"),
    ],
)
def test_on_its_page_too_what_was_typed_stays_when_somebody_was_quicker(
    make, sign_in, rows, verb, form, kept
):
    asked = make.request(make.user("rep"))
    first, second = sign_in(make.user("marketer", name="Ana Lind")), sign_in(make.user("marketer"))
    first.post(
        f"/requests/{asked.id}/complete", data={"need": asked.need, "audience": "Clinics", "revision": "1"}
    )
    late = second.post(f"/requests/{asked.id}/{verb}", data={**form, "revision": "1"})
    assert (late.status_code, "Ana Lind" in late.text, kept in late.text) == (409, True, True)
    assert "Clinics" in late.text
    assert (_only(rows).status, _only(rows).audience) == ("new", "Clinics")


def test_a_request_is_given_to_somebody_who_is_told_and_taken_back(make, sign_in, rows):
    asker, bo = make.user("rep"), make.user("marketer", name="Bo Free")
    ana = make.user("marketer", name="Ana Lind")
    asked, client = make.request(asker, "A deck for banks"), sign_in(ana)
    client.post(f"/requests/{asked.id}/assign", data={"user_id": str(bo.id), "revision": "1"})
    assert (_only(rows).status, _only(rows).assigned_to_id) == ("accepted", bo.id)
    assert _told(rows, bo) == ["Ana Lind gave you a request: A deck for banks"]
    assert _told(rows, asker) == ["Bo Free makes your request: A deck for banks"]
    client.post(f"/requests/{asked.id}/assign", data={"user_id": str(ana.id), "revision": "2"})
    assert _told(rows, bo)[1:] == ["Ana Lind makes it now: A deck for banks"]
    client.post(f"/requests/{asked.id}/assign", data={"user_id": "", "revision": "3"})
    assert (_only(rows).status, _only(rows).assigned_to_id) == ("accepted", None)
    page = client.get(f"/requests/{asked.id}").text
    for words in ("Bo Free makes it", "Ana Lind makes it", "nobody makes it for now"):
        assert words in page


def test_a_request_is_given_only_to_people_of_marketing_who_are_here(make, sign_in, rows):
    asked, client = make.request(make.user("rep")), sign_in(make.user("marketer"))
    gone = make.user("marketer", status="disabled")
    for person, code in ((str(make.user("rep").id), 422), (str(gone.id), 422), ("999", 404), ("x", 404)):
        answer = client.post(f"/requests/{asked.id}/assign", data={"user_id": person})
        assert answer.status_code == code
    assert _only(rows).assigned_to_id is None
    closed = make.request(make.user("rep"), status="declined")
    answer = client.post(f"/requests/{closed.id}/assign", data={"user_id": ""})
    assert (answer.status_code, "nobody needs to make it" in answer.text) == (409, True)


def test_the_history_says_in_plain_words_what_was_filled_in(make, sign_in):
    asked, client = make.request(make.user("rep")), sign_in(make.user("marketer"))
    form = {"need": "A better sentence", "kind": "deck", "audience": "Banks", "needed_by": "2099-03-04"}
    client.post(f"/requests/{asked.id}/complete", data=form)
    page = client.get(f"/requests/{asked.id}").text
    for words in ("Put into words", "A better sentence", "kind Deck", "needed by 4 Mar 2099", "Banks"):
        assert words in page.partition("History of this request")[2]
    client.post(f"/requests/{asked.id}/complete", data=form | {"needed_by": ""})
    assert "needed by taken out" in client.get(f"/requests/{asked.id}").text
