"""Does this address still answer? Every redirect passes the same guard, and of an answer only the head is read."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from urllib.parse import urljoin

from portal.outgoing.connecting import connect, read_head, request_head
from portal.outgoing.guard import TIMEOUT, Failed, Guard, Refused, Target, target_of, time_left

MOST_REDIRECTS = 5
USER_AGENT = "Tandem link check"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Answers of a server that is there and lets only some people in.
LETS_IN_OTHERS = frozenset({401, 402, 403, 407, 429, 451, 999})


@dataclass(frozen=True)
class Answer:
    """How an address answered: whether it is broken, why or why it was not asked, and the HTTP status if there was one.

    `may_pass` says that the failure may be over at the next try: no answer in time, no connection, a server's error.
    """

    is_broken: bool
    reason: str
    status: int | None = None
    may_pass: bool = False


def check_address(url: str, *, timeout: float = TIMEOUT, guard: Guard | None = None) -> Answer:
    """Ask whether an address answers, within `timeout` seconds in all; it never raises."""
    guard, until, hop = guard or Guard(), time.monotonic() + timeout, 0
    try:
        while hop <= MOST_REDIRECTS:
            target = target_of(url, guard, until)
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
        return Answer(True, failure.reason, may_pass=failure.may_pass)
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


def _ask(method: str, target: Target, guard: Guard, until: float) -> tuple[int, str]:
    """Return the status of an answer and where it sends on to."""
    head = request_head(method, target, f"User-Agent: {USER_AGENT}", "Accept: */*")
    with connect(target, guard, until) as connection:
        connection.settimeout(time_left(until))
        connection.sendall(head)
        return read_head(connection, until)
