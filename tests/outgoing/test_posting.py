"""Giving a message away: what each answer means, and where none is ever sent."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.outgoing import Guard, post, why_not_posted_to
from tests.outgoing.servers import HOST, PUBLIC, Site, raw_server

CERTIFICATE = Path(__file__).parent / "site.example.pem"
OK = b"HTTP/1.1 200 OK\r\n\r\n"


@contextmanager
def receiver(
    answer: bytes = OK,
    act: Callable[[socket.socket], None] | None = None,
    *,
    at_first: Callable[[socket.socket], None] | None = None,
) -> Iterator[Site]:
    """A server with a certificate for site.example; what it was given stands in `site.headers`.

    It acts once it was given all, or at first, while the connection is not secure yet.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    def serve(connection: socket.socket) -> None:
        if at_first:
            at_first(connection)
        with context.wrap_socket(connection, server_side=True) as secure:
            given = b""
            while b"}" not in given:
                part = secure.recv(65536)
                if not part:
                    # Whoever came has nothing to give.
                    return
                given += part
            site.headers.append({"given": given.decode()})
            if act:
                act(secure)
            secure.sendall(answer)

    with raw_server(serve) as site:
        yield site


def guard_of(site: Site) -> Guard:
    return site.guard(trust=ssl.create_default_context(cafile=str(CERTIFICATE)))


def send(site: Site, **settings):
    return post(f"https://{HOST}:{site.port}/hook?a=b", b'{"text": "News"}', guard=guard_of(site), **settings)


def test_a_message_is_given_over_https_under_the_name_of_its_host():
    with receiver() as site:
        done = send(site)
    assert (done.state, done.reason) == ("taken", "")
    head, _, body = site.headers[0]["given"].partition("\r\n\r\n")
    lines = head.split("\r\n")
    assert lines[0] == "POST /hook?a=b HTTP/1.1"
    assert {f"Host: {HOST}:{site.port}", "Content-Type: application/json", "Content-Length: 16"} <= set(lines)
    assert body == '{"text": "News"}'


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, "taken"),
        (204, "taken"),
        *[(status, "refused") for status in (301, 302, 307, 400, 401, 403, 404, 410, 413)],
        *[(status, "later") for status in (408, 429, 500, 502, 503, 504)],
    ],
)
def test_each_answer_is_told_apart(status, state):
    answer = f"HTTP/1.1 {status} X\r\nLocation: https://{HOST}/elsewhere\r\n\r\n".encode()
    with receiver(answer) as site:
        done = send(site)
    assert done.state == state
    assert (str(status) in done.reason) == (state != "taken")
    assert len(site.asked) == 1, "no redirect is followed, nothing is sent twice"


def test_nobody_knows_of_a_message_that_was_given_and_not_answered():
    with receiver(b"") as site:
        assert send(site).state == "unknown"
    with receiver(b"nonsense\r\n\r\n") as site:
        assert send(site).state == "unknown"
    late = threading.Event()
    with receiver(act=lambda connection: late.wait(30)) as site:
        assert send(site, timeout=1.0).state == "unknown"
        late.set()


def test_nothing_is_sent_that_may_not_be_sent_any_more():
    with receiver() as site:
        assert send(site, may_send=lambda: False) is None
    assert site.headers == []


def test_it_is_asked_whether_to_send_only_where_a_connection_stands():
    asked = []
    with socket.create_server((PUBLIC, 0)) as closed:
        port = closed.getsockname()[1]
    site = Site(port)
    done = send(site, may_send=lambda: not asked.append(1))
    assert (done.state, asked) == ("later", [])


def test_a_server_without_a_valid_certificate_is_given_nothing():
    with receiver() as site:
        done = post(f"https://{HOST}:{site.port}/", b"{}", guard=site.guard())
        other = post(f"https://other.example:{site.port}/", b"{}", guard=guard_of(site))
    assert (done.state, other.state, site.headers) == ("later", "later", [])
    assert "certificate" in done.reason


REFUSED = {
    "http://site.example/": "does not begin with https://",
    "ftp://site.example/": "does not begin with https://",
    "https://ann:secret@site.example/": "carries a name or a password",
    "https://site.example:8443/": "uses the port 8443",
    "https://127.0.0.1/": "is in a private network",
    "https://10.0.0.1/": "is in a private network",
    "https://192.168.1.1/": "is in a private network",
    "https://169.254.169.254/latest/": "is in a private network",
    "https://[fe80::1]/": "is in a private network",
    "https://[::1]/": "is in a private network",
    "https://[::ffff:127.0.0.1]/": "is in a private network",
    "https://[::ffff:10.0.0.1]/": "is in a private network",
    "https://[64:ff9b::a00:1]/": "is in a private network",
    "https://0x7f.1/": "hides its host behind a number",
    "https://2130706433/": "hides its host behind a number",
}


@pytest.mark.parametrize(("url", "why"), REFUSED.items())
def test_addresses_inside_or_in_disguise_are_refused_without_a_connection(url, why, monkeypatch):
    monkeypatch.setattr("socket.create_connection", _no_connection)
    guard = Guard(ports=frozenset({443}), resolve=_no_lookup)
    assert why_not_posted_to(url, guard=guard) == f"Nothing can be sent there, because it {why}."
    done = post(url, b"{}", guard=guard, may_send=_no_connection)
    assert (done.state, done.reason) == ("refused", f"Nothing was sent, because the address {why}.")


def test_a_name_that_leads_inside_is_refused(monkeypatch):
    monkeypatch.setattr("socket.create_connection", _no_connection)
    for found in (["127.0.0.1"], ["8.8.8.8", "10.1.2.3"], ["::ffff:192.168.0.1"]):
        guard = Guard(frozenset({443}), lambda host, port, found=found: found)
        assert "private network" in why_not_posted_to("https://site.example/", guard=guard)
        assert post("https://site.example/", b"{}", guard=guard).state == "refused"


def test_a_name_that_leads_elsewhere_once_it_was_checked_is_not_looked_up_again():
    with receiver() as site:
        found = iter([[PUBLIC], ["127.0.0.1"]])
        guard = guard_of(site)
        guard = Guard(guard.ports, lambda host, port: next(found), guard.opened, guard.trust)
        assert post(f"https://{HOST}:{site.port}/", b"{}", guard=guard).state == "taken"
        assert post(f"https://{HOST}:{site.port}/", b"{}", guard=guard).state == "refused"


def test_what_is_no_address_is_told_in_a_sentence():
    for url in (
        "",
        "https://",
        "https://exa mple/",
        "https://[::1",
        "https://a:99999/",
        "https://x/" + "y" * 9,
    ):
        why = why_not_posted_to(url, guard=Guard(frozenset({443}), lambda host, port: []))
        assert why.endswith("."), url


def _no_connection(*parts: object, **settings: object) -> bool:
    raise AssertionError("a connection was made")


def _no_lookup(host: str, port: int) -> list[str]:
    raise AssertionError("a name was looked up")
