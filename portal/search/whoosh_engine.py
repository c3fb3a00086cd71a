"""The embedded engine: Whoosh indexes in a folder, with one writer and many readers."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from errno import EINVAL, ENOENT
from pathlib import Path

from whoosh.codec.whoosh3 import W3Segment
from whoosh.index import EmptyIndexError, FileIndex, LockError
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.writing import MERGE_SMALL, SegmentWriter

from portal.search.beginnings import typed_beginnings
from portal.search.engine import Document, IndexBusyError, IndexUnusableError, Ranked
from portal.search.folder_engine import FolderEngine, each_once
from portal.search.index_folder import PATIENCE, RETRY_EVERY, IndexFolder, note_files
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


class WhooshEngine(FolderEngine[Snapshot]):
    """Search for libraries of up to some ten thousand documents, with nothing to install or run."""

    def __init__(self, folder: Path, patience: float = PATIENCE) -> None:
        super().__init__(IndexFolder(folder, "whoosh", SCHEMA_VERSION), patience)
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
                    noted: Counter[str] = Counter()
                    for document in each_once(documents, progress):
                        writer.add_document(**index_fields(document, noted))
            except BaseException:
                self._folder.discard(folder)
                raise
            self._folder.make_live(folder)

    def _damage_named(self) -> AbstractContextManager[None]:
        return _damage_named()

    def _read_through(self, folder: Path) -> None:
        with closing(Snapshot(open_index(folder), self._segments)) as snapshot:
            snapshot.read_through()

    def _snapshot(self) -> Snapshot | None:
        """Return this thread's view of the live index as it is now."""
        folder = self._folder.live()
        held: tuple[Path, Snapshot] | None = getattr(self._thread, "held", None)
        if held and held[0] == folder and held[1].is_current():
            return held[1]
        self._let_go()
        if folder is None:
            return None
        with self._opening:
            snapshot = Snapshot(open_index(folder), self._segments)
        self._thread.held = (folder, snapshot)
        return snapshot

    def _let_go(self) -> None:
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
