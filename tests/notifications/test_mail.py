"""What happened reaches people by mail: once, as they chose, and whatever the mail server says to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import now
from portal.notifications.delivering import deliver
from portal.notifications.mailing import MAX_ATTEMPTS
from portal.notifications.models import Mail, Notification, NotificationChoice, OutboxMessage
from portal.notifications.services import Group

pytestmark = pytest.mark.usefixtures("mail_server")


def states(rows):
    return [mail.state for mail in rows(select(Mail).order_by(Mail.id))]


def test_news_is_one_mail_with_a_link_and_everything_a_mail_needs(app, make, handler, say, send, rows):
    ann = make.user(name="Ann Ásdís", email="ann@firm.test")
    say(ann, title="Ben mentioned you", address="/requests/7")
    send()
    (mail,) = handler.mails
    assert mail["Subject"] == "Ben mentioned you"
    assert mail["From"] == "Tandem <tandem@portal.example>"
    assert str(mail["To"]) == "Ann Ásdís <ann@firm.test>"
    assert mail["Date"].datetime - now() < timedelta(minutes=1)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/unsubscribe/")
    assert mail["Message-ID"] == rows(select(Mail.message_id))[0]
    for part in ("plain", "html"):
        assert "http://127.0.0.1:8000/requests/7" in mail.get_body((part,)).get_content()
    assert states(rows) == ["sent"]
    assert rows(select(Notification.title)) == ["Ben mentioned you"]


def test_what_is_sent_is_not_sent_again(make, handler, say, send, rows):
    ann = make.user(email="ann@firm.test")
    say(ann, key="once")
    send()
    say(ann, key="once")
    send()
    send()
    assert len(handler.taken) == 1
    say(ann, title="Later")
    send()
    assert [mail["Subject"] for mail in handler.mails] == ["News", "Later"]


@pytest.mark.parametrize(
    ("step", "subjects"), [("at_rcpt", ["2 new things on Tandem"]), ("at_data", ["First", "Second"])]
)
def test_what_happens_while_a_mail_is_on_its_way_is_in_it_or_in_the_next(
    make, handler, say, send, step, subjects
):
    ann = make.user(email="ann@firm.test")

    def happen(envelope):
        say(ann, title="Second", key="second")
        make.inside(deliver)

    setattr(handler, step, happen)
    say(ann, title="First")
    send()
    setattr(handler, step, lambda envelope: None)
    send()
    assert [mail["Subject"] for mail in handler.mails] == subjects


def test_a_burst_of_news_is_one_mail(make, handler, say, send, run_jobs):
    ann = make.user(email="ann@firm.test")
    for number in range(3):
        say(ann, title=f"News {number}", kind=("mention", "request", "mention")[number])
        run_jobs()
    assert handler.taken == []
    send()
    (mail,) = handler.mails
    assert mail["Subject"] == "3 new things on Tandem"
    text = mail.get_body(("plain",)).get_content()
    assert text.index("Mentions") < text.index("News 0") < text.index("News 2") < text.index("Requests")
    assert text.index("Requests") < text.index("News 1")


def test_news_of_one_group_share_a_line(make, handler, say, send):
    ann = make.user(email="ann@firm.test")
    for number in range(7):
        say(ann, title=f"Rated {number}", group=Group("rating:1", "new ratings of “Heron”"), address="/x")
    send()
    (mail,) = handler.mails
    assert mail["Subject"] == "7 new ratings of “Heron”"
    assert "Rated" not in mail.get_body(("plain",)).get_content()


def test_nobody_gets_mail_who_has_no_address_or_cannot_sign_in(make, handler, say, send, rows):
    people = [
        make.user(email=None),
        make.user(email="gone@firm.test", status="disabled"),
        make.user(email="crm@firm.test", status="placeholder"),
        make.user(email="demo@harrowmere.example"),
    ]
    say(*people)
    send()
    assert (handler.taken, states(rows)) == ([], [])
    assert len(rows(select(Notification))) == 4


def test_who_leaves_before_the_mail_goes_gets_none(app, make, handler, say, send, rows, run_jobs):
    ann = make.user(email="ann@firm.test")
    say(ann)
    run_jobs()
    make.store(*[_disabled(ann)])
    send()
    assert (handler.taken, states(rows)) == ([], ["failed"])


def _disabled(user):
    user.status = "disabled"
    return user


def test_people_get_news_as_they_chose(make, handler, say, send, rows):
    bell, mail, none = (
        make.user(email="b@firm.test"),
        make.user(email="m@firm.test"),
        make.user(email="n@firm.test"),
    )
    make.store(
        NotificationChoice(user_id=bell.id, kind="mention", in_app=True, mail_time="never"),
        NotificationChoice(user_id=mail.id, kind="mention", in_app=False, mail_time="now"),
        NotificationChoice(user_id=none.id, kind="mention", in_app=False, mail_time="never"),
    )
    say(bell, mail, none)
    send()
    assert [str(mail["To"]) for mail in handler.mails] == [f"{mail.name} <m@firm.test>"]
    assert rows(select(Notification.user_id)) == [bell.id]
    assert rows(select(OutboxMessage).where(OutboxMessage.delivered_at.is_(None))) == []


@pytest.mark.parametrize("obstacle", ["no server", "no address"])
def test_who_wants_mail_alone_finds_it_under_the_bell_where_no_mail_can_come(
    app, make, say, send, rows, obstacle
):
    ann = make.user(email=None if obstacle == "no address" else "ann@firm.test")
    if obstacle == "no server":
        app.config["SMTP_HOST"] = ""
    make.store(
        NotificationChoice(user_id=ann.id, kind="mention", in_app=False, mail_time="daily"),
        NotificationChoice(user_id=ann.id, kind="request", in_app=False, mail_time="never"),
    )
    say(ann, title="Wanted")
    say(ann, title="Not wanted", kind="request")
    send()
    assert rows(select(Notification.title)) == ["Wanted"]


def test_without_a_mail_server_nothing_waits_to_be_mailed(app, make, say, send, rows):
    app.config["SMTP_HOST"] = ""
    say(make.user(email="ann@firm.test"))
    send()
    assert (rows(select(Mail)), len(rows(select(Notification)))) == ([], 1)
    assert rows(select(OutboxMessage.mail_time)) == [None]


@pytest.mark.parametrize("step", ["at_mail", "at_rcpt", "at_data"])
def test_a_refusal_that_may_pass_is_tried_again_and_the_mail_keeps_its_id(
    make, handler, say, send, rows, step, run_jobs
):
    setattr(handler, step, lambda envelope: "451 4.3.0 Come back later")
    say(make.user(email="ann@firm.test"))
    send()
    (mail,) = rows(select(Mail))
    assert (mail.state, mail.attempts, mail.error) == ("waiting", 1, "451 4.3.0 Come back later")
    assert timedelta(0) < mail.run_after - now() <= timedelta(minutes=1)
    setattr(handler, step, lambda envelope: None)
    run_jobs()
    assert handler.taken == []
    send()
    assert handler.ids == [mail.message_id]
    assert states(rows) == ["sent"]


@pytest.mark.parametrize("step", ["at_mail", "at_rcpt", "at_data"])
def test_a_refusal_for_good_ends_one_mail_and_no_other(make, handler, say, send, rows, step):
    def refuse(envelope):
        gone = step == "at_mail" or "gone@firm.test" in envelope.rcpt_tos
        return "550 5.1.1 Nobody here" if gone else None

    setattr(handler, step, refuse)
    say(make.user(email="gone@firm.test"), make.user(email="ann@firm.test"))
    send()
    first, second = rows(select(Mail).order_by(Mail.id))
    assert (first.state, first.attempts, first.error) == ("failed", 1, "550 5.1.1 Nobody here")
    assert second.state == ("failed" if step == "at_mail" else "sent")


def test_without_a_connection_everything_waits_longer_each_time_and_is_given_up_within_a_day(
    make, handler, say, send, rows, mail_server
):
    mail_server.stop()
    say(make.user(email="ann@firm.test"), make.user(email="ben@firm.test"))
    waits = []
    for _ in range(MAX_ATTEMPTS - 1):
        send()
        mails = rows(select(Mail))
        assert {mail.state for mail in mails} == {"waiting"}
        waits.append(mails[0].run_after - now())
    assert waits == sorted(waits)
    assert timedelta(hours=20) < sum(waits, timedelta()) < timedelta(days=1)
    send()
    mails = rows(select(Mail))
    assert {(mail.state, mail.attempts) for mail in mails} == {("failed", MAX_ATTEMPTS)}
    assert "Connection refused" in mails[0].error


def test_a_connection_that_breaks_after_the_text_leaves_an_uncertain_mail_that_is_never_given_again(
    make, handler, say, send, rows
):
    ann = make.user(email="ann@firm.test")
    make.store(NotificationChoice(user_id=ann.id, kind="mention", in_app=False, mail_time="now"))
    handler.breaks_after_text = True
    say(ann, title="Only by mail")
    send()
    handler.breaks_after_text = False
    send()
    assert (states(rows), handler.taken) == (["uncertain"], [])
    # What may not have arrived stands under the bell, even of those who wanted it by mail alone.
    assert rows(select(Notification.title)) == ["Only by mail"]


def test_after_a_mail_without_an_answer_the_others_are_put_off_and_go_later(
    make, handler, say, send, rows, monkeypatch
):
    handler.breaks_after_text = True
    say(*(make.user(email=f"p{number}@firm.test") for number in range(5)))
    send()
    assert states(rows) == ["uncertain", *["waiting"] * 4]
    handler.breaks_after_text = False
    send()
    assert states(rows) == ["uncertain", *["sent"] * 4]


def test_a_server_that_ends_every_conversation_is_left_alone_and_one_that_ends_a_single_one_is_not(
    make, handler, say, send, rows
):
    handler.breaks_at_rcpt = lambda address: True
    say(*(make.user(email=f"p{number}@firm.test") for number in range(6)))
    before = handler.connections
    send()
    assert {(mail.state, mail.attempts) for mail in rows(select(Mail))} == {("waiting", 1)}
    assert handler.connections - before == 3
    handler.breaks_at_rcpt = lambda address: address == "p0@firm.test"
    send()
    assert states(rows) == ["waiting", *["sent"] * 5]
    assert "The connection broke" in rows(select(Mail.error))[0]


def test_many_mails_go_over_one_connection(make, handler, say, send, rows, mail_server):
    before = handler.connections
    say(*(make.user(email=f"p{number}@firm.test") for number in range(20)))
    send()
    assert (len(handler.taken), set(states(rows))) == (20, {"sent"})
    assert handler.connections - before == 1


def test_a_server_that_ends_connections_gets_the_rest_over_new_ones(
    make, handler, say, send, rows, monkeypatch
):
    monkeypatch.setattr("portal.notifications.mail_server.MOST_PER_CONNECTION", 3)
    say(*(make.user(email=f"p{number}@firm.test") for number in range(7)))
    send()
    assert len(handler.taken) == 7


def test_many_recipients_cost_few_statements(make, say, count_queries):
    say(*(make.user(email=f"p{number}@firm.test", team=None) for number in range(60)))
    with count_queries() as queries:
        assert make.inside(deliver) == 60
    assert len(queries) <= 7
