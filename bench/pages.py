"""Server time of every page with the demo in it: median of 20, beside an empty page of the same run.

Run: .venv/bin/python -m bench.pages. Goal: 150 ms.
"""

from __future__ import annotations

import statistics
import tempfile
import time

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import select

from config import Config
from portal import create_app
from portal.db import db, unit_of_work
from portal.users.models import User
from portal.users.services import open_session
from tests.browser.pages import all_pages, demo_people

TIMES = 20
GOAL_MS = 150


def client_of(app: Flask, email: str) -> FlaskClient:
    """Return a client that is signed in as a person."""
    with app.app_context(), unit_of_work():
        token = open_session(db.session.scalars(select(User).where(User.email == email)).one())
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = token
    return client


def median_ms(client: FlaskClient, path: str) -> float:
    """Return the median server time of a page, in milliseconds; the first call warms up and is left out."""
    assert client.get(path).status_code < 500, path
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main() -> None:
    """Load the demo into a folder of its own and print a line per page."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config({"PORTAL_DATA_DIR": folder, "SOFFICE": "none", "PORT": "8000"}))
        with app.app_context():
            upgrade()
        done = app.test_cli_runner().invoke(args=["demo", "load"])
        assert done.exit_code == 0, done.output
        clients = {role: client_of(app, email) for role, email in demo_people(app).items()}
        empty = median_ms(clients["admin"], "/admin/teams")
        print(
            f"Pages with the demo, median of {TIMES}; an empty page takes {empty:.0f} ms, the goal is {GOAL_MS} ms"
        )
        for shown in all_pages(app):
            client = clients[shown.role] if shown.role else app.test_client()
            took = median_ms(client, shown.path)
            mark = "" if took <= GOAL_MS else "  over the goal"
            print(f"{shown.name:26} {took:7.0f} ms   {took / empty:5.1f} x{mark}")


if __name__ == "__main__":
    main()
