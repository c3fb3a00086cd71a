"""STARTTLS is offered with the organisation's certificate, and mail comes without it all the same."""

from __future__ import annotations

import logging
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.capture.models import ProposedUse, ReceivedMail
from portal.capture.receiving.listener import Certificate, Listener
from portal.capture.receiving.tasks import look_after_listening
from tests.capture.receiving.mails import DOMAIN, SENDER, give, mail


def make_certificate(folder: Path, name: str = "mail") -> tuple[Path, Path]:
    """Make a certificate for the domain that signs itself, and its key."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    names = ["-subj", f"/CN={DOMAIN}", "-addext", f"subjectAltName=DNS:{DOMAIN}"]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    made = ["openssl", "req", *kind, *names, "-keyout", str(key), "-out", str(cert)]
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    return cert, key


@pytest.fixture
def secured(received: Flask, tmp_path: Path) -> Iterator[Callable[[], Listener]]:
    """A listener that offers STARTTLS with a certificate of its own."""
    cert, key = make_certificate(tmp_path)
    received.config["CAPTURE_TLS_CERT"], received.config["CAPTURE_TLS_KEY"] = cert, key
    certificate = Certificate(received.config)
    certificate.renew()
    running = Listener(received, "127.0.0.1", 0, certificate)
    running.certificate, running.trusted = certificate, cert  # type: ignore[attr-defined]
    yield running
    running.stop()


def _trusting(cert: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(cert))


class _Client(smtplib.SMTP):
    """A mail server that knows the listener by its domain."""

    def __init__(self, port: int) -> None:
        super().__init__("127.0.0.1", port, local_hostname="mail.firm.test", timeout=60)
        self._host = DOMAIN


def test_a_mail_comes_by_starttls_with_the_certificate_checked(
    secured: Any, address: Any, ann: Any, acme: Any, content: Any, pdf: Any, rows: Any, run_jobs: Any
):
    content("Hospital deck", pdf())
    with _Client(secured.port) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        client.starttls(context=_trusting(secured.trusted))
        assert client.sock.version() in ("TLSv1.2", "TLSv1.3")
        client.ehlo()
        # It is not offered twice, and nobody is asked to sign in.
        assert not client.has_extn("starttls")
        assert not client.has_extn("auth")
        assert client.sendmail(SENDER, [address(ann)], mail(("x.pdf", pdf())).as_bytes()) == {}
    run_jobs()
    assert [one.deal_id for one in rows(select(ProposedUse))] == [acme.id]


def test_whoever_does_not_ask_for_it_is_heard_as_before(secured: Any, address: Any, ann: Any, rows: Any):
    assert give(secured.port, mail(), address(ann)) == {}
    assert len(rows(select(ReceivedMail))) == 1


def test_without_a_certificate_it_is_not_offered(listener: Listener):
    with _Client(listener.port) as client:
        client.ehlo()
        assert not client.has_extn("starttls")
        assert client.docmd("STARTTLS")[0] in (454, 500, 502)


def test_whoever_trusts_another_certificate_gives_up_and_the_next_is_heard(
    secured: Any, address: Any, ann: Any, rows: Any, caplog: Any
):
    with _Client(secured.port) as client:
        client.ehlo()
        with pytest.raises(ssl.SSLError):
            client.starttls(context=ssl.create_default_context())
    # Words that are no TLS at all.
    with socket.create_connection(("127.0.0.1", secured.port), timeout=60) as line:
        line.recv(1024)
        line.sendall(b"EHLO x\r\nSTARTTLS\r\n")
        line.sendall(b"this is no hello" * 50)
        while line.recv(4096):
            pass
    assert give(secured.port, mail(), address(ann)) == {}
    assert [one for one in caplog.records if one.levelno >= logging.ERROR and one.name == "portal"] == []


def test_what_was_said_before_tls_began_is_not_heard_after_it(
    secured: Any, address: Any, ann: Any, rows: Any
):
    to = address(ann)
    with _Client(secured.port) as client:
        client.ehlo()
        # A stranger on the line slips commands in behind STARTTLS.
        client.sock.sendall(f"STARTTLS\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<{to}>\r\n".encode())
        assert client.getreply()[0] == 220
        client.sock = _trusting(secured.trusted).wrap_socket(client.sock, server_hostname=DOMAIN)
        client.file = None
        client.ehlo_resp = None
        assert client.docmd("DATA")[0] == 503


def test_a_renewed_certificate_is_shown_and_a_broken_one_is_not(secured: Any, tmp_path: Path):
    cert, key = make_certificate(tmp_path, "next")
    cert.replace(secured.trusted)
    with pytest.raises(OSError):
        # The key is still the old one's: what was read before goes on being shown.
        secured.certificate.renew()
    key.replace(tmp_path / "mail.key")
    secured.certificate.renew()
    with _Client(secured.port) as client:
        client.starttls(context=_trusting(secured.trusted))
        client.ehlo()


def test_files_that_are_missing_are_said_and_mail_is_taken_without(
    received: Flask, tmp_path: Path, caplog: Any
):
    received.config["CAPTURE_TLS_CERT"] = received.config["CAPTURE_TLS_KEY"] = tmp_path / "gone.pem"
    received.config["CAPTURE_PORT"] = 0
    with received.app_context():
        look_after_listening()
    running = received.extensions["listener"]
    try:
        assert "mail is taken without STARTTLS" in caplog.text
        with _Client(running.port) as client:
            assert client.ehlo()[0] == 250
            assert not client.has_extn("starttls")
    finally:
        running.stop()
