"""Open requests that ask for about the same, found by the stems of their words while somebody types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

from sqlalchemy import select

from portal.content_requests.models import (
    OPEN_STATUSES,
    UNWORDED,
    UNWORDED_QUESTION,
    ContentRequest,
    Supporter,
)
from portal.db import db
from portal.library.models import ASSET_KINDS
from portal.search.analysis import words
from portal.users.models import User
from portal.web.formatting import kind_words

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
    joined: bool


def similar_requests(text: str, most: int, *, user: User | None = None) -> list[Similar]:
    """Return the open requests most like a sentence, the likest first, of equals the one with the most pipeline.

    Stems that few open requests have weigh most: log(1 + requests / requests with the stem). The likeness is the
    cosine of the two sets of weighted stems. What nobody has put into words yet is left out. `joined` says of each
    whether `user` is among those who need it.
    """
    typed = telling(text[:500])
    if not typed:
        return []
    found = select(ContentRequest.id, ContentRequest.need, ContentRequest.supporter_count).add_columns(
        ContentRequest.waiting_minor, ContentRequest.waiting_deals
    )
    found = found.where(ContentRequest.status.in_(OPEN_STATUSES), ContentRequest.need.not_in(UNWORDED_NEEDS))
    rows = [(row, telling(row[1])) for row in db.session.execute(found).tuples()]
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
    best = [row for _, row in likest[:most]]
    joined = _joined(user, [row[0] for row in best])
    return [
        Similar(number, need, people, minor, deals, number in joined)
        for number, need, people, minor, deals in best
    ]


def _joined(user: User | None, request_ids: Sequence[int]) -> set[int]:
    if user is None or not request_ids:
        return set()
    own = select(Supporter.request_id).where(Supporter.user_id == user.id)
    return set(db.session.scalars(own.where(Supporter.request_id.in_(request_ids))))


@lru_cache(maxsize=_MOST_KEPT)
def telling(text: str) -> frozenset[str]:
    """Return the stems by which a sentence tells what it is about: not the kind of content, unless it says no more."""
    every = _stems(text)
    return every - _KINDS or every


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem for word in words(text) for stem in (*word.terms, *word.wholes))


_KINDS = _stems(" ".join(kind_words(kind) for kind in ASSET_KINDS))
