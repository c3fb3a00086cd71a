"""Taking a mail in: its file into the store, and a row with a job in one transaction; nothing is read yet.

The files stand apart from those of content, each under a sha256 of its own (it begins with a line that names the
arrival), so that one is removed without anything else losing it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import tempfile
from collections.abc import Sequence
from email.utils import format_datetime
from types import TracebackType
from typing import IO, BinaryIO, cast

from flask import current_app
from sqlalchemy import select

from portal.capture.models import ReceivedMail
from portal.db import chunks, db, now, on_commit
from portal.jobs import enqueue
from portal.storage import FolderStorage

# The part of a mail in which its id is looked for, in bytes.
_HEAD = 256 * 1024
_MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*(<[^<>\s]{1,900}>)")
_HEADER = re.compile(rb"(?im)^(from|to|cc|date|subject|message-id|received|mime-version|return-path):")
_FIRST_LINE = re.compile(rb"\A(\xef\xbb\xbf)?\s*([\x21-\x39\x3b-\x7e]+:|From )")
_OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")


def mail_store() -> FolderStorage:
    """Return the store of mails that wait to be read."""
    return FolderStorage(current_app.config["DATA_DIR"] / "mails")


class Arrival:
    """A mail on its way in: written to a file piece by piece, with its size and what it is known by."""

    def __init__(self, limit: int) -> None:
        self._limit, self.size = limit, 0
        self._problem: OSError | None = None
        self._digest, self._head = hashlib.sha256(), bytearray()
        # Closed at the end of the block.
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115

    def __enter__(self) -> Arrival:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def is_too_large(self) -> bool:
        return self.size > self._limit

    def write(self, piece: bytes) -> None:
        """Take the next piece, and only count it once there is too much, or no room for it on the disk."""
        self.size += len(piece)
        if self.is_too_large or self._problem is not None:
            return
        self._digest.update(piece)
        if len(self._head) < _HEAD:
            self._head += piece
        try:
            self._file.write(piece)
        except OSError as problem:
            self._problem = problem

    @property
    def message_key(self) -> str:
        """Return the sha256 of its message id, or of all of it where it has none."""
        head = bytes(self._head[:_HEAD])
        end = _END_OF_HEAD.search(head)
        found = _MESSAGE_ID.search(head[: end.start()] if end else head)
        return hashlib.sha256(found[1]).hexdigest() if found else self._digest.hexdigest()

    @property
    def is_of_outlook(self) -> bool:
        """Say whether it is a mail as Outlook alone saves it (.msg), or another file of that kind."""
        return self._head.startswith(_OUTLOOK)

    @property
    def looks_like_mail(self) -> bool:
        """Say whether it begins as a mail does: with headers, and those that every mail has among them."""
        head = bytes(self._head[:_HEAD]).lstrip()
        end = _END_OF_HEAD.search(head)
        names = {name.lower() for name in _HEADER.findall(head[: end.start()] if end else head)}
        return _FIRST_LINE.match(head) is not None and len(names) > 1

    def store(self, via: str) -> str:
        """Put it into the store with a first line of its own, and return the sha256 of that; OSError: no room."""
        if self._problem is not None:
            raise self._problem
        line = f"Received: by tandem ({via}) id {secrets.token_hex(16)}; {format_datetime(now())}\r\n"
        self._file.seek(0)
        return mail_store().put(cast(BinaryIO, _Together(line.encode(), self._file))).sha256


class _Together:
    """A few bytes and then a file, read as one."""

    def __init__(self, first: bytes, rest: IO[bytes]) -> None:
        self._first, self._rest = first, rest

    def read(self, size: int) -> bytes:
        first, self._first = self._first, b""
        return first or self._rest.read(size)


def note_arrival(user_id: int, message_key: str, sha256: str) -> bool:
    """Write down a mail that is in the store and have it read; False: it came before, and is not kept twice."""
    same = select(ReceivedMail.id).where(
        ReceivedMail.user_id == user_id, ReceivedMail.message_key == message_key
    )
    if db.session.scalar(same) is not None:
        on_commit(lambda: mail_store().delete(sha256))
        return False
    moment = now()
    row = ReceivedMail(
        user_id=user_id,
        message_key=message_key,
        sha256=sha256,
        recipients=[],
        sent_at=moment,
        received_at=moment,
    )
    db.session.add(row)
    db.session.flush()
    enqueue("read_mail", row.id)
    return True


def files_that_wait(names: Sequence[str]) -> set[str]:
    """Return which of some stored mails are still to be read."""
    found: set[str] = set()
    for part in chunks(names):
        waiting = select(ReceivedMail.sha256).where(ReceivedMail.sha256.in_(part))
        found.update(name for name in db.session.scalars(waiting) if name)
    return found
