"""Sizes of deals from before they were kept in the currency in which they were told."""

from __future__ import annotations

import json
import sqlite3

import pytest
from flask_migrate import upgrade

from config import TestConfig
from portal import create_app

# id, status, amount, currency, size in the base currency; the size in its own currency afterwards.
DEALS = (
    ("D1", "won", 900, "USD", 800, (800, "USD")),
    ("D2", "open", 700, "USD", 700, (700, "USD")),
    ("D3", "open", 600, "EUR", None, (600, "EUR")),
    ("D4", "open", 0, "USD", None, (None, None)),
    # The CRM leaves lost deals their amounts, so that of a deal that came in closed is its size.
    ("D5", "lost", 500, "EUR", None, (500, "EUR")),
    # This one was open before; what it was worth then is not known, and its last amount is no size.
    ("D6", "won", 400, "EUR", None, (None, None)),
)


@pytest.fixture
def empty_app(tmp_path):
    return create_app(TestConfig(tmp_path))


def test_sizes_are_kept_and_no_closing_amount_becomes_one(empty_app):
    path = empty_app.config["DATA_DIR"] / "tandem.db"
    day = "2026-01-05 09:00:00"
    with empty_app.app_context():
        upgrade(revision="0004")
        with sqlite3.connect(path) as connection:
            for number, (name, status, amount, currency, size, _) in enumerate(DEALS, start=1):
                connection.execute(
                    "insert into deals (id, source, external_id, name, stage, status, amount_minor, currency,"
                    " base_amount_minor, size_minor, imported_at, changed_at)"
                    " values (?, 'csv', ?, ?, 'A', ?, ?, ?, ?, ?, ?, ?)",
                    (number, name, name, status, amount, currency, size, size, day, day),
                )
            connection.execute(
                "insert into deal_imports (id, kind, source, filename, state, created_at)"
                " values (1, 'deals', 'csv', 'a.csv', 'applied', ?)",
                (day,),
            )
            connection.execute(
                "insert into deal_changes (import_id, deal_id, before) values (1, 6, ?)",
                (json.dumps({"status": "open"}),),
            )
        upgrade(revision="0005")
    with sqlite3.connect(path) as connection:
        found = connection.execute(
            "select external_id, size_minor, size_amount_minor, size_currency from deals order by id"
        ).fetchall()
    assert found == [(name, size, *told) for name, _, _, _, size, told in DEALS]
