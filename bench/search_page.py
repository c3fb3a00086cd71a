"""How fast the whole page of results is, on made-up libraries, and what else a search costs.

    .venv/bin/python -m bench.search_page [--full] [--keep FOLDER] [ENGINE:ASSETS ...]

By default whoosh:10000 and tantivy:10000; --full adds tantivy:100000. For each library: how fast the index is rebuilt
by `flask search rebuild` and how large it is; 200 queries of one to five words, each asked once by a rep: the whole
first page (ranking, permission, facets, snippets, log, HTML), finding alone without the page, and beside them the bare
engine's top ten; type-ahead (bench.type_ahead); memory of a web process (bench.web_memory); and from publishing to
being found (bench.findable). Whoosh takes some eleven minutes of the processor to build whoosh:100000.

--keep leaves the libraries in a folder, where the next run finds them and does not build them again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import select

from bench import findable, type_ahead, web_memory
from bench.library import REP, fill, questions
from bench.timing import HEADING, Spent, share, timed, verdict
from config import Config
from portal import create_app
from portal.db import db, unit_of_work
from portal.discovery.finding import find
from portal.library.indexing import engine
from portal.search.query import read_query
from portal.users.models import User
from portal.users.services import open_session

ROOT = Path(__file__).resolve().parent.parent
DEFAULT = (("whoosh", 10_000), ("tantivy", 10_000))
FULL = (*DEFAULT, ("tantivy", 100_000))
QUERIES = 200
GOALS = {("whoosh", 10_000): (40, None), ("tantivy", 100_000): (40, 100)}
GROWTH = 4


@dataclass(frozen=True)
class Library:
    """One library to be measured: its engine, its size and where it is."""

    engine: str
    assets: int
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a portal that serves it."""
        return {"PORTAL_DATA_DIR": str(self.folder), "SEARCH_ENGINE": self.engine, "SOFFICE": "none"}

    @property
    def index_bytes(self) -> int:
        """The size of its index on the disk."""
        return sum(file.stat().st_size for file in (self.folder / "index").rglob("*") if file.is_file())


def built(library: Library) -> Flask:
    """Return a portal that serves the library; it is written and its index is built where that was not done before."""
    app = create_app(Config(library.environment))
    if not (library.folder / "ready").exists():
        with app.app_context():
            upgrade()
            start = time.perf_counter()
            fill(library.assets)
            print(f"  written into the database in {time.perf_counter() - start:.0f} s", flush=True)
            db.engine.dispose()
        rebuild(library)
        (library.folder / "ready").touch()
    return app


def rebuild(library: Library) -> None:
    """Build the index as an administrator does, and print how fast."""
    command = [sys.executable, "-m", "flask", "--app", "portal", "search", "rebuild"]
    before, start = os.times(), time.perf_counter()
    subprocess.run(
        command, cwd=ROOT, env=os.environ | library.environment, check=True, stdout=subprocess.DEVNULL
    )
    clock, after = time.perf_counter() - start, os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    print(
        f"  rebuilt in {clock:.1f} s ({library.assets / clock:,.0f} assets a second), {spent:.1f} s of processor"
        f" ({library.assets / spent:,.0f} a second)",
        flush=True,
    )


def signed_in(app: Flask) -> FlaskClient:
    """Return a client that is signed in as a rep."""
    with app.app_context(), unit_of_work():
        token = open_session(db.session.scalars(select(User).where(User.email == REP)).one())
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = token
    return client


def bare(app: Flask, texts: list[str]) -> Spent:
    """Have the engine alone rank the top ten."""
    with app.app_context():
        used = engine()
        used.rank(read_query("warm"), 10)
        return timed([lambda text=text: used.rank(read_query(text), 10) for text in texts])


def finding(app: Flask, texts: list[str]) -> Spent:
    """Find without making a page of it."""

    def ask(text: str) -> None:
        rep = db.session.scalars(select(User).where(User.email == REP)).one()
        find(rep, text)
        db.session.rollback()

    with app.app_context():
        ask("warm")
        return timed([lambda text=text: ask(text) for text in texts])


