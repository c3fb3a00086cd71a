"""The conversation with the mail server: offering a mail, giving its text, and what each answer means."""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr

TIMEOUT = 30.0
# A server may look through a whole mail before it says that it took it (RFC 5321 allows ten minutes).
ANSWER_TIMEOUT = 300.0
MOST_PER_CONNECTION = 100
# After so many conversations in a row that broke off, the server is left alone for a while.
MOST_BREAKS = 3
_LOCAL = re.compile(r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_HOST = re.compile(r"[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*")
_DOT = re.compile(rb"(?m)^\.")


class Refused(Exception):
    """The server did not take a mail, which therefore did not go; `is_final` says that asking again is no use."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final


class Unreachable(Exception):
    """No conversation came about, so that nothing can be sent at present."""


class Doubtful(Exception):
    """The text was given and no answer came: the mail may have gone or not."""


@dataclass(frozen=True)
class Server:
    """Where the mail server is and how it is spoken to, as the settings say."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str


class Conversation:
    """A connection for many mails, opened when the first is offered."""

    def __init__(self, server: Server) -> None:
        self._server, self._sender, self._offered = server, parseaddr(server.sender)[1], 0
        self._smtp: smtplib.SMTP | None = None
        self._breaks = 0

    def offer(self, address: str) -> None:
        """Ask the server whether it takes a mail to an address; Refused or Unreachable where it does not."""
        recipient = _in_letters_of_mail(address)
        if self._breaks >= MOST_BREAKS:
            raise Unreachable("The mail server ended one conversation after the other.")
        if self._offered >= MOST_PER_CONNECTION:
            self.close()
        is_fresh = self._smtp is None
        try:
            self._ask_for(recipient)
        except OSError as error:
            self._drop()
            if is_fresh:
                raise self._broken(error) from None
            # Servers end connections that were quiet for a while; that says nothing about the mail.
            self.offer(address)

    def give(self, text: bytes) -> None:
        """Give the text of the mail that was offered; once this returns, the server has taken it."""
        smtp = self._smtp
        if smtp is None:
            raise Refused("The connection broke.", is_final=False)
        try:
            code, words = smtp.docmd("DATA")
        except OSError as error:
            self._drop()
            raise self._broken(error) from None
        if code != 354:
            self._refuse(code, words)
        try:
            if smtp.sock:
                smtp.sock.settimeout(ANSWER_TIMEOUT)
            smtp.send(_DOT.sub(b"..", text) + (b"" if text.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            code, words = smtp.getreply()
            if smtp.sock:
                smtp.sock.settimeout(TIMEOUT)
        except OSError as error:
            self._drop()
            raise Doubtful(f"No answer came after the mail was given: {_words(error)}") from None
        if not 200 <= code < 600:
            self._drop()
            raise Doubtful("The answer after the mail was given could not be understood.")
        if code >= 300:
            self._refuse(code, words)

    def take_back(self) -> None:
        """Forget the mail that was offered."""
        if self._smtp:
            try:
                self._smtp.rset()
            except OSError:
                self._drop()

    def close(self) -> None:
        """End the conversation politely."""
        if self._smtp:
            with suppress(OSError):
                self._smtp.quit()
        self._drop()

    def _opened(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp, self._offered = _connect(self._server), 0
        return self._smtp

    def _ask_for(self, recipient: str) -> None:
        smtp = self._opened()
        self._offered += 1
        code, words = smtp.mail(self._sender)
        if code != 250:
            self._refuse(code, words)
        code, words = smtp.rcpt(recipient)
        if code not in (250, 251):
            self._refuse(code, words)
        self._breaks = 0

    def _broken(self, error: OSError) -> Refused:
        self._breaks += 1
        return Refused(f"The connection broke: {_words(error)}", is_final=False)

    def _refuse(self, code: int, words: bytes) -> None:
        if code == 421:
            self._drop()
        else:
            self.take_back()
        raise Refused(_reply(code, words), is_final=500 <= code < 600)

    def _drop(self) -> None:
        if self._smtp:
            self._smtp.close()
        self._smtp = None


def _connect(server: Server) -> smtplib.SMTP:
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _greeted(server)
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if server.user:
            smtp.login(server.user, server.password)
        smtp.ehlo_or_helo_if_needed()
    except (OSError, ValueError) as error:
        if smtp:
            smtp.close()
        raise Unreachable(f"The mail server cannot be used: {_words(error)}") from None
    return smtp


def _greeted(server: Server) -> smtplib.SMTP:
    if server.security != "tls":
        return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    context = ssl.create_default_context()
    return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)


def _in_letters_of_mail(address: str) -> str:
    """Return an address as mail servers write it, or refuse it: no line ends, comments or second addresses."""
    local, _, domain = address.rpartition("@")
    try:
        host = domain.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if not (_LOCAL.fullmatch(local) and _HOST.fullmatch(host)):
        raise Refused("Mail cannot be sent to an address such as this one.", is_final=True)
    return f"{local}@{host}"


def _words(error: Exception) -> str:
    """Say what went wrong in a conversation, in one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}."
    if isinstance(error, TimeoutError):
        return "it did not answer in time."
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _reply(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"
