"""Searches to save: save(client, "hospital", name="Mine"), and content that goes live: publish("Title")."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from portal.db import db, now
from portal.discovery.models import SavedSearch
from portal.jobs import enqueue
from portal.library.models import Asset
from portal.notifications.models import Notification


@pytest.fixture
def save(rows, app):
    """Save a search through its page, and return the row."""

    def run(client, text="", *, name="Mine", **filters):
        address = MultiDict({"q": text, **filters} if text else filters)
        answer = client.post("/searches/new", query_string=address, data={"name": name})
        assert answer.status_code == 303, answer.text
        return rows(select(SavedSearch).order_by(SavedSearch.id.desc()))[0]

    return run


@pytest.fixture
def publish(make, run_jobs):
    """Make content, bring it into the index as the worker does, and look saved searches over."""

    def run(title="", **fields):
        asset = make.asset(title, **fields)
        make.inside(lambda: enqueue("index_asset", asset.id))
        run_jobs()
        return asset

    return run


@pytest.fixture
def reindex(make, run_jobs):
    """Change an asset and bring that into the index."""

    def run(asset, **fields):
        def change():
            if fields:
                db.session.execute(update(Asset).where(Asset.id == asset.id).values(**fields))
            enqueue("index_asset", asset.id)

        make.inside(change)
        run_jobs()

    return run


@pytest.fixture
def told(rows):
    """What a person was told of their saved searches, the first first."""

    def of(user):
        mine = select(Notification.title).where(
            Notification.user_id == user.id, Notification.kind == "saved_search"
        )
        return rows(mine.order_by(Notification.id))

    return of


@pytest.fixture
def long_ago():
    """A moment before anything happened."""
    return now() - timedelta(days=30)
