"""How many times per page two web processes take in a second, and what is lost when they end.

Real gunicorn processes, as `make run` starts them, on a folder of their own; one more process plays the buyers'
browsers over kept connections and tells one time of one page a request. Each is told as one millisecond, so that the
milliseconds stored are the number of events stored. The same processes answering /health are the baseline.

    .venv/bin/python -m bench.link_events
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flask import Flask

from config import Config
from portal import create_app
from portal.db import db, now, unit_of_work
from portal.library.models import Asset, Version
from portal.library.serving import ViewerPage
from portal.sharing.beats import place_of
from portal.sharing.models import ShareItem, ShareLink, Visit
from portal.sharing.services import hash_of
from portal.users.services import create_user

ROOT = Path(__file__).resolve().parent.parent
LINKS = 200
PAGES = 20
RATE = 1_000  # events a second
SECONDS = 10.0
CONNECTIONS = 8
MOST_LOST = 0.25  # seconds of events, on kill -9
PATIENCE = 60


@dataclass
class Told:
    """What browsers told: when each event was taken in, by a clock in seconds, and how long they waited for it."""

    taken_at: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    refused: int = 0

    def line(self, seconds: float) -> str:
        """Return the figures as one line."""
        ordered = sorted(self.waited) or [0.0]
        p50, p99 = (ordered[int(len(ordered) * part)] * 1000 for part in (0.5, 0.99))
        rate = len(self.taken_at) / seconds
        return (
            f"{len(self.taken_at):7,} taken in, {rate:6,.0f} a second, {p50:6.1f} ms each, p99 {p99:6.1f} ms"
        )


def main() -> int:
    """Measure, print, and return 1 when the aim is missed."""
    folder = Path(tempfile.mkdtemp(prefix="link_events"))
    try:
        return _measure(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path) -> int:
    environment = os.environ | {"PORTAL_DATA_DIR": str(folder), "SOFFICE": "none"}
    subprocess.run([sys.executable, "-m", "flask", "--app", "portal", "db", "upgrade"], env=environment, cwd=ROOT,
                   check=True, capture_output=True)  # fmt: skip
    app = create_app(Config({"PORTAL_DATA_DIR": str(folder)}))
    with app.app_context(), unit_of_work():
        places = _prepare()
    requests = _requests(places)
    with _web(environment) as (process, port):
        health = [b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"]
        told = asyncio.run(_tell(port, health, None, 3.0))
        print(f"baseline, /health as fast as it goes     {told.line(3.0)}")
        told = asyncio.run(_tell(port, requests, None, 5.0))
        print(f"events as fast as it goes                {told.line(5.0)}")
        _stop(process)
    expected = len(told.taken_at)
    ok = _compare(app, expected, "after a normal stop")
    with _web(environment) as (process, port):
        told = asyncio.run(_tell(port, requests, RATE, SECONDS))
        print(f"events at {RATE:,} a second                 {told.line(SECONDS)}, {told.refused} refused")
        _stop(process)
    expected += len(told.taken_at)
    ok &= len(told.taken_at) / SECONDS >= RATE * 0.99 and told.refused == 0
    ok &= _compare(app, expected, "after a normal stop")
    return 0 if _killed(app, environment, requests, _stored(app)) and ok else 1


def _killed(app: Flask, environment: dict[str, str], requests: list[bytes], before: int) -> bool:
    """Kill both processes in the middle of the load and say how much of what was taken in is gone."""
    with _web(environment) as (process, port):
        killed_at: list[float] = []

        async def run() -> Told:
            loop = asyncio.get_running_loop()
            loop.call_later(4.3, lambda: killed_at.append(_kill(process)))
            return await _tell(port, requests, RATE, 6.0)

        told = asyncio.run(run())
    lost = len(told.taken_at) - (_stored(app) - before)
    recent = sum(1 for at in told.taken_at if at > killed_at[0] - MOST_LOST)
    print(
        f"kill -9 at {RATE:,} a second: {lost} of {len(told.taken_at):,} lost; {recent} came in the last 250 ms"
    )
    return 0 <= lost <= recent


def _prepare() -> list[str]:
    """Store content, links and a visit of each that began an hour ago; return the signed places of their times."""
    user = create_user("rep@example.com", name="Rep", role="rep", password="correct horse battery")
    asset = Asset(slug="deck", title="Deck", kind="deck", state="published", owner=user)
    version = Version(asset=asset, number=1, source="markdown", state="indexed", preview_kind="cards")
    db.session.add_all([asset, version])
    db.session.flush()
    asset.current_version_id = version.id
    began, places = now() - timedelta(hours=1), []
    for number in range(LINKS):
        link = ShareLink(
            token_hash=hash_of(_token(number)),
            salt="s",
            created_by=user,
            expires_at=now() + timedelta(days=1),
        )
        link.items = [ShareItem(position=1, asset=asset, version=version)]
        db.session.add(link)
        db.session.flush()
        db.session.add(Visit(link_id=link.id, key=f"visit{number}", at=began, seen_at=began))
        places.append(place_of(link, link.items[0], version, [ViewerPage(n) for n in range(1, PAGES + 1)]))
    return places


def _token(number: int) -> str:
    return f"{number:043}"


def _requests(places: list[str]) -> list[bytes]:
    made = []
    for number in range(LINKS * PAGES):
        link = number % LINKS
        body = json.dumps({"place": places[link], "times": [[number // LINKS + 1, 1]]}).encode()
        head = (
            f"POST /s/{_token(link)}/times HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0\r\nSec-Fetch-Site: same-origin\r\n"
            f"Cookie: visit=visit{link}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


async def _tell(port: int, requests: list[bytes], rate: int | None, seconds: float) -> Told:
    """Send requests over a few connections, each in turn: at a rate, or each as soon as the last was answered."""
    told, began, sent = Told(), time.monotonic(), 0

    async def browser() -> None:
        nonlocal sent
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while time.monotonic() - began < seconds:
                number, sent = sent, sent + 1
                due = began + number / rate if rate else 0.0
                if due - began > seconds:
                    return
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                at = time.monotonic()
                writer.write(requests[number % len(requests)])
                answer = await reader.readuntil(b"\r\n\r\n")
                if b"Content-Length: " in answer:
                    await reader.readexactly(int(answer.split(b"Content-Length: ")[1].split(b"\r\n")[0]))
                told.refused += not answer.startswith((b"HTTP/1.1 204", b"HTTP/1.1 200"))
                told.waited.append(time.monotonic() - at)
                told.taken_at.append(time.monotonic())
        except (OSError, asyncio.IncompleteReadError):
            return  # killed
        finally:
            writer.close()

    await asyncio.gather(*(browser() for _ in range(CONNECTIONS)))
    return told


@contextmanager
def _web(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "portal:create_app()", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--threads", "4", "--graceful-timeout", "10", "--log-level", "error"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(port):
            if time.monotonic() > deadline:
                raise SystemExit("the web processes did not start")
            time.sleep(0.1)
        yield process, port
    finally:
        if process.poll() is None:
            _kill(process)
        process.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE)


def _kill(process: subprocess.Popen[bytes]) -> float:
    os.killpg(process.pid, signal.SIGKILL)
    return time.monotonic()


def _stored(app: Flask) -> int:
    with sqlite3.connect(app.config["DATA_DIR"] / "tandem.db") as connection:
        return int(connection.execute("select coalesce(sum(milliseconds), 0) from page_views").fetchone()[0])


def _compare(app: Flask, expected: int, when: str) -> bool:
    stored = _stored(app)
    print(f"{when}: {stored:,} stored of {expected:,} taken in")
    return stored == expected


if __name__ == "__main__":
    sys.exit(main())
