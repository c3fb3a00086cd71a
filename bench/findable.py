"""How long it takes until a rep finds what a marketer has just published, while the worker has nothing else to do.

Run by bench.search_page, whose library it uses. A worker process as in production; here a text is added and published
at once, and the search is asked as a rep for a word that only its text has, until it shows it: so it takes reading the
text and writing the index. Goal: under 2 seconds.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from bench.library import MARKETER, REP, Writer
from portal.db import db, unit_of_work
from portal.discovery.finding import find
from portal.jobs import waiting_jobs
from portal.library.services.content import create_asset
from portal.library.services.states import publish
from portal.library.services.versions import add_markdown_version
from portal.users.models import User

ROOT = Path(__file__).resolve().parent.parent
TIMES = 20
GOAL_SECONDS = 2
PATIENCE = 60  # seconds
KINDS = ("read_version", "draw_version", "index_asset")


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[None]:
    """Let a worker run meanwhile."""
    command = [sys.executable, "-m", "flask", "--app", "portal", "worker"]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.terminate()


def measure(app: Flask, environment: dict[str, str]) -> list[float]:
    """Publish a text twenty times and return how many seconds each took to be found, from least to most."""
    with app.app_context(), worker(environment):
        _publish("wakeup")
        _until_found("wakeup")
        return sorted(_publish_and_find(f"findme{os.getpid()}n{number}") for number in range(TIMES))


def _publish_and_find(word: str) -> float:
    _until_idle()
    # The worker asks for work at intervals; some other moment of the interval each time.
    time.sleep(random.uniform(0.5, 1.5))
    start = time.perf_counter()
    _publish(word)
    _until_found(word)
    return time.perf_counter() - start


def _publish(word: str) -> None:
    with unit_of_work():
        marketer = db.session.scalars(select(User).where(User.email == MARKETER)).one()
        asset = create_asset(by=marketer, title="Something new", kind="deck")
        add_markdown_version(asset, by=marketer, body=f"{Writer(6).text(300)} {word}")
        publish(asset, marketer)


def _until_found(word: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        rep = db.session.scalars(select(User).where(User.email == REP)).one()
        found = find(rep, f'"{word}"').total
        db.session.rollback()
        if found:
            return
        time.sleep(0.02)
    raise SystemExit(f"What was published could not be found for {PATIENCE} seconds.")


def _until_idle() -> None:
    while waiting_jobs(*KINDS):
        db.session.rollback()
        time.sleep(0.05)
    db.session.rollback()
