"""The mail server in the worker: SMTP as far as it takes to be given a mail, in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Mapping
from typing import Any

from aiosmtpd.smtp import SMTP, syntax
from flask import Flask

from portal.capture.receiving.arrivals import Arrival
from portal.capture.receiving.doorman import BUSY, TOO_LARGE, Doorman, peer_of

# How long a peer may say nothing, and how long a mail may take, in seconds.
IDLE_SECONDS, MAIL_SECONDS = 60, 600
MOST_COMMANDS = 500
# Of a mail that is too large, this many times the limit is read so that its sender can be told; then the line is cut.
PATIENCE = 3
_END = b"\r\n"


class Protocol(SMTP):
    """One connection; mails are written to a file as they come, so that none can fill the memory."""

    # Longer than a line of a mail may be, for programs that don't cut them.
    line_length_limit = 64 * 1024
    event_handler: Doorman

    async def _handle_client(self) -> None:
        assert self.session is not None
        peer = peer_of(self.session)
        if not self.event_handler.enter(peer):
            await self.push(BUSY)
            if self.transport is not None:
                self.transport.close()
            return
        try:
            await super()._handle_client()
        finally:
            self.event_handler.leave(peer)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        assert self.envelope is not None
        if await self.check_helo_needed():
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        self._reset_timeout(MAIL_SECONDS)
        with Arrival(self.event_handler.size_limit) as arrival:
            await self._take(arrival)
            if arrival.is_too_large:
                status = TOO_LARGE
            else:
                status = await self.event_handler.keep(arrival, self.envelope.rcpt_tos)
        self._set_post_data_state()
        await self.push(status)
        if arrival.size > PATIENCE * self.event_handler.size_limit and self.transport is not None:
            self.transport.close()

    async def _take(self, arrival: Arrival) -> None:
        """Read a mail to its end, or until it is far too large."""
        begins_line = True
        while arrival.size <= PATIENCE * self.event_handler.size_limit:
            try:
                piece, ends_line = await self._reader.readuntil(_END), True
            except asyncio.LimitOverrunError as error:
                piece, ends_line = await self._reader.read(error.consumed), False
            if begins_line and piece == b"." + _END:
                return
            arrival.write(piece[1:] if begins_line and piece.startswith(b".") else piece)
            begins_line = ends_line


class Certificate:
    """What STARTTLS shows, out of two files that may be renewed; without files, or before one was read, nothing."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._cert, self._key = config["CAPTURE_TLS_CERT"], config["CAPTURE_TLS_KEY"]
        self._read_at: list[int] = []
        self.shown: ssl.SSLContext | None = None

    def renew(self) -> None:
        """Read the files if they are others than before; OSError (a wrong pair too) leaves what was shown."""
        moments = [file.stat().st_mtime_ns for file in (self._cert, self._key) if file]
        if moments == self._read_at:
            return
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        # A password that a key asks for would be waited for at the terminal.
        context.load_cert_chain(self._cert, self._key, password="")
        self.shown, self._read_at = context, moments


class Listener:
    """Takes mail on a port of this machine until it is stopped; made, or OSError where the port can't be had."""

    def __init__(self, app: Flask, host: str, port: int, certificate: Certificate | None = None) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=100)
        self.port: int = self._socket.getsockname()[1]
        self._doorman, self._name = Doorman(app), app.config["CAPTURE_DOMAIN"]
        self._certificate = certificate
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._listen, name="mail", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more mail, and cut what is half said; whoever was not answered sends it again."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _listen(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(self._protocol, sock=self._socket))
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    def _protocol(self) -> Protocol:
        return Protocol(
            self._doorman,
            data_size_limit=self._doorman.size_limit,
            enable_SMTPUTF8=True,
            hostname=self._name,
            ident="Tandem",
            # Offered, not asked for: mail comes from the organisation's own server, over whatever line lies between.
            tls_context=self._certificate.shown if self._certificate else None,
            timeout=IDLE_SECONDS,
            command_call_limit=MOST_COMMANDS,
            loop=self._loop,
        )
