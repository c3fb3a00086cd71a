"""What is in a mail, as far as the portal asks: where it went, when, and what was attached. Never what it says.

To be called under the guard, since a mail may be built to do harm: nothing in it is opened but its own parts, mails
and archives inside it stay closed, and all that is counted has a bound.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageDefect
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path, PurePath

from portal.library.documents.problems import Unreadable

MOST_HEAD_BYTES = 256 * 1024
MOST_PARTS, MOST_DEPTH, MOST_ATTACHMENTS = 200, 10, 50
# Lines that begin as those between parts do; a mail that is parsed takes time by the part.
MOST_BOUNDARIES = 5_000
# Of the attachments that are no known files, so many are kept aside to be read; the others go by their sha256 alone.
MOST_KEPT = 10
MOST_ADDRESS_CHARACTERS, MOST_DOMAINS = 64 * 1024, 50
MOST_SUBJECT, MOST_NAME = 300, 150

_READABLE = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}
_READ = frozenset({".pdf", ".docx", ".pptx", ".xlsx", ".md", ".txt"})
_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".dat"})
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_FAULTY = ("Base64", "UU")


@dataclass(frozen=True)
class Attachment:
    """A part with a name or of a kind of its own: what its sender called it, the sha256 of its bytes, and in which
    file of the working folder it is, "" for one that can't be read by page."""

    name: str
    sha256: str
    file: str = ""


@dataclass
class Letter:
    """A mail: its subject, its sender's mail domain, those that it went to, when it says that it was sent, what was
    attached, and, in sentences, what of it was not looked at."""

    subject: str = ""
    sender: str = ""
    domains: list[str] = field(default_factory=list)
    sent_at: datetime | None = None
    attachments: list[Attachment] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    # The names of attachments whose pages could not be read.
    unread: list[str] = field(default_factory=list)

    def leave_out(self, words: str) -> None:
        """Note what was not looked at, each kind of it once."""
        if words not in self.left_out:
            self.left_out.append(words)


def read_letter(path: Path, folder: Path) -> Letter:
    """Read a mail and put those attachments that could be read by page into a folder; Unreadable says why not."""
    raw = path.read_bytes()
    end = _END_OF_HEAD.search(raw)
    if (end.start() if end else len(raw)) > MOST_HEAD_BYTES:
        raise Unreadable("its head is larger than that of any mail")
    if raw.count(b"\n--") > MOST_BOUNDARIES:
        raise Unreadable("it is made of too many parts")
    try:
        message = message_from_bytes(raw, policy=policy.default)
    except RecursionError:
        raise Unreadable("its parts are too deep inside of each other") from None
    assert isinstance(message, EmailMessage)
    letter = Letter(subject=_subject(message), sent_at=_date(message))
    letter.sender = next(iter(_domains(message, ("from",), letter)), "")
    letter.domains = _domains(message, ("to", "cc", "bcc"), letter)
    for part in _parts(message, letter):
        _take(part, folder, letter)
    return letter


def domain_of(address: str) -> str:
    """Return the mail domain of an address in small letters, "" where there is none that could be."""
    domain = address.rpartition("@")[2].strip().rstrip(".").lower()
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return domain if len(domain) <= 253 and _DOMAIN.fullmatch(domain) else ""


def _domains(message: EmailMessage, names: tuple[str, ...], letter: Letter) -> list[str]:
    """Return the domains in some headers in order, each once."""
    lines = [str(value) for name, value in message.raw_items() if name.lower() in names]
    text = ", ".join(" ".join(line.split()) for line in lines)
    if len(text) > MOST_ADDRESS_CHARACTERS:
        letter.leave_out("It has more recipients than are looked at.")
        text = text[:MOST_ADDRESS_CHARACTERS].rpartition(",")[0]
    try:
        addresses = [address for _, address in getaddresses([text])]
    except RecursionError:
        letter.leave_out("Its addresses could not be read.")
        return []
    return list(dict.fromkeys(filter(None, map(domain_of, addresses))))[:MOST_DOMAINS]


def _subject(message: EmailMessage) -> str:
    return _plain(_header(message, "Subject"), MOST_SUBJECT)


def _date(message: EmailMessage) -> datetime | None:
    try:
        moment: datetime | None = message["Date"].datetime if message["Date"] else None
        if moment is None:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except Exception:
        return None


def _header(message: EmailMessage, name: str) -> str:
    # What the standard library makes of a header that nobody foresaw ranges from defects to errors of all kinds.
    try:
        return str(message[name] or "")
    except Exception:
        return ""


def _plain(text: str, most: int) -> str:
    """Return text on one line, without what can't be shown."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    words = " ".join(shown.split())
    return words if len(words) <= most else words[: most - 1] + "…"


def _parts(message: EmailMessage, letter: Letter) -> Iterator[EmailMessage]:
    """Yield the parts that hold something themselves, as far as there are not too many, or one in the other."""
    waiting, seen = [(message, 0)], 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > MOST_PARTS:
            letter.leave_out(f"Only its first {MOST_PARTS} parts were looked at.")
            return
        kind = part.get_content_maintype()
        if kind == "message":
            letter.leave_out("A mail attached to it was not opened.")
        elif kind != "multipart":
            yield part
        elif depth >= MOST_DEPTH:
            letter.leave_out("Parts deep inside of others were not looked at.")
        elif isinstance(inside := part.get_payload(), list):
            waiting += [(inner, depth + 1) for inner in reversed(inside) if isinstance(inner, EmailMessage)]


def _take(part: EmailMessage, folder: Path, letter: Letter) -> None:
    """Note an attachment, and keep it aside where its pages could be compared."""
    try:
        name = _plain(PurePath((part.get_filename() or "").replace("\\", "/")).name, MOST_NAME)
        kind, is_attached = part.get_content_type(), part.is_attachment()
        if kind.startswith("text/") and not name and not is_attached:
            return
        if len(letter.attachments) >= MOST_ATTACHMENTS:
            letter.leave_out(f"Only its first {MOST_ATTACHMENTS} attachments were looked at.")
            return
        content = part.get_payload(decode=True)
        faulty = any(_is_fault(defect) for defect in part.defects)
    except Exception:
        letter.leave_out("A part of it could not be read.")
        return
    if not isinstance(content, bytes) or faulty:
        letter.leave_out(f"“{name or kind}” could not be decoded.")
        return
    suffix = _READABLE.get(kind, "") if PurePath(name).suffix.lower() not in _READ else PurePath(name).suffix
    if PurePath(name).suffix.lower() in _ARCHIVES or kind == "application/zip":
        letter.leave_out(f"“{name or kind}” is an archive and was not opened.")
    attachment = Attachment(name or f"attachment{suffix}", hashlib.sha256(content).hexdigest())
    kept = sum(bool(other.file) for other in letter.attachments)
    if suffix and content and kept < MOST_KEPT:
        file = f"{kept}{suffix.lower()}"
        (folder / file).write_bytes(content)
        attachment = Attachment(attachment.name, attachment.sha256, file)
    letter.attachments.append(attachment)


def _is_fault(defect: MessageDefect) -> bool:
    return any(word in type(defect).__name__ for word in _FAULTY)
