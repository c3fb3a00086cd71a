"""How much memory a web process holds before and after 1,000 searches.

Run by bench.search_page, whose library it uses. One gunicorn process with four threads, asked over HTTP by four
people at once. RSS is all that is in memory for it, with what it maps of the index and the database, which the system
takes back when it needs to; "of its own" is what it would have to keep.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
SEARCHES = 1_000
PATIENCE = 60  # seconds


@dataclass(frozen=True)
class Memory:
    """Megabytes of a process: all that is in memory for it, and what is its own."""

    rss: float
    own: float


def measure(environment: dict[str, str], cookie: str, texts: Sequence[str]) -> tuple[Memory, Memory, Memory]:
    """Return the memory of a web process after its first page, after 100 searches, and after 1,000."""
    with _web(environment) as (master, address):
        pid = _worker_of(master)
        _ask(f"{address}/library", cookie)
        before = _memory(pid)
        with ThreadPoolExecutor(4) as pool:
            pages = [f"{address}/library?q={quote(texts[n % len(texts)])}" for n in range(SEARCHES)]
            list(pool.map(lambda page: _ask(page, cookie), pages[:100]))
            early = _memory(pid)
            list(pool.map(lambda page: _ask(page, cookie), pages[100:]))
        return before, early, _memory(pid)


@contextmanager
def _web(environment: dict[str, str]) -> Iterator[tuple[int, str]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "portal:create_app()", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "1", "--threads", "4", "--log-level", "error"]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | environment) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/health")
            yield process.pid, f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_for(address: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _ask(address: str, cookie: str) -> None:
    request = urllib.request.Request(address, headers={"Cookie": f"tandem={cookie}"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        if not answer.url.startswith(address.split("?", 1)[0]):
            raise SystemExit(f"The search led to {answer.url}.")
        answer.read()


def _worker_of(master: int) -> int:
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return int(children[0])


def _memory(pid: int) -> Memory:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    said = {
        name: value.split()[0] for name, _, value in (line.partition(":") for line in lines) if value.strip()
    }
    return Memory(int(said["VmRSS"]) / 1024, int(said["RssAnon"]) / 1024)
