"""Migrations run up, down and up again, keep what is stored, and end where the models are."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade

from config import TestConfig
from portal import create_app
from portal.db import db, unit_of_work
from portal.library.models import Asset
from tests.factories import Make


@pytest.fixture
def empty_app(tmp_path: Path) -> Flask:
    return create_app(TestConfig(tmp_path))


def _tables(app: Flask) -> set[str]:
    with sqlite3.connect(app.config["DATA_DIR"] / "tandem.db") as connection:
        rows = connection.execute("select name from sqlite_master where type = 'table'")
        return {name for (name,) in rows if not name.startswith(("sqlite_", "alembic_"))}


def test_the_migrations_end_where_the_models_are(empty_app):
    with empty_app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, db.metadata) == []


def test_the_migrations_go_up_down_and_up_again(empty_app):
    with empty_app.app_context():
        upgrade()
        before = _tables(empty_app)
        downgrade(revision="base")
        assert _tables(empty_app) == set()
        upgrade()
    assert _tables(empty_app) == before


def test_an_upgrade_keeps_what_is_stored_and_every_reference_in_it(empty_app):
    with empty_app.app_context():
        upgrade()
    make = Make(empty_app)
    owner = make.user("marketer")
    asset = make.asset("Kept", owner=owner)
    make.use(asset, make.user("rep"), deal=make.deal(owner=owner))
    with empty_app.app_context():
        upgrade()
        with unit_of_work():
            kept = db.session.get_one(Asset, asset.id)
            assert (kept.title, kept.owner_id, len(kept.versions)) == ("Kept", owner.id, 1)
    with sqlite3.connect(empty_app.config["DATA_DIR"] / "tandem.db") as connection:
        assert connection.execute("pragma foreign_key_check").fetchall() == []
