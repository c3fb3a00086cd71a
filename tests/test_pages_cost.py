"""Every page of the portal, with a demo in it, answers, and asks the database few questions."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config import TestConfig
from portal import create_app
from portal.db import db, now, unit_of_work
from portal.demo.load import load
from portal.users.models import User
from portal.users.services import open_session
from tests.browser.pages import all_pages, demo_people
from tests.browser.shown import Shown

MOST_QUERIES = 25
DEALS = 300
pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def demo(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A portal with a smaller demo in it, loaded once."""
    folder = tmp_path_factory.mktemp("cost")
    shutil.copyfile(template_database, folder / "tandem.db")
    app = create_app(TestConfig(folder, WTF_CSRF_ENABLED=False, SOFFICE="/nowhere/soffice"))
    with app.app_context():
        # Told up to today, or the buyers' links would have expired.
        load(app, today=now().date(), deals=DEALS)
        db.engine.dispose()
    with sqlite3.connect(folder / "tandem.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    yield app
    with app.app_context():
        db.engine.dispose()


def _client(app: Flask, email: str | None) -> FlaskClient:
    client = app.test_client()
    if email:
        with app.app_context(), unit_of_work():
            token = open_session(db.session.scalars(select(User).where(User.email == email)).one())
        with client.session_transaction() as session:
            session["_user_id"] = token
    return client


def _expected(shown: Shown) -> int:
    # Sales are told that archived content is gone, and what stands in for it.
    return {"not-found": 404, "content-archived": 410}.get(shown.name, 200)


def test_every_page_answers_and_takes_few_statements(demo: Flask, count_queries) -> None:
    people, wrong = demo_people(demo), []
    clients = {role: _client(demo, people.get(role or "")) for role in (None, *people)}
    pages = all_pages(demo)
    for shown in pages:
        # What is written on the first call, such as that somebody was seen, is not what a page costs.
        clients[shown.role].get(shown.path)
        with count_queries() as queries:
            status = clients[shown.role].get(shown.path).status_code
        if status != _expected(shown) or len(queries) > MOST_QUERIES:
            wrong.append(f"{shown.name} {shown.path}: {status}, {len(queries)} statements")
    assert len(pages) > 45
    assert wrong == []
