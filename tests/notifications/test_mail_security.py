"""The connection to the mail server: as secret as the settings say or none, and never silently less."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from sqlalchemy import select

from portal.notifications.models import Mail
from tests.notifications.conftest import SETTINGS
from tests.notifications.mail_server import start_server

# Made for these tests: a key and a certificate for 127.0.0.1 that no other machine trusts.
CERTIFICATE = Path(__file__).parent / "loopback.pem"


@pytest.fixture
def serve(app, handler):
    """Start a mail server in some way and let the portal use it, with further settings."""
    servers = []

    def run(settings, **options):
        servers.append(start_server(handler, **options))
        app.config.update(SETTINGS, SMTP_PORT=servers[-1].port, **settings)

    yield run
    for server in servers:
        server.stop()


@pytest.fixture
def secret():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@pytest.fixture
def trusted(monkeypatch):
    """Let this machine trust the certificate of these tests."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


def let_in(server, session, envelope, mechanism, data):
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"portal", b"secret words")
    return AuthResult(success=known, handled=False)


@pytest.mark.usefixtures("trusted")
def test_starttls_and_a_password(make, say, send, serve, secret, handler):
    settings = {"SMTP_SECURITY": "starttls", "SMTP_USER": "portal", "SMTP_PASSWORD": "secret words"}
    serve(
        settings,
        tls_context=secret,
        require_starttls=True,
        auth_required=True,
        authenticator=let_in,
    )
    say(make.user(email="ann@firm.test"))
    send()
    assert len(handler.taken) == 1


@pytest.mark.usefixtures("trusted")
def test_tls_from_the_first_byte(make, app, say, send, serve, secret, handler, monkeypatch):
    serve({"SMTP_SECURITY": "tls"}, ssl_context=secret)
    say(make.user(email="ann@firm.test"))
    send()
    assert len(handler.taken) == 1


def refused(rows, handler):
    (mail,) = rows(select(Mail))
    assert (mail.state, mail.attempts, handler.taken) == ("waiting", 1, [])
    assert mail.error.startswith("The mail server cannot be used: ")
    return mail.error


def test_a_server_without_starttls_is_given_nothing(make, say, send, serve, handler, rows):
    serve({"SMTP_SECURITY": "starttls"})
    say(make.user(email="ann@firm.test"))
    send()
    assert "STARTTLS" in refused(rows, handler)


@pytest.mark.parametrize(("security", "option"), [("starttls", "tls_context"), ("tls", "ssl_context")])
def test_a_server_whose_certificate_nobody_signed_is_given_nothing(
    make, say, send, serve, secret, handler, rows, monkeypatch, tmp_path, security, option
):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    serve({"SMTP_SECURITY": security}, **{option: secret})
    (tmp_path / "none.pem").touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    say(make.user(email="ann@firm.test"))
    send()
    assert "certificate" in refused(rows, handler)


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_fails_no_mail_for_good(make, say, send, serve, secret, handler, rows):
    settings = {"SMTP_SECURITY": "starttls", "SMTP_USER": "portal", "SMTP_PASSWORD": "wrong"}
    serve(settings, tls_context=secret, auth_required=True, authenticator=let_in)
    say(make.user(email="ann@firm.test"))
    send()
    reason = refused(rows, handler)
    assert "535" in reason
    assert "wrong" not in reason


def test_a_host_that_does_not_exist_is_a_reason_and_no_crash(make, app, say, send, handler, rows):
    app.config.update(SETTINGS, SMTP_HOST="mail.invalid", SMTP_PORT=25)
    say(make.user(email="ann@firm.test"))
    send()
    refused(rows, handler)
