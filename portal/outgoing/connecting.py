"""One exchange with another machine: connect to a checked address, send one request, read the head of the answer."""

from __future__ import annotations

import re
import socket
import ssl
from urllib.parse import quote

from portal.outgoing.guard import DEFAULT_PORTS, Failed, Guard, Target, time_left

MOST_HEAD = 16 * 1024

_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?![0-9])")
_LOCATION = re.compile(rb"^location:[ \t]*(.*?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_UNSAFE = re.compile(r"[\x00-\x20\x7f]")


def request_head(method: str, target: Target, *headers: str) -> bytes:
    """Return the head of a request as it goes over the connection."""
    name = f"[{target.host}]" if ":" in target.host else target.host
    if target.port != DEFAULT_PORTS["https" if target.secure else "http"]:
        name = f"{name}:{target.port}"
    lines = (f"{method} {target.path} HTTP/1.1", f"Host: {name}", *headers, "Connection: close")
    return "\r\n".join((*lines, "", "")).encode("ascii")


def connect(target: Target, guard: Guard, until: float) -> socket.socket:
    """Connect to the first of the checked addresses that takes it; names are not looked up again."""
    plain, problem = None, OSError()
    for place, address in enumerate(target.addresses):
        try:
            share = time_left(until) / (len(target.addresses) - place)
            plain = socket.create_connection((address, target.port), timeout=share)
            break
        except OSError as error:
            problem = error
    if plain is None:
        raise problem
    if not target.secure:
        return plain
    try:
        plain.settimeout(time_left(until))
        context = guard.trust or ssl.create_default_context()
        return context.wrap_socket(plain, server_hostname=target.host)
    except BaseException:
        plain.close()
        raise


def read_head(connection: socket.socket, until: float) -> tuple[int, str]:
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
        connection.settimeout(time_left(until))
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
