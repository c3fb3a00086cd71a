"""What a tantivy index tells without ranking: titles that begin so, and words that look so."""

from __future__ import annotations

import threading

from portal.search.beginnings import Either
from portal.search.folder_engine import frequency_of
from portal.search.slips import WordList, nearest
from portal.search.tantivy_index import BEGINNING, BODY, WRITTEN, Snapshot, all_of, any_of, term

_MOST_LISTS = 20  # past these, one list of all words is made anew


def titled(snapshot: Snapshot, wanted: list[Either], limit: int) -> list[int]:
    """Return the ids of the documents whose titles have all that is wanted, the highest first."""
    queries = []
    for either in wanted:
        queries.append(any_of(all_of(term(BEGINNING, part) for part in beginnings) for beginnings in either))
    return snapshot.newest(all_of(queries), limit)


class Vocabulary:
    """The words of the library as they are written; a commit adds the new ones to those that are known."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._known: set[str] = set()
        self._lists: list[WordList] = []

    def similar(self, snapshot: Snapshot, word: str, limit: int) -> list[str]:
        """Return the written words that `word` may be a slip of, the likeliest first."""
        found = [hit for words in self._read(snapshot) for hit in words.near(word)]
        # Words of deleted documents stay in the lists until they are made anew.
        found = [hit for hit in found if snapshot.has(term(WRITTEN, hit[1]))]
        return nearest(found, lambda written: frequency_of(snapshot, BODY, written), limit)

    def _read(self, snapshot: Snapshot) -> list[WordList]:
        with self._lock:
            if self._snapshot is not snapshot:
                written = snapshot.terms(WRITTEN)
                if len(self._known) > 2 * len(written) or len(self._lists) >= _MOST_LISTS:
                    self._known, self._lists = set(), []
                new = [word for word in written if word not in self._known]
                if new:
                    self._known.update(new)
                    self._lists = [*self._lists, WordList(new)]
                self._snapshot = snapshot
            return self._lists
