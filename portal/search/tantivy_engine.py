"""The engine for large libraries: tantivy indexes in a folder, with one writer and many readers."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from errno import EINVAL, ENOENT
from pathlib import Path

import tantivy

from portal.search.beginnings import typed_beginnings
from portal.search.engine import Document, IndexBusyError, IndexUnusableError, Ranked
from portal.search.folder_engine import FolderEngine, each_once, not_as_written
from portal.search.index_folder import PATIENCE, IndexFolder, note_files
from portal.search.query import Query
from portal.search.slips import edits_allowed, key
from portal.search.tantivy_files import altered_file
from portal.search.tantivy_index import (
    ID,
    SCHEMA,
    SCHEMA_VERSION,
    Snapshot,
    create_index,
    index_fields,
    open_index,
)
from portal.search.tantivy_lookup import Vocabulary, titled
from portal.search.tantivy_ranking import rank

SMALL_HEAP, LARGE_HEAP = (
    30_000_000,
    200_000_000,
)  # bytes of documents that are gathered before they are written


class TantivyEngine(FolderEngine[Snapshot]):
    """Search for libraries past some ten thousand documents; needs the package tantivy."""

    def __init__(self, folder: Path, patience: float = PATIENCE) -> None:
        super().__init__(IndexFolder(folder, "tantivy", SCHEMA_VERSION), patience)
        self._opening = threading.Lock()
        # The live folder, what tells its commits apart, the open index, and its latest state.
        self._held: tuple[Path, object, tantivy.Index, Snapshot] | None = None
        self._vocabulary = Vocabulary()

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
        return self._read(lambda snapshot: self._vocabulary.similar(snapshot, word, limit), [])

    def put(self, documents: Iterable[Document]) -> None:
        batch = {document.id: document for document in documents}
        if not batch:
            return
        with self._folder.locked(self._patience), _damage_named():
            folder = self._folder.live() or self._make_index()
            with _writing(folder, SMALL_HEAP) as writer:
                _delete(writer, batch)
                for document in batch.values():
                    writer.add_document(index_fields(document))

    def remove(self, ids: Iterable[int]) -> None:
        unwanted = set(ids)
        if not unwanted:
            return
        with self._folder.locked(self._patience), _damage_named():
            folder = self._folder.live()
            if folder:
                with _writing(folder, SMALL_HEAP) as writer:
                    _delete(writer, unwanted)

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], object] | None = None) -> None:
        with self._folder.locked(self._patience):
            folder = self._folder.new()
            try:
                create_index(folder)
                with _writing(folder, LARGE_HEAP) as writer:
                    for document in each_once(documents, progress):
                        writer.add_document(index_fields(document))
            except BaseException:
                self._folder.discard(folder)
                raise
            self._folder.make_live(folder)

    def _damage_named(self) -> AbstractContextManager[None]:
        return _damage_named()

    def _read_through(self, folder: Path) -> None:
        if altered := altered_file(folder):
            raise not_as_written(altered)
        Snapshot(open_index(folder).searcher()).read_through()

    def _let_go(self) -> None:
        self._held = None

    def _snapshot(self) -> Snapshot | None:
        """Return the latest state of the live index."""
        folder = self._folder.live()
        if folder is None:
            self._held = None
            return None
        held, commit = self._held, _commit(folder)
        if held and held[:2] == (folder, commit):
            return held[3]
        with self._opening:
            held, commit = self._held, _commit(folder)  # another thread may have opened it meanwhile
            if held and held[:2] == (folder, commit):
                return held[3]
            if held and held[0] == folder:
                index = held[2]
                index.reload()
            else:
                index = open_index(folder)
            snapshot = Snapshot(index.searcher())
            self._held = (folder, commit, index, snapshot)
            return snapshot

    def _make_index(self) -> Path:
        folder = self._folder.new()
        create_index(folder)
        note_files(folder)
        self._folder.make_live(folder)
        return folder


def _commit(folder: Path) -> object:
    """Return what tells a commit from those before and after: each replaces the file that lists the segments."""
    stat = (folder / "meta.json").stat()
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


@contextmanager
def _writing(folder: Path, heap: int) -> Iterator[tantivy.IndexWriter]:
    """Write to an index: commit at the end, or leave it as it was when anything fails.

    The index is opened afresh, since a writer goes on from what it knows of the last commit and not from the disk.
    """
    # A single thread keeps documents in the order of writing, and analysis takes far longer than it does.
    writer = tantivy.Index.open(str(folder)).writer(heap_size=heap, num_threads=1)
    try:
        yield writer
        writer.commit()
    except BaseException:
        with suppress(Exception):
            writer.rollback()
        raise
    finally:
        with suppress(Exception):
            writer.wait_merging_threads()  # ends the writer
    note_files(folder)


@contextmanager
def _damage_named() -> Iterator[None]:
    """Turn whatever tantivy trips over in a broken index into one error; full disks and the like stay as they are."""
    try:
        yield
    except (IndexUnusableError, IndexBusyError, MemoryError):
        raise
    except BaseException as error:
        # A panic of tantivy is no Exception to Python, and has no name that could be imported.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        number = error.errno if isinstance(error, OSError) else _system_error(error)
        if number not in (None, ENOENT, EINVAL):
            raise OSError(number, os.strerror(number)) from error
        if "LockBusy" in str(error):
            raise IndexBusyError("Another process is writing to the search index.") from error
        raise IndexUnusableError(f"The search index is damaged ({type(error).__name__}: {error}).") from error


def _system_error(error: BaseException) -> int | None:
    number = re.search(r"os error (\d+)", str(error)) or re.search(r"code: (\d+)", str(error))
    return int(number[1]) if number else None


def _delete(writer: tantivy.IndexWriter, ids: Iterable[int]) -> None:
    # Deleting by term takes any number for a signed one, and then finds nothing.
    writer.delete_documents_by_query(tantivy.Query.term_set_query(SCHEMA, ID, list(ids)))
