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
    """Return the open requests like a sentence, first what shares most with it, of equals the most pipeline.

    Stems that few open requests have weigh most: 1 + log(requests / requests with the stem), and 1 where none has it.
    Alike is what shares ENOUGH of the geometric mean of what both weigh. What nobody has put into words yet is left
    out. `joined` says of each whether `user` is among those who need it.
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
        return sum(1 + log(len(rows) / had[stem]) if had[stem] else 1 for stem in some)

    sought = weight(typed)
    likest = []
    for row, own in rows:
        shared = weight(typed & own)
        if shared and shared >= ENOUGH * sqrt(sought * weight(own)):
            likest.append((shared, row))
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
