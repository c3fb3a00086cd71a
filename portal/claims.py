"""Who does a piece of work, in a way that tells others when that process is gone.

A process that takes work holds a lock on a file of its own. The system lets go of the lock when the process ends,
however it ends, so whoever can take the lock knows that nobody is behind it any more; no clock and no process number
is believed. The files are in the data folder, which every process of one portal shares.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO

from flask import current_app

_making = threading.Lock()


def claimant() -> str:
    """Return the name of this process, by which its claims are known for as long as it lives."""
    extensions = current_app.extensions
    with _making:
        # A process that was forked off is another one.
        if extensions.get("claimant", (0,))[0] != os.getpid():
            name, file = _lock_of_my_own()
            extensions["claimant"] = (os.getpid(), name, file)
        mine: str = extensions["claimant"][1]
        return mine


def release_gone(release: Callable[[str], object]) -> None:
    """Call `release` with the name of every process that is gone, and forget it."""
    for path in _locks():
        with _taken(path) as state:
            if state == "gone":
                release(path.stem)
                with suppress(PermissionError):
                    path.unlink(missing_ok=True)


def living() -> list[str]:
    """Return the names of the processes that hold their locks."""
    found = []
    for path in _locks():
        with _taken(path) as state:
            if state == "lives":
                found.append(path.stem)
    return found


@contextmanager
def renewed(renew: Callable[[], object], *, every: float) -> Iterator[None]:
    """Call `renew` every so many seconds for as long as the block runs; a call that fails ends only itself."""
    app, done = current_app._get_current_object(), threading.Event()  # type: ignore[attr-defined]

    def keep_on() -> None:
        while not done.wait(every):
            with app.app_context():
                try:
                    renew()
                except Exception:
                    app.logger.exception("a claim could not be renewed; that is tried again")

    thread = threading.Thread(target=keep_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _locks() -> list[Path]:
    return sorted(_folder().glob("*.lock"))


@contextmanager
def _taken(path: Path) -> Iterator[str]:
    """Hold the lock of a process that is gone, and say "gone"; else "lives", or "unknown" where nobody can tell."""
    with ExitStack() as stack:
        state = "gone"
        try:
            # Reading is enough for a lock, and may be all that is allowed in a file of another user.
            file = stack.enter_context(path.open())
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            state = "lives"
        except FileNotFoundError:
            # Another process has just forgotten it.
            state = "unknown"
        except OSError as error:
            current_app.logger.warning("the lock %s could not be tried: %s", path.name, error.strerror)
            state = "unknown"
        yield state


def _folder() -> Path:
    folder: Path = current_app.config["DATA_DIR"] / "claims"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _lock_of_my_own() -> tuple[str, TextIO]:
    while True:
        name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        path = _folder() / f"{name}.lock"
        file = path.open("w")
        fcntl.flock(file, fcntl.LOCK_EX)
        # Whoever looked between the two lines above took it for abandoned and removed it.
        if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
            return name, file
        file.close()
