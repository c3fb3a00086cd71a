"""How fast the portal's search builds, opens, ranks and quotes, on made-up libraries of 1,000 and 10,000 assets.

    .venv/bin/python -m bench.search_speed [--engine tantivy] [ASSETS ...]

Assets have 300 words of a vocabulary of 40,000 that is distributed as in real text, queries 1 to 5 words of the
same distribution, so common words are asked for often. Times are CPU milliseconds, median and 95th percentile.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.library import WORDS, Writer
from portal.search.engine import ENGINES, Document, open_engine
from portal.search.query import read_query
from portal.search.snippets import best_page

QUERIES = 200
PAGES = 15


def documents(count: int) -> Iterator[Document]:
    """Yield so many assets."""
    writer = Writer(2)
    for id in range(1, count + 1):
        yield Document(id, writer.text(5), writer.text(WORDS))


def timed(work: list[Callable[[], object]]) -> str:
    """Return the median and the 95th percentile of some work, in CPU milliseconds."""
    spent = []
    for piece in work:
        start = time.process_time()
        piece()
        spent.append(1000 * (time.process_time() - start))
    spent.sort()
    return f"{spent[len(spent) // 2]:8.1f} {spent[len(spent) * 95 // 100]:8.1f}"


def measure(count: int, name: str) -> None:
    """Print the figures for a library of so many assets."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder), name)
        start = time.process_time()
        engine.rebuild(documents(count))
        build = time.process_time() - start
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        print(f"{count:,} assets, {name}: built in {build:.1f} s, {size / 1e6:.1f} MB")
        queries = Writer(3)
        asked = [read_query(queries.text(1 + turn % 5)) for turn in range(QUERIES)]
        engine.rank(read_query("warm"))
        print(
            "  rank, best 1,000        ",
            timed([lambda query=query: engine.rank(query) for query in asked]),
        )
        phrases = [read_query(f'"{queries.text(2)}" {queries.text(1)}') for _ in range(QUERIES // 4)]
        print(
            "  rank with a phrase      ",
            timed([lambda query=query: engine.rank(query) for query in phrases]),
        )
        one = list(documents(20))
        print(
            "  put one asset           ",
            timed([lambda document=document: engine.put([document]) for document in one]),
        )
        print("  check                   ", timed([engine.check for _ in range(10)]))


def measure_snippets() -> None:
    """Print the figures for the snippets of one page of results."""
    writer = Writer(4)
    assets = [[(page, writer.text(WORDS)) for page in range(1, PAGES + 1)] for _ in range(10)]

    def quote(text: str) -> None:
        for pages in assets:
            best_page(pages, read_query(text))

    print(f"snippets of ten assets of {PAGES} pages")
    print("                          ", timed([lambda: quote(writer.text(3)) for _ in range(QUERIES)]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("assets", nargs="*", type=int)
    parser.add_argument("--engine", choices=ENGINES, action="append")
    arguments = parser.parse_args()
    print("CPU milliseconds              median      p95")
    for name in arguments.engine or ENGINES:
        for assets in arguments.assets or (1_000, 10_000):
            measure(assets, name)
    measure_snippets()
