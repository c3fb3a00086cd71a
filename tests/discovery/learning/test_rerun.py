"""The searches of a request are run again once it is delivered, as soon as what was delivered can be found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from portal.content_requests.models import ContentRequest
from portal.content_requests.services import reopen
from portal.db import begin_unit, db, end_unit, unit_of_work
from portal.discovery.learning import tasks
from portal.discovery.learning.request_queries import searches_of
from portal.discovery.models import RequestSearch
from portal.jobs import Job, enqueue, run_job
from portal.library.indexing import all_documents, engine
from portal.library.models import Asset
from portal.users.models import User

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_delivery_runs_the_searches_again_once_the_content_can_be_found(
    make, sign_in, run_jobs, ready, delivered, results, tie
):
    rep, marketer = make.user(), make.user("marketer")
    found, missed = make.search(rep, "zeppelin"), make.search(rep, "airship")
    request = make.request(rep, search_id=found.id)
    tie(request, missed)
    asset = make.asset("Zeppelin brochure", pages=("All about the zeppelin.",))
    delivered(request, asset, marketer)
    client = sign_in(marketer)
    assert "Being run again…" in client.get(f"/requests/{request.id}").text
    run_jobs()
    assert results() == [(1, 1), (0, None)]
    page = client.get(f"/requests/{request.id}").text
    assert "1 of 2 searches find it now, in place 1" in page
    assert "“airship” still does not find it" in page
    assert f"/library/{asset.slug}/edit" in page
    assert "/library/synonyms/new?add=airship" in page
    assert "1 of 2 searches find it now, in place 1" in client.get("/reports/search?show=requests").text


def test_the_job_itself_sees_to_the_index_first(app, make, rows, ready, delivered, results):
    rep = make.user()
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    delivered(request, make.asset("Zeppelin", pages=("zeppelin",)), make.user("marketer"))
    (job,) = rows(select(Job.id).where(Job.kind == "rerun_searches"))
    with app.app_context():
        run_job(job)
    assert results() == [(1, 1)]


def test_what_the_searcher_may_not_see_was_not_found(make, run_jobs, ready, delivered, results, tie):
    rep, marketer = make.user(), make.user("marketer")
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    tie(request, make.search(marketer, "zeppelin"))
    asset = make.asset("Zeppelin", pages=("zeppelin",))
    delivered(request, asset, marketer)
    make.inside(lambda: setattr(db.session.get_one(Asset, asset.id), "is_placeholder", True))
    run_jobs()
    assert results() == [(0, None), (1, 1)]


def test_what_is_past_the_first_page_was_not_found(make, run_jobs, delivered, app, results):
    rep = make.user()
    for _ in range(25):
        make.asset("Zeppelin", pages=("zeppelin " * 20,))
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    with app.app_context():
        engine().rebuild(all_documents())
    asset = make.asset("Long", pages=("zeppelin " + "word " * 2000,))
    delivered(request, asset, make.user("marketer"))
    run_jobs()
    ((count, place),) = results()
    assert count >= 1
    assert place is None


def test_without_an_index_the_page_says_that_it_could_not_be_known(
    app, make, sign_in, run_jobs, ready, delivered, monkeypatch, results
):
    rep, marketer = make.user(), make.user("marketer")
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    delivered(request, make.asset("Zeppelin", pages=("zeppelin",)), marketer)
    monkeypatch.setattr("portal.discovery.learning.tasks.do_now", lambda *_: False)
    run_jobs()
    assert results() == [(None, None)]
    make.inside(lambda: db.session.execute(db.update(Job).values(state="failed")))
    page = sign_in(marketer).get(f"/requests/{request.id}").text
    assert "could not be run again yet; they are tried again every night" in page
    monkeypatch.undo()
    make.inside(lambda: enqueue("rerun_outstanding"))
    run_jobs()
    assert results() == [(1, 1)]


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
    assert "these searches are run again" in client.get(f"/requests/{request.id}").text


def test_content_whose_indexing_failed_is_indexed_before_its_searches_are_judged(
    make, run_jobs, ready, delivered, results
):
    rep, marketer = make.user(), make.user("marketer")
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    asset = make.asset("Zeppelin", pages=("zeppelin",))
    delivered(request, asset, marketer)
    failed = db.update(Job).where(Job.kind == "index_asset").values(state="failed")
    make.inside(lambda: db.session.execute(failed))
    run_jobs()
    assert results() == [(1, 1)]


def test_searches_are_not_judged_while_content_cannot_be_written_to_the_index(
    make, sign_in, rows, run_jobs, ready, delivered, monkeypatch, results
):
    rep, marketer = make.user(), make.user("marketer")
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)

    def full(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr("portal.library.indexing.write_batch", full)
    delivered(request, make.asset("Zeppelin", pages=("zeppelin",)), marketer)
    for _ in range(4):
        run_jobs()
        make.inside(lambda: db.session.execute(db.update(Job).values(run_after=START)))
    assert {job.state for job in rows(select(Job).where(Job.kind == "index_asset"))} >= {"failed"}
    assert results() == [(None, None)]
    monkeypatch.undo()
    make.inside(lambda: enqueue("rerun_outstanding"))
    run_jobs()
    assert results() == [(1, 1)]


def test_what_is_not_published_any_more_is_not_tried_again_and_the_page_says_so(
    make, sign_in, rows, run_jobs, ready, delivered, results
):
    rep, marketer = make.user(), make.user("marketer")
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    asset = make.asset("Zeppelin", pages=("zeppelin",))
    delivered(request, asset, marketer)
    make.inside(lambda: setattr(db.session.get_one(Asset, asset.id), "state", "archived"))
    run_jobs()
    make.inside(lambda: enqueue("rerun_outstanding"))
    run_jobs()
    assert len(rows(select(Job).where(Job.kind == "rerun_searches"))) == 1
    client = sign_in(marketer)
    page = client.get(f"/requests/{request.id}").text
    assert "not published any more, so no search can find it" in page
    assert "Run them again" not in page
    assert "Not published any more" in client.get("/reports/search?show=requests").text
    assert client.post(f"/requests/{request.id}/searches").status_code == 409
    make.inside(lambda: setattr(db.session.get_one(Asset, asset.id), "state", "published"))
    make.inside(lambda: enqueue("rerun_outstanding"))
    run_jobs()
    assert results() == [(1, 1)]


def test_what_lifts_new_content_for_a_while_does_not_count(app, make, run_jobs, delivered, results):
    rep = make.user()
    for number in range(10):
        text = f"zeppelin about {number} things that fly"
        make.asset(f"Other {number}", pages=(text,), published_at=START - timedelta(days=900))
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    with app.app_context():
        engine().rebuild(all_documents())
    asset = make.asset("Newest", pages=("zeppelin about all the things that fly far",))
    delivered(request, asset, make.user("marketer"))
    run_jobs()
    ((count, place),) = results()
    assert (count, place) == (11, None)


def test_a_reopened_request_is_run_again_after_its_next_delivery(
    app, make, sign_in, run_jobs, ready, delivered, results
):
    rep, marketer = make.user(), make.user("marketer")
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    delivered(request, make.asset("Balloon", pages=("balloon",)), marketer)
    run_jobs()
    assert results() == [(0, None)]
    sign_in(marketer).post(f"/requests/{request.id}/reopen", data={"reason": "Not what was meant"})
    delivered(request, make.asset("Zeppelin", pages=("zeppelin",)), marketer)
    run_jobs()
    assert results() == [(1, 1)]


def test_a_delivery_that_changed_while_its_searches_ran_is_not_judged_by_them(
    make, run_jobs, ready, delivered, monkeypatch, results
):
    rep, marketer = make.user(), make.user("marketer")
    request = make.request(rep, search_id=make.search(rep, "zeppelin").id)
    delivered(request, make.asset("Zeppelin", pages=("zeppelin",)), marketer)
    find = tasks.answer

    def reopened_meanwhile(*given, **named):
        found = find(*given, **named)
        end_unit(commit=False)
        with unit_of_work():
            one = db.session.get_one(ContentRequest, request.id)
            reopen(one, db.session.get_one(User, marketer.id), "Needed again")
        begin_unit(writes=False)
        return found

    monkeypatch.setattr(tasks, "answer", reopened_meanwhile)
    run_jobs()
    assert results() == [(None, None)]
