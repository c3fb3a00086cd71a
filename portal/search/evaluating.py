"""How well and how fast an engine ranks a test collection: documents, queries, and which of them answer which.

Read in the layout of BEIR (Thakur and others, 2021): corpus.jsonl, queries.jsonl, and qrels.tsv or qrels/test.tsv.
The measures are those of trec_eval. A judgement above 0 means relevant; its height is the gain in nDCG alone.
"""

import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from portal.search.engine import Document, Engine
from portal.search.query import read_query

Grades = Mapping[int, int]
"""Document number: how well it answers one query, 0 for not at all."""

QRELS = ("qrels.tsv", "qrels/test.tsv")
MEASURES = ("nDCG@10", "MAP@100", "Recall@100", "MRR@10")
HEADER = ("query-id", "corpus-id", "score")
# Some collections write whole numbers as 1.0.
SCORE = re.compile(r"([+-]?[0-9]{1,9})(?:\.0*)?")


class CollectionUnreadableError(Exception):
    """A test collection is missing or wrong; the message says where, in one sentence."""


@dataclass(frozen=True)
class Judged:
    """The text and the grades of each judged query, by its id.

    A query of which nothing is judged relevant is no judged query: no ranking of it is better than another.
    `missing` are the documents that are judged relevant and are not there: relevant, and never found.
    """

    queries: dict[str, str]
    grades: dict[str, dict[int, int]]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Collection:
    """Documents, numbered from 1 in the order of their file, and the queries that were judged on them."""

    documents: list[Document]
    judged: Judged


@dataclass(frozen=True)
class Measured:
    """The measures of one ranking, each from 0 to 1."""

    ndcg_10: float
    map_100: float
    recall_100: float
    mrr_10: float


@dataclass(frozen=True)
class Quality:
    """Means over the judged queries, the measures of each query by its id, and queries a second."""

    mean: Measured
    each: dict[str, Measured]
    queries_per_second: float


def ndcg(ranked: Sequence[int], grades: Grades, depth: int = 10) -> float:
    """Return the discounted gain of the first `depth` hits as a share of the best possible one, 0 to 1.

    The gain of a hit is its grade (not 2^grade - 1) over log2(place + 1): Järvelin and Kekäläinen 2002, as
    trec_eval's ndcg_cut counts it.
    """
    best = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(id, 0) for id in ranked[:depth]]) / best if best else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum(max(grade, 0) / math.log2(place + 1) for place, grade in enumerate(grades, 1))


def average_precision(ranked: Sequence[int], grades: Grades, depth: int = 100) -> float:
    """Return the mean precision at the places of the relevant documents, 0 to 1; one not found counts 0.

    As trec_eval's map_cut: divided by how many are relevant, even when those are more than `depth`.
    """
    hits, total = 0, 0.0
    for place, id in enumerate(ranked[:depth], 1):
        if grades.get(id, 0) > 0:
            hits += 1
            total += hits / place
    return total / (_relevant(grades) or 1)


def recall(ranked: Sequence[int], grades: Grades, depth: int = 100) -> float:
    """Return the share of the relevant documents that is among the first `depth` hits, 0 to 1 (recall)."""
    return sum(grades.get(id, 0) > 0 for id in ranked[:depth]) / (_relevant(grades) or 1)


def reciprocal_rank(ranked: Sequence[int], grades: Grades, depth: int = 10) -> float:
    """Return 1 / the place of the first relevant hit, or 0 when none is among the first `depth` (recip_rank)."""
    return next((1 / place for place, id in enumerate(ranked[:depth], 1) if grades.get(id, 0) > 0), 0.0)


def _relevant(grades: Grades) -> int:
    return sum(grade > 0 for grade in grades.values())


def measure_one(ranked: Sequence[int], grades: Grades) -> Measured:
    """Return the measures of one ranking of one query."""
    return Measured(
        ndcg(ranked, grades),
        average_precision(ranked, grades),
        recall(ranked, grades),
        reciprocal_rank(ranked, grades),
    )


def measure(judged: Judged, rank: Callable[[str], Sequence[int]]) -> Quality:
    """Rank every judged query; `rank` takes what was typed and returns document numbers, best first."""
    start = time.perf_counter()
    rankings = {id: rank(text) for id, text in judged.queries.items()}
    seconds = time.perf_counter() - start
    each = {id: measure_one(ranked, judged.grades[id]) for id, ranked in rankings.items()}
    means = (sum(column) / len(each) for column in zip(*map(astuple, each.values()), strict=True))
    return Quality(Measured(*means), each, len(each) / seconds)


def evaluate(
    collection: Collection, engine: Engine, progress: Callable[[int], object] | None = None
) -> Quality:
    """Index a collection in an engine of its own, and measure how the engine ranks what a person would type."""
    engine.rebuild(collection.documents, progress=progress)
    return measure(collection.judged, lambda text: [hit.id for hit in engine.rank(read_query(text))])


