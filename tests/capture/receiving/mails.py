"""Mails as programs make them, and the way in which they come."""

from __future__ import annotations

import smtplib
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

DOMAIN = "log.firm.test"
SENDER = "ann@firm.test"
PDF = ("application", "pdf")


def mail(
    *attached: tuple[str, bytes],
    to: str = "Bo <bo@acme.example>",
    cc: str = "",
    subject: str = "What we talked about",
    message_id: str | None = "<one@firm.test>",
    sent_at: datetime | str | None = None,
    sender: str = SENDER,
) -> EmailMessage:
    """A mail with some files attached; sent now, unless another moment or another line is given."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    if cc:
        message["Cc"] = cc
    if message_id:
        message["Message-ID"] = message_id
    if not isinstance(sent_at, str):
        sent_at = format_datetime(sent_at or datetime.now(UTC))
    if sent_at:
        message["Date"] = sent_at
    message.set_content("Hello Bo,\n\nhere it is. Our secret words stay between us.\n")
    for name, content in attached:
        maintype, subtype = PDF if name.endswith(".pdf") else ("application", "octet-stream")
        message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return message


def give(port: int, message: EmailMessage | bytes, *recipients: str) -> dict[str, tuple[int, bytes]]:
    """Give a mail to the listener as a mail server does, and return whom it refused."""
    content = message if isinstance(message, bytes) else message.as_bytes()
    with smtplib.SMTP("127.0.0.1", port, local_hostname="mail.firm.test", timeout=60) as client:
        return client.sendmail(SENDER, recipients, content)


def answers(port: int, commands: Iterable[str]) -> list[int]:
    """Say some commands one after the other and return the codes of the answers."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="mail.firm.test", timeout=60) as client:
        client.ehlo()
        client.command_encoding = "utf-8"
        return [client.docmd(command)[0] for command in commands]
