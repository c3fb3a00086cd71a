"""Files by content: each is stored once under its sha256, and every path is checked before it is opened."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flask import current_app

from portal.errors import Invalid, NotFound

CHUNK = 1024 * 1024
_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Stored:
    """One file as kept: the sha256 of its bytes, and how many there are."""

    sha256: str
    size: int


class FolderStorage:
    """A folder of files named by content; a write is complete or did not happen."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / "incoming"

    def put(self, stream: BinaryIO, *, limit: int | None = None) -> Stored:
        """Copy a stream into the store, and refuse it once it has more than `limit` bytes."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        descriptor, name = tempfile.mkstemp(dir=self._incoming)
        try:
            with os.fdopen(descriptor, "wb") as target:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if limit is not None and size > limit:
                        raise Invalid(f"The file is larger than {limit // CHUNK} MB.")
                    digest.update(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            path = self._place(digest.hexdigest())
            is_first = not path.parent.is_dir()
            path.parent.mkdir(parents=True, exist_ok=True)
            Path(name).replace(path)
            # The name is in its folder only once that is written too; a new folder's name is in the one above.
            _sync(path.parent)
            if is_first:
                _sync(self.root)
        finally:
            Path(name).unlink(missing_ok=True)
        return Stored(digest.hexdigest(), size)

    def put_file(self, path: Path) -> Stored:
        """Copy a file that the portal itself made into the store."""
        with path.open("rb") as stream:
            return self.put(stream)

    def path(self, sha256: str) -> Path:
        """Return where a stored file is, or raise NotFound."""
        path = self._place(sha256)
        if not path.is_file():
            raise NotFound("The file is missing from the store.")
        return path

    def delete(self, sha256: str) -> None:
        """Remove a file that nothing refers to any more."""
        self._place(sha256).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """Yield the sha256 of every file that is kept."""
        for path in self.root.glob("??/*"):
            if _NAME.fullmatch(path.name):
                yield path.name

    def _place(self, sha256: str) -> Path:
        if not _NAME.fullmatch(sha256):
            raise NotFound("That is not the name of a stored file.")
        return self.root / sha256[:2] / sha256


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def storage() -> FolderStorage:
    """Return the store of the running portal."""
    return FolderStorage(current_app.config["DATA_DIR"] / "files")
