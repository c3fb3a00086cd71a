"""Requests remember the searches that they came from, and show them to those who may read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from portal.content_requests.models import ContentRequest
from portal.discovery.learning.services import note_rephrasings
from portal.discovery.models import RequestSearch, SearchClick

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_a_rep_who_asks_from_a_search_takes_along_how_they_tried_to_say_it(make, sign_in, rows):
    rep, mate = make.user(), make.user()
    _, first, second, third, opened, _ = (
        make.search(rep, text, at=START + timedelta(seconds=seconds), results=results)
        for text, seconds, results in (
            ("holiday forms", 0, 0),
            ("lorry prices", 60, 0),
            ("truck prices", 120, 0),
            ("truck offers", 180, 3),
            ("truck sheet", 240, 3),
            ("sheet music", 300, 0),
        )
    )
    make.store(SearchClick(search_id=opened.id, asset_id=make.asset().id, place=1))
    make.search(mate, "truck prices", at=START + timedelta(seconds=70))
    make.inside(note_rephrasings)
    client = sign_in(rep)
    form = client.get(f"/requests/new?text=truck&s={second.key}").text
    assert "Your search “truck prices” goes with it" in form
    client.post("/requests/new", data={"need": "Trucks", "search": second.key})
    assert [one.search_id for one in rows(select(RequestSearch))] == [first.id, second.id, third.id]
    shown = client.get("/requests/1").text
    assert "From 3 searches by 1 person since " in shown
    assert "You searched for" in shown
    assert "lorry" not in sign_in(mate).get("/requests/1").text  # texts are for those who see the report


def test_of_many_searches_in_a_row_a_request_takes_a_few_along(make, sign_in, rows):
    rep = make.user()
    tried = [
        make.search(rep, f"truck {number}", at=START + timedelta(seconds=100 * number)) for number in range(9)
    ]
    make.inside(note_rephrasings)
    sign_in(rep).post("/requests/new", data={"need": "Trucks", "search": tried[-1].key})
    assert [one.search_id for one in rows(select(RequestSearch))] == [one.id for one in tried[-5:]]


def test_somebody_elses_search_is_not_taken_along(make, sign_in, rows):
    search = make.search(make.user(), "secret plans")
    client = sign_in(make.user())
    assert "secret plans" not in client.get(f"/requests/new?text=x&s={search.key}").text
    client.post("/requests/new", data={"need": "Trucks", "search": search.key})
    (asked,) = rows(select(ContentRequest))
    assert asked.search_id is None
    assert rows(select(RequestSearch)) == []


def test_the_card_says_how_many_texts_it_leaves_out_and_takes_cases_as_one(make, sign_in, tie):
    rep, marketer = make.user(), make.user("marketer")
    request = make.request(rep)
    tie(request, *(make.search(rep, f"word {number}") for number in range(50)))
    tie(request, make.search(rep, "Webinar"), make.search(rep, "webinar"))
    page = sign_in(marketer).get(f"/requests/{request.id}").text
    assert page.count(">webinar</a>") == 1
    assert ">Webinar</a>" not in page
    assert "and 1 more, which are not shown" in page
