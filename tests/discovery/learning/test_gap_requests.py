"""One click makes a gap a request: what it remembers, who may read what, who is told, and when it is a gap again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.content_requests.delivering import deliver
from portal.content_requests.models import UNWORDED, ContentRequest, Supporter, WaitingDeal
from portal.db import db, now
from portal.discovery.learning.queries import gaps
from portal.discovery.models import RequestSearch
from portal.jobs import enqueue
from portal.library.indexing import all_documents, engine
from portal.library.models import Asset
from portal.notifications.models import Notification
from portal.users.models import User


def ago(**given):
    return now() - timedelta(**given)


@pytest.fixture
def ask(make, sign_in):
    """Make a search the start of a request with one click of a marketer; return the client and the answer."""

    def click(search, **given):
        client = sign_in(make.user("marketer"))
        return client, client.post("/reports/search/request", data={"search": search.key, **given})

    return click


@pytest.fixture
def give(app, make, run_jobs):
    """Deliver a request with new content that has these words, and run the jobs."""

    def act(request, words="zeppelin"):
        marketer, asset = make.user("marketer"), make.asset(f"About {words}", pages=(words,))

        def delivering():
            engine().rebuild(all_documents())
            one = db.session.get_one(ContentRequest, request.id)
            deliver(one, db.session.get_one(User, marketer.id), db.session.get_one(Asset, asset.id))

        make.inside(delivering)
        run_jobs()
        return asset

    return act


def tied(rows):
    return sorted(one.search_id for one in rows(select(RequestSearch)))


def found_gaps(app):
    with app.app_context():
        return [(gap.text, gap.searches, gap.request_status) for gap in gaps()]


def test_one_click_remembers_all_searches_and_tells_no_rep_what_was_typed_or_by_whom(
    make, sign_in, rows, ask
):
    anna, ben = make.user(name="Anna Adler"), make.user(name="Ben Bauer")
    deal = make.deal(owner=anna, amount=1_000)
    old = make.search(anna, "hush corp", at=ago(days=200), deal_id=deal.id)
    new = make.search(ben, "hush corp")
    client, answer = ask(new, **{"from": ago(days=90).date().isoformat()})
    (request,) = rows(select(ContentRequest))
    assert answer.location == f"/requests/{request.id}"
    assert request.need == UNWORDED
    assert tied(rows) == [old.id, new.id]
    assert rows(select(Supporter.user_id)) == [request.asked_by_id]
    assert rows(select(WaitingDeal)) == []
    shown = client.get(answer.location).text
    assert re.search(
        r"From 2 searches by 2 people since \d+ \w+ \d{4}\. Pipeline of searchers: \$1,000\.", shown
    )
    assert "Searched for by Anna Adler, Ben Bauer." in shown
    assert 'value="hush corp"' in shown
    assert "typed: “hush corp”" in client.get("/requests").text
    assert "typed: “hush corp”" in client.get("/requests?as=board").text
    rep = sign_in(make.user())
    for address in ("/requests", "/requests?as=board", answer.location):
        page = rep.get(address).text
        assert UNWORDED in page
        assert not any(word in page for word in ("hush", "Anna", "Ben"))
    assert "$1,000" in rep.get("/requests").text
    own = sign_in(ben).get(answer.location).text
    assert "You searched for “hush corp”" in own
    assert "Me too" in own


def test_marketing_puts_it_into_words_in_place(make, rows, ask):
    client, answer = ask(make.search(make.user(), "hush corp"))
    form = {"need": "  A case study about   banks ", "details": "Two pages"}
    assert client.post(f"{answer.location}/complete", data=form).status_code == 303
    (request,) = rows(select(ContentRequest))
    assert (request.need, request.details) == ("A case study about banks", "Two pages")
    refused = client.post(f"{answer.location}/complete", data={"need": "  "})
    assert (refused.status_code, "in a sentence what is needed" in refused.text) == (422, True)
    assert client.post(f"{answer.location}/complete", data={"need": "x" * 501}).status_code == 422
    assert rows(select(ContentRequest))[0].need == "A case study about banks"
    assert "typed:" not in client.get("/requests").text


def test_who_searched_is_told_once_when_it_is_delivered_without_having_joined(
    make, rows, ask, give, run_jobs
):
    anna, gone, joined = make.user(), make.user(status="disabled"), make.user()
    searches = [make.search(person, "zeppelin") for person in (anna, gone, joined)]
    ask(searches[0])
    (request,) = rows(select(ContentRequest))
    make.store(Supporter(request_id=request.id, user_id=joined.id))
    asset = give(request)
    make.inside(lambda: enqueue("rerun_searches", request.id))
    run_jobs()
    told = [
        (one.user_id, one.title, one.address) for one in rows(select(Notification).order_by(Notification.id))
    ]
    assert (
        told.count(
            (anna.id, "You searched for something like this: About zeppelin", f"/library/{asset.slug}")
        )
        == 1
    )
    assert {user_id for user_id, title, _ in told if title.startswith("You searched")} == {anna.id}
    assert anna.id not in rows(select(Supporter.user_id))


def test_what_is_asked_for_or_delivered_is_no_gap_until_it_is_searched_for_in_vain_again(
    app, make, rows, ask, give
):
    rep = make.user()
    first = make.search(rep, "zeppelin", at=ago(days=2))
    client, answer = ask(first)
    (request,) = rows(select(ContentRequest))
    make.search(rep, "zeppelin", at=ago(days=1))
    assert found_gaps(app) == []
    assert "Open the request" in client.get("/reports/search?show=nothing").text
    give(request)
    assert found_gaps(app) == []
    page = client.get("/reports/search?show=nothing").text
    assert "Delivered: found in place 1" in page
    assert "Make it a request" not in page
    again = client.post("/reports/search/request", data={"search": first.key})
    assert again.location == answer.location
    later = make.search(rep, "zeppelin")
    assert found_gaps(app) == [("zeppelin", 1, "delivered")]
    assert "1 search since" in client.get("/reports/search?show=nothing").text
    assert "searched for in vain since" in client.get("/to-do").text
    client.post("/reports/search/request", data={"search": later.key})
    both = rows(select(RequestSearch).order_by(RequestSearch.request_id, RequestSearch.search_id))
    assert [(one.request_id, one.search_id) for one in both] == [(1, 1), (1, 2), (2, later.id)]


def test_what_was_declined_is_a_gap_again_with_new_searches_only_and_says_so(app, make, ask):
    rep = make.user()
    client, answer = ask(make.search(rep, "zeppelin", at=ago(days=2)))
    client.post(f"{answer.location}/decline", data={"reason": "We sell no zeppelins"})
    assert found_gaps(app) == []
    assert ">Declined</a>" in client.get("/reports/search?show=nothing").text
    assert "since it was declined" in client.get(answer.location).text
    make.search(rep, "zeppelin")
    assert found_gaps(app) == [("zeppelin", 1, "declined")]
    assert "declined</a> before, searched for in vain since" in client.get("/to-do").text


def test_a_request_of_other_words_of_the_same_person_covers_only_the_searches_it_remembers(app, make):
    rep, mate = make.user(), make.user()
    asked, also = make.search(rep, "lorry prices"), make.search(rep, "price list")
    request = make.request(rep, search_id=asked.id)
    make.store(RequestSearch(request_id=request.id, search_id=also.id))
    assert found_gaps(app) == []
    make.search(mate, "price list")
    assert found_gaps(app) == [("price list", 1, None)]


def test_what_is_searched_for_in_vain_before_the_delivery_is_tied_and_run_again_too(
    app, make, rows, ask, give, run_jobs
):
    anna, ben = make.user(), make.user()
    first = make.search(anna, "zeppelin", at=ago(days=3))
    client, answer = ask(first)
    (request,) = rows(select(ContentRequest))
    later = make.search(ben, "zeppelin", at=ago(hours=2))
    make.search(ben, "zeppelin", results=2)
    make.search(make.user("marketer"), "zeppelin")
    make.inside(lambda: enqueue("rerun_outstanding"))
    run_jobs()
    assert tied(rows) == [first.id, later.id]
    last = make.search(ben, "zeppelin", at=ago(hours=1))
    give(request)
    assert tied(rows) == [first.id, later.id, last.id]
    assert {one.place for one in rows(select(RequestSearch))} == {1}
    assert "3 searches find it now" in client.get(answer.location).text.replace("3 of ", "")
    make.search(ben, "zeppelin")
    make.inside(lambda: enqueue("rerun_searches", request.id))
    run_jobs()
    assert len(tied(rows)) == 3


def test_words_of_what_was_merged_are_no_gap_and_are_tied_to_what_it_is_part_of(app, make, rows, ask, give):
    first, other = make.search(make.user(), "zeppelin"), make.search(make.user(), "airship")
    (client, _), _ = ask(first), ask(other)
    into, one = rows(select(ContentRequest).order_by(ContentRequest.id))
    assert client.post(f"/requests/{one.id}/merge", data={"into": str(into.id)}).status_code == 303
    later = make.search(make.user(), "airship")
    assert found_gaps(app) == []
    give(into)
    assert {one.request_id for one in rows(select(RequestSearch))} == {into.id}
    assert tied(rows) == [first.id, other.id, later.id]
    make.search(make.user(), "airship", at=now() + timedelta(minutes=1))
    assert [gap[:2] for gap in found_gaps(app)] == [("airship", 1)]


def test_searches_that_a_request_with_other_words_remembers_lead_to_it(make, sign_in):
    rep = make.user()
    asked, also = make.search(rep, "lorry prices"), make.search(rep, "price list")
    request = make.request(rep, search_id=asked.id)
    make.store(RequestSearch(request_id=request.id, search_id=also.id))
    page = sign_in(make.user("marketer")).get("/reports/search?show=nothing").text
    assert f'href="/requests/{request.id}#searches">Part of a request</a>' in page
    assert f'href="/requests/{request.id}#searches">Open the request</a>' in page
