"""Requests remember the searches that they came from, which are run again once these are delivered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest
from portal.content_requests.services import deliver, reopen
from portal.db import db
from portal.discovery.learning.request_queries import searches_of
from portal.discovery.learning.services import note_rephrasings
from portal.discovery.models import RequestSearch
from portal.jobs import Job, enqueue, run_job
from portal.library.indexing import all_documents, engine
from portal.library.models import Asset
from portal.users.models import User

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def ready(app):
    """An index of what is there."""
    with app.app_context():
        engine().rebuild(all_documents())


@pytest.fixture
def delivered(make):
    """Deliver a request with an asset that still has to be written to the index."""

    def give(request, asset, by):
        def act():
            enqueue("index_asset", asset.id, once=True)
            one = db.session.get_one(ContentRequest, request.id)
            deliver(one, db.session.get_one(User, by.id), db.session.get_one(Asset, asset.id))

        make.inside(act)

    return give


def tie(make, request, *searches):
    make.store(*(RequestSearch(request_id=request.id, search_id=one.id) for one in searches))


def results(rows):
    found = rows(select(RequestSearch).order_by(RequestSearch.search_id))
    return [(one.result_count, one.place) for one in found]


def test_a_rep_who_asks_from_a_search_takes_along_what_it_was_rephrased_from_and_as(make, sign_in, rows):
    rep, mate = make.user(), make.user()
    first, second, third = (
        make.search(rep, text, at=START + timedelta(seconds=seconds))
        for text, seconds in (("lorry", 0), ("truck", 60), ("haulage", 100))
    )
    make.search(rep, "rail", at=START + timedelta(seconds=500))
    make.search(mate, "barge", at=START + timedelta(seconds=70))
    make.inside(note_rephrasings)
    client = sign_in(rep)
    form = client.get(f"/requests/new?text=truck&s={second.key}").text
    assert "Your search “truck” goes with it" in form
    client.post("/requests/new", data={"need": "Trucks", "search": second.key})
    assert [one.search_id for one in rows(select(RequestSearch))] == [first.id, second.id, third.id]
    shown = client.get("/requests/1").text
    assert "From 3 searches by 1 person." in shown
    assert "haulage" not in shown  # the texts are for those who see the report


def test_somebody_elses_search_is_not_taken_along(make, sign_in, rows):
    search = make.search(make.user(), "secret plans")
    client = sign_in(make.user())
    assert "secret plans" not in client.get(f"/requests/new?text=x&s={search.key}").text
    client.post("/requests/new", data={"need": "Trucks", "search": search.key})
    (asked,) = rows(select(ContentRequest))
    assert asked.search_id is None
    assert rows(select(RequestSearch)) == []


def test_delivery_runs_the_searches_again_once_the_content_can_be_found(
    make, sign_in, rows, run_jobs, ready, delivered
):
    rep, marketer = make.user(), make.user("marketer")
    found, missed = make.search(rep, "zeppelin"), make.search(rep, "airship")
    request = make.request(rep, search_id=found.id)
    tie(make, request, missed)
    asset = make.asset("Zeppelin brochure", pages=("All about the zeppelin.",))
    delivered(request, asset, marketer)
    client = sign_in(marketer)
    assert "being run again as soon as" in client.get(f"/requests/{request.id}").text
    run_jobs()
    assert results(rows) == [(1, 1), (0, None)]
    page = client.get(f"/requests/{request.id}").text
    assert "1 of 2 searches find it now, in place 1" in page
    assert "“airship” still does not find it" in page
    assert f"/library/{asset.slug}/edit" in page
    assert "/library/synonyms/new?add=airship" in page
    assert "1 of 2 searches find it now, in place 1" in client.get("/reports/search?show=requests").text


def test_the_job_itself_sees_to_the_index_first(app, make, rows, ready, delivered):
    rep = make.user()
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    delivered(request, make.asset("Zeppelin", pages=("zeppelin",)), make.user("marketer"))
    (job,) = rows(select(Job.id).where(Job.kind == "rerun_searches"))
    with app.app_context():
        run_job(job)
    assert results(rows) == [(1, 1)]


def test_what_the_searcher_may_not_see_was_not_found(make, rows, run_jobs, ready, delivered):
    rep, marketer = make.user(), make.user("marketer")
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    tie(make, request, make.search(marketer, "zeppelin"))
    asset = make.asset("Zeppelin", pages=("zeppelin",))
    delivered(request, asset, marketer)
    make.inside(lambda: setattr(db.session.get_one(Asset, asset.id), "state", "draft"))
    run_jobs()
    assert results(rows) == [(0, None), (1, 1)]


def test_what_is_past_the_first_page_was_not_found(make, rows, run_jobs, delivered, app):
    rep = make.user()
    for _ in range(25):
        make.asset("Zeppelin", pages=("zeppelin " * 20,))
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    with app.app_context():
        engine().rebuild(all_documents())
    asset = make.asset("Long", pages=("zeppelin " + "word " * 2000,))
    delivered(request, asset, make.user("marketer"))
    run_jobs()
    ((count, place),) = results(rows)
    assert count >= 1
    assert place is None


def test_without_an_index_the_page_says_that_it_could_not_be_known(
    app, make, sign_in, rows, run_jobs, ready, delivered, monkeypatch
):
    rep, marketer = make.user(), make.user("marketer")
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    delivered(request, make.asset("Zeppelin", pages=("zeppelin",)), marketer)
    monkeypatch.setattr("portal.discovery.learning.tasks.do_now", lambda *_: False)
    run_jobs()
    assert results(rows) == [(None, None)]
    make.inside(lambda: db.session.execute(db.update(Job).values(state="failed")))
    page = sign_in(marketer).get(f"/requests/{request.id}").text
    assert "could not be run again yet; tonight" in page
    monkeypatch.undo()
    make.inside(lambda: enqueue("rerun_outstanding"))
    run_jobs()
    assert results(rows) == [(1, 1)]


def test_marketing_runs_them_again_and_a_second_delivery_counts_alone(
    app, make, sign_in, rows, run_jobs, ready, delivered
):
    rep, marketer = make.user(), make.user("marketer")
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    client = sign_in(marketer)
    assert client.post(f"/requests/{request.id}/searches").status_code == 409
    asset = make.asset("Zeppelin", pages=("zeppelin",))
    delivered(request, asset, marketer)
    run_jobs()
    before = rows(select(RequestSearch))[0].rerun_at
    assert client.post(f"/requests/{request.id}/searches").status_code == 303
    run_jobs()
    assert rows(select(RequestSearch))[0].rerun_at > before
    assert sign_in(rep).post(f"/requests/{request.id}/searches").status_code == 403

    def again():
        one = db.session.get_one(ContentRequest, request.id)
        reopen(one, db.session.get_one(User, marketer.id), "Needed again")

    make.inside(again)
    with app.app_context():
        assert not searches_of([request.id])[request.id].is_known
    assert "the same searches are run again" in client.get(f"/requests/{request.id}").text
