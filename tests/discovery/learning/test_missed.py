"""Delivered requests whose searches still do not find it stand in the To do of marketing until that is looked after."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest
from portal.content_requests.services import reopen
from portal.db import db
from portal.discovery.models import RequestSearch
from portal.jobs import Job
from portal.library.models import Asset
from portal.users.models import User

CARD = "Delivered, and still not found"


@pytest.fixture
def missed(make, ready, delivered, run_jobs, tie):
    """A request that was delivered, of whose two searches one finds it and the other does not."""
    rep, marketer = make.user(), make.user("marketer")
    request = make.request(rep, "Something about airships", search_id=make.search(rep, "zeppelin").id)
    tie(request, make.search(rep, "airship"))
    asset = make.asset("Zeppelin brochure", pages=("All about the zeppelin.",))
    delivered(request, asset, marketer)
    run_jobs()
    return request, asset, marketer


@pytest.mark.parametrize("place", ["/", "/to-do"])
def test_what_is_delivered_and_not_found_is_to_do_and_leads_to_the_request(missed, sign_in, place):
    request, _, marketer = missed
    page = sign_in(marketer).get(place).text
    card = page[page.index(CARD) :]
    assert f'href="/requests/{request.id}#searches"' in card
    assert "not found by 1 of 2 searches" in card
    assert "typed: “airship”" in card


def test_nothing_is_to_do_before_the_searches_were_run_again(make, sign_in, delivered, ready):
    rep, marketer = make.user(), make.user("marketer")
    request = make.request(rep, search_id=make.search(rep, "airship").id)
    assert CARD not in sign_in(marketer).get("/to-do").text
    delivered(request, make.asset("Zeppelin", pages=("zeppelin",)), marketer)
    assert CARD not in sign_in(marketer).get("/to-do").text


def test_it_is_done_when_the_searches_find_it(missed, sign_in, run_jobs):
    request, _, marketer = missed
    client = sign_in(marketer)
    client.post("/library/synonyms/new", data={"phrases": "airship\nzeppelin"})
    client.post(f"/requests/{request.id}/searches")
    run_jobs()
    assert CARD not in client.get("/to-do").text
    assert "2 of 2 searches find it now" in client.get(f"/requests/{request.id}").text


def test_marketing_may_leave_it_like_this_and_put_it_back(missed, sign_in, run_jobs, rows):
    request, _, marketer = missed
    client, address = sign_in(marketer), f"/requests/{missed[0].id}/searches/left"
    assert f'action="{address}"' in client.get(f"/requests/{request.id}").text
    for _ in range(2):
        assert client.post(address).status_code == 303
    assert CARD not in client.get("/to-do").text
    page = client.get(f"/requests/{request.id}").text
    assert "Marketing leaves it like this" in page
    assert "1 of 2 searches find it now" in page  # what is true is said as before
    client.post(f"/requests/{request.id}/searches")
    run_jobs()
    assert CARD not in client.get("/to-do").text
    client.post(address, data={"back": "1"})
    assert CARD in client.get("/to-do").text
    assert [one.left_at for one in rows(select(RequestSearch))] == [None, None]


def test_what_was_left_is_to_do_again_after_another_delivery(make, missed, sign_in, run_jobs, delivered):
    request, asset, marketer = missed
    client = sign_in(marketer)
    client.post(f"/requests/{request.id}/searches/left")

    def again():
        one = db.session.get_one(ContentRequest, request.id)
        reopen(one, db.session.get_one(User, marketer.id), "Not what was meant")

    make.inside(again)
    assert CARD not in client.get("/to-do").text
    delivered(request, asset, marketer)
    run_jobs()
    assert CARD in client.get("/to-do").text


def test_what_is_not_published_any_more_is_not_to_do(make, missed, sign_in):
    _, asset, marketer = missed
    make.inside(lambda: setattr(db.session.get_one(Asset, asset.id), "state", "archived"))
    assert CARD not in sign_in(marketer).get("/to-do").text


def test_only_marketing_leaves_it_and_only_once_it_is_delivered(make, missed, sign_in, rows):
    request, _, marketer = missed
    opened = make.request(make.user())
    for role in ("rep", "manager"):
        client = sign_in(make.user(role))
        assert client.post(f"/requests/{request.id}/searches/left").status_code == 403
        assert "Leave it like this" not in client.get(f"/requests/{request.id}").text
    assert sign_in(marketer).post(f"/requests/{opened.id}/searches/left").status_code == 409
    assert sign_in(marketer).post("/requests/999/searches/left").status_code == 404
    assert not any(one.left_at for one in rows(select(RequestSearch)))


def test_the_page_asks_by_itself_while_the_searches_are_run_and_then_stops(
    make, sign_in, ready, delivered, run_jobs, rows
):
    rep, marketer = make.user(), make.user("marketer")
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    address, asks = f"/requests/{request.id}", {"HX-Request": "true"}
    polling = f'<div hx-get="{address}" hx-trigger="every 2s" hx-swap="outerHTML"'
    client = sign_in(marketer)
    assert polling not in client.get(address).text
    delivered(request, make.asset("Zeppelin", pages=("zeppelin",)), marketer)
    assert polling in client.get(address).text
    part = client.get(address, headers=asks).text
    assert part.strip().startswith(polling)
    assert "<html" not in part
    run_jobs()
    assert {job.state for job in rows(select(Job).where(Job.kind == "rerun_searches"))} == {"done"}
    part = client.get(address, headers=asks).text
    assert "hx-get" not in part
    assert "1 search finds it now, in place 1" in part
    assert polling not in client.get(address).text
