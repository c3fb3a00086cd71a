"""A portal for each test: its own folder, its own copy of a migrated database, and a client for each person."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine

from config import TestConfig
from portal import create_app
from portal.db import db, unit_of_work
from portal.jobs import drain
from portal.library.documents.preview import find_soffice
from portal.users.models import User
from portal.users.services import open_session
from tests.factories import Make


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every table and no row, made once."""
    folder = tmp_path_factory.mktemp("template")
    app = create_app(TestConfig(folder))
    with app.app_context():
        db.create_all()
        db.engine.dispose()
    with sqlite3.connect(folder / "tandem.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / "tandem.db"


@pytest.fixture
def app(template_database: Path, tmp_path: Path) -> Iterator[Flask]:
    """The portal on a folder of its own."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copyfile(template_database, folder / "tandem.db")
    app = create_app(TestConfig(folder, WTF_CSRF_ENABLED=False))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def make(app: Flask) -> Make:
    """Factories that store what they make: make.asset(title="...")."""
    return Make(app)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[User], FlaskClient]:
    """A client that is signed in as the given person."""

    def client_of(user: User) -> FlaskClient:
        with app.app_context(), unit_of_work():
            token = open_session(db.session.get_one(User, user.id))
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return client

    return client_of


@pytest.fixture
def rows(app: Flask) -> Callable[[Any], list[Any]]:
    """Run a select in a context of its own and return the scalars it gives."""

    def run(statement: Any) -> list[Any]:
        with app.app_context():
            return list(db.session.scalars(statement).unique())

    return run


@pytest.fixture
def run_jobs(app: Flask) -> Callable[[], int]:
    """Do all jobs that are due, as the worker would."""

    def run() -> int:
        with app.app_context():
            return drain()

    return run


@dataclass
class Queries:
    """The statements that ran inside a block."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture
def count_queries() -> Callable[[], Any]:
    """Count the statements of a block, transactions left out: `with count_queries() as queries:`."""

    @contextmanager
    def counting() -> Iterator[Queries]:
        queries = Queries()

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
                queries.statements.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield queries
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return counting


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data; a test that needs it is skipped loudly where it is absent."""
    folder = os.environ.get("PORTAL_SHARED_DATA")
    if not folder:
        pytest.skip("PORTAL_SHARED_DATA is not set: real-data tests are left out")
    path = Path(folder).resolve()
    assert path.is_dir(), f"PORTAL_SHARED_DATA is set, but {path} is no folder"
    return path


@pytest.fixture(scope="session")
def soffice() -> str:
    """Where LibreOffice is; without it a test is left out loudly, or fails when REQUIRE_OFFICE=1."""
    found = find_soffice()
    if not found and os.environ.get("REQUIRE_OFFICE") == "1":
        pytest.fail("REQUIRE_OFFICE=1, but soffice is not on PATH")
    if not found:
        pytest.skip(
            "soffice is not on PATH: drawing through LibreOffice is NOT TESTED (REQUIRE_OFFICE=1 fails)"
        )
    return found
