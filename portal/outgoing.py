"""The one door through which the portal asks anything of another machine: does this address still answer?

Nobody inside may be reached through it. A host is looked up once, each of its addresses has to be a public one, the
connection goes to just these addresses, and every redirect passes the same guard. Of an answer only the head is read.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, quote, urljoin, urlsplit

TIMEOUT = 10.0
MOST_REDIRECTS = 5
MOST_ADDRESSES = 4
MOST_HEAD = 16 * 1024
USER_AGENT = "Tandem link check"
DEFAULT_PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Answers of a server that is there and lets only some people in.
LETS_IN_OTHERS = frozenset({401, 402, 403, 407, 429, 451, 999})

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")
# What a resolver would take for an address although it is not written as one: 2130706433, 0x7f.1, 127.1, 0177.0.0.1.
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?![0-9])")
_LOCATION = re.compile(rb"^location:[ \t]*(.*?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_UNSAFE = re.compile(r"[\x00-\x20\x7f]")
_IPV6_PUBLIC = ip_network("2000::/3")
# Public by name, yet they carry or stand for other addresses: IETF's own, 6to4 and its relays, benchmarks, examples.
_CARRIERS = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20",
        ),
    )
)

Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class Answer:
    """How an address answered: whether it is broken, why or why it was not asked, and the HTTP status if there was one.

    `may_pass` says that the failure may be over at the next try: no answer in time, no connection, a server's error.
    """

    is_broken: bool
    reason: str
    status: int | None = None
    may_pass: bool = False


class Refused(Exception):
    """The guard does not let an address be asked; the words go on after "because it"."""


class Failed(Exception):
    """An address was asked and did not answer as it should."""

    def __init__(self, reason: str, *, may_pass: bool = False) -> None:
        super().__init__(reason)
        self.answer = Answer(True, reason, may_pass=may_pass)


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host as the system's resolver gives them."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class Guard:
    """What may be asked: which ports, who says where a host is, and networks that are open although not public."""

    ports: frozenset[int] = frozenset(DEFAULT_PORTS.values())
    resolve: Resolver = look_up
    opened: tuple[Network, ...] = ()
    trust: ssl.SSLContext | None = None

    def lets(self, text: str) -> bool:
        """Say whether an address, as text, may be connected to."""
        address = ip_address(text)
        return any(address in network for network in self.opened) or is_public(address)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Say whether an address is one of the open internet and stands for no other one."""
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    if isinstance(address, IPv6Address) and (address.scope_id or address not in _IPV6_PUBLIC):
        return False
    return not any(address in network for network in _CARRIERS)


@dataclass(frozen=True)
class Target:
    """One address to ask, and where the guard lets the connection go."""

    secure: bool
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


def check_address(url: str, *, timeout: float = TIMEOUT, guard: Guard | None = None) -> Answer:
    """Ask whether an address answers, within `timeout` seconds in all; it never raises."""
    guard, until, hop = guard or Guard(), time.monotonic() + timeout, 0
    try:
        while hop <= MOST_REDIRECTS:
            target = _target(url, guard, until)
            status, location = _ask("HEAD", target, guard, until)
            if status >= 400:
                # Many servers know only GET.
                status, location = _ask("GET", target, guard, until)
            if status not in REDIRECTS or not location:
                return _judged(status)
            url, hop = urljoin(url, location), hop + 1
        raise Failed("It sends visitors from one address to the next without end.")
    except Refused as refusal:
        subject = "it" if hop == 0 else "the address that it leads to"
        return Answer(False, f"Not checked, because {subject} {refusal}.")
    except Failed as failure:
        return failure.answer
    except ssl.SSLCertVerificationError as error:
        return Answer(True, f"Its certificate is not valid: {error.verify_message}.", may_pass=True)
    except TimeoutError:
        return Answer(True, f"It did not answer within {timeout:.0f} seconds.", may_pass=True)
    except (OSError, ValueError):
        return Answer(True, "No connection could be made.", may_pass=True)


def _judged(status: int) -> Answer:
    if status < 400:
        return Answer(False, "", status)
    if status in LETS_IN_OTHERS:
        return Answer(False, f"It answers, but only to those it lets in ({status}).", status)
    if status in (404, 410):
        return Answer(True, f"There is no such page any more ({status}).", status)
    if status >= 500 or status == 408:
        return Answer(True, f"Its server has a problem ({status}).", status, may_pass=True)
    return Answer(True, f"Its server refuses the address ({status}).", status)


