"""How well and how fast the portal's search ranks, on two public collections of judged queries.

    PORTAL_SHARED_DATA=... .venv/bin/python -m bench.search_quality

prints nDCG@10, MAP@100, Recall@100, MRR@10 (each from 0 to 1, mean over the judged queries) and queries a second.
Relevance is yes or no: in Cranfield the codes 1 to 4 mean yes, and its queries are numbered by position.
"""

import math
import os
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.search.engine import Document, Engine, open_engine
from portal.search.query import read_query


@dataclass(frozen=True)
class Judged:
    """A collection: its documents, and for each judged query its text and the ids of the relevant documents."""

    name: str
    documents: list[Document]
    queries: dict[int, str]
    relevant: dict[int, set[int]]


@dataclass(frozen=True)
class Quality:
    """Means over the judged queries of a collection, from 0 to 1, and queries a second."""

    name: str
    queries: int
    ndcg_10: float
    map_100: float
    recall_100: float
    mrr_10: float
    queries_per_second: float


def ndcg(ranked: Sequence[int], relevant: Collection[int], depth: int = 10) -> float:
    """Return the discounted gain of the first `depth` hits as a share of the best possible one."""
    gain = sum(1 / math.log2(place + 1) for place, id in enumerate(ranked[:depth], 1) if id in relevant)
    best = sum(1 / math.log2(place + 1) for place in range(1, min(depth, len(relevant)) + 1))
    return gain / best


def average_precision(ranked: Sequence[int], relevant: Collection[int], depth: int = 100) -> float:
    """Return the mean precision at the places of the relevant documents; one that is not found counts 0."""
    hits, total = 0, 0.0
    for place, id in enumerate(ranked[:depth], 1):
        if id in relevant:
            hits += 1
            total += hits / place
    return total / len(relevant)


def recall(ranked: Sequence[int], relevant: Collection[int], depth: int = 100) -> float:
    """Return the share of the relevant documents that is among the first `depth` hits."""
    return len(set(ranked[:depth]) & set(relevant)) / len(relevant)


def reciprocal_rank(ranked: Sequence[int], relevant: Collection[int], depth: int = 10) -> float:
    """Return 1 / the place of the first relevant hit, or 0 when none is among the first `depth`."""
    return next((1 / place for place, id in enumerate(ranked[:depth], 1) if id in relevant), 0.0)


def measure(judged: Judged, engine: Engine) -> Quality:
    """Rank every judged query of a collection whose documents the engine holds."""
    start = time.perf_counter()
    rankings = {id: [hit.id for hit in engine.rank(read_query(text))] for id, text in judged.queries.items()}
    seconds = time.perf_counter() - start

    def mean(metric: Callable[[Sequence[int], Collection[int]], float]) -> float:
        return sum(metric(ranked, judged.relevant[id]) for id, ranked in rankings.items()) / len(rankings)

    return Quality(
        judged.name,
        len(rankings),
        mean(ndcg),
        mean(average_precision),
        mean(recall),
        mean(reciprocal_rank),
        len(rankings) / seconds,
    )


def read_cranfield(folder: Path) -> Judged:
    """Read the 1,400 documents and 225 queries of Cranfield."""
    queries = {place: text for place, (_, text) in enumerate(_queries(folder / "cran.qry"), 1)}
    lines = (folder / "cranqrel").read_text().splitlines()
    triples = (tuple(map(int, line.split()[:3])) for line in lines if line.strip())
    pairs = [(query, document) for query, document, code in triples if code >= 1]
    return _judged("Cranfield", _documents(folder / "cran.all.1400"), queries, pairs)


def read_cisi(folder: Path) -> Judged:
    """Read the 1,460 documents of CISI and those of its queries that are judged."""
    lines = (folder / "CISI.REL").read_text().splitlines()
    pairs = [(int(query), int(document)) for query, document, *_ in map(str.split, lines)]
    return _judged("CISI", _documents(folder / "CISI.ALL"), dict(_queries(folder / "CISI.QRY")), pairs)


def _judged(
    name: str, documents: list[Document], queries: dict[int, str], pairs: list[tuple[int, int]]
) -> Judged:
    relevant: dict[int, set[int]] = defaultdict(set)
    for query, document in pairs:
        relevant[query].add(document)
    return Judged(
        name, documents, {id: text for id, text in queries.items() if id in relevant}, dict(relevant)
    )


def _records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and the sections (.T, .W, ...) of each record of a SMART file."""
    for record in re.split(r"^\.I ", path.read_text(errors="replace"), flags=re.MULTILINE)[1:]:
        number, *sections = re.split(r"^\.([A-Z])\s*$", record, flags=re.MULTILINE)
        yield int(number), dict(zip(sections[::2], sections[1::2], strict=True))


def _documents(path: Path) -> list[Document]:
    return [
        Document(number, " ".join(sections.get("T", "").split()), sections.get("W", ""))
        for number, sections in _records(path)
    ]


def _queries(path: Path) -> list[tuple[int, str]]:
    return [(number, sections["W"]) for number, sections in _records(path)]


def main() -> int:
    """Print the quality on both collections."""
    data = os.environ.get("PORTAL_SHARED_DATA")
    if not data:
        print("Set PORTAL_SHARED_DATA to the folder that holds relevance/cranfield and relevance/cisi.")
        return 1
    relevance = Path(data) / "relevance"
    print(f"{'':<10} queries  nDCG@10  MAP@100  Recall@100  MRR@10  queries/s")
    for judged in (read_cranfield(relevance / "cranfield"), read_cisi(relevance / "cisi")):
        with tempfile.TemporaryDirectory() as folder:
            engine = open_engine(Path(folder))
            engine.rebuild(judged.documents)
            it = measure(judged, engine)
        print(
            f"{it.name:<10} {it.queries:>7}  {it.ndcg_10:>7.3f}  {it.map_100:>7.3f}  {it.recall_100:>10.3f}"
            f"  {it.mrr_10:>6.3f}  {it.queries_per_second:>9.0f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
