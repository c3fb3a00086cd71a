"""The guard: nobody inside can be reached, however the address is written and wherever it leads."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from portal.outgoing import Guard, check_address, is_public
from tests.outgoing.servers import PUBLIC, web_server

PRIVATE = (
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"),
    *("0.0.0.0", "0.1.2.3", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1"),
    *(
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "192.88.99.1",
    ),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "100::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "::8.8.8.8"),
    *("64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1"),
    *(
        "2001::1",
        "2001:0:7f00:1::1",
        "2001:db8::1",
        "2001:10::1",
        "3fff::1",
        "5f00::1",
        "2606:4700::1111%eth0",
    ),
)
PUBLIC_ONES = ("8.8.8.8", "1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700:4700::1111", "2a00:1450::1")


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_open_internet_is_never_connected_to(address, monkeypatch):
    monkeypatch.setattr("socket.create_connection", _no_connection)
    answer = check_address("http://site.example/", guard=Guard(resolve=lambda host, port: [address]))
    assert (answer.is_broken, answer.status) == (False, None)
    assert answer.reason == "Not checked, because it is in a private network."


@pytest.mark.parametrize("address", PUBLIC_ONES)
def test_an_address_of_the_open_internet_may_be_asked(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[fe80::1%25eth0]"]
)
def test_a_private_address_written_into_the_link_itself_is_refused_without_a_lookup(address, monkeypatch):
    monkeypatch.setattr("socket.create_connection", _no_connection)
    answer = check_address(f"http://{address}/", guard=Guard(resolve=_no_lookup))
    assert answer.reason == "Not checked, because it is in a private network."


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "127.1",
        "0177.0.0.1",
        "127.0.0.01",
        "134744072",
        "1.2.3.4.5",
        "8.8.8.0x8",
    ],
)
def test_a_host_that_hides_behind_a_number_is_refused(host):
    answer = check_address(f"http://{host}/", guard=Guard(resolve=_no_lookup))
    assert answer.reason == "Not checked, because it hides its host behind a number."
    assert not answer.is_broken


def test_one_private_address_among_public_ones_refuses_the_host(monkeypatch):
    monkeypatch.setattr("socket.create_connection", _no_connection)
    guard = Guard(resolve=lambda host, port: ["8.8.8.8", "192.168.0.10"])
    assert "private network" in check_address("https://site.example/", guard=guard).reason


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://site.example/", "does not begin with http:// or https://"),
        ("file:///etc/passwd", "does not begin with http:// or https://"),
        ("gopher://site.example/", "does not begin with http:// or https://"),
        ("javascript:alert(1)", "does not begin with http:// or https://"),
        ("http://site.example:22/", "uses the port 22"),
        ("https://site.example:8080/", "uses the port 8080"),
        ("https://ana@site.example/", "carries a name or a password"),
        ("https://ana:secret@site.example/", "carries a name or a password"),
        ("https://site.example@127.0.0.1/", "carries a name or a password"),
    ],
)
def test_what_is_no_plain_web_address_is_not_asked(url, why):
    answer = check_address(url, guard=Guard(resolve=_no_lookup))
    assert (answer.is_broken, answer.reason) == (False, f"Not checked, because it {why}.")


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http://[::1",
        "http://site.example:99999/",
        "http://a b/",
        "http://a%00b/",
        "http://%0d%0aX/",
        f"http://{'a' * 300}.example/",
    ],
)
def test_what_is_no_address_at_all_is_broken_for_good(url):
    answer = check_address(url, guard=Guard(resolve=_no_lookup))
    assert (answer.is_broken, answer.may_pass, answer.reason) == (True, False, "This is no web address.")


@pytest.mark.parametrize(
    "inside",
    [
        "http://127.0.0.1:{port}/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://10.1.2.3/",
        "//127.0.0.1:{port}/",
    ],
)
def test_a_redirect_into_a_private_network_is_not_followed(inside):
    with (
        web_server(lambda method, path: (200, {}), address="127.0.0.1") as private,
        web_server(lambda method, path: (302, {"Location": inside.format(port=private.port)})) as site,
    ):
        answer = check_address(site.url(), guard=site.guard(others=(private.port,)))
    assert answer.reason == "Not checked, because the address that it leads to is in a private network."
    assert not answer.is_broken
    assert len(site.asked) == 1
    assert private.asked == []


@pytest.mark.parametrize(
    "location", ["ftp://site.example/x", "http://a:b@site.example/", "http://site.example:25/"]
)
def test_each_hop_passes_the_same_guard(location):
    with web_server(lambda method, path: (301, {"Location": location})) as site:
        answer = check_address(site.url(), guard=site.guard())
    assert answer.reason.startswith("Not checked, because the address that it leads to ")
    assert len(site.asked) == 1


def test_a_host_that_names_another_address_when_asked_again_gains_nothing():
    """The name is looked up once for each hop, and the connection goes to the address that was checked."""
    with (
        web_server(lambda method, path: (200, {}), address="127.0.0.1") as private,
        web_server(lambda method, path: (405 if method == "HEAD" else 200, {})) as site,
    ):
        found = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
        guard = site.guard(others=(private.port,))
        guard = Guard(guard.ports, lambda host, port: next(found), guard.opened)
        assert check_address(site.url(), guard=guard).status == 200
        assert [method for method, _ in site.asked] == ["HEAD", "GET"]
        assert "private network" in check_address(site.url(), guard=guard).reason
        assert private.asked == []


def test_a_rebound_host_is_caught_at_the_redirect():
    with web_server(lambda method, path: (302, {"Location": "/again"})) as site:
        found = iter([[PUBLIC], ["10.0.0.1"]])
        guard = Guard(frozenset({site.port}), lambda host, port: next(found), site.guard().opened)
        answer = check_address(site.url(), guard=guard)
    assert answer.reason == "Not checked, because the address that it leads to is in a private network."
    assert [path for _, path in site.asked] == ["/"]


def _no_connection(*arguments: object, **named: object) -> None:
    raise AssertionError("a connection was tried")


def _no_lookup(host: str, port: int) -> list[str]:
    raise AssertionError("a host was looked up")
