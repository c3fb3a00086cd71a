"""Giving another machine a message, over HTTPS only; no redirect is followed, and whether it was taken is told."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

from portal.outgoing.connecting import connect, read_head, request_head
from portal.outgoing.guard import TIMEOUT, Failed, Guard, Refused, Target, target_of, time_left

USER_AGENT = "Tandem"
MAY_PASS = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Posted:
    """What became of a message: "taken", "refused" for good, "later" for what may go well another time, or "unknown".

    It is unknown where the message was given and no answer came that can be understood.
    """

    state: str
    reason: str = ""


def why_not_posted_to(url: str, *, guard: Guard | None = None, timeout: float = TIMEOUT) -> str:
    """Return in a sentence why nothing would be posted to an address now, or nothing; its host is only looked up."""
    try:
        target_of(url, guard or Guard(), time.monotonic() + timeout, only_https=True)
    except Refused as refusal:
        return f"Nothing can be sent there, because it {refusal}."
    except Failed as failure:
        return failure.reason
    except TimeoutError:
        return "Its host could not be found in time. Please try again."
    return ""


def post(
    url: str,
    body: bytes,
    *,
    content_type: str = "application/json",
    guard: Guard | None = None,
    timeout: float = TIMEOUT,
    may_send: Callable[[], bool] = lambda: True,
) -> Posted | None:
    """Give a message to an address; it never raises but what `may_send` raises.

    `may_send` is asked once the connection stands, just before the first byte; where it says no, nothing is sent and
    None is returned. Connecting and the exchange may take `timeout` seconds each.
    """
    guard, until = guard or Guard(), time.monotonic() + timeout
    try:
        target = target_of(url, guard, until, only_https=True)
        connection = connect(target, guard, until)
    except Refused as refusal:
        return Posted("refused", f"Nothing was sent, because the address {refusal}.")
    except Failed as failure:
        return Posted("later" if failure.may_pass else "refused", failure.reason)
    except ssl.SSLCertVerificationError as error:
        return Posted("later", f"The certificate of its server is not valid: {error.verify_message}.")
    except TimeoutError:
        return Posted("later", f"Its server did not answer within {timeout:.0f} seconds.")
    except (OSError, ValueError):
        return Posted("later", "No connection to its server could be made.")
    with connection:
        if not may_send():
            return None
        until = time.monotonic() + timeout
        try:
            connection.settimeout(time_left(until))
            connection.sendall(_head(target, content_type, len(body)) + body)
            status, _ = read_head(connection, until)
        except (Failed, OSError, ValueError):
            return Posted("unknown", "It was given to the server, which did not say whether it took it.")
    return _judged(status)


def _head(target: Target, content_type: str, size: int) -> bytes:
    headers = (f"User-Agent: {USER_AGENT}", f"Content-Type: {content_type}", f"Content-Length: {size}")
    return request_head("POST", target, *headers)


def _judged(status: int) -> Posted:
    if status < 300:
        return Posted("taken")
    if status < 400:
        return Posted("refused", f"Its server sends on to another address ({status}), which is not followed.")
    if status >= 500 or status in MAY_PASS:
        return Posted("later", f"Its server cannot take it at the moment ({status}).")
    if status in (404, 410):
        return Posted("refused", f"There is no such channel any more ({status}).")
    return Posted("refused", f"Its server refuses the message ({status}).")
