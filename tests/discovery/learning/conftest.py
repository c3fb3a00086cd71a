"""Requests with searches, their delivery, and how their searches did since."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.content_requests.delivering import deliver
from portal.content_requests.models import ContentRequest
from portal.db import db
from portal.discovery.models import RequestSearch
from portal.jobs import enqueue
from portal.library.indexing import all_documents, engine
from portal.library.models import Asset
from portal.users.models import User


@pytest.fixture
def ready(app):
    """An index of what is there."""
    with app.app_context():
        engine().rebuild(all_documents())


@pytest.fixture
def delivered(make):
    """Deliver a request with an asset that still has to be written to the index."""

    def give(request, asset, by):
        def act():
            enqueue("index_asset", asset.id, once=True)
            one = db.session.get_one(ContentRequest, request.id)
            deliver(one, db.session.get_one(User, by.id), db.session.get_one(Asset, asset.id))

        make.inside(act)

    return give


@pytest.fixture
def tie(make):
    """Tie searches to a request."""

    def store(request, *searches):
        make.store(*(RequestSearch(request_id=request.id, search_id=one.id) for one in searches))

    return store


@pytest.fixture
def results(rows):
    """Say how much each search of the requests finds now, and in which place what was delivered."""

    def read():
        found = rows(select(RequestSearch).order_by(RequestSearch.search_id))
        return [(one.result_count, one.place) for one in found]

    return read
