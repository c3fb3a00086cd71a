"""The engine of a running portal: whichever one the live index was built with, followed from call to call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from portal.search.engine import ENGINES, Document, Engine, IndexUnusableError, Ranked, open_engine
from portal.search.index_folder import Pointer
from portal.search.query import Query

Answer = TypeVar("Answer")

_MOST_SWAPS = 5  # between two engines, each within one call


class LiveEngine(Engine):
    """Reads and writes with the engine of the live index; `rebuild` builds with the engine that is set.

    So another engine takes over in all processes at the moment in which its index is swapped in.
    """

    def __init__(self, folder: Path, wanted: str) -> None:
        self.wanted = wanted
        self._folder = folder
        self._pointer = Pointer(folder)
        self._opening = threading.Lock()
        self._opened: tuple[str, Engine] | None = None

    def rank(self, query: Query, limit: int = 1000) -> list[Ranked]:
        return self._follow(lambda engine: engine.rank(query, limit))

    def titled(self, text: str, limit: int = 1000) -> list[int]:
        return self._follow(lambda engine: engine.titled(text, limit))

    def similar(self, word: str, limit: int = 5) -> list[str]:
        return self._follow(lambda engine: engine.similar(word, limit))

    def put(self, documents: Iterable[Document]) -> None:
        batch = list(documents)
        self._follow(lambda engine: engine.put(batch))

    def remove(self, ids: Iterable[int]) -> None:
        unwanted = set(ids)
        self._follow(lambda engine: engine.remove(unwanted))

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], object] | None = None) -> None:
        open_engine(self._folder, self.wanted).rebuild(documents, progress)

    def count(self) -> int:
        return self._follow(lambda engine: engine.count())

    def ids(self) -> set[int]:
        return self._follow(lambda engine: engine.ids())

    def check(self, *, thorough: bool = True) -> str | None:
        def sound(engine: Engine) -> None:
            if problem := engine.check(thorough=thorough):
                raise IndexUnusableError(problem)

        try:
            self._follow(sound)
        except IndexUnusableError as error:
            return str(error)
        return None

    def glance(self) -> str | None:
        """Say as `check` does why the index can't be used, without reading it through."""
        try:
            if self._pointer.read() is None:
                return "There is no search index."
            self.count()
        except IndexUnusableError as error:
            return str(error)
        return None

    def other_than_wanted(self) -> str | None:
        """Say in words that the live index was built by another engine than is set, None if it was not."""
        built_by = self._built_by()
        if built_by == self.wanted:
            return None
        return f"The search index was built by {built_by}; the setting SEARCH_ENGINE says {self.wanted}."

    def _follow(self, ask: Callable[[Engine], Answer]) -> Answer:
        """Ask the engine of the live index, and again when another one took over meanwhile."""
        for _ in range(_MOST_SWAPS):
            name = self._built_by()
            try:
                return ask(self._engine(name))
            except IndexUnusableError:
                if self._built_by() == name:
                    raise
        return ask(self._engine(self._built_by()))

    def _built_by(self) -> str:
        """Return the engine of the live index; the one that is set when there is none or it can't be told."""
        try:
            live = self._pointer.read()
        except IndexUnusableError:
            return self.wanted
        name = str(live["engine"]) if live else self.wanted
        return name if name in ENGINES else self.wanted

    def _engine(self, name: str) -> Engine:
        with self._opening:
            if self._opened is None or self._opened[0] != name:
                self._opened = (name, open_engine(self._folder, name))
            return self._opened[1]
