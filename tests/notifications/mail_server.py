"""A real mail server on the loopback that keeps what it took, refuses what it is told to, and can hold an answer."""

from __future__ import annotations

import asyncio
import email
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Protocol  # noqa: N811
from aiosmtpd.smtp import Envelope, Session

Answer = Callable[[Envelope], str | None]


@dataclass
class Handler:
    """What the server does at each step; a step without an answer of its own says yes."""

    taken: list[bytes] = field(default_factory=list)
    connections: int = 0
    at_mail: Answer = lambda envelope: None
    at_rcpt: Answer = lambda envelope: None
    at_data: Answer = lambda envelope: None
    after_taking: Answer = lambda envelope: None
    breaks_at_rcpt: Callable[[str], bool] = lambda address: False
    breaks_after_text: bool = False

    async def handle_EHLO(  # noqa: N802
        self, server: Protocol, session: Session, envelope: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = name
        return lines

    async def handle_MAIL(  # noqa: N802
        self, server: Protocol, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await _answer(self.at_mail, envelope) or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Protocol, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.breaks_at_rcpt(address):
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        answer = await _answer(self.at_rcpt, envelope)
        if answer:
            envelope.rcpt_tos.clear()
        return answer or "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: Protocol, session: Session, envelope: Envelope
    ) -> str:
        if self.breaks_after_text:
            server.transport.abort()
            return "250 nobody reads this"
        answer = await _answer(self.at_data, envelope)
        if answer:
            return answer
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        return await _answer(self.after_taking, envelope) or "250 OK"

    @property
    def mails(self) -> list[EmailMessage]:
        """What was taken, read as mails."""
        return [email.message_from_bytes(text, policy=SMTP) for text in list(self.taken)]  # type: ignore[misc]

    @property
    def ids(self) -> list[str]:
        """The Message-ID of each mail that was taken."""
        return [mail["Message-ID"] for mail in self.mails]


async def _answer(answer: Answer, envelope: Envelope) -> str | None:
    # In a thread, so that an answer that is held back holds nobody else up.
    return await asyncio.get_running_loop().run_in_executor(None, answer, envelope)


class Gate:
    """Holds the server's answers back until it is opened; `reached` says that one is waiting."""

    def __init__(self) -> None:
        self.reached, self._open = threading.Event(), threading.Event()

    def __call__(self, given: object) -> None:
        self.reached.set()
        self._open.wait(60)

    def open(self) -> None:
        self._open.set()


class Server(Controller):
    """A server on whichever port is free."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def start_server(handler: Handler, **options: Any) -> Server:
    """Start a server on a free port of this machine."""
    server = Server(handler, hostname="127.0.0.1", port=0, ready_timeout=30, **options)
    server.start()
    return server
