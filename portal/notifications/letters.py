"""What a mail says: its lines by kind of news, as plain text and as simple HTML, with links into the portal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from itertools import islice

from flask import current_app

from portal.db import now
from portal.notifications.kinds import KINDS
from portal.notifications.unsubscribing import unsubscribe_token

MOST_LINES = 100
MOST_SUBJECT = 200
WHEN = {"daily": "Your day", "weekly": "Your week"}
# Bodies in lines of 76; header lines stay whole, since an address that is cut in two is none any more.
_BODY = SMTP.clone(max_line_length=76)
_WHOLE_HEADERS = SMTP.clone(max_line_length=900)


@dataclass(frozen=True)
class Told:
    """One thing a person is told of."""

    kind: str
    title: str
    address: str
    group_key: str | None = None
    group_title: str | None = None


@dataclass(frozen=True)
class Letter:
    """One mail before it is written: to whom, and what it tells of."""

    message_id: str
    mail_time: str
    user_id: int
    name: str
    email: str
    told: tuple[Told, ...]


@dataclass(frozen=True)
class Line:
    """One line of a mail and where it leads."""

    text: str
    address: str


@dataclass(frozen=True)
class Section:
    """The lines of one kind of news under its name."""

    heading: str
    lines: tuple[Line, ...]


def compose(letter: Letter) -> bytes:
    """Return a mail as it is given to the mail server."""
    sections, base = list(_sections(letter.told)), current_app.config["BASE_URL"]
    kinds = list(dict.fromkeys(told.kind for told in letter.told))
    stop = f"{base}/unsubscribe/{unsubscribe_token(letter.user_id, kinds)}"
    subject, name = _subject(letter, sections), one_line(letter.name)
    words = {
        "subject": subject,
        "name": name,
        "sections": _shortened(sections),
        "left_out": max(0, sum(len(section.lines) for section in sections) - MOST_LINES),
        "everything": f"{base}/notifications",
        "stop": stop,
        "stops": [section.heading for section in sections],
        "choices": f"{base}/me/notifications",
    }
    mail = EmailMessage(policy=_BODY)
    shown, sender = parseaddr(current_app.config["MAIL_FROM"])
    mail["From"] = Address(shown, addr_spec=sender)
    mailbox, _, host = letter.email.rpartition("@")
    mail["To"] = Address(name, mailbox, host.encode("idna").decode("ascii"))
    mail["Subject"] = subject
    mail["Date"] = format_datetime(now())
    mail["Message-ID"] = letter.message_id
    mail["List-Unsubscribe"] = f"<{stop}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Auto-Submitted"] = "auto-generated"
    # No request is under way, so that the frame of a page must not be asked for.
    templates = current_app.jinja_env
    mail.set_content(templates.get_template("notifications/mail.txt").render(words), cte="quoted-printable")
    page = templates.get_template("notifications/mail.html").render(words)
    mail.add_alternative(page, subtype="html", cte="quoted-printable")
    return mail.as_bytes(policy=_WHOLE_HEADERS)


def one_line(text: str) -> str:
    """Return a text without line ends and other signs that could end a header."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _subject(letter: Letter, sections: list[Section]) -> str:
    lines = [line for section in sections for line in section.lines]
    if len(lines) == 1:
        subject = lines[0].text
    else:
        subject = f"{len(letter.told)} new things on Tandem"
        if letter.mail_time in WHEN:
            subject = f"{WHEN[letter.mail_time]} on Tandem: {len(letter.told)} new things"
    return subject if len(subject) <= MOST_SUBJECT else f"{subject[: MOST_SUBJECT - 1].rstrip()}…"


def _sections(told: tuple[Told, ...]) -> Iterator[Section]:
    """Give what was told kind by kind, in the order in which people choose; kinds of earlier days come last."""
    by_kind: dict[str, list[Told]] = {}
    for item in told:
        by_kind.setdefault(item.kind, []).append(item)
    for kind in (*KINDS, *(kind for kind in by_kind if kind not in KINDS)):
        if kind in by_kind:
            heading = KINDS[kind].name if kind in KINDS else "Other news"
            yield Section(heading, tuple(_lines(by_kind[kind])))


def _lines(told: list[Told]) -> Iterator[Line]:
    """Give a line for each thing; things of one group share the line where the first of them stands."""
    base = current_app.config["BASE_URL"]
    groups: dict[str | int, list[Told]] = {}
    for place, item in enumerate(told):
        groups.setdefault(item.group_key or place, []).append(item)
    for group in groups.values():
        newest = group[-1]
        joined = len(group) > 1 and newest.group_title
        text = f"{len(group):,} {newest.group_title}" if joined else newest.title
        path = newest.address if newest.address.startswith("/") else "/notifications"
        yield Line(one_line(text), base + path)


def _shortened(sections: list[Section]) -> list[Section]:
    """Return the sections with no more lines in all than a mail may have."""
    left, kept = MOST_LINES, []
    for section in sections:
        lines = tuple(islice(section.lines, left))
        left -= len(lines)
        if lines:
            kept.append(Section(section.heading, lines))
    return kept
