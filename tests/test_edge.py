"""The edge: one commit, records kept apart, callbacks after the commit, and jobs that run once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal import jobs
from portal.db import db, now, on_commit, record_apart, unit_of_work
from portal.jobs import Job, drain, enqueue, run_job, sweep
from portal.users.models import Team


def _teams() -> int:
    return db.session.scalar(select(func.count()).select_from(Team)) or 0


def test_a_block_that_fails_leaves_nothing_but_what_is_kept_apart(app):
    with app.app_context():
        with pytest.raises(ValueError, match="no"), unit_of_work():
            db.session.add(Team(name="lost"))
            record_apart(lambda: db.session.add(Team(name="kept")))
            raise ValueError("no")
        with unit_of_work():
            assert list(db.session.scalars(select(Team.name))) == ["kept"]


def test_what_follows_a_commit_runs_after_it_and_never_after_a_refusal(app):
    seen = []
    with app.app_context():
        with unit_of_work():
            db.session.add(Team(name="first"))
            on_commit(lambda: seen.append(_teams()))
        with pytest.raises(ValueError, match="no"), unit_of_work():
            on_commit(lambda: seen.append("never"))
            raise ValueError("no")
    assert seen == [1]


def test_a_failing_callback_does_not_undo_the_commit_nor_stop_the_next(app):
    seen = []
    with app.app_context():
        with unit_of_work():
            db.session.add(Team(name="first"))
            on_commit(lambda: 1 / 0)
            on_commit(lambda: seen.append("next"))
        assert _teams() == 1
    assert seen == ["next"]


def test_a_read_keeps_nothing(app, make, sign_in, rows):
    team = make.team("North")
    client = sign_in(make.user("rep", team=team))

    def rename() -> None:
        db.session.scalars(select(Team)).one().name = "Changed"

    app.before_request_funcs.setdefault(None, []).append(rename)
    assert client.get("/me").status_code == 200
    assert rows(select(Team.name)) == ["North"]


@pytest.fixture
def counting_job(app, monkeypatch):
    calls = []
    monkeypatch.setitem(jobs._handlers, "counting", calls.append)
    return calls


def test_a_job_runs_once_however_often_it_is_queued(app, counting_job):
    with app.app_context():
        with unit_of_work():
            enqueue("counting", 7)
        with unit_of_work():
            (job_id,) = db.session.scalars(select(Job.id))
        assert [run_job(job_id), run_job(job_id)] == [True, False]
    assert counting_job == [7]


def test_a_job_that_is_asked_for_once_is_not_queued_twice_while_it_waits(app, counting_job):
    with app.app_context():
        with unit_of_work():
            enqueue("counting", 7, once=True)
            enqueue("counting", 7, once=True)
            enqueue("counting", 8, once=True)
        assert drain() == 2
    assert sorted(counting_job) == [7, 8]


def test_a_job_whose_worker_is_gone_runs_again_only_when_its_lease_is_over(app, counting_job):
    with app.app_context():
        with unit_of_work():
            enqueue("counting", 7)
            job = db.session.scalars(select(Job)).one()
            job.state, job.lease_until, job_id = "running", now() + timedelta(minutes=1), job.id
        assert run_job(job_id) is False
        with unit_of_work():
            db.session.get_one(Job, job_id).lease_until = now() - timedelta(seconds=1)
        assert sweep() == 1
        assert run_job(job_id) is True
    assert counting_job == [7]


def test_a_job_that_fails_says_why_and_gives_up_after_three_tries(app, monkeypatch):
    monkeypatch.setitem(jobs._handlers, "failing", lambda _: 1 / 0)
    with app.app_context():
        with unit_of_work():
            enqueue("failing")
            job_id = db.session.scalars(select(Job.id)).one()
        for state in ("waiting", "waiting", "failed"):
            with unit_of_work():
                db.session.get_one(Job, job_id).run_after = now()
            assert run_job(job_id) is True
            with unit_of_work():
                job = db.session.get_one(Job, job_id)
                assert (job.state, "ZeroDivisionError" in (job.error or "")) == (state, True)


def test_what_is_to_be_done_about_a_job_that_is_given_up_is_done_once(app, monkeypatch):
    told = []
    monkeypatch.setitem(jobs._handlers, "failing", lambda _: 1 / 0)
    monkeypatch.setitem(jobs._failures, "failing", lambda subject, reason: told.append((subject, reason)))
    with app.app_context():
        with unit_of_work():
            enqueue("failing", 5)
            job_id = db.session.scalars(select(Job.id)).one()
        for _ in range(4):
            with unit_of_work():
                db.session.get_one(Job, job_id).run_after = now()
            run_job(job_id)
    assert told == [(5, "ZeroDivisionError: division by zero")]


def test_a_worker_that_lost_its_job_to_another_does_not_settle_it(app, monkeypatch):
    def steal(subject: int | None) -> None:
        with unit_of_work():
            row = db.session.scalars(select(Job)).one()
            row.claimed_by, row.lease_until = "another", now() + timedelta(minutes=1)

    monkeypatch.setitem(jobs._handlers, "stolen", steal)
    with app.app_context():
        with unit_of_work():
            enqueue("stolen")
            job_id = db.session.scalars(select(Job.id)).one()
        run_job(job_id)
        with unit_of_work():
            assert db.session.get_one(Job, job_id).state == "running"


def test_a_slow_job_keeps_its_lease(app, monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", timedelta(milliseconds=60))
    renewed = []

    def slow(subject: int | None) -> None:
        with unit_of_work():
            first = db.session.scalars(select(Job.lease_until)).one()
        for _ in range(10_000):
            with unit_of_work():
                if db.session.scalars(select(Job.lease_until)).one() > first:
                    renewed.append(subject)
                    return

    monkeypatch.setitem(jobs._handlers, "slow", slow)
    with app.app_context():
        with unit_of_work():
            enqueue("slow", 3)
            job_id = db.session.scalars(select(Job.id)).one()
        run_job(job_id)
    assert renewed == [3]


def test_a_job_of_a_refused_request_is_never_written(app):
    with app.app_context():
        with pytest.raises(ValueError, match="no"), unit_of_work():
            enqueue("counting", 1)
            raise ValueError("no")
        assert db.session.scalar(select(func.count()).select_from(Job)) == 0
