"""Folders for work in progress: gone when the work ends, and known by their name should it be killed instead."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PREFIX = "tandem-work-"


def workspace() -> tempfile.TemporaryDirectory[str]:
    """Return a new folder, removed at the end of the block that it is opened for."""
    return tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)


def workspaces() -> Iterator[Path]:
    """Yield the folders of work in progress, those of killed processes among them; never another user's."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError):
            found = path.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
                yield path