def page(client: FlaskClient, texts: list[str]) -> Spent:
    """Ask for the first page of results."""

    def ask(text: str) -> None:
        assert client.get("/library", query_string={"q": text}).status_code == 200

    ask("warm")
    return timed([lambda text=text: ask(text) for text in texts])


def measure(library: Library) -> Spent:
    """Print all figures of a library and return those of the page."""
    print(f"\n{library.engine}, {library.assets:,} assets", flush=True)
    app, texts = built(library), questions(QUERIES)
    print(f"  index {library.index_bytes / 1e6:,.0f} MB")
    client = signed_in(app)
    with app.app_context():
        beginnings = type_ahead.typed()
        db.session.rollback()
    alone, found, whole = bare(app, texts), finding(app, texts), page(client, texts)
    print(HEADING)
    for name, spent in (("engine alone, top ten", alone), ("find()", found), ("the whole page", whole)):
        print(f"  {name:<32}{spent.line()}", flush=True)
    median, p95 = GOALS.get((library.engine, library.assets), (None, None))
    goals = [f"median {verdict(whole.median(), median)}"] if median else []
    goals += [f"p95 {verdict(whole.p95(), p95)}"] if p95 else []
    ratio = f"the page takes {whole.median() / alone.median():.1f} x the engine alone"
    print("  " + "; ".join([ratio, *goals]))
    suggested = type_ahead.measure(client, beginnings)
    goal = verdict(suggested.p95(), type_ahead.GOAL_MS)
    print(f"  {'type-ahead':<32}{suggested.line()}   p95 {goal}", flush=True)
    measure_processes(app, library, client, texts)
    return whole


def measure_processes(app: Flask, library: Library, client: FlaskClient, texts: list[str]) -> None:
    """Print the figures for which processes of their own are needed."""
    cookie = client.get_cookie("tandem")
    assert cookie is not None
    names = ("at first", "after 100 searches", "after 1,000 searches")
    for name, memory in zip(names, web_memory.measure(library.environment, cookie.value, texts), strict=True):
        print(
            f"  web process {name:<22} {memory.rss:4.0f} MB RSS, {memory.own:4.0f} MB of its own", flush=True
        )
    seconds = tuple(findable.measure(app, library.environment))
    goal = verdict(seconds[-1], findable.GOAL_SECONDS)
    print(
        f"  published to found: median {share(seconds, 0.5):.2f} s, most {seconds[-1]:.2f} s, {goal}",
        flush=True,
    )


def measure_all(wanted: list[tuple[str, int]], folder: Path) -> None:
    """Measure one library after the other, and say how the page grows with the library."""
    pages: dict[tuple[str, int], Spent] = {}
    for name, assets in wanted:
        if find_spec(name) is None:
            print(f"\n{name} is not installed: {assets:,} assets are left out.")
            continue
        pages[name, assets] = _by_itself(Library(name, assets, folder / f"{name}-{assets}"))
    for name, assets in pages:
        if (name, assets * 10) in pages:
            growth = pages[name, assets * 10].median() / pages[name, assets].median()
            print(
                f"\n{name}: {assets:,} to {assets * 10:,} assets, median of the page {growth:.1f} x,"
                f" {verdict(growth, GROWTH)}"
            )


def _by_itself(library: Library) -> Spent:
    """Measure in a process that holds this portal alone, as a web process does.

    With a second portal in its memory, sweeping up takes some 10 ms of every page.
    """
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        return process.submit(measure, library).result()


def _wanted(text: str) -> tuple[str, int]:
    name, _, assets = text.partition(":")
    return name, int(assets.replace("_", ""))


def main() -> None:
    """Measure the libraries that are asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("libraries", nargs="*", type=_wanted)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    wanted = arguments.libraries or list(FULL if arguments.full else DEFAULT)
    with tempfile.TemporaryDirectory() as folder:
        measure_all(wanted, arguments.keep or Path(folder))


if __name__ == "__main__":
    main()
