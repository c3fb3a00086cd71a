"""Who and what is let in by mail: known addresses of active people, and no more at once than can be looked after."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session, TLSSetupException
from flask import Flask

from portal.capture.receiving.addresses import person_at
from portal.capture.receiving.arrivals import Arrival, mail_store, note_arrival
from portal.capture.receiving.throttle import Throttle
from portal.db import begin_unit, end_unit, unit_of_work

Answer = TypeVar("Answer")

MOST_CONNECTIONS, MOST_OF_ONE_PEER = 40, 20
MOST_RECIPIENTS = 20
# Whoever names more unknown addresses than this within a minute waits for each further answer, and is shown out.
MOST_UNKNOWN, SLOW_SECONDS = 10, 5.0
_THREADS = 4

TAKEN = "250 2.0.0 Taken"
UNKNOWN = "550 5.1.1 Nobody here has this address"
TOO_MANY_UNKNOWN = "421 4.7.0 Too many unknown addresses"
BUSY = "421 4.3.2 Too many connections, please try again later"
TOO_LARGE = "552 5.3.4 This mail is too large"
TOO_MANY = "450 4.7.1 Too many mails for this address, please try again in a minute"
NOT_STORED = "451 4.3.0 It could not be stored, please try again later"


class Doorman:
    """Answers for each step of a delivery; whatever touches files or the database runs in a few threads of its own."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._domain: str = app.config["CAPTURE_DOMAIN"]
        self.size_limit: int = app.config["CAPTURE_MAX_MB"] * 1024 * 1024
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="mail")
        self._inside: Counter[str] = Counter()
        self._mails = Throttle(app.config["CAPTURE_PER_MINUTE"])
        self._unknown = Throttle(MOST_UNKNOWN)

    def enter(self, peer: str) -> bool:
        """Let a connection in, if there is room for it."""
        if self._inside.total() >= MOST_CONNECTIONS or self._inside[peer] >= MOST_OF_ONE_PEER:
            return False
        self._inside[peer] += 1
        return True

    def leave(self, peer: str) -> None:
        """Make room again."""
        self._inside[peer] -= 1
        if not self._inside[peer]:
            del self._inside[peer]

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        # Nobody signs in here, with or without TLS.
        return [line for line in responses if not line.startswith("250-AUTH")]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            person = await self._in_thread(self._find, address)
        except Exception:
            self._app.logger.exception("an address could not be looked up")
            return NOT_STORED
        if person is None:
            return await self._turn_away(server, peer_of(session))
        if self._mails.is_full(str(person)):
            return TOO_MANY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_VRFY(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str
    ) -> str:
        return "252 2.5.2 Send a mail to find out"

    async def handle_exception(self, error: Exception) -> str:
        if isinstance(error, TLSSetupException):
            # The peer's doing, such as one that trusts other certificates; the line is cut.
            self._app.logger.info("a peer gave STARTTLS up: %s", error.__cause__)
            return NOT_STORED
        self._app.logger.error("a delivery failed", exc_info=error)
        return NOT_STORED

    async def keep(self, arrival: Arrival, addresses: Sequence[str]) -> str:
        """Store a mail for everybody it came for, and answer once nothing can make it lost any more."""
        try:
            return await self._in_thread(self._keep, arrival, list(addresses))
        except Exception:
            self._app.logger.exception("a mail could not be stored; its sender was told to try again")
            return NOT_STORED

    async def _turn_away(self, server: SMTP, peer: str) -> str:
        if not self._unknown.is_full(peer):
            self._unknown.count(peer)
            return UNKNOWN
        await pause(SLOW_SECONDS)
        if server.transport is not None:
            # Once the answer has been written, which is what happens next.
            asyncio.get_running_loop().call_soon(server.transport.close)
        return TOO_MANY_UNKNOWN

    def _find(self, address: str) -> int | None:
        with self._app.app_context():
            begin_unit(writes=False)
            try:
                return person_at(address, self._domain)
            finally:
                end_unit(commit=False)

    def _keep(self, arrival: Arrival, addresses: list[str]) -> str:
        with self._app.app_context():
            # Before the write lock is taken: a large file takes its time.
            files = [arrival.store("mail") for _ in addresses]
            with unit_of_work():
                found = {person_at(address, self._domain) for address in addresses}
                people = sorted(person for person in found if person is not None)
                for person, sha256 in zip(people, files, strict=False):
                    note_arrival(person, arrival.message_key, sha256)
            for sha256 in files[len(people) :]:
                mail_store().delete(sha256)
        for person in people:
            self._mails.count(str(person))
        return TAKEN if people else UNKNOWN

    async def _in_thread(self, work: Callable[..., Answer], *arguments: object) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)


async def pause(seconds: float) -> None:
    """Wait; here so that a test need not."""
    await asyncio.sleep(seconds)


def peer_of(session: Session) -> str:
    """Return the address of the machine at the other end."""
    return str(session.peer[0]) if session.peer else ""
