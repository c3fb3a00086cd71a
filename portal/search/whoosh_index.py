"""One state of a Whoosh index: its schema, and reading terms and documents from it."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2s
from pathlib import Path
from zlib import compress, decompress

import numpy as np
import numpy.typing as npt
from whoosh import fields
from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.columns import ColumnReader, VarBytesColumn
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.matching import Matcher
from whoosh.matching.wrappers import FilterMatcher
from whoosh.reading import SegmentReader, TermNotFound

from portal.search.analysis import TITLE_END, sequence, title_key, words
from portal.search.beginnings import beginnings
from portal.search.engine import Document
from portal.search.slips import WordList, written_words

SCHEMA_VERSION = 3  # raise it when the schema or the analysis changes: `check` then asks for a rebuild

BODY, TITLE, TITLE_KEY, SEQUENCE, ID = "body", "title", "title_key", "sequence", "id"
BEGINNING, WRITTEN = "beginning", "written"
OFTEN_ENOUGH = 4  # documents of one commit that are noted as having a written word

Numbers = npt.NDArray[np.int64]

SCHEMA = fields.Schema(
    **{
        BODY: fields.TEXT(phrase=False),
        TITLE: fields.TEXT(phrase=False),
        TITLE_KEY: fields.ID(),
        BEGINNING: fields.ID(),
        # Words as they are written, kept with the first few documents of a commit that have them: postings for
        # all of them would make the index half as large again.
        WRITTEN: fields.COLUMN(VarBytesColumn()),
        # Phrases are found here: positions in the postings would make all ranking half as fast.
        SEQUENCE: fields.COLUMN(VarBytesColumn()),
        ID: fields.NUMERIC(int, 64, signed=False, shift_step=0, sortable=True),
    }
)


def create_index(folder: Path) -> FileIndex:
    """Make an empty index in a new folder."""
    folder.mkdir(parents=True)
    return FileIndex.create(FileStorage(str(folder)), SCHEMA)


def open_index(folder: Path) -> FileIndex:
    """Open the index in a folder, with our schema rather than the one that was pickled beside it."""
    return FileIndex(FileStorage(str(folder)), schema=SCHEMA)


def index_fields(document: Document, noted: Counter[str]) -> dict[str, object]:
    """Return what the index keeps of a document: lists of terms, so that Whoosh does no analysis of its own.

    The title counts in the body too, and keeps its stop words for queries of nothing else. `noted` counts in how
    many documents of this commit each written word was noted so far, and is brought up to date.
    """
    title = list(words(document.title))
    text = [*words(document.text), *words(document.terms)]
    body = title + text
    return {
        BODY: [term for word in body for term in word.wholes + word.terms],
        TITLE: [term for word in title for term in word.wholes + word.parts],
        TITLE_KEY: _hashed(title_key(document.title)),
        BEGINNING: sorted(beginnings(document.title)),
        WRITTEN: _newly_written(document, noted),
        SEQUENCE: sequence(title) + TITLE_END + sequence(text),
        ID: document.id,
    }


def _newly_written(document: Document, noted: Counter[str]) -> bytes:
    written = written_words(f"{document.title}\n{document.text}\n{document.terms}")
    new = sorted(word for word in written if noted[word] < OFTEN_ENOUGH)
    noted.update(new)
    return compress(" ".join(new).encode()) if new else b""


def _all_written(reader: SegmentReader) -> WordList:
    column = reader.column_reader(WRITTEN)
    kept = (bytes(column[number]) for number in range(reader.doc_count_all()))
    return WordList(sorted({word for some in kept if some for word in decompress(some).decode().split()}))


def _hashed(key: str) -> str:
    return blake2s(key.encode(), digest_size=16).hexdigest()


@dataclass(eq=False, slots=True)
class Segment:
    """The unchanging facts of one segment, by document number: the ids and lengths (in terms) of documents.

    Its written words are read when they are first asked for.
    """

    ids: array[int]
    lengths: dict[str, Numbers]
    written: WordList | None = None


class Snapshot:
    """The index as one commit left it, for use by one thread; documents are numbered over all segments."""

    def __init__(self, index: FileIndex, known: dict[str, Segment]) -> None:
        """Open the latest commit; `known` holds the segments read before and is brought up to date."""
        self._searcher = index.searcher()
        self._leaves: list[tuple[SegmentReader, int, Segment]] = []
        segments = {}
        for reader, offset in self._searcher.reader().leaf_readers():
            if reader.doc_count_all():  # an index without documents has one reader that is no segment
                name = reader.segment().segment_id()
                segments[name] = known.get(name) or _read_segment(reader)
                self._leaves.append((reader, offset, segments[name]))
        known.clear()
        known.update(segments)
        self._sequences: dict[str, ColumnReader] = {}
        self._ids: Numbers | None = None
        self.total = int(self._searcher.doc_count_all())

    def is_current(self) -> bool:
        return bool(self._searcher.up_to_date())

    def close(self) -> None:
        self._searcher.close()

    def read_through(self) -> None:
        """Read a sample of all documents; raise some error when the files contradict each other."""
        for reader, _, segment in self._leaves:
            sequences = reader.column_reader(SEQUENCE)
            for number in range(0, len(segment.ids), max(len(segment.ids) // 100, 1)):
                bytes(sequences[number])
                if not reader.is_deleted(number):
                    matcher = reader.postings(ID, segment.ids[number])
                    if list(matcher.all_ids()) != [number]:
                        raise ValueError("ids are mixed up")

    def count(self) -> int:
        return int(self._searcher.doc_count())

    def ids(self) -> set[int]:
        """Return the ids of all documents that are not deleted."""
        return {segment.ids[n] for reader, _, segment in self._leaves for n in reader.all_doc_ids()}

    def average_length(self, field: str) -> float:
        return float(self._searcher.avg_field_length(field)) or 1.0

    def frequency(self, field: str, term: str) -> int:
        """Return in how many documents the term is, deleted ones included."""
        return int(self._searcher.doc_frequency(field, term))

    def postings(self, field: str, term: str) -> Iterator[tuple[Numbers, Numbers, Numbers]]:
        """Yield, per segment that has the term: the documents that have it, how often, and their lengths."""
        for reader, offset, segment in self._leaves:
            try:
                numbers, counts = _read_postings(reader.postings(field, term))
            except TermNotFound:
                continue
            if deleted := list(reader.segment().deleted_docs()):
                kept = np.isin(numbers, deleted, invert=True)
                numbers, counts = numbers[kept], counts[kept]
            yield offset + numbers, counts, segment.lengths[field][numbers]

    def having(self, field: str, term: str) -> set[int]:
        """Return the numbers of the documents that have a term in a field."""
        found: set[int] = set()
        for reader, offset, _ in self._leaves:
            with suppress(TermNotFound):
                found.update(offset + number for number in reader.postings(field, term).all_ids())
        return found

    def written_words(self) -> Iterator[WordList]:
        """Yield the words of each segment as they are written."""
        for reader, _, segment in self._leaves:
            if segment.written is None:
                segment.written = _all_written(reader)
            yield segment.written

    def with_title(self, key: str) -> set[int]:
        """Return the numbers of the documents whose title has this `title_key`."""
        return self.having(TITLE_KEY, _hashed(key))

    def ids_of(self, numbers: Numbers) -> Numbers:
        """Return the ids of some documents, in their order."""
        if self._ids is None:
            parts = [np.array(segment.ids, np.int64) for _, _, segment in self._leaves]
            self._ids = np.concatenate(parts) if parts else np.zeros(0, np.int64)
        return self._ids[numbers]

    def sequence_of(self, number: int) -> bytes:
        """Return the words of a document in order, as `analysis.sequence` writes them."""
        reader, local = self._find(number)
        name = reader.segment().segment_id()
        if name not in self._sequences:
            self._sequences[name] = reader.column_reader(SEQUENCE)
        return bytes(self._sequences[name][local])

    def _find(self, number: int) -> tuple[SegmentReader, int]:
        for reader, offset, _ in reversed(self._leaves):
            if number >= offset:
                return reader, number - offset
        raise KeyError(number)


def _read_postings(matcher: Matcher) -> tuple[Numbers, Numbers]:
    """Return the documents that a term stands in, deleted ones included, and how often.

    Blocks are taken whole out of Whoosh's own reader: asked one by one, postings take ten times as long.
    """
    matcher = matcher.child if isinstance(matcher, FilterMatcher) else matcher
    numbers: list[int] = []
    counts: list[float] = []
    while matcher.is_active():
        number, count = matcher.id(), matcher.weight()  # from here on the block is there
        if isinstance(matcher, W3LeafMatcher):
            numbers += matcher._ids
            counts += matcher._weights
            matcher._next_block()
        else:
            numbers.append(number)
            counts.append(count)
            matcher.next()
    return np.array(numbers, np.int64), np.array(counts, np.int64)


def _read_segment(reader: SegmentReader) -> Segment:
    numbers = range(reader.doc_count_all())
    ids = reader.column_reader(ID)
    lengths = {
        field: np.fromiter((reader.doc_field_length(number, field) or 0 for number in numbers), np.int64)
        for field in (BODY, TITLE)
    }
    if not reader.has_column(ID):  # Whoosh would make ids up
        raise ValueError("ids are missing")
    return Segment(array("Q", (ids[number] for number in numbers)), lengths)
