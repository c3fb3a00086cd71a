"""kill -9, with real workers and a real mail server: nobody gets a mail twice, and none is lost without a word."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from portal.jobs import Job, enqueue
from portal.notifications.models import Mail, Notification, NotificationChoice
from tests.library.processes import Command, until
from tests.notifications.conftest import SETTINGS
from tests.notifications.mail_server import Gate

MAILS = 30


@pytest.fixture
def start(app, mail_server):
    """Start a worker on the test's portal; whatever still runs at the end is killed."""
    running = []

    def run():
        running.append(Command(app.config["DATA_DIR"], "worker", SMTP_PORT=str(mail_server.port), **SETTINGS))
        return running[-1]

    yield run
    for command in running:
        command.kill()


@pytest.fixture
def wait_to_go(make, mail_server, say, run_jobs, pass_time):
    """Let so many mails be due, each to a person of its own; return the people."""

    def run(count):
        people = [make.user(email=f"p{number}@firm.test") for number in range(count)]
        say(*people)
        run_jobs()
        pass_time()
        return people

    return run


def all_settled(rows):
    return set(rows(select(Mail.state))) <= {"sent", "uncertain", "failed"}


@pytest.mark.parametrize("step", ["at_mail", "at_rcpt"])
def test_a_mail_whose_worker_was_killed_before_its_text_was_given_is_sent_by_the_next(
    rows, start, wait_to_go, handler, step
):
    gate = Gate()
    setattr(handler, step, gate)
    wait_to_go(1)
    worker = start()
    assert gate.reached.wait(60)
    worker.kill()
    gate.open()
    assert rows(select(Mail.state)) == ["waiting"]
    start()
    until(lambda: rows(select(Mail.state)) == ["sent"], "it was never sent")
    assert handler.ids == rows(select(Mail.message_id))


@pytest.mark.parametrize(("step", "arrived"), [("at_data", 0), ("after_taking", 1)])
def test_a_mail_whose_worker_was_killed_while_the_answer_was_out_is_uncertain_and_never_given_again(
    rows, start, wait_to_go, handler, step, arrived
):
    gate = Gate()
    setattr(handler, step, gate)
    (ann,) = wait_to_go(1)
    worker = start()
    assert gate.reached.wait(60)
    assert rows(select(Mail.state)) == ["handing_over"]
    worker.kill()
    gate.open()
    assert rows(select(Mail.state)) == ["handing_over"]
    start()
    until(lambda: rows(select(Mail.state)) == ["uncertain"], "nobody noticed that it was left")
    until(lambda: set(rows(select(Job.state).where(Job.kind == "send_mails"))) == {"done"}, "no end")
    assert len(handler.taken) == arrived
    assert rows(select(Mail.attempts)) == [1]
    assert "worker was stopped" in rows(select(Mail.error))[0]
    assert rows(select(Notification.user_id)) == [ann.id]


def test_the_news_of_an_uncertain_mail_stands_under_the_bell_of_who_wanted_mail_alone(
    make, rows, start, say, run_jobs, pass_time, handler
):
    ann, gate = make.user(email="ann@firm.test"), Gate()
    make.store(NotificationChoice(user_id=ann.id, kind="mention", in_app=False, mail_time="now"))
    handler.after_taking = gate
    say(ann, title="Only by mail")
    run_jobs()
    pass_time()
    worker = start()
    assert gate.reached.wait(60)
    worker.kill()
    gate.open()
    assert rows(select(Notification)) == []
    start()
    until(lambda: rows(select(Notification.title)) == ["Only by mail"], "it was lost")
    assert (rows(select(Mail.state)), len(handler.taken)) == (["uncertain"], 1)


def test_workers_that_are_killed_again_and_again_send_nothing_twice_and_lose_nothing_silently(
    rows, start, wait_to_go, handler
):
    wait_to_go(MAILS)
    for goal in (1, 7, 15, 22):
        worker = start()
        until(lambda goal=goal: len(handler.taken) >= goal, "the worker sent nothing")
        worker.kill()
    start()
    until(lambda: all_settled(rows), "some mails were never settled")
    mails = {mail.message_id: mail.state for mail in rows(select(Mail))}
    times = Counter(handler.ids)
    assert len(mails) == MAILS
    assert set(times.values()) == {1}
    assert set(times) <= set(mails)
    assert all(times[message_id] == 1 for message_id, state in mails.items() if state == "sent")
    assert {state for message_id, state in mails.items() if message_id not in times} <= {"uncertain"}
    # At most the one mail that each killed worker had in hand.
    assert Counter(mails.values())["uncertain"] <= 4


def test_two_workers_at_once_send_each_mail_once(make, rows, start, wait_to_go, handler):
    wait_to_go(MAILS)
    make.inside(lambda: [enqueue("send_mails") for _ in range(4)])
    before = handler.connections
    for _ in range(2):
        start()
    until(lambda: all_settled(rows), "some mails were never settled")
    until(lambda: set(rows(select(Job.state).where(Job.kind == "send_mails"))) == {"done"}, "no end")
    assert set(rows(select(Mail.state))) == {"sent"}
    assert Counter(handler.ids) == dict.fromkeys(rows(select(Mail.message_id)), 1)
    assert handler.connections - before >= 2
