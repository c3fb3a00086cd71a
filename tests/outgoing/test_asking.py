"""Asking an address: what each answer means, and that no server can hold the portal up."""

from __future__ import annotations

import socket
import ssl
import threading
from ipaddress import ip_network
from pathlib import Path

import pytest

from portal.outgoing import MOST_REDIRECTS, Guard, check_address
from tests.outgoing.servers import HOST, PUBLIC, drip, pour, raw_server, web_server

CERTIFICATE = Path(__file__).parent / "site.example.pem"


@pytest.mark.parametrize(
    ("status", "is_broken", "may_pass"),
    [
        *[(status, False, False) for status in (200, 204, 206, 304, 401, 403, 429, 451)],
        *[(status, True, False) for status in (400, 404, 405, 410, 418)],
        *[(status, True, True) for status in (408, 500, 502, 503, 504)],
    ],
)
def test_each_status_is_told_apart(status, is_broken, may_pass):
    with web_server(lambda method, path: (status, {})) as site:
        answer = check_address(site.url(), guard=site.guard())
    assert (answer.is_broken, answer.may_pass, answer.status) == (is_broken, may_pass, status)
    assert (str(status) in answer.reason) == (status >= 400)


def test_an_address_is_asked_with_head_under_its_own_name_and_by_an_honest_agent():
    with web_server(lambda method, path: (200, {})) as site:
        check_address(site.url("/a b?q=ä&x=%20#part"), guard=site.guard())
    assert site.asked == [("HEAD", "/a%20b?q=%C3%A4&x=%20")]
    assert site.headers[0]["Host"] == f"{HOST}:{site.port}"
    assert site.headers[0]["User-Agent"] == "Tandem link check"


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_a_server_that_does_not_know_head_is_asked_with_get(status):
    with web_server(lambda method, path: (status if method == "HEAD" else 200, {})) as site:
        answer = check_address(site.url(), guard=site.guard())
    assert (answer.is_broken, answer.status) == (False, 200)
    assert [method for method, _ in site.asked] == ["HEAD", "GET"]


def test_redirects_are_followed_as_far_as_the_limit():
    def answer(method: str, path: str) -> tuple[int, dict[str, str]]:
        left = int(path.strip("/"))
        return (302, {"Location": str(left - 1)}) if left else (200, {})

    with web_server(answer) as site:
        assert check_address(site.url(f"/{MOST_REDIRECTS}"), guard=site.guard()).status == 200
        site.asked.clear()
        too_many = check_address(site.url(f"/{MOST_REDIRECTS + 1}"), guard=site.guard())
    assert too_many.is_broken
    assert too_many.reason == "It sends visitors from one address to the next without end."
    assert len(site.asked) == MOST_REDIRECTS + 1


def test_a_redirect_to_itself_ends():
    with web_server(lambda method, path: (301, {"Location": "/"})) as site:
        answer = check_address(site.url(), guard=site.guard())
    assert (answer.is_broken, answer.may_pass) == (True, False)


def test_a_redirect_cannot_put_lines_of_its_own_into_the_next_request():
    def serve(connection: socket.socket) -> None:
        heads.append(connection.recv(4096))
        status = b"302 Found\r\nLocation: /x\x00\x0b\rX-Evil: 1" if len(heads) == 1 else b"200 OK"
        connection.sendall(b"HTTP/1.1 " + status + b"\r\n\r\n")

    heads: list[bytes] = []
    with raw_server(serve) as site:
        check_address(site.url(), guard=site.guard())
    assert all(b"\nX-Evil" not in head.replace(b"\r", b"\n") for head in heads)


def test_a_server_that_drips_is_left_after_the_whole_time():
    # It never ends, so that there is an answer at all shows that it was left.
    with raw_server(drip) as site:
        answer = check_address(site.url(), timeout=0.5, guard=site.guard())
    assert (answer.is_broken, answer.may_pass) == (True, True)


def test_a_server_that_says_nothing_is_left_after_the_whole_time():
    left = threading.Event()
    with raw_server(lambda connection: connection.sendall(b"late") if left.wait(60) else None) as site:
        answer = check_address(site.url(), timeout=0.4, guard=site.guard())
        left.set()
    assert (answer.is_broken, answer.may_pass) == (True, True)
    assert answer.reason != "It does not answer as a web server does."


