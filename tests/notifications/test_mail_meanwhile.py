"""What changes while a mail is handed over: the address, the person, and a database that cannot be told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from portal.db import db, now, unit_of_work
from portal.notifications import mailing, sending
from portal.notifications.models import Mail, Notification, NotificationChoice
from portal.users.models import User

pytestmark = pytest.mark.usefixtures("mail_server")


@pytest.fixture
def meanwhile(app, handler):
    """Change a person as soon as the mail server hears of a mail to them: meanwhile(ann, email="new@firm.test")."""

    def run(person, **facts):
        asked = []

        def at_rcpt(envelope):
            if not asked:
                asked.append(envelope.rcpt_tos[0])
                with app.app_context(), unit_of_work():
                    db.session.execute(update(User).where(User.id == person.id).values(**facts))

        handler.at_rcpt = at_rcpt
        return asked

    return run


def test_who_changes_the_address_meanwhile_gets_the_mail_there_and_nobody_the_other(
    make, handler, say, send, meanwhile, rows
):
    ann = make.user(email="old@firm.test")
    asked = meanwhile(ann, email="new@firm.test")
    say(ann)
    send()
    assert [mail["To"] for mail in handler.mails] == [f"{ann.name} <new@firm.test>"]
    assert asked == ["old@firm.test"]
    assert rows(select(Mail.state)) == ["sent"]


def test_who_leaves_while_the_mail_is_offered_gets_none(make, handler, say, send, meanwhile, rows):
    ann = make.user(email="ann@firm.test")
    meanwhile(ann, status="disabled")
    say(ann)
    send()
    assert handler.taken == []
    say(make.user(email="ben@firm.test"))
    send()
    assert rows(select(Mail.state).order_by(Mail.id)) == ["failed", "sent"]


def test_a_mail_that_went_is_noted_later_when_the_database_cannot_be_told_at_once(
    make, handler, say, send, rows, monkeypatch, app
):
    note_sent, failures = mailing.note_sent, [OperationalError("UPDATE", {}, Exception("database is locked"))]

    def note(mail_id, by):
        if failures:
            raise failures.pop()
        note_sent(mail_id, by)

    monkeypatch.setattr(mailing, "note_sent", note)
    say(make.user(email="ann@firm.test"))
    send()
    assert (len(handler.taken), rows(select(Mail.state))) == (1, ["handing_over"])
    with app.app_context():
        sending.send_due_mails()
    assert (len(handler.taken), rows(select(Mail.state))) == (1, ["sent"])


def test_a_mail_whose_handing_over_ends_in_an_error_nobody_expected_is_uncertain(
    make, handler, say, send, rows, monkeypatch
):
    def fail(*_):
        raise RuntimeError("out of the blue")

    ann = make.user(email="ann@firm.test")
    make.store(NotificationChoice(user_id=ann.id, kind="mention", in_app=False, mail_time="now"))
    monkeypatch.setattr(sending.Conversation, "give", fail)
    say(ann)
    send()
    assert rows(select(Mail.state)) == ["uncertain"]
    assert rows(select(Notification.user_id)) == [ann.id]


def test_news_does_not_wait_for_hours_with_a_mail_that_was_put_off(make, handler, say, run_jobs, rows):
    ann = make.user(email="ann@firm.test")
    say(ann, title="First")
    run_jobs()
    later = {"attempts": 6, "run_after": now() + timedelta(hours=12)}
    make.inside(lambda: db.session.execute(update(Mail).values(**later)))
    say(ann, title="Second")
    run_jobs()
    first, second = rows(select(Mail).order_by(Mail.id))
    assert second.run_after < now() + timedelta(minutes=2) < first.run_after
    say(ann, title="Third")
    run_jobs()
    assert len(rows(select(Mail))) == 2
