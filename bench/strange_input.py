"""How long strange input holds up the portal: the slowest of each kind, beside an empty page of the same run.

    .venv/bin/python -m bench.strange_input

The texts of bench.strange_texts: typed into the search page as a rep, on a made-up library of 1,000 assets, with each
engine that is installed and without an index; given to an engine that holds it; looked for in pages that repeat one
run; read with 5,000 groups of synonyms; compared; made into HTML; and said in a comment. Milliseconds of the
processor, the least of three. Goal: whatever is typed into a search is answered in under a second.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from flask.testing import FlaskClient

from bench import strange_texts
from bench.search_page import Library, built, signed_in
from bench.timing import timed, verdict
from config import Config
from portal import create_app
from portal.feedback.threads.naming import called
from portal.library.comparing import compare_pages
from portal.library.indexing import engine
from portal.richtext import MAX_SHORT, short_html, to_html
from portal.search.engine import ENGINES, Engine
from portal.search.query import read_query
from portal.search.snippets import best_page

ASSETS = 1_000
TIMES = 3
GOAL_MS = 1_000
EMPTY_PAGE = "/requests"

Work = Mapping[str, Callable[[], object]]


@dataclass(frozen=True)
class Slowest:
    """The slowest of several pieces of work: its name and milliseconds of the processor."""

    name: str
    milliseconds: float


def slowest(work: Work) -> Slowest:
    """Do each piece of work three times, and return the one whose best time is the longest."""
    spent = {name: timed([piece] * TIMES).processor[0] for name, piece in work.items()}
    name = max(spent, key=spent.__getitem__)
    return Slowest(name, spent[name])


def typed(client: FlaskClient) -> Work:
    """Return a search for each strange text, as it is typed into the search page."""

    def ask(text: str) -> None:
        answer = client.get("/library", query_string={"q": text}, follow_redirects=True)
        assert answer.status_code == 200, text[:50]

    ask("warm")
    return {name: partial(ask, text) for name, text in strange_texts.TYPED.items()}


def asked(used: Engine) -> Work:
    """Return a search of the engine alone for each strange text, with a snippet of that very text."""
    texts = strange_texts.ASKED | strange_texts.OPERATORS

    def ask(text: str) -> None:
        query = read_query(text, (("price", "deck", "word1 word2"),))
        used.rank(query)
        best_page([(1, "The price of a deck."), (2, text)], query)

    ask("warm")
    return {name: partial(ask, text) for name, text in texts.items()}


def quoted() -> Work:
    """Return the search for the passage to show in each page that repeats a run."""
    queries = [read_query(text, strange_texts.SYNONYMS_OF_RUNS) for text in strange_texts.LOOKED_FOR]

    def quote(page: str) -> None:
        for query in queries:
            best_page([(1, page)], query)

    return {repr(run): partial(quote, strange_texts.long_page(run)) for run in strange_texts.RUNS}


def read() -> Work:
    """Return the reading of a query beside more synonyms than anybody lists."""
    reading = partial(read_query, strange_texts.MANY_WORDS, strange_texts.MANY_GROUPS)
    return {f"{len(strange_texts.MANY_GROUPS):,} groups": reading}


def compared() -> Work:
    """Return comparisons of long versions, of few and of many different words."""
    work = {
        f"{words:,} different words": partial(compare_pages, *strange_texts.long_versions(words))
        for words in (2, 60, 20_000)
    }
    return work | {"no anchors": partial(compare_pages, *strange_texts.versions_without_anchors())}


def written() -> Work:
    """Return the making of HTML from what is slow to read, whole and as a field."""
    whole = {name: partial(to_html, text) for name, text in strange_texts.MARKDOWN.items()}
    fields = {
        f"{name}, field": partial(short_html, text[:MAX_SHORT])
        for name, text in strange_texts.MARKDOWN.items()
    }
    return whole | fields


def said() -> Work:
    """Return the making of HTML from comments, and the looking for names among those of 10,000 people."""
    deep = {name: partial(short_html, text) for name, text in strange_texts.COMMENTS.items()}
    names = set(strange_texts.MANY_NAMES)
    return deep | {text[:12]: partial(called, short_html(text), names) for text in strange_texts.CALLS}


class Report:
    """Prints a line for each kind of work, beside the time of an empty page."""

    def __init__(self, empty: float) -> None:
        self._empty = empty

    def line(self, kind: str, work: Work, goal: float | None = None) -> None:
        """Measure and print one kind of work."""
        found = slowest(work)
        said = f", {verdict(found.milliseconds, goal)}" if goal else ""
        print(
            f"{kind:<34}{found.milliseconds:8.0f} ms {found.milliseconds / self._empty:7.1f} x"
            f"  {found.name}{said}",
            flush=True,
        )


def measure_search(name: str, folder: Path) -> Report:
    """Measure the search page and the engine alone with an engine, and return the report for what follows."""
    app = built(Library(name, ASSETS, folder))
    client = signed_in(app)
    empty = slowest({EMPTY_PAGE: partial(client.get, EMPTY_PAGE)}).milliseconds
    print(f"An empty page takes {empty:.0f} ms.")
    report = Report(empty)
    report.line(f"search page, {name}", typed(client), GOAL_MS)
    with app.app_context():
        report.line(f"engine alone, {name}", asked(engine()), GOAL_MS)
    return report


def main() -> None:
    """Measure each kind of strange input."""
    logging.disable(logging.ERROR)  # each search without an index says so at length
    with tempfile.TemporaryDirectory() as folder:
        for name in (each for each in ENGINES if find_spec(each)):
            report = measure_search(name, Path(folder, name))
        library = Library(name, ASSETS, Path(folder, name))
        shutil.rmtree(library.folder / "index")
        client = signed_in(create_app(Config(library.environment)))
        report.line("search page, no index", typed(client), GOAL_MS)
    report.line("snippets, five queries", quoted(), GOAL_MS)
    report.line("synonyms", read(), GOAL_MS)
    report.line("comparing 300 pages", compared())
    report.line("rich text", written())
    report.line("comments", said())


if __name__ == "__main__":
    main()
