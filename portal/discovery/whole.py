"""Which hits have all of a query: every word or what means the same, and every phrase.

A lift says so only where there are two words or more; a single one that is joined of parts, such as one-pager, has
hits in parts too. Asked for twice it is two words, and whatever has it has both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from portal.library.indexing import engine
from portal.search.engine import Ranked
from portal.search.query import Query

_ALL_WORDS, _ALL_PHRASES = 1, 2


def whole_hits(query: Query, limit: int) -> set[int]:
    """Return the content that has all of a query, of its best hits; raises as the engine's `rank` does."""
    if len(query.words) == 1:
        query = replace(query, words=query.words * 2)
    return whole_among(query, engine().rank(query, limit))


def is_whole_word(query: Query) -> bool:
    """Say whether a query is a single word that nothing can have in parts."""
    return len(query.words) == 1 and len(query.words[0].terms) <= 1


def whole_among(query: Query, ranked: Iterable[Ranked]) -> set[int]:
    """Return those of a query's hits that have all of it; where it has no words, all of them have."""
    if is_whole_word(query) or not query.words:
        least = _ALL_PHRASES if query.phrases else 0
    else:
        least = _ALL_WORDS + (_ALL_PHRASES if query.phrases else 0)
    return {hit.id for hit in ranked if hit.lift >= least}