def _target(url: str, guard: Guard, until: float) -> Target:
    """Return where to connect for an address, or refuse it."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError):
        raise Failed("This is no web address.") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise Refused("does not begin with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise Refused("carries a name or a password")
    if port not in guard.ports:
        raise Refused(f"uses the port {port}")
    addresses = _addresses(host, port, guard, until)
    if not all(guard.lets(address) for address in addresses):
        raise Refused("is in a private network")
    return Target(parts.scheme == "https", host, port, _path(parts), tuple(addresses[:MOST_ADDRESSES]))


def _addresses(host: str, port: int, guard: Guard, until: float) -> list[str]:
    """Return every address of a host, those of the older kind first, since not every network has the newer."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise Refused("hides its host behind a number")
    if not _NAME.fullmatch(host):
        raise Failed("This is no web address.")
    found = _in_time(lambda: guard.resolve(host, port), until)
    if not found:
        raise Failed("There is no such host.", may_pass=True)
    return sorted(dict.fromkeys(found), key=lambda address: ":" in address)


def _in_time(resolve: Callable[[], list[str]], until: float) -> list[str]:
    """Look a host up without waiting longer than is left; the system's resolver knows no limit of its own."""
    found: list[str] = []

    def run() -> None:
        try:
            found.extend(resolve())
        except (OSError, UnicodeError):
            pass

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_left(until))
    if thread.is_alive():
        raise TimeoutError
    return found


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _path(parts: SplitResult) -> str:
    kept = "/%:@!$&'()*+,;=~?"
    query = f"?{quote(parts.query, safe=kept)}" if parts.query else ""
    return (quote(parts.path, safe=kept) or "/") + query


def _ask(method: str, target: Target, guard: Guard, until: float) -> tuple[int, str]:
    """Return the status of an answer and where it sends on to."""
    name = f"[{target.host}]" if ":" in target.host else target.host
    if target.port != DEFAULT_PORTS["https" if target.secure else "http"]:
        name = f"{name}:{target.port}"
    lines = (
        f"{method} {target.path} HTTP/1.1",
        f"Host: {name}",
        f"User-Agent: {USER_AGENT}",
        "Accept: */*",
        "Connection: close",
    )
    with _connected(target, guard, until) as connection:
        connection.settimeout(_left(until))
        connection.sendall("\r\n".join((*lines, "", "")).encode("ascii"))
        return _head(connection, until)


def _connected(target: Target, guard: Guard, until: float) -> socket.socket:
    """Connect to the first of the checked addresses that takes it; names are not looked up again."""
    plain, problem = None, OSError()
    for place, address in enumerate(target.addresses):
        try:
            share = _left(until) / (len(target.addresses) - place)
            plain = socket.create_connection((address, target.port), timeout=share)
            break
        except OSError as error:
            problem = error
    if plain is None:
        raise problem
    if not target.secure:
        return plain
    try:
        plain.settimeout(_left(until))
        context = guard.trust or ssl.create_default_context()
        return context.wrap_socket(plain, server_hostname=target.host)
    except BaseException:
        plain.close()
        raise


def _head(connection: socket.socket, until: float) -> tuple[int, str]:
    """Read the head of an answer and nothing after it, in pieces that each leave less time for the next."""
    data = b""
    while len(data) < MOST_HEAD:
        head, end, rest = data.partition(b"\r\n\r\n")
        if end:
            status, location = _read_head(head)
            if status >= 200:
                return status, location
            # "Go on" and the like come before the answer itself.
            data = rest
            continue
        connection.settimeout(_left(until))
        piece = connection.recv(4096)
        if not piece:
            raise Failed("It broke off before it had answered.", may_pass=True)
        data += piece
    raise Failed("Its answer begins without end.")


def _read_head(head: bytes) -> tuple[int, str]:
    status = _STATUS.match(head)
    if status is None:
        raise Failed("It does not answer as a web server does.")
    location = _LOCATION.search(head)
    # Signs that would end a line of the next request belong to no address.
    text = location.group(1).decode("utf-8", "replace") if location else ""
    return int(status.group(1)), _UNSAFE.sub(lambda sign: quote(sign.group()), text)
