"""The demo has words that mean the same, and people who were told of what they follow and of what is new for them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import db
from portal.demo.company import MANAGERS, MARKETERS, REPS
from portal.discovery.models import SavedSearch, SavedSearchHit
from portal.discovery.synonyms.queries import synonyms
from portal.notifications.models import Follow, Notification, TeamWebhook
from portal.users.models import User
from tests.demo.conftest import TODAY, client_of, count

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


def test_those_whom_one_signs_in_as_follow_something_of_which_they_hear(demo: Flask) -> None:
    for person in (REPS[0], MARKETERS[0], MANAGERS[0]):
        client = client_of(demo, person.email)
        page = client.get("/me/following").text
        assert page.count("Stop following") >= 3, person.name
        with demo.app_context():
            mine = select(User.id).where(User.email == person.email).scalar_subquery()
            told = select(Notification).where(Notification.user_id == mine, Notification.kind == "follow")
            news = db.session.scalars(told).all()
        assert news, person.name
    rep = client_of(demo, REPS[0].email).get("/notifications").text
    assert "New</h2>" in rep
    assert "Earlier</h2>" in rep


def test_what_is_long_ago_was_read_and_nothing_of_it_seems_to_be_of_today(demo: Flask) -> None:
    moment = datetime.combine(TODAY, time(18), UTC)
    is_old = Notification.created_at < moment - timedelta(days=4)
    assert count(demo, Notification, is_old, Notification.read_at.is_(None)) == 0
    assert count(demo, Notification, is_old) > 0
    assert count(demo, Notification, ~is_old, Notification.read_at.is_(None)) > 0
    subjects = {"asset", "term", "request"}
    with demo.app_context():
        assert set(db.session.scalars(select(Follow.subject))) == subjects


def test_no_channel_is_told_anything_by_a_demo(demo: Flask) -> None:
    assert count(demo, TeamWebhook) == 0
