"""The embedded engine: Whoosh indexes in a folder, with one writer and many readers."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from errno import EINVAL, ENOENT
from pathlib import Path
from typing import TypeVar

from whoosh.codec.whoosh3 import W3Segment
from whoosh.index import EmptyIndexError, FileIndex, LockError
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.writing import MERGE_SMALL, SegmentWriter

from portal.search.beginnings import typed_beginnings
from portal.search.engine import Document, Engine, IndexBusyError, IndexUnusableError, Ranked
from portal.search.index_folder import PATIENCE, RETRY_EVERY, IndexFolder, note_files, wrong_file
from portal.search.query import Query
from portal.search.ranking import rank
from portal.search.slips import edits_allowed, key
from portal.search.whoosh_index import (
    ID,
    SCHEMA_VERSION,
    Segment,
    Snapshot,
    create_index,
    index_fields,
    open_index,
)
from portal.search.whoosh_lookup import similar, titled

Answer = TypeVar("Answer")

MOST_ATTEMPTS = 20  # to read while the index changes; each needs a commit at just the wrong moment


class WhooshEngine(Engine):
    """Search for libraries of up to some ten thousand documents, with nothing to install or run."""

    def __init__(self, folder: Path, patience: float = PATIENCE) -> None:
        self._folder = IndexFolder(folder, "whoosh", SCHEMA_VERSION)
        self._patience = patience
        self._thread = threading.local()  # a reader may not be shared between threads
        self._opening = threading.Lock()
        self._segments: dict[str, Segment] = {}

    def rank(self, query: Query, limit: int = 1000) -> list[Ranked]:
        if limit < 1 or not query.every_part:
            return []
        return self._read(lambda snapshot: rank(snapshot, query, limit), [])

    def titled(self, text: str, limit: int = 1000) -> list[int]:
        wanted = typed_beginnings(text)
        if limit < 1 or not wanted:
            return []
        return self._read(lambda snapshot: titled(snapshot, wanted, limit), [])

    def similar(self, word: str, limit: int = 5) -> list[str]:
        if limit < 1 or not edits_allowed(key(word)):
            return []
        return self._read(lambda snapshot: similar(snapshot, word, limit), [])

    def count(self) -> int:
        return self._read(Snapshot.count, 0)

    def ids(self) -> set[int]:
        return self._read(Snapshot.ids, set())

    def put(self, documents: Iterable[Document]) -> None:
        noted: Counter[str] = Counter()
        batch = {document.id: index_fields(document, noted) for document in documents}
        if not batch:
            return
        with self._folder.locked(self._patience), _damage_named():
            index = self._live_index() or self._make_index()
            with self._writing(index) as writer:
                _delete(writer, batch)
                for fields in batch.values():
                    writer.add_document(**fields)

    def remove(self, ids: Iterable[int]) -> None:
        unwanted = set(ids)
        if not unwanted:
            return
        with self._folder.locked(self._patience), _damage_named():
            index = self._live_index()
            if index:
                with self._writing(index) as writer:
                    _delete(writer, unwanted)

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], object] | None = None) -> None:
        with self._folder.locked(self._patience):
            folder = self._folder.new()
            try:
                with self._writing(create_index(folder)) as writer:
                    _add_all(writer, documents, progress)
            except BaseException:
                self._folder.discard(folder)
                raise
            self._folder.make_live(folder)

    def check(self, *, thorough: bool = True) -> str | None:
        try:
            self._steadily(lambda: self._look_through(thorough=thorough))
        except IndexUnusableError as error:
            return str(error)
        return None

    def _look_through(self, *, thorough: bool) -> None:
        folder = self._folder.live()
        if folder is None:
            raise IndexUnusableError("There is no search index.")
        with _damage_named():
            if wrong := wrong_file(folder):
                raise IndexUnusableError(
                    f"The search index is damaged: its file {wrong} is not as it was written."
                )
            if thorough:
                with closing(Snapshot(open_index(folder), self._segments)) as snapshot:
                    snapshot.read_through()

    def _read(self, ask: Callable[[Snapshot], Answer], if_missing: Answer) -> Answer:
        def attempt() -> Answer:
            with _damage_named():
                snapshot = self._snapshot()
                return ask(snapshot) if snapshot else if_missing

        return self._steadily(attempt)

    def _steadily(self, attempt: Callable[[], Answer]) -> Answer:
        """Try, and once more whenever a writer replaced files that we were about to read."""
        for _ in range(MOST_ATTEMPTS):
            before = self._folder.state()
            try:
                return attempt()
            except IndexUnusableError:
                self._close_snapshot()
                if self._folder.state() == before:
                    raise
        return attempt()

    def _snapshot(self) -> Snapshot | None:
        """Return this thread's view of the live index as it is now."""
        folder = self._folder.live()
        held: tuple[Path, Snapshot] | None = getattr(self._thread, "held", None)
        if held and held[0] == folder and held[1].is_current():
            return held[1]
        self._close_snapshot()
        if folder is None:
            return None
        with self._opening:
            snapshot = Snapshot(open_index(folder), self._segments)
        self._thread.held = (folder, snapshot)
        return snapshot

    def _close_snapshot(self) -> None:
        held: tuple[Path, Snapshot] | None = getattr(self._thread, "held", None)
        self._thread.held = None
        if held:
            held[1].close()

    def _live_index(self) -> FileIndex | None:
        folder = self._folder.live()
        return open_index(folder) if folder else None

    def _make_index(self) -> FileIndex:
        folder = self._folder.new()
        index = create_index(folder)
        note_files(folder)
        self._folder.make_live(folder)
        return index

    @contextmanager
    def _writing(self, index: FileIndex) -> Iterator[SegmentWriter]:
        """Write to an index: commit at the end, or leave it as it was when anything fails."""
        try:
            # compound=True would make each reader copy whole segments into memory.
            writer = index.writer(compound=False, timeout=self._patience, delay=RETRY_EVERY)
        except LockError as error:
            raise IndexBusyError("Another process is writing to the search index.") from error
        try:
            yield writer
            writer.commit(mergetype=_tidy)
            note_files(Path(index.storage.folder))
        except BaseException:
            with suppress(Exception):
                writer.cancel()
            raise


