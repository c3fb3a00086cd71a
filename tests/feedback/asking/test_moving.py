"""One question a day holds for whoever moves to another time zone as well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from portal.db import db
from portal.feedback.asking import choosing
from portal.feedback.models import Question
from portal.library.models import Asset
from portal.users.models import User

# Monday in Auckland, still Sunday in Los Angeles.
MOMENT = datetime(2026, 3, 1, 20, tzinfo=UTC)


@pytest.fixture
def rep(make, monkeypatch):
    """A rep in Auckland who used three pieces of content on a deal the day before."""
    rep = make.user("rep", team=make.team(), time_zone="Pacific/Auckland")
    deal = make.deal(owner=rep, name="Acme")
    for days in (1, 2, 3):
        make.use(make.asset(), rep, kind="presented", deal=deal, at=MOMENT - timedelta(days=days))
    monkeypatch.setattr(choosing, "now", lambda: MOMENT)
    return rep


@pytest.mark.parametrize("was_asked_before", [False, True])
def test_who_moves_west_and_lives_the_same_day_again_is_asked_nothing_new(
    make, sign_in, rep, rows, was_asked_before
):
    client = sign_in(rep)
    client.get("/")
    (asked,) = rows(select(Question))
    client.post(f"/questions/{asked.deal_id}/{_slug_of(rows, asked)}/later")
    if was_asked_before:
        make.store(Question(user_id=rep.id, day=asked.day - timedelta(days=1), deal_id=asked.deal_id))
    west = update(User).where(User.id == rep.id).values(time_zone="America/Los_Angeles")
    make.inside(lambda: db.session.execute(west))
    assert 'id="question-title"' not in client.get("/").text
    assert len(rows(select(Question))) == 1 + was_asked_before


def _slug_of(rows, asked):
    return rows(select(Asset.slug).where(Asset.id == asked.asset_id))[0]
