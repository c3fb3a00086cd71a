"""What was read or sent long ago is cleared at night; what waits for somebody, or keeps from telling twice, stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.db import db, now
from portal.jobs import enqueue, nightly_kinds
from portal.notifications import clearing
from portal.notifications.models import Mail, Notification, OutboxMessage, TeamWebhook, WebhookPost

TABLES = (OutboxMessage, Notification, Mail, WebhookPost)


@pytest.fixture
def age(make):
    """Let all that there is have happened so many days earlier: age(200)."""

    def run(days):
        by = timedelta(days=days)

        def write():
            for table in TABLES:
                names = ("created_at", "delivered_at", "read_at", "sent_at", "run_after")
                for name in (name for name in names if name in table.__table__.c):
                    for row in db.session.scalars(select(table).where(getattr(table, name).is_not(None))):
                        setattr(row, name, getattr(row, name) - by)

        make.inside(write)

    return run


@pytest.fixture
def clear(make, run_jobs):
    """Do the night's clearing."""

    def run():
        make.inside(lambda: enqueue("clear_notifications"))
        run_jobs()

    return run


def test_what_was_read_long_ago_is_cleared_and_what_nobody_has_read_stays(
    make, sign_in, say, run_jobs, rows, age, clear
):
    ann, ben = make.user(), make.user()
    say(ann, ben, kind="request", title="Long ago")
    run_jobs()
    sign_in(ann).post("/notifications/read")
    age(181)
    say(ann, kind="request", title="Lately")
    run_jobs()
    sign_in(ann).post("/notifications/read")
    clear()
    assert "clear_notifications" in nightly_kinds
    assert rows(select(Notification.user_id, Notification.title)) == [ben.id, ann.id]
    assert sorted(rows(select(OutboxMessage.recipient_id))) == [ann.id, ben.id]
    assert "Long ago" in sign_in(ben).get("/notifications").text
    sign_in(ben).post("/notifications/read")
    clear()
    assert len(rows(select(Notification))) == 2, "it was read only now"


def test_mails_that_ended_are_cleared_with_what_they_carried_and_those_on_their_way_stay(
    make, mail_server, say, send, run_jobs, sign_in, rows, age, clear
):
    ann, ben = make.user(email="ann@firm.test"), make.user(email="ben@firm.test")
    say(ann, kind="request", title="Sent")
    send()
    say(ben, kind="request", title="Waits")
    say(ann, kind="comment", title="For the digest")
    run_jobs()
    for person in (ann, ben):
        sign_in(person).post("/notifications/read")
    age(181)
    clear()
    assert rows(select(Mail.state)) == ["waiting"]
    assert sorted(rows(select(OutboxMessage.title))) == ["For the digest", "Waits"]
    assert rows(select(Notification)) == []


@pytest.mark.parametrize("state", clearing.ENDED)
def test_messages_to_channels_that_ended_are_cleared(lead, make, tell_channels, rows, age, clear, state):
    make.store(_channel(lead))
    tell_channels([lead.team_id])
    tell_channels([lead.team_id], key="deal:2")
    ended = update(WebhookPost).where(WebhookPost.event_key == "deal:1").values(state=state)
    make.inside(lambda: db.session.execute(ended))
    age(179)
    later = update(WebhookPost).values(run_after=now() + timedelta(days=1))
    make.inside(lambda: db.session.execute(later))
    clear()
    assert len(rows(select(WebhookPost))) == 2
    age(2)
    make.inside(lambda: db.session.execute(later))
    clear()
    assert rows(select(WebhookPost.event_key)) == ["deal:2"]


def _channel(lead):
    return TeamWebhook(team_id=lead.team_id, address="https://hooks.example/x", kinds="win")


def test_who_was_told_of_a_day_or_named_is_not_told_again_however_long_ago_that_was(
    make, sign_in, say, run_jobs, rows, age, clear
):
    ann = make.user()
    kinds = ("life", "mention", "comment")
    for kind in kinds:
        say(ann, kind=kind, key=f"{kind}:1")
    run_jobs()
    sign_in(ann).post("/notifications/read")
    age(400)
    clear()
    for kind in kinds:
        say(ann, kind=kind, key=f"{kind}:1")
    run_jobs()
    assert rows(select(Notification.kind)) == ["comment"]


def test_a_long_list_is_cleared_in_parts(make, sign_in, say, run_jobs, rows, age, clear, monkeypatch):
    monkeypatch.setattr(clearing, "BATCH", 3)
    ann = make.user()
    for _ in range(8):
        say(ann, kind="request")
    run_jobs()
    sign_in(ann).post("/notifications/read")
    age(181)
    clear()
    assert (rows(select(Notification)), rows(select(OutboxMessage))) == ([], [])


def test_with_no_days_set_nothing_is_cleared(app, make, sign_in, say, run_jobs, rows, age, clear):
    app.config["NOTIFICATION_DAYS"] = 0
    ann = make.user()
    say(ann, kind="request")
    run_jobs()
    sign_in(ann).post("/notifications/read")
    age(4_000)
    clear()
    assert len(rows(select(Notification))) == 1
