"""What marketing answered in the demo, and what a rep of it is asked first."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import db
from portal.demo.company import REPS
from portal.demo.loading.answers import WAITS
from portal.feedback.asking import choosing
from portal.feedback.models import Rating, RatingAnswer
from portal.feedback.services import LOW
from portal.library.models import Version
from portal.notifications.models import Notification
from portal.users.models import User
from tests.demo.conftest import TODAY

pytestmark = pytest.mark.xdist_group("demo")


def test_low_ratings_were_answered_but_for_the_latest(demo: Flask) -> None:
    with demo.app_context():
        given = select(Rating, RatingAnswer, Version).where(Rating.stars <= LOW)
        given = given.outerjoin(RatingAnswer, RatingAnswer.rating_id == Rating.id)
        rows = db.session.execute(given.outerjoin(Version, Version.id == RatingAnswer.fixed_in_id)).all()
        told = db.session.scalars(select(Notification.title).where(Notification.kind == "answer")).all()
    answered = [(rating, answer, fixed) for rating, answer, fixed in rows if answer]
    assert len(told) == len(answered) > 0
    moment = datetime.combine(TODAY, time(18), UTC)
    assert all(rating.updated_at < moment - WAITS for rating, _, _ in answered)
    assert all(rating.updated_at < answer.at < moment for rating, answer, _ in answered)
    assert all(answer.at > fixed.published_at for _, answer, fixed in answered if fixed)
    assert all(fixed.id > rating.version_id for rating, _, fixed in answered if fixed)


def test_the_rep_of_the_demo_is_asked_something(demo: Flask, monkeypatch) -> None:
    monkeypatch.setattr(choosing, "now", lambda: datetime.combine(TODAY, time(18), UTC) + timedelta(hours=1))
    with demo.app_context():
        rep = db.session.scalars(select(User).where(User.email == REPS[0].email)).one()
        assert choosing.question_for(rep, TODAY) is not None
