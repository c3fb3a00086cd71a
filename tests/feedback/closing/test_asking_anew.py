"""A deal that was reopened and ended otherwise is asked about anew; one that ended the same way is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.deals.models import Deal, DealChange, DealImport
from portal.feedback.models import ClosingAnswer, Question
from tests.feedback.closing.test_asking import _another_day, _asks, _say


@pytest.fixture
def rep(make):
    return make.user("rep", team=make.team())


@pytest.fixture
def deal(make, rep):
    return make.deal(owner=rep, status="won", name="Acme renewal")


@pytest.fixture
def ends(make, deal):
    """Let imports open the deal and end it again: ends("lost")."""

    def change(status, undone=False):
        def write():
            row = db.session.get_one(Deal, deal.id)
            for before, after in ((row.status, "open"), ("open", status)):
                done = DealImport(kind="deals", source="csv", filename="a.csv", sha256="0" * 64)
                done.applied_at, done.undone_at = now(), now() if undone else None
                db.session.add(done)
                db.session.flush()
                db.session.add(DealChange(import_id=done.id, deal_id=row.id, before={"status": before}))
                row.status = after

        make.inside(write)

    return change


def test_another_end_is_asked_about_after_an_answer_and_once(make, sign_in, rep, deal, ends, rows):
    client = sign_in(rep)
    assert "Acme renewal" in _asks(client.get("/").text)
    _say(client, deal, unanswered="A price list.")
    _another_day(make)
    assert _asks(client.get("/").text) is None
    ends("lost")
    assert "Acme renewal" in _asks(client.get("/").text)
    assert rows(select(Question.answered_at)) == [None]
    _say(client, deal, unanswered="A shorter contract.")
    _another_day(make)
    assert _asks(client.get("/").text) is None
    assert rows(select(ClosingAnswer.unanswered)) == ["A shorter contract."]


def test_another_end_is_asked_about_after_not_now(make, sign_in, rep, deal, ends):
    client = sign_in(rep)
    client.get("/")
    client.post(f"/deals/{deal.id}/closing/later")
    _another_day(make)
    ends("lost")
    assert "Acme renewal" in _asks(client.get("/").text)


@pytest.mark.parametrize(("status", "undone"), [("won", False), ("lost", True)])
def test_the_same_end_or_one_that_was_undone_is_not(make, sign_in, rep, deal, ends, status, undone):
    client = sign_in(rep)
    client.get("/")
    _say(client, deal, unanswered="A price list.")
    _another_day(make)
    ends("lost" if status == "lost" else "won", undone)
    if undone:
        make.inside(lambda: setattr(db.session.get_one(Deal, deal.id), "status", "won"))
    make.inside(
        lambda: setattr(db.session.get_one(Deal, deal.id), "closed_on", (now() - timedelta(days=1)).date())
    )
    assert _asks(client.get("/").text) is None
