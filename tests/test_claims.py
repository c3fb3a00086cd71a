"""Whose work is abandoned: a process is gone exactly when nobody holds its lock."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.claims import claimant, release_gone
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
