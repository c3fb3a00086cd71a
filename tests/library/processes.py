"""Commands of the portal as real processes on the folder of a test, to be killed without warning."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECONDS = 90


class Command:
    """A flask command that runs in a process group of its own; its lines can be read while it runs.

    `app` names another way to make the portal, for what a test has to change inside the process.
    """

    def __init__(self, folder: Path, *arguments: str, app: str = "portal", **settings: str) -> None:
        environment = {**os.environ, "PORTAL_DATA_DIR": str(folder), "SOFFICE": "none", **settings}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", app, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def line(self) -> str:
        """Return the next line that it prints."""
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def rest(self) -> list[str]:
        """Return all further lines, once it has ended by itself and well."""
        printed, _ = self._process.communicate(timeout=PATIENCE_SECONDS)
        assert self._process.returncode == 0
        return printed.splitlines()

    def kill(self) -> None:
        """Kill it and its group as a power cut would, and wait until it is gone."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


def until(condition: Callable[[], Any], words: str) -> Any:
    """Return what `condition` gives as soon as that is true, and fail with `words` if it never is."""
    deadline, pause = time.monotonic() + PATIENCE_SECONDS, threading.Event()
    while not (found := condition()):
        assert time.monotonic() < deadline, words
        pause.wait(0.02)
    return found


def is_running(pid: int) -> bool:
    """Say whether there is such a process, other than as a zombie that nobody has asked for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
