"""A tantivy index in a folder: its fields, writing documents to it, and one state of it to be read."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tantivy

from portal.search.analysis import TITLE_END, sequence, title_key, words
from portal.search.beginnings import beginnings
from portal.search.engine import Document
from portal.search.ranking import OFTEN, ONCE_MORE
from portal.search.slips import written_words

SCHEMA_VERSION = 2  # raise it when the schema or the analysis changes: `check` then asks for a rebuild

BODY, DWELT, TITLE, TITLE_KEY, ID = "body", "dwelt", "title", "title_key", "id"
SEQUENCE, TITLE_SEQUENCE = "sequence", "title_sequence"
BEGINNING, WRITTEN = "beginning", "written"
_LONGEST_KEY = 10_000  # characters; nobody types a longer title

Scores = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]


def _schema() -> tantivy.Schema:
    """Say what is kept: terms that are in the form of `analysis` already, with spaces between them."""
    builder = tantivy.SchemaBuilder()
    for field in (BODY, TITLE):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    for field in (DWELT, BEGINNING, WRITTEN):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field(TITLE_KEY, tokenizer_name="raw", index_option="basic")
    for field in (SEQUENCE, TITLE_SEQUENCE):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="position")
    builder.add_unsigned_field(ID, indexed=True, fast=True)
    return builder.build()


SCHEMA = _schema()


def create_index(folder: Path) -> None:
    """Make an empty index in a new folder."""
    folder.mkdir(parents=True)
    tantivy.Index(SCHEMA, str(folder))


def open_index(folder: Path) -> tantivy.Index:
    """Open the index in a folder, to be read: it shows another commit when `reload` is called, and not by itself."""
    index = tantivy.Index.open(str(folder))
    index.config_reader("manual")
    return index


def index_fields(document: Document) -> tantivy.Document:
    """Return what the index keeps of a document.

    The title counts in the body too, and keeps its stop words for queries of nothing else.
    """
    title = list(words(document.title))
    text = [*words(document.text), *words(document.terms)]
    body = [term for word in title + text for term in word.wholes + word.terms]
    written = sorted(set(written_words(f"{document.title}\n{document.text}\n{document.terms}")))
    fields = {
        BODY: " ".join(body),
        DWELT: " ".join(_dwelt(body)),
        TITLE: " ".join(term for word in title for term in word.wholes + word.parts),
        TITLE_KEY: title_key(document.title)[:_LONGEST_KEY],
        BEGINNING: " ".join(sorted(beginnings(document.title))),
        WRITTEN: " ".join(written),
        SEQUENCE: " ".join(parts_of(sequence(title) + TITLE_END + sequence(text))),
        TITLE_SEQUENCE: " ".join(parts_of(sequence(title))),
        ID: document.id,
    }
    return tantivy.Document.from_dict(fields, SCHEMA)


def _dwelt(body: list[str]) -> list[str]:
    """Return the terms that a document dwells on, as ranking.py means it: tantivy tells no counts by term."""
    enough = OFTEN + len(body) / ONCE_MORE
    return [term for term, count in Counter(body).items() if count >= enough]


def parts_of(in_order: bytes) -> list[str]:
    """Return the parts of an `analysis.sequence` as terms of the fields SEQUENCE and TITLE_SEQUENCE."""
    return [f"{part:x}" for part in array("I", in_order)]


_TITLE_END = parts_of(TITLE_END)[0]  # all documents have it


def term(field: str, value: str | int) -> tantivy.Query:
    """Return the query for the documents that have a term."""
    return tantivy.Query.term_query(SCHEMA, field, value, "freq" if field in (BODY, TITLE) else "basic")


def all_of(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


def any_of(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


class Snapshot:
    """The index as one commit left it; any number of threads may ask it."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher

    def search(self, query: tantivy.Query, limit: int) -> tuple[Scores, Ids]:
        """Return the scores and the ids of the best documents, best first; of those alike, the lower id first."""
        asked = 2 * limit
        hits = self._searcher.search(query, asked, count=False).hits
        while len(hits) == asked and hits[-1][0] == hits[limit - 1][0]:  # which of these come first?
            asked *= 4
            hits = self._searcher.search(query, asked, count=False).hits
        scores = np.array([score for score, _ in hits])
        if len(hits) > limit:  # what is worse than the last that is wanted need not be told apart
            scores = scores[scores >= scores[limit - 1]]
        ids = np.array(self._ids([address for _, address in hits[: len(scores)]]), np.int64)
        best = np.lexsort((ids, -scores))[:limit]
        return scores[best], ids[best]

    def newest(self, query: tantivy.Query, limit: int) -> list[int]:
        """Return the ids of the documents that fit, the highest first."""
        hits = self._searcher.search(query, limit, count=False, order_by_field=ID).hits
        return self._ids([address for _, address in hits])

    def has(self, query: tantivy.Query) -> bool:
        """Tell whether any document fits."""
        return bool(self._searcher.search(query, 1, count=False).hits)

    def frequency(self, field: str, value: str) -> int:
        """Return in how many documents the term is, deleted ones included."""
        return int(self._searcher.doc_freq(field, value))

    def dwelling(self, value: str) -> float:
        """Return what share of the documents that have a term dwell on it, deleted ones included."""
        return self.frequency(DWELT, value) / max(self.frequency(BODY, value), 1)

    def count(self) -> int:
        return int(self._searcher.num_docs)

    def ids(self) -> set[int]:
        """Return the ids of all documents that are not deleted."""
        count = self.count()
        return set(self.newest(tantivy.Query.all_query(), count)) if count else set()

    def terms(self, field: str) -> list[str]:
        """Return all terms of a field; some may be of deleted documents only."""
        return [value for value, _ in self._searcher.terms_with_prefix(field, "")]

    def most_idf(self) -> float:
        """Return what no word's idf exceeds; documents that are deleted but not yet gone count in it."""
        every = self.frequency(SEQUENCE, _TITLE_END)
        return math.log(1 + (every + 0.5) / 0.5)

    def read_through(self) -> None:
        """Read a sample of all documents; raise some error when the files contradict each other."""
        count = self.count()
        sample = self.search(tantivy.Query.all_query(), 100)[1].tolist() if count else []
        if len(sample) != min(count, 100):
            raise ValueError("documents are missing")
        for id in sample:
            if self.search(term(ID, id), 2)[1].tolist() != [id]:
                raise ValueError("ids are mixed up")

    def _ids(self, addresses: list[tantivy.DocAddress]) -> list[int]:
        found = self._searcher.fast_field_values(ID, addresses)
        if None in found:
            raise ValueError("ids are missing")
        return [int(id) for id in found if id is not None]
