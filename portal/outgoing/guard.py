"""Which addresses may be asked anything, and where a connection to them goes: to checked public addresses only."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, quote, urlsplit

TIMEOUT = 10.0
MOST_ADDRESSES = 4
DEFAULT_PORTS = {"http": 80, "https": 443}

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")
# What a resolver would take for an address although it is not written as one: 2130706433, 0x7f.1, 127.1, 0177.0.0.1.
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
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


class Refused(Exception):
    """The guard does not let an address be asked; the words go on after "because it"."""


class Failed(Exception):
    """An address was asked and did not answer as it should; `may_pass` says that it may at the next try."""

    def __init__(self, reason: str, *, may_pass: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.may_pass = reason, may_pass


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


def target_of(url: str, guard: Guard, until: float, *, only_https: bool = False) -> Target:
    """Return where to connect for an address, or refuse it; its name is looked up here and never again."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError):
        raise Failed("This is no web address.") from None
    if only_https and parts.scheme != "https":
        raise Refused("does not begin with https://")
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
    thread.join(time_left(until))
    if thread.is_alive():
        raise TimeoutError
    return found


def time_left(until: float) -> float:
    """Return how many seconds are left until a moment of the monotonic clock, or raise TimeoutError."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _path(parts: SplitResult) -> str:
    kept = "/%:@!$&'()*+,;=~?"
    query = f"?{quote(parts.query, safe=kept)}" if parts.query else ""
    return (quote(parts.path, safe=kept) or "/") + query
