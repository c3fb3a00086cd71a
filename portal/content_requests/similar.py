"""Open requests that ask for about the same, found by the stems of their words while somebody types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

from sqlalchemy import select

from portal.content_requests.models import OPEN_STATUSES, UNWORDED, UNWORDED_QUESTION, ContentRequest
from portal.db import db
from portal.search.analysis import words

# How much of what two sentences weigh they have to share: 1 is all of it.
ENOUGH = 0.35
UNWORDED_NEEDS = (UNWORDED, UNWORDED_QUESTION)
_MOST_KEPT = 10_000  # needs whose stems are kept; they never change for the same words


@dataclass(frozen=True)
class Similar:
    """An open request that asks for about the same: its worth as its columns hold it, minor units."""

    id: int
    need: str
    supporters: int
    waiting_minor: int
    waiting_deals: int


def similar_requests(text: str, most: int) -> list[Similar]:
    """Return the open requests most like a sentence, the likest first, of equals the one with the most pipeline.

    Stems that few open requests have weigh most: log(1 + requests / requests with the stem). The likeness is the
    cosine of the two sets of weighted stems. What nobody has put into words yet is left out.
    """
    typed = stems(text[:500])
    if not typed:
        return []
    found = select(ContentRequest.id, ContentRequest.need, ContentRequest.supporter_count).add_columns(
        ContentRequest.waiting_minor, ContentRequest.waiting_deals
    )
    found = found.where(ContentRequest.status.in_(OPEN_STATUSES), ContentRequest.need.not_in(UNWORDED_NEEDS))
    rows = [(row, stems(row[1])) for row in db.session.execute(found).tuples()]
    had = Counter(stem for _, own in rows for stem in own)

    def weight(some: Set[str]) -> float:
        return sum(log(1 + len(rows) / (had[stem] or 1)) ** 2 for stem in some)

    sought = weight(typed)
    likest = []
    for row, own in rows:
        shared = typed & own
        if shared and (likeness := weight(shared) / sqrt(sought * weight(own))) >= ENOUGH:
            likest.append((likeness, row))
    likest.sort(key=lambda one: (-one[0], -one[1][3], one[1][0]))
    return [
        Similar(number, need, people, minor, deals)
        for _, (number, need, people, minor, deals) in likest[:most]
    ]


@lru_cache(maxsize=_MOST_KEPT)
def stems(text: str) -> frozenset[str]:
    """Return what the words of a sentence mean, without endings and without words that say nothing."""
    return frozenset(stem for word in words(text) for stem in (*word.terms, *word.wholes))
