"""A small demo that is loaded once; whoever uses it belongs to the xdist group "demo"."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from config import TestConfig
from portal import create_app
from portal.db import db
from portal.demo.load import load
from portal.demo.loading.people import PASSWORD
from portal.demo.pieces import load_pieces
from portal.demo.simulated import Simulated
from portal.demo.simulation import SEED, simulate

TODAY = date(2026, 3, 5)
DEALS = 120
PIECES = load_pieces()


def create(folder: Path) -> Flask:
    """The portal on a folder, without LibreOffice."""
    # A LibreOffice that is named but absent makes Word and PowerPoint files wait for the worker.
    return create_app(TestConfig(folder, WTF_CSRF_ENABLED=False, SOFFICE="/nowhere/soffice"))


def client_of(app: Flask, email: str) -> FlaskClient:
    """Sign in to the demo as one of its people."""
    client = app.test_client()
    answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 303, "the demo's people sign in with the demo's password"
    return client


def row_counts(app: Flask) -> dict[str, int]:
    """The number of rows of each table."""
    tables = db.metadata.sorted_tables
    with app.app_context():
        return {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        }


def count(app: Flask, table: Any, *conditions: Any) -> int:
    """The number of rows of a table that meet conditions."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def run(app: Flask, *arguments: str) -> Result:
    """Run a command of the demo."""
    return app.test_cli_runner().invoke(args=["demo", *arguments])


@pytest.fixture(scope="session")
def story() -> Simulated:
    """What happens in the small demo."""
    return simulate(SEED, assets=PIECES, today=TODAY, deals=DEALS)


@pytest.fixture(scope="session")
def loaded(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small demo, loaded once."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copyfile(template_database, folder / "tandem.db")
    app = create(folder)
    with app.app_context():
        load(app, today=TODAY, deals=DEALS)
        db.engine.dispose()
    with sqlite3.connect(folder / "tandem.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture
def demo(loaded: Path, tmp_path: Path) -> Iterator[Flask]:
    """A portal that shows the demo, in a folder of its own."""
    shutil.copytree(loaded, tmp_path / "demo")
    app = create(tmp_path / "demo")
    yield app
    with app.app_context():
        db.engine.dispose()
