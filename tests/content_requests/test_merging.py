"""Two requests for the same become one: everything unites, the old address leads on, and nothing goes in a circle."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest, RequestChange, Supporter, WaitingDeal
from portal.db import now
from portal.discovery.models import RequestSearch
from portal.feedback.models import Thread
from portal.notifications.following import follow
from portal.notifications.models import Follow, OutboxMessage


def _request(rows, number):
    (request,) = rows(select(ContentRequest).where(ContentRequest.id == number))
    return request


def _merge(client, one, into, **form):
    return client.post(f"/requests/{one.id}/merge", data={"into": str(into.id), **form})


def test_people_deals_searches_conversations_and_followers_unite(make, sign_in, rows):
    ida, sam, both, reader = (make.user("rep") for _ in range(4))
    shared, own = make.deal(owner=ida, amount=100), make.deal(owner=sam, amount=70)
    search = make.search(sam, "bank deck")
    into = make.request(ida, "A deck for banks", deals=(shared,))
    one = make.request(sam, "Slides for banks", deals=(shared, own), search_id=search.id, kind="deck")
    make.store(
        Supporter(request_id=into.id, user_id=both.id),
        Supporter(request_id=one.id, user_id=both.id),
        Thread(request_id=one.id, created_by_id=sam.id),
    )
    make.inside(lambda: [follow(person.id, "request", one.id) for person in (reader, both)])
    make.inside(lambda: follow(both.id, "request", into.id))
    answer = _merge(sign_in(make.user("marketer")), one, into, revision="1")
    assert (answer.status_code, answer.location) == (303, f"/requests/{into.id}")
    people = rows(select(Supporter.user_id).where(Supporter.request_id == into.id))
    assert sorted(people) == sorted([ida.id, sam.id, both.id])
    deals = rows(select(WaitingDeal.deal_id).where(WaitingDeal.request_id == into.id))
    assert sorted(deals) == sorted([shared.id, own.id])
    assert rows(select(RequestSearch.request_id)) == rows(select(Thread.request_id)) == [into.id]
    followers = rows(select(Follow.user_id).where(Follow.subject_id == into.id))
    assert sorted(followers) == sorted([both.id, reader.id])
    for table in (Supporter, WaitingDeal, Follow):
        column = Follow.subject_id if table is Follow else table.request_id
        assert rows(select(table).where(column == one.id)) == []
    merged, target = _request(rows, one.id), _request(rows, into.id)
    assert (merged.status, merged.merged_into_id, merged.waiting_deals) == ("merged", into.id, 0)
    assert (target.kind, target.supporter_count, target.waiting_deals) == ("deck", 3, 2)


def test_both_histories_say_so_and_those_who_needed_it_are_told(make, sign_in, rows):
    ida, sam, ana = make.user("rep"), make.user("rep"), make.user("marketer")
    into = make.request(ida, "A deck for banks", assigned_to_id=ana.id, status="accepted")
    one = make.request(sam, "Slides for banks")
    client = sign_in(make.user("marketer"))
    _merge(client, one, into)
    assert "Slides for banks”, with 1 person and 0 deals" in client.get(f"/requests/{into.id}").text
    assert "Into “A deck for banks”" in client.get(f"/requests/{one.id}").text
    told = rows(select(OutboxMessage))
    assert sorted(message.recipient_id for message in told) == sorted([sam.id, ana.id])
    assert {message.address for message in told} == {f"/requests/{into.id}"}


def test_the_old_address_leads_on_and_who_joins_there_joins_the_target(make, sign_in, rows):
    into, one = make.request(make.user("rep"), "A deck for banks"), make.request(make.user("rep"))
    _merge(sign_in(make.user("marketer")), one, into)
    late = make.user("rep")
    client = sign_in(late)
    page = client.get(f"/requests/{one.id}").text
    assert "Part of another request" in page
    assert f'href="/requests/{into.id}">A deck for banks</a>' in page
    for words in ("Me too", "It is needed again", "Deliver it", "Decline it"):
        assert words not in page
    answer = client.post(f"/requests/{one.id}/support", data={"deal_id": ""})
    assert answer.location == f"/requests/{into.id}"
    assert rows(select(Supporter.request_id).where(Supporter.user_id == late.id)) == [into.id]
    assert "Also asked as" in client.get(f"/requests/{into.id}").text


def test_chains_lead_to_the_end_and_circles_and_twice_are_refused(make, sign_in, rows):
    a, b, c, d = (make.request(make.user("rep"), f"need {name}") for name in "abcd")
    client = sign_in(make.user("marketer"))
    _merge(client, a, b)
    circle = _merge(client, b, a)
    assert (circle.status_code, "go in a circle" in circle.text) == (422, True)
    _merge(client, b, c)
    assert _request(rows, a.id).merged_into_id == c.id
    _merge(client, d, a)  # a is part of c by now
    assert _request(rows, d.id).merged_into_id == c.id
    twice = _merge(client, a, c)
    assert (twice.status_code, "need c" in twice.text) == (409, True)
    back = _merge(client, c, b)
    assert (back.status_code, "go in a circle" in back.text) == (422, True)
    assert _request(rows, c.id).status == "new"
    assert len(rows(select(Supporter).where(Supporter.request_id == c.id))) == 4


@pytest.mark.parametrize(
    ("target", "words", "code"),
    [
        ("itself", "into itself", 422),
        ("closed", "is declined", 422),
        ("", "choose the request", 422),
        ("x", "choose the request", 422),
        ("99999999", "nothing at this address", 404),
    ],
)
def test_a_merge_that_cannot_be_says_why_and_changes_nothing(make, sign_in, rows, target, words, code):
    one = make.request(make.user("rep"))
    closed = make.request(make.user("rep"), "Done with", status="declined")
    number = {"itself": str(one.id), "closed": str(closed.id)}.get(target, target)
    answer = sign_in(make.user("marketer")).post(f"/requests/{one.id}/merge", data={"into": number})
    assert (answer.status_code, words in answer.text) == (code, True)
    assert (_request(rows, one.id).status, rows(select(RequestChange))) == ("new", [])


def test_a_closed_request_is_not_merged_and_who_comes_second_is_told(make, sign_in, rows):
    into = make.request(make.user("rep"))
    closed = make.request(make.user("rep"), status="declined")
    one = make.request(make.user("rep"))
    client = sign_in(make.user("marketer", name="Ana Lind"))
    assert _merge(client, closed, into).status_code == 409
    client.post(f"/requests/{one.id}/move", data={"to": "accepted"})
    late = _merge(sign_in(make.user("marketer")), one, into, revision="1")
    assert (late.status_code, "Ana Lind" in late.text) == (409, True)
    assert _request(rows, one.id).status == "accepted"


def test_what_was_merged_is_not_opened_again_by_any_way(make, sign_in, rows):
    asker = make.user("rep")
    into, one = make.request(make.user("rep")), make.request(asker)
    client = sign_in(make.user("marketer"))
    _merge(client, one, into)
    for way, form in (("reopen", {"reason": "Why not"}), ("move", {"to": "new", "reason": "Why not"})):
        answer = client.post(f"/requests/{one.id}/{way}", data=form)
        assert (answer.status_code, "part of another one" in answer.text) == (409, True)
    assert "part of" in client.get(f"/requests/{one.id}/move").text
    assert client.get(f"/requests/{one.id}/merge").status_code == 409
    assert _request(rows, one.id).status == "merged"
    assert len(rows(select(Supporter).where(Supporter.request_id == into.id))) == 2


def test_the_earlier_day_counts_and_nothing_filled_in_is_overwritten(make, sign_in, rows):
    soon, later = now().date() + timedelta(days=3), now().date() + timedelta(days=30)
    into = make.request(make.user("rep"), kind="deck", needed_by=later)
    one = make.request(make.user("rep"), kind="video", audience="Banks", needed_by=soon)
    _merge(sign_in(make.user("marketer")), one, into)
    target = _request(rows, into.id)
    assert (target.kind, target.audience, target.needed_by) == ("deck", "Banks", soon)


def test_similar_requests_are_offered_first_and_others_are_found(make, sign_in):
    one = make.request(make.user("rep"), "A case study about hospitals")
    make.request(make.user("rep"), "Something about ships", waiting_minor=900_000)
    make.request(make.user("rep"), "Case studies of a hospital")
    make.request(make.user("rep"), "Closed hospital case study", status="declined")
    client = sign_in(make.user("marketer"))
    page = client.get(f"/requests/{one.id}/merge").text
    assert page.index("Case studies of a hospital") < page.index("Something about ships")
    assert "Closed hospital" not in page
    lines = client.get(f"/requests/{one.id}/merge/suggest?q=SHIPS").text
    assert "Something about ships" in lines
    assert "hospital" not in lines
    assert "No open request has" in client.get(f"/requests/{one.id}/merge?q=zeppelin").text


@pytest.mark.parametrize(
    ("here", "there", "status", "is_theirs"),
    [
        ("new", "in_progress", "in_progress", True),
        ("new", "accepted", "accepted", True),
        ("accepted", "in_review", "in_review", False),
        ("in_progress", "accepted", "in_progress", False),
    ],
)
def test_work_goes_on_where_it_was_further_with_its_maker_where_there_was_none(
    make, sign_in, rows, here, there, status, is_theirs
):
    ida, ana, ben = make.user("rep"), make.user("marketer", name="Ana"), make.user("marketer", name="Ben")
    into = make.request(ida, "A deck for banks", status=here, assigned_to_id=None if is_theirs else ana.id)
    one = make.request(make.user("rep"), "Slides for banks", status=there, assigned_to_id=ben.id)
    client = sign_in(make.user("marketer"))
    _merge(client, one, into)
    target = _request(rows, into.id)
    assert (target.status, target.assigned_to_id) == (status, ben.id if is_theirs else ana.id)
    page = client.get(f"/requests/{into.id}").text
    assert ("Goes on from “Slides for banks”" in page) == (status != here)
    assert ("; Ben makes it" in page) == is_theirs
    told = rows(select(OutboxMessage.title).where(OutboxMessage.recipient_id == ida.id))
    assert len(told) == (status != here)