def test_a_resolver_that_hangs_is_left_after_the_whole_time():
    left, ended = threading.Event(), []

    def hang(host: str, port: int) -> list[str]:
        left.wait(60)
        ended.append(host)
        return ["8.8.8.8"]

    answer = check_address("https://site.example/", timeout=0.3, guard=Guard(resolve=hang))
    assert ended == []
    left.set()
    assert (answer.is_broken, answer.may_pass) == (True, True)


def test_a_body_without_end_is_not_read():
    with raw_server(pour) as site:
        answer = check_address(site.url(), timeout=60, guard=site.guard())
    assert (answer.is_broken, answer.status) == (False, 200)


def test_a_head_without_end_is_left_after_a_few_kilobytes():
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X: " + b"a" * 1000 + b"\r\n")

    with raw_server(serve) as site:
        answer = check_address(site.url(), timeout=60, guard=site.guard())
    assert (answer.is_broken, answer.reason) == (True, "Its answer begins without end.")


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"\x00" * 50 + b"\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
    ],
)
def test_what_is_no_web_server_is_broken(said):
    with raw_server(lambda connection: (connection.recv(4096), connection.sendall(said))) as site:
        answer = check_address(site.url(), guard=site.guard())
    assert (answer.is_broken, answer.reason) == (True, "It does not answer as a web server does.")


def test_an_early_hint_before_the_answer_is_passed_over():
    said = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n"
    with raw_server(lambda connection: (connection.recv(4096), connection.sendall(said))) as site:
        assert check_address(site.url(), guard=site.guard()).status == 404


def test_a_server_that_hangs_up_may_answer_another_time():
    with raw_server(lambda connection: connection.recv(4096)) as site:
        answer = check_address(site.url(), guard=site.guard())
    assert (answer.is_broken, answer.may_pass) == (True, True)


def test_a_closed_port_may_answer_another_time():
    with web_server(lambda method, path: (200, {})) as site:
        pass
    answer = check_address(site.url(), guard=site.guard())
    assert (answer.is_broken, answer.may_pass, answer.reason) == (True, True, "No connection could be made.")


def test_a_host_that_does_not_exist_may_be_back_another_time():
    def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    answer = check_address("https://site.example/", guard=Guard(resolve=nowhere))
    assert (answer.is_broken, answer.may_pass, answer.reason) == (True, True, "There is no such host.")


def test_the_next_address_of_a_host_is_tried_when_one_does_not_take_the_connection():
    with web_server(lambda method, path: (200, {})) as site:
        both = (ip_network(f"{PUBLIC}/32"), ip_network("127.0.0.8/32"))
        guard = Guard(frozenset({site.port}), lambda host, port: ["127.0.0.8", PUBLIC], both)
        assert check_address(site.url(), guard=guard).status == 200


def _secure(names: list[str]) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a server with a certificate for site.example uses, and trust in that certificate."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(CERTIFICATE)
    server.sni_callback = lambda connection, name, context: names.append(name)
    return server, ssl.create_default_context(cafile=str(CERTIFICATE))


def _answer_securely(context: ssl.SSLContext):
    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(4096)
            secure.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    return serve


def test_a_secure_address_is_asked_under_its_real_name_and_its_certificate_has_to_fit():
    names: list[str] = []
    server, trust = _secure(names)
    with raw_server(_answer_securely(server)) as site:
        good = check_address(f"https://{HOST}:{site.port}/", guard=site.guard(trust=trust))
        other = check_address(f"https://other.example:{site.port}/", guard=site.guard(trust=trust))
        unknown = check_address(f"https://{HOST}:{site.port}/", guard=site.guard())
    assert (good.is_broken, good.status) == (False, 200)
    assert names[:2] == [HOST, "other.example"]
    assert (other.is_broken, other.may_pass) == (True, True)
    assert other.reason.startswith("Its certificate is not valid")
    assert unknown.reason.startswith("Its certificate is not valid")


def test_a_secure_address_without_a_secure_server_is_broken():
    with raw_server(lambda connection: connection.sendall(b"hello, no TLS here\r\n" * 5)) as site:
        answer = check_address(f"https://{HOST}:{site.port}/", timeout=2, guard=site.guard())
    assert (answer.is_broken, answer.may_pass) == (True, True)
