"""What the listener does not take: it says so at once, keeps nothing, and goes on listening."""

from __future__ import annotations

import smtplib
import socket

import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from portal.capture.models import ReceivedMail
from portal.capture.receiving import doorman
from portal.capture.receiving.arrivals import mail_store
from portal.capture.receiving.listener import Listener
from portal.capture.receiving.tasks import look_after_listening
from portal.capture.receiving.throttle import Throttle
from portal.db import db
from portal.jobs import Job
from portal.users.models import User
from tests.capture.receiving.mails import DOMAIN, answers, give, mail


def stored(app):
    with app.app_context():
        return sorted(mail_store().names())


def rcpt(*addresses):
    return ["MAIL FROM:<ann@firm.test>", *(f"RCPT TO:<{address}>" for address in addresses)]


def nothing_was_kept(app, rows):
    return rows(select(ReceivedMail)) == stored(app) == [] and "read_mail" not in rows(select(Job.kind))


def test_only_known_addresses_of_this_domain_are_let_in(listener, address, ann, make, rows, received):
    known = address(ann)
    token = known.split("@")[0]
    unknown = [
        f"{token[:-1]}{'a' if token[-1] != 'a' else 'b'}@{DOMAIN}",
        f"{token}@firm.test",
        f"log+@{DOMAIN}",
    ]
    unknown += [f"postmaster@{DOMAIN}", f"{token.removeprefix('log+')}@{DOMAIN}", f"log+%@{DOMAIN}"]
    assert answers(listener.port, rcpt(*unknown)) == [250, *(550 for _ in unknown)]
    assert answers(listener.port, [*rcpt(known), f"VRFY {known}", "VRFY nobody@else.example"])[1:] == [
        250,
        252,
        252,
    ]


@pytest.mark.parametrize("change", [{"status": "disabled"}, {"role": "marketer"}, {"is_test": True}])
def test_who_logs_nothing_any_more_gets_no_mail(listener, address, ann, make, app, rows, change):
    known = address(ann)
    make.inside(lambda: [setattr(db.session.get_one(User, ann.id), *each) for each in change.items()])
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        give(listener.port, mail(), known)
    assert nothing_was_kept(app, rows)


def test_who_is_disabled_while_the_mail_comes_gets_none(listener, address, ann, make, app, rows):
    with smtplib.SMTP("127.0.0.1", listener.port, local_hostname="x") as client:
        client.ehlo()
        for command in rcpt(address(ann)):
            assert client.docmd(command)[0] == 250
        make.inside(lambda: setattr(db.session.get_one(User, ann.id), "status", "disabled"))
        assert client.data(mail().as_bytes())[0] == 550
    assert nothing_was_kept(app, rows)


def test_a_mail_that_says_how_large_it_is_and_one_that_does_not_are_refused_past_the_limit(
    received, address, ann, app, rows
):
    received.config["CAPTURE_MAX_MB"] = 1
    running = Listener(received, "127.0.0.1", 0)
    try:
        large = mail(("x.bin", b"x" * 1024 * 1024)).as_bytes()
        with pytest.raises(smtplib.SMTPSenderRefused, match="552"):
            give(running.port, large, address(ann))
        with smtplib.SMTP("127.0.0.1", running.port, local_hostname="x") as client:
            client.helo()
            client.docmd("MAIL FROM:<a@b.example>")
            client.docmd(f"RCPT TO:<{address(ann)}>")
            assert client.data(large)[0] == 552
            # And the connection is good for the next one.
            assert client.docmd("MAIL FROM:<a@b.example>")[0] == 250
        assert nothing_was_kept(app, rows)
    finally:
        running.stop()


def test_a_line_without_an_end_fills_no_memory_and_is_cut_off(received, address, ann, app, rows):
    received.config["CAPTURE_MAX_MB"] = 1
    running = Listener(received, "127.0.0.1", 0)
    try:
        with smtplib.SMTP("127.0.0.1", running.port, local_hostname="x", timeout=60) as client:
            client.ehlo()
            for command in [*rcpt(address(ann)), "DATA"]:
                client.docmd(command)
            with pytest.raises(OSError):
                for _ in range(200):
                    client.sock.sendall(b"x" * 1024 * 1024)
        assert nothing_was_kept(app, rows)
    finally:
        running.stop()


def test_lines_longer_than_the_rules_allow_are_taken_as_they_are(listener, address, ann, rows):
    message = mail().as_bytes().replace(b"Hello Bo", b"H" * 200_000)
    assert give(listener.port, message, address(ann)) == {}
    assert len(rows(select(ReceivedMail))) == 1


def test_a_dot_that_begins_a_line_is_part_of_the_mail(app, listener, address, ann, rows):
    give(listener.port, b"Subject: x\r\n\r\n.one\r\n..two\r\n.\r\nend\r\n", address(ann))
    [name] = stored(app)
    with app.app_context():
        assert mail_store().path(name).read_bytes().endswith(b"\r\n\r\n.one\r\n..two\r\n.\r\nend\r\n")


def test_a_sender_who_hangs_up_in_the_middle_leaves_nothing(app, listener, address, ann, rows):
    client = socket.create_connection(("127.0.0.1", listener.port))
    with client, client.makefile("rb") as lines:
        lines.readline()
        for line in ("HELO x", *rcpt(address(ann)), "DATA"):
            client.sendall(f"{line}\r\n".encode())
            lines.readline()
        client.sendall(b"Subject: half\r\n\r\nof a mail")
    assert answers(listener.port, ["NOOP"]) == [250]
    assert nothing_was_kept(app, rows)


