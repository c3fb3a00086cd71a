"""What a Whoosh index tells without ranking: titles that begin so, and words that look so."""

from collections.abc import Iterable
from heapq import nlargest

import numpy as np

from portal.search.beginnings import Either
from portal.search.folder_engine import frequency_of
from portal.search.slips import nearest
from portal.search.whoosh_index import BEGINNING, BODY, Snapshot


def titled(snapshot: Snapshot, wanted: list[Either], limit: int) -> list[int]:
    """Return the ids of the documents whose titles have all that is wanted, the highest first."""
    known: dict[str, set[int]] = {}

    def having(beginning: str) -> set[int]:
        if beginning not in known:
            known[beginning] = snapshot.having(BEGINNING, beginning)
        return known[beginning]

    def fitting(either: Iterable[tuple[str, ...]]) -> set[int]:
        return set().union(*(set.intersection(*map(having, beginnings)) for beginnings in either))

    found = set.intersection(*map(fitting, wanted))
    return nlargest(limit, snapshot.ids_of(np.array(sorted(found), np.int64)).tolist())


def similar(snapshot: Snapshot, word: str, limit: int) -> list[str]:
    """Return the written words that `word` may be a slip of, the likeliest first."""
    found = [hit for written in snapshot.written_words() for hit in written.near(word)]
    return nearest(found, lambda written: frequency_of(snapshot, BODY, written), limit)
