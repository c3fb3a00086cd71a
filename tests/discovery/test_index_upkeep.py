"""An index that can't be used, or is of another engine than is set, is noticed at the start and rebuilt once."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config import TestConfig
from portal import create_app
from portal.db import unit_of_work
from portal.discovery.tasks import see_to_the_index
from portal.jobs import Job, enqueue
from portal.library import indexing
from portal.library.indexing import all_documents, engine, one_at_a_time, reason_to_rebuild, rebuilding
from portal.search.live_engine import LiveEngine
from portal.search.query import read_query
from portal.worker import at_start
from tests.search.conftest import require_engine


@pytest.fixture
def index(app, make) -> Path:
    """The folder of a sound index of two pieces of content."""
    make.asset(title="Turbine deck")
    make.asset(title="Turbine sheet")
    with app.app_context():
        engine().rebuild(all_documents())
    return Path(app.config["DATA_DIR"]) / "index"


def _start_worker(app: Flask) -> None:
    with app.app_context():
        for look in at_start:
            look()


def _rebuild_jobs(rows) -> list[str]:
    return [job.state for job in rows(select(Job).where(Job.kind == "rebuild_index"))]


def _set_engine(app: Flask, name: str) -> None:
    app.config["SEARCH_ENGINE"] = name
    app.extensions.pop("search_engine", None)


def _lose(index: Path) -> None:
    (index / "index.json").unlink()


def _halve(index: Path) -> None:
    for file in index.glob("index-*/*.trm"):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _age(index: Path) -> None:
    pointer = index / "index.json"
    pointer.write_text(json.dumps(json.loads(pointer.read_text()) | {"version": 0}))


def test_a_sound_index_is_left_alone(app, rows, index):
    assert see_to_the_index in at_start
    _start_worker(app)
    assert _rebuild_jobs(rows) == []


@pytest.mark.parametrize("harm", [_lose, _halve, _age], ids=["missing", "half-written", "another version"])
def test_an_index_that_cannot_be_used_is_rebuilt_once_when_workers_start(
    app, rows, run_jobs, index, caplog, harm
):
    harm(index)
    _start_worker(app)
    _start_worker(app)
    assert _rebuild_jobs(rows) == ["waiting"]
    assert "the search index is built anew: " in caplog.text
    run_jobs()
    assert _rebuild_jobs(rows) == ["done"]
    with app.app_context():
        assert reason_to_rebuild() is None
        assert len(engine().rank(read_query("turbine"))) == 2
    _start_worker(app)
    assert _rebuild_jobs(rows) == ["done"]


def test_an_index_of_another_engine_than_is_set_answers_until_it_is_rebuilt(
    app, rows, run_jobs, index, caplog
):
    require_engine("tantivy")
    _set_engine(app, "tantivy")
    running = LiveEngine(index, "whoosh")
    _start_worker(app)
    assert "built by whoosh; the setting SEARCH_ENGINE says tantivy" in caplog.text
    assert len(running.rank(read_query("turbine"))) == 2
    run_jobs()
    assert json.loads((index / "index.json").read_text())["engine"] == "tantivy"
    assert len(running.rank(read_query("turbine"))) == 2


def test_a_search_of_an_unusable_index_is_answered_by_the_database_and_says_so(make, sign_in, index):
    _age(index)
    page = sign_in(make.user(role="marketer")).get("/library?q=turbine")
    assert page.status_code == 200
    assert "Turbine deck" in page.text


def test_the_command_builds_with_the_engine_that_is_set_and_says_so(app, index):
    require_engine("tantivy")
    _set_engine(app, "tantivy")
    told = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert told.exit_code == 0
    assert "Indexing with tantivy" in told.output
    assert "2 pieces of content can be found." in told.output
    assert json.loads((index / "index.json").read_text())["engine"] == "tantivy"


def test_ensure_rebuilds_only_with_a_reason_and_names_it(app, index):
    ensure = app.test_cli_runner().invoke
    assert ensure(args=["search", "ensure"]).output == "The search index is whole (whoosh).\n"
    _age(index)
    told = ensure(args=["search", "ensure"])
    assert "The search index is rebuilt: The search index has version 0" in told.output
    assert ensure(args=["search", "ensure"]).output == "The search index is whole (whoosh).\n"


def test_a_rebuild_by_command_waits_for_who_writes_and_reads_what_they_wrote(app, make, index):
    """A snapshot from before the wait would put the state of then over what was written meanwhile."""
    done: list[str] = []

    def rebuild() -> None:
        done.append(app.test_cli_runner().invoke(args=["search", "rebuild"]).output)

    with app.app_context(), one_at_a_time():
        waiting = threading.Thread(target=rebuild)
        waiting.start()
        with unit_of_work():
            pass
        make.asset(title="Late turbine poster")
    waiting.join()
    assert "3 pieces of content" in done[0]
    with app.app_context():
        assert len(engine().rank(read_query("turbine"))) == 3


def test_a_web_process_that_starts_and_its_health_say_whether_the_index_can_be_used(app, index, caplog):
    health = app.test_client().get("/health")
    assert (health.status_code, health.text) == (200, "ok\nsearch: ok\n")
    create_app(TestConfig(app.config["DATA_DIR"]))
    assert "the database answers searches" not in caplog.text
    _age(index)
    create_app(TestConfig(app.config["DATA_DIR"]))
    assert "the database answers searches until the index is rebuilt: " in caplog.text
    health = app.test_client().get("/health")
    assert (health.status_code, health.text) == (
        200,
        "ok\nsearch: by the database, until the index is rebuilt\n",
    )


def test_while_the_index_is_built_anew_index_jobs_let_others_be_done_and_run_after_it(
    app, make, rows, run_jobs, index
):
    asset = make.asset(title="Late turbine poster")
    with app.app_context():
        with rebuilding():
            make.inside(lambda: enqueue("index_asset", asset.id))
            run_jobs()
            (job,) = rows(select(Job).where(Job.kind == "index_asset"))
            assert (job.state, job.attempts, job.claimed_by is not None) == ("waiting", 0, True)
        run_jobs()
        (job,) = rows(select(Job).where(Job.kind == "index_asset"))
        assert job.state == "done"
        assert len(engine().rank(read_query("turbine"))) == 3


def test_a_rebuild_does_not_read_the_database_in_one_go(app, make, index, monkeypatch):
    """A read that never ends keeps SQLite from clearing its log of writes away."""
    monkeypatch.setattr(indexing, "_AT_ONCE", 1)
    with app.app_context():
        documents = all_documents()
        assert next(documents).title == "Turbine deck"
        with app.app_context():
            make.asset(title="Late turbine poster")
        assert [document.title for document in documents] == ["Turbine sheet", "Late turbine poster"]
