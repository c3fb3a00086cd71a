"""What is forgotten at night: mails that were received long ago, and files that no mail waits in."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.capture.meetings.services import clear_meetings
from portal.capture.models import ProposedUse, ReceivedMail
from portal.capture.receiving.arrivals import Arrival, mail_store, note_arrival
from portal.db import now, unit_of_work
from portal.jobs import drain, enqueue
from tests.capture.receiving.mails import mail


@pytest.fixture
def night(app):
    def run():
        with app.app_context():
            with unit_of_work():
                enqueue("clear_mails")
            drain(kinds=("clear_mails",))

    return run


@pytest.fixture
def store(received):
    """Put a mail into the store, as old as said, and return its name and what it is known by."""

    def run(days=0, message_id="<a@x>"):
        with received.app_context(), Arrival(1_000_000) as arrival:
            arrival.write(mail(message_id=message_id).as_bytes())
            name = arrival.store("file")
            moment = (now() - timedelta(days=days)).timestamp()
            os.utime(mail_store().path(name), (moment, moment))
            return name, arrival.message_key

    return run


def stored(app):
    with app.app_context():
        return set(mail_store().names())


def old_mail(make, user, key, days, state="read"):
    then = now() - timedelta(days=days)
    return make.store(
        ReceivedMail(
            user_id=user.id, message_key=key, recipients=[], sent_at=then, received_at=then, state=state
        )
    )


def test_mails_are_forgotten_after_so_many_days_but_not_what_was_proposed(
    app, make, ann, content, rows, night
):
    app.config["CAPTURE_DAYS"] = 30
    old, young = old_mail(make, ann, "a", 31), old_mail(make, ann, "b", 29)
    waiting = old_mail(make, ann, "c", 40, state="waiting")
    deck = content("Deck")
    make.store(
        ProposedUse(
            user_id=ann.id,
            kind="sent",
            asset_id=deck.id,
            at=now(),
            origin="mail",
            origin_key="a",
            reason={},
            mail_id=old.id,
        )
    )
    night()
    assert set(rows(select(ReceivedMail.id))) == {young.id, waiting.id}
    assert [one.mail_id for one in rows(select(ProposedUse))] == [None]


def test_what_a_proposal_was_made_of_is_forgotten_with_its_mail(
    app, make, ann, content, rows, night, sign_in
):
    app.config["CAPTURE_DAYS"] = 30
    deck, told = content("Deck"), {"file": "Offer for Acme.pdf", "domains": ["acme.example"]}
    for days, state in ((31, "confirmed"), (31, "waiting"), (29, "waiting")):
        made = now() - timedelta(days=days)
        make.proposal(deck, ann, reason=told, state=state, created_at=made, at=made)
    night()
    assert [one.reason for one in rows(select(ProposedUse).order_by(ProposedUse.id))] == [{}, {}, told]
    assert sign_in(ann).get("/me/proposals").text.count("acme.example") == 1


def test_the_title_of_a_meeting_is_forgotten_with_the_meeting(app, make, ann, content, rows):
    for days in (91, 89):
        made = now() - timedelta(days=days)
        told = {"title": "Talks", "did": "opened"}
        make.proposal(content("Deck"), ann, origin="meeting", reason=told, created_at=made)
    make.inside(clear_meetings)
    assert [len(one.reason) for one in rows(select(ProposedUse).order_by(ProposedUse.id))] == [0, 2]


def test_with_0_days_they_are_kept_for_good(app, make, ann, rows, night):
    app.config["CAPTURE_DAYS"] = 0
    old_mail(make, ann, "a", 3_000)
    night()
    assert len(rows(select(ReceivedMail))) == 1


def test_files_that_no_mail_waits_in_are_removed_after_a_day_and_no_others(app, make, ann, store, night):
    left, _ = store(days=2)
    fresh, _ = store()
    waited_for, key = store(days=2, message_id="<b@x>")
    make.inside(lambda: note_arrival(ann.id, key, waited_for))
    night()
    assert stored(app) == {fresh, waited_for}
    assert left not in stored(app)
