"""The demo has words that mean the same, and somebody who was told of what is new for their saved searches."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import db
from portal.discovery.models import SavedSearch, SavedSearchHit
from portal.discovery.synonyms.queries import synonyms
from portal.notifications.models import Notification

pytestmark = pytest.mark.xdist_group("demo")


def test_searches_are_saved_of_which_some_have_news_and_some_only_what_was_there(demo: Flask) -> None:
    with demo.app_context():
        assert ("one-pager", "one-sheeter", "one page") in synonyms()
        searches = db.session.scalars(select(SavedSearch)).all()
        assert len(searches) == 3
        assert all(search.looked_at for search in searches)
        found = set(db.session.scalars(select(SavedSearchHit.found_at.is_(None)).distinct()))
        assert found == {True, False}
        told = select(Notification.title).where(Notification.kind == "saved_search")
        assert any("for your search “" in title for title in db.session.scalars(told))
