"""Whose work is abandoned: a process is gone exactly when nobody holds its lock."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal import jobs
from portal.claims import claimant, living, release_gone, renewed
from portal.db import db, now, unit_of_work
from portal.jobs import Job, do_now, drain, enqueue
from portal.library.indexing import batch_for


@pytest.fixture
def running_job(make):
    """A job that a process of the given name has in hand, with a long lease."""

    def claim(name):
        def write():
            enqueue("index_asset", 1)
            job = db.session.scalars(select(Job)).one()
            job.state, job.claimed_by, job.attempts = "running", f"{name}/abc", 1
            job.lease_until = now() + timedelta(minutes=10)

        make.inside(write)

    return claim


@pytest.fixture
def held(app):
    """Make the lock of another process that lives: held("name")."""
    files = []

    def hold(name):
        folder = app.config["DATA_DIR"] / "claims"
        folder.mkdir(exist_ok=True)
        files.append((folder / f"{name}.lock").open("w"))
        fcntl.flock(files[-1], fcntl.LOCK_EX)
        return files[-1]

    yield hold
    for file in files:
        file.close()


def gone(app):
    names = []
    with app.app_context():
        release_gone(names.append)
    return names


def test_a_process_has_one_name_and_is_there(app):
    with app.app_context():
        assert claimant() == claimant()
        assert f":{os.getpid()}:" in claimant()
    assert gone(app) == []


def test_a_forked_process_has_a_name_of_its_own(app):
    with app.app_context():
        mine = claimant()
        app.extensions["claimant"] = (os.getpid() + 1, *app.extensions["claimant"][1:])
        assert claimant() != mine


def test_a_process_that_was_killed_is_told_of_once(app):
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from config import TestConfig\n"
        "from portal import create_app\n"
        "from portal.claims import claimant\n"
        "with create_app(TestConfig(Path(sys.argv[1]))).app_context():\n"
        "    print(claimant(), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    command = [sys.executable, "-c", code, str(app.config["DATA_DIR"])]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == -9
    assert gone(app) == [done.stdout.strip()]
    assert gone(app) == []


def test_the_jobs_of_a_process_that_is_gone_are_done_without_waiting_for_the_lease(
    app, held, running_job, rows
):
    file = held("host:1:ab")
    running_job("host:1:ab")
    with app.app_context():
        assert drain() == 0
        file.close()
        assert drain() == 1
    assert rows(select(Job.state)) == ["done"]


def test_one_job_is_taken_over_too(app, held, running_job, rows):
    held("host:1:ab").close()
    running_job("host:1:ab")
    with app.app_context():
        assert do_now("index_asset", 1) is True
    assert rows(select(Job.attempts)) == [2]


def test_a_job_that_another_process_has_in_hand_is_waited_for_as_long_as_one_has_patience(
    app, held, running_job, rows
):
    held("host:1:ab")
    running_job("host:1:ab")
    with app.app_context():
        assert do_now("index_asset", 1, patience=0.0) is False
    assert rows(select(Job.state)) == ["running"]


def test_a_name_that_begins_like_another_is_another(app, held, running_job, rows):
    held("host:1:a").close()
    held("host:1:ab")
    running_job("host:1:ab")
    with app.app_context():
        drain()
    assert rows(select(Job.state)) == ["running"]


def test_a_batch_for_the_index_is_claimed_by_its_process(app, make, rows):
    make.inside(lambda: enqueue("index_asset", 1))
    with app.app_context():
        with unit_of_work():
            batch_for(1)
        assert rows(select(Job.claimed_by)) == [f"{claimant()}/batch"]


@pytest.mark.parametrize("reason", [errno.EACCES, errno.ENOLCK])
def test_a_lock_that_can_not_be_tried_is_passed_over_and_told_of(app, held, monkeypatch, caplog, reason):
    held("host:1:ab").close()
    held("host:2:cd").close()
    real = fcntl.flock

    def refuse(file, operation):
        if file.name.endswith("host:1:ab.lock"):
            raise OSError(reason, os.strerror(reason))
        real(file, operation)

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert gone(app) == ["host:2:cd"]
    assert "the lock host:1:ab.lock could not be tried" in caplog.text
    with app.app_context():
        assert living() == []


def test_a_lock_that_can_not_be_removed_keeps_nobody_from_starting(app, held, monkeypatch):
    held("host:1:ab").close()

    def refuse(path, **_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    assert gone(app) == ["host:1:ab"]


def test_a_job_whose_lease_is_over_stays_with_the_process_that_lives(app, make, held, running_job, rows):
    file = held("host:1:ab")
    running_job("host:1:ab")
    make.inside(lambda: db.session.execute(update(Job).values(lease_until=now() - timedelta(hours=1))))
    with app.app_context():
        assert drain() == 0
        file.close()
        assert drain() == 1
    assert rows(select(Job.state)) == ["done"]


def test_a_lease_is_renewed_again_after_an_error(app, caplog):
    calls, twice = [], threading.Event()

    def renew():
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("database is locked")
        twice.set()

    with app.app_context(), renewed(renew, every=0.01):
        assert twice.wait(30)
    assert "could not be renewed" in caplog.text


@pytest.fixture
def failing_job(make, monkeypatch):
    """Write down a job that fails for the third and last time, and set what is told of that."""

    def write(told):
        monkeypatch.setitem(jobs._handlers, "broken", lambda _: 1 / 0)
        monkeypatch.setitem(jobs._failures, "broken", told)
        make.inside(lambda: db.session.add(Job(kind="broken", subject_id=7, attempts=2)))

    return write


def test_a_job_whose_failure_can_not_be_told_of_has_failed_all_the_same(app, failing_job, rows, caplog):
    failing_job(lambda *_: 1 / 0)
    with app.app_context():
        assert drain() == 1
    (row,) = rows(select(Job))
    assert (row.state, row.error) == ("failed", "ZeroDivisionError: division by zero")
    assert "could not be written down" in caplog.text


def test_a_job_whose_end_could_not_be_written_at_all_is_taken_up_again(app, failing_job, rows, monkeypatch):
    told = []
    failing_job(lambda subject, reason: told.append((subject, reason)))
    with app.app_context():
        with monkeypatch.context() as broken:
            broken.setattr(jobs, "_end", lambda *_, **__: 1 / 0)
            jobs.run_job(1)
        assert rows(select(Job.state)) == ["running"]
        drain()
    assert rows(select(Job.state)) == ["failed"]
    assert told == [(7, "RuntimeError: its worker stopped each time")]