def test_where_the_database_fails_the_sender_is_told_to_try_again_and_can(app, listener, address, ann, rows):
    to, failing = address(ann), [True]

    def fail(connection, cursor, statement, *rest):
        if failing and statement.startswith("INSERT INTO jobs"):
            raise OSError("disk I/O error")

    event.listen(Engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            give(listener.port, mail(), to)
        assert (refused.value.smtp_code, rows(select(ReceivedMail))) == (451, [])
        failing.clear()
        assert give(listener.port, mail(), to) == {}
    finally:
        event.remove(Engine, "before_cursor_execute", fail)
    assert rows(select(ReceivedMail.state)) == ["waiting"]


def test_where_the_store_has_no_room_the_sender_is_told_to_try_again(app, listener, address, ann, rows):
    with app.app_context():
        mail_store().root.parent.mkdir(exist_ok=True)
        mail_store().root.write_text("no folder")
    with pytest.raises(smtplib.SMTPDataError) as refused:
        give(listener.port, mail(), address(ann))
    assert (refused.value.smtp_code, rows(select(ReceivedMail))) == (451, [])


def test_more_mails_a_minute_than_are_taken_have_to_wait(received, address, ann, make, rows):
    received.config["CAPTURE_PER_MINUTE"] = 2
    running = Listener(received, "127.0.0.1", 0)
    try:
        to, other = address(ann), address(make.user("rep"))
        for number in range(2):
            give(running.port, mail(message_id=f"<{number}@x>"), to)
        assert answers(running.port, rcpt(to, other)) == [250, 450, 250]
        assert len(rows(select(ReceivedMail))) == 2
    finally:
        running.stop()


def test_who_guesses_addresses_waits_for_each_answer_and_is_shown_out(listener, address, ann, monkeypatch):
    waited = []

    async def wait(seconds):
        waited.append(seconds)

    monkeypatch.setattr(doorman, "pause", wait)
    guesses = [f"log+{'a' * 15}{letter}@{DOMAIN}" for letter in "abcdefghij"]
    assert answers(listener.port, rcpt(*guesses))[1:] == [550] * 10
    assert waited == []
    with smtplib.SMTP("127.0.0.1", listener.port, local_hostname="x") as client:
        client.ehlo()
        codes = [client.docmd(command)[0] for command in rcpt(guesses[0])]
        assert (codes, waited) == ([250, 421], [doorman.SLOW_SECONDS])
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.docmd("NOOP")
    # Whoever knows an address is not held up by those who guess.
    assert answers(listener.port, rcpt(address(ann))) == [250, 250]


def test_no_more_connections_are_kept_than_can_be_looked_after(listener, monkeypatch):
    monkeypatch.setattr(doorman, "MOST_OF_ONE_PEER", 2)
    first, second = (smtplib.SMTP("127.0.0.1", listener.port, local_hostname="x") for _ in "ab")
    with first, second:
        with pytest.raises(smtplib.SMTPConnectError, match="Too many connections"):
            smtplib.SMTP("127.0.0.1", listener.port, local_hostname="x")
        assert first.noop()[0] == 250


def test_strange_commands_end_nothing_but_their_connection(listener):
    strange = ["", "DATA", "RCPT TO:<x@y.example>", "MAIL FROM:", "EXPN all", "MAIL FROM:<a@b> SIZE=abc"]
    codes = answers(listener.port, [*strange, "X" * 5_000, "HELP", "MAIL FROM:<\u00fc@b.example>"])
    assert all(code >= 250 for code in codes)
    with socket.create_connection(("127.0.0.1", listener.port)) as client:
        client.sendall(b"EHLO \xff\xfe\r\n\x00\x01\x02\r\n" + bytes(range(256)) * 50 + b"\r\n")
    assert answers(listener.port, ["NOOP"]) == [250]


def test_a_throttle_lets_in_again_after_a_minute_and_forgets_old_names(monkeypatch):
    clock = [0.0]
    throttle = Throttle(2, clock=lambda: clock[0])
    throttle.count("a")
    clock[0] = 30.0
    throttle.count("a")
    assert throttle.is_full("a")
    assert not throttle.is_full("b")
    clock[0] = 60.0
    assert not throttle.is_full("a")
    monkeypatch.setattr("portal.capture.receiving.throttle.MOST_NAMES", 3)
    for name in "vwxyz":
        throttle.count(name)
    assert len(throttle._seen) == 3


def test_a_worker_that_finds_the_port_taken_goes_on_and_takes_it_over_once_it_is_free(
    received, listener, address, ann, caplog, rows
):
    received.config["CAPTURE_PORT"] = listener.port
    with received.app_context():
        look_after_listening()
        look_after_listening()
        said = [record.getMessage() for record in caplog.records if "receives no mail" in record.getMessage()]
        assert len(said) == 1
        assert f"port {listener.port} of 127.0.0.1 can't be had" in said[0]
        listener.stop()
        look_after_listening()
    taken_over = received.extensions["listener"]
    assert give(taken_over.port, mail(), address(ann)) == {}
    assert len(rows(select(ReceivedMail))) == 1
    taken_over.stop()


def test_without_a_domain_nobody_listens(app):
    with app.app_context():
        look_after_listening()
    assert "listener" not in app.extensions
