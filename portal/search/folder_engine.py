"""What all engines that keep their index in a folder share: reading while others write, and looking for damage."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from portal.search.analysis import words
from portal.search.engine import Document, Engine, IndexUnusableError
from portal.search.index_folder import IndexFolder, wrong_file

MOST_ATTEMPTS = 20  # to read while the index changes; each needs a commit at just the wrong moment


class State(Protocol):
    """The index as one commit left it."""

    def count(self) -> int:
        """Return how many documents it holds."""
        ...

    def ids(self) -> set[int]:
        """Return the ids of all of them."""
        ...

    def frequency(self, field: str, term: str) -> int:
        """Return in how many documents a term is."""
        ...


Answer = TypeVar("Answer")
Snapshot = TypeVar("Snapshot", bound=State)


class FolderEngine(Engine, Generic[Snapshot]):
    """An engine whose readers take the latest snapshot of the live index, however often that is written or replaced."""

    def __init__(self, folder: IndexFolder, patience: float) -> None:
        self._folder = folder
        self._patience = patience

    @abstractmethod
    def _snapshot(self) -> Snapshot | None:
        """Return the latest state of the live index, None when there is none."""

    @abstractmethod
    def _let_go(self) -> None:
        """Forget the snapshot that is held."""

    @abstractmethod
    def _damage_named(self) -> AbstractContextManager[None]:
        """Turn whatever the library trips over in a broken index into one error."""

    @abstractmethod
    def _read_through(self, folder: Path) -> None:
        """Read a sample of all documents and what else tells; raise some error when anything is wrong."""

    def count(self) -> int:
        return self._read(lambda snapshot: snapshot.count(), 0)

    def ids(self) -> set[int]:
        return self._read(lambda snapshot: snapshot.ids(), set())

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
        with self._damage_named():
            if wrong := wrong_file(folder):
                raise not_as_written(wrong)
            if thorough:
                self._read_through(folder)

    def _read(self, ask: Callable[[Snapshot], Answer], if_missing: Answer) -> Answer:
        def attempt() -> Answer:
            with self._damage_named():
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
                self._let_go()
                if self._folder.state() == before:
                    raise
        return attempt()


def not_as_written(file: str) -> IndexUnusableError:
    """Return the error that names a damaged file."""
    return IndexUnusableError(f"The search index is damaged: its file {file} is not as it was written.")


def each_once(documents: Iterable[Document], progress: Callable[[int], object] | None) -> Iterator[Document]:
    """Yield documents and tell how many were taken; an id that comes twice is a ValueError."""
    ids: set[int] = set()
    for document in documents:
        if document.id in ids:
            raise ValueError(f"Document {document.id} came twice.")
        ids.add(document.id)
        yield document
        if progress:
            progress(len(ids))


def frequency_of(snapshot: State, field: str, written: str) -> int:
    """Return in how many documents a word is, in any of its forms."""
    terms = [term for word in words(written) for term in word.wholes[:1] or word.terms]
    return min((snapshot.frequency(field, term) for term in terms), default=0)
