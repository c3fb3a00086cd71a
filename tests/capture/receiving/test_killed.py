"""kill -9 of a real worker: a mail that was answered for with 250 is there, and the next worker reads it."""

from __future__ import annotations

import smtplib
import socket

import pytest
from sqlalchemy import select

from portal.capture.models import ProposedUse, ReceivedMail
from portal.capture.receiving.arrivals import Arrival, mail_store, note_arrival
from tests.capture.receiving.mails import DOMAIN, give, mail
from tests.library.processes import Command, until


@pytest.fixture
def port():
    """A port that is free; the worker can't be asked which one it found."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def start(app, port):
    """Start a worker that listens on the port; whatever still runs at the end is killed."""
    running = []

    def run():
        settings = {"CAPTURE_DOMAIN": DOMAIN, "CAPTURE_PORT": str(port)}
        running.append(Command(app.config["DATA_DIR"], "worker", **settings))
        if len(running) == 1 or not listens(port):
            assert running[-1].line() == f"Mail for log+…@{DOMAIN} is taken on port {port} of 127.0.0.1.\n"
        return running[-1]

    yield run
    for command in running:
        command.kill()


def listens(port):
    try:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="x") as client:
            return client.noop()[0] == 250
    except OSError:
        return False


def test_a_mail_that_was_answered_for_survives_the_worker(
    app, start, port, address, ann, acme, content, pdf, rows
):
    content("Hospital deck", pdf())
    to, worker = address(ann), start()
    with smtplib.SMTP("127.0.0.1", port, local_hostname="x") as client:
        client.ehlo()
        client.mail("ann@firm.test")
        client.rcpt(to)
        code, _ = client.data(mail(("a.pdf", pdf())).as_bytes())
        worker.kill()
        client.close()
    assert code == 250
    [kept] = rows(select(ReceivedMail))
    if kept.sha256 is not None:
        with app.app_context():
            assert mail_store().path(kept.sha256).is_file()
    start()
    until(lambda: rows(select(ReceivedMail.state)) == ["read"], "the mail was never read")
    assert rows(select(ProposedUse.deal_id)) == [acme.id]


def test_of_many_mails_all_that_were_answered_for_are_there_however_often_the_worker_is_killed(
    start, port, address, ann, rows
):
    to, answered = address(ann), 0
    for round_ in range(2):
        worker = start()
        for number in range(4):
            assert give(port, mail(message_id=f"<{round_}.{number}@x>"), to) == {}
            answered += 1
        worker.kill()
        assert len(rows(select(ReceivedMail))) == answered
    start()
    until(lambda: set(rows(select(ReceivedMail.state))) == {"read"}, "not all mails were read")


def test_a_second_worker_goes_on_without_the_port_and_does_jobs(app, make, start, port, address, ann, rows):
    to, first = address(ann), start()
    start()
    assert give(port, mail(), to) == {}
    until(lambda: rows(select(ReceivedMail.state)) == ["read"], "nobody read the mail")
    first.kill()
    with app.app_context(), Arrival(1_000_000) as arrival:
        arrival.write(mail(message_id="<two@x>").as_bytes())
        name = arrival.store("file")
        make.inside(lambda: note_arrival(ann.id, arrival.message_key, name))
    until(lambda: set(rows(select(ReceivedMail.state))) == {"read"}, "the second worker does nothing")