def each_query(judged: Judged, quality: Quality) -> Iterator[str]:
    """Yield a line for each query, by nDCG@10 the worst first: its measures, its id and what was typed."""
    yield "  ".join((*MEASURES, "query"))
    for id, one in sorted(quality.each.items(), key=lambda item: (item[1].ndcg_10, item[0])):
        figures = (f"{value:>{len(name)}.3f}" for name, value in zip(MEASURES, astuple(one), strict=True))
        yield "  ".join((*figures, f"{id}: {judged.queries[id]}"))


def read_collection(folder: Path) -> Collection:
    """Read a test collection; raises CollectionUnreadableError with the file and line that is wrong."""
    documents: list[Document] = []
    numbers: dict[str, int] = {}
    corpus = folder / "corpus.jsonl"
    for line, row in _rows(corpus):
        id = _text(corpus, line, row, "_id")
        if id in numbers:
            raise CollectionUnreadableError(f"{corpus}, line {line}: a second document has the _id {id}.")
        numbers[id] = len(numbers) + 1
        title, text = (_text(corpus, line, row, key, "") for key in ("title", "text"))
        documents.append(Document(numbers[id], title, text))
    if not documents:
        raise CollectionUnreadableError(f"{corpus} holds no document.")
    return Collection(documents, read_judged(folder, numbers))


def read_judged(folder: Path, numbers: Mapping[str, int]) -> Judged:
    """Read the queries and judgements of a folder, on documents that have these numbers, all above 0."""
    texts = _queries(folder / "queries.jsonl")
    grades: dict[str, dict[int, int]] = {}
    missing: dict[str, int] = {}
    qrels = next((folder / name for name in QRELS if (folder / name).is_file()), folder / QRELS[0])
    for line, query, document, score in _judgements(qrels):
        if query not in texts:
            raise CollectionUnreadableError(f"{qrels}, line {line}: no query has the id {query}.")
        number = numbers.get(document) or missing.setdefault(document, -len(missing) - 1)
        judged = grades.setdefault(query, {})
        if number in judged:
            wrong = f"{qrels}, line {line}: the document {document} is judged a second time for the query {query}."
            raise CollectionUnreadableError(wrong)
        judged[number] = score
    queries = {id: text for id, text in texts.items() if _relevant(grades.get(id, {}))}
    if not queries:
        raise CollectionUnreadableError(f"{qrels} judges no query: none has a document with a score above 0.")
    relevant = {number for id in queries for number, score in grades[id].items() if score > 0}
    left = tuple(document for document, number in missing.items() if number in relevant)
    return Judged(queries, {id: grades[id] for id in queries}, left)


def _queries(path: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for line, row in _rows(path):
        id = _text(path, line, row, "_id")
        if id in texts:
            raise CollectionUnreadableError(f"{path}, line {line}: a second query has the _id {id}.")
        texts[id] = _text(path, line, row, "text")
    return texts


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each line that is not empty."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except FileNotFoundError as error:
        raise CollectionUnreadableError(f"There is no {path}.") from error
    except UnicodeDecodeError as error:
        raise CollectionUnreadableError(f"{path} is not written in UTF-8.") from error
    except OSError as error:
        raise CollectionUnreadableError(f"{path} can't be read: {error.strerror}.") from error


def _rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in _lines(path):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CollectionUnreadableError(f"{path}, line {number}: this is no JSON.") from error
        if not isinstance(row, dict):
            raise CollectionUnreadableError(f"{path}, line {number}: this is no JSON object.")
        yield number, row


def _text(path: Path, line: int, row: dict[str, object], key: str, default: str | None = None) -> str:
    value = row.get(key, default)
    if isinstance(value, int) and not isinstance(value, bool) and key == "_id":
        value = str(value)
    if value is None and default is not None:
        value = default
    if not isinstance(value, str) or (default is None and not value):
        raise CollectionUnreadableError(f"{path}, line {line}: {key} is missing or no text.")
    return value


def _judgements(path: Path) -> Iterator[tuple[int, str, str, int]]:
    lines = _lines(path)
    _, first = next(lines, (0, ""))
    if tuple(first.split("\t")) != HEADER:
        wanted = ", ".join(HEADER)
        raise CollectionUnreadableError(f"{path}: the first line must be {wanted}, with tabs between.")
    for number, line in lines:
        cells = line.split("\t")
        score = SCORE.fullmatch(cells[-1].strip())
        if len(cells) != len(HEADER) or score is None:
            wrong = f"{path}, line {number}: a query's id, a document's id and a whole number belong here."
            raise CollectionUnreadableError(wrong)
        yield number, cells[0], cells[1], int(score[1])