@contextmanager
def _damage_named() -> Iterator[None]:
    """Turn whatever Whoosh trips over in a broken index into one error; full disks and the like stay as they are."""
    try:
        yield
    except (IndexUnusableError, IndexBusyError, MemoryError):
        raise
    except EmptyIndexError as error:
        raise IndexUnusableError("Files of the search index are missing.") from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno not in (None, ENOENT, EINVAL):
            raise
        problem = (
            "Files of the search index are missing"
            if isinstance(error, FileNotFoundError)
            else (f"The search index is damaged ({type(error).__name__}: {error})")
        )
        raise IndexUnusableError(problem + ".") from error


def _add_all(
    writer: SegmentWriter, documents: Iterable[Document], progress: Callable[[int], object] | None
) -> None:
    ids: set[int] = set()
    noted: Counter[str] = Counter()
    for document in documents:
        if document.id in ids:
            raise ValueError(f"Document {document.id} came twice.")
        ids.add(document.id)
        writer.add_document(**index_fields(document, noted))
        if progress:
            progress(len(ids))


def _delete(writer: SegmentWriter, ids: Iterable[int]) -> None:
    reader = writer.reader()
    for id in ids:
        with suppress(TermNotFound):
            for number in list(reader.postings(ID, id).all_ids()):
                writer.delete_document(number)
    reader.close()


def _tidy(writer: SegmentWriter, segments: list[W3Segment]) -> list[W3Segment]:
    """Merge small segments as Whoosh would, and first rewrite those that deletions have worn by a third."""
    worn = [segment for segment in segments if segment.deleted_count() * 3 > segment.doc_count_all()]
    for segment in worn:
        if segment.doc_count():
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
    return MERGE_SMALL(writer, [segment for segment in segments if segment not in worn])
