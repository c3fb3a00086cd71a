"""What every search engine does, and the plain data that crosses its border."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from portal.search.query import Query


@dataclass(frozen=True, slots=True)
class Document:
    """What can be found of one asset: `id` is the asset's, `terms` are the names of its filters."""

    id: int
    title: str
    text: str
    terms: str = ""


class Ranked(NamedTuple):
    """One hit, and why it stands where it does; figures mean nothing between two rankings.

    `lift` orders first: 1 for all words, of two or more, 2 times the share of the quoted phrases, 4 for the very
    title. A word that no document has counts as any other. `score`, the text score, orders those of the same lift.
    """

    id: int
    lift: float
    score: float


class IndexUnusableError(Exception):
    """The index is damaged or of another version; `rebuild` makes it good."""


class IndexBusyError(Exception):
    """Another process kept writing to the index for longer than we wait; the write can be tried again."""


class Engine(Protocol):
    """A search index on disk: one process writes at a time, any number of threads and processes read."""

    def rank(self, query: Query, limit: int = 1000) -> list[Ranked]:
        """Return the documents that fit a query, best first: any of its words is enough.

        Those with any of `without` are left out, and those without all of `in_title` in their title. A missing
        index ranks nothing; a damaged one raises IndexUnusableError.
        """
        ...

    def titled(self, text: str, limit: int = 1000) -> list[int]:
        """Return the documents in whose title each typed word begins some word, the newest (highest id) first.

        It answers while somebody types, so it is quick; raises as `rank` does.
        """
        ...

    def similar(self, word: str, limit: int = 5) -> list[str]:
        """Return words of the library, as they are written there in lower case, that `word` may be a slip of.

        The nearest first, and of equals those in the most documents; never the word itself. Raises as `rank` does.
        """
        ...

    def put(self, documents: Iterable[Document]) -> None:
        """Add documents, or replace those with the same id, in one commit that readers see at once.

        Raises IndexBusyError when another writer does not finish in time, IndexUnusableError as `rank` does.
        """
        ...

    def remove(self, ids: Iterable[int]) -> None:
        """Take documents out; unknown ids are fine. Raises as `put` does."""
        ...

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], object] | None = None) -> None:
        """Build a new index beside the live one and swap it in; `progress` is told how many are done.

        Works whatever state the old index is in, and leaves it live when `documents` fails or has an id twice
        (ValueError). Other writers wait meanwhile, so that no update is lost: past their patience they get
        IndexBusyError.
        """
        ...

    def count(self) -> int:
        """Return how many documents can be found."""
        ...

    def ids(self) -> set[int]:
        """Return the ids of all documents, to compare with what should be there."""
        ...

    def check(self, *, thorough: bool = True) -> str | None:
        """Return what is wrong with the index (missing, damaged, of another version), or None if it is sound.

        Unless it is to be `thorough`, files are not read but only looked for: that is quick in any library.
        """
        ...


ENGINES = ("whoosh", "tantivy")


def open_engine(folder: Path, name: str = "whoosh") -> Engine:
    """Return the engine that keeps its index in `folder`, which need not exist yet.

    Raises IndexUnusableError when the packages that the engine needs are not installed.
    """
    if name == "whoosh":
        from portal.search.whoosh_engine import WhooshEngine  # engines import this module

        return WhooshEngine(folder)
    if name != "tantivy":
        raise ValueError(f"There is no search engine {name}.")
    try:
        from portal.search.tantivy_engine import TantivyEngine  # only where it is used: tantivy is optional
    except ImportError as error:
        raise IndexUnusableError(
            "The search index is one of tantivy, which is not installed: see requirements-tantivy.txt."
        ) from error
    return TantivyEngine(folder)
