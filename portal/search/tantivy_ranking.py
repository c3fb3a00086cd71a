"""The order of hits in tantivy: what ranking.py says, as one query whose score holds lift and text score.

Tantivy's text score is the BM25 of ranking.py. A reason to come first adds a multiple of a power of two that no text
score reaches, so one search orders by both, and both can be read from its result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tantivy

from portal.search.engine import Ranked
from portal.search.query import Phrase, Query, QueryWord
from portal.search.ranking import K1, SYNONYM, WEIGHTS
from portal.search.stopwords import STOP_WORDS
from portal.search.tantivy_index import (
    BODY,
    SCHEMA,
    SEQUENCE,
    TITLE,
    TITLE_KEY,
    TITLE_SEQUENCE,
    Snapshot,
    all_of,
    any_of,
    parts_of,
    term,
)

_LEAST_STEP = 16.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query to tantivy: a score of `step` times `shares` means a lift of 1."""

    query: tantivy.Query
    step: float
    shares: int


def rank(snapshot: Snapshot, query: Query, limit: int) -> list[Ranked]:
    """Return the best documents for a query, best first."""
    asked = _asked(snapshot, query)
    if asked is None:
        return []
    scores, ids = snapshot.search(asked.query, limit)
    steps, text_scores = np.divmod(scores, asked.step)
    return list(
        map(
            Ranked._make,
            zip(ids.tolist(), (steps / asked.shares).tolist(), text_scores.tolist(), strict=True),
        )
    )


def _asked(snapshot: Snapshot, query: Query) -> _Asked | None:
    reasons = _reasons(query)
    scores = [_times(score, word.count) for word in query.words for score in _scores(snapshot, word)]
    if not scores and query.every_part:
        scores = [all_of(term(TITLE, part) for part in query.every_part)]
    if not scores and not reasons:
        return None
    shares = max(len(query.phrases), 1)
    step = _LEAST_STEP
    while step <= _most(snapshot, query):
        step *= 2
    lifts = [tantivy.Query.const_score_query(which, steps * step) for which, steps in reasons]
    return _Asked(_filtered(any_of(scores + lifts), query), step, shares)


def _filtered(found: tantivy.Query, query: Query) -> tantivy.Query:
    """Keep what lacks all that is not wanted, and has in its title what must be there."""
    if not query.without and not query.in_title:
        return found
    clauses = [(tantivy.Occur.Must, found)]
    clauses += [(tantivy.Occur.MustNot, _having(word)) for word in query.without]
    for word in query.in_title:
        clauses.append((tantivy.Occur.Must, tantivy.Query.const_score_query(_in_title(word), 0.0)))
    return tantivy.Query.boolean_query(clauses)


def _reasons(query: Query) -> list[tuple[tantivy.Query, int]]:
    """Return which documents come first for a reason, and by how many steps."""
    shares = max(len(query.phrases), 1)
    found = [(_with_phrase(phrase), 2) for phrase in query.phrases]
    if len(query.words) > 1:  # one that nothing has counts too, as in ranking.py
        found.append((all_of(map(_having, query.words)), shares))
    if query.title_key:
        found.append((term(TITLE_KEY, query.title_key), 4 * shares))
    return found


def _most(snapshot: Snapshot, query: Query) -> float:
    """Return a text score that no document reaches."""
    terms = sum(word.count * _terms_of(word) for word in query.words) + len(query.every_part)
    twice = 2  # what a word counts that all its documents dwell on
    return twice * terms * snapshot.most_idf() * (K1 + 1) * sum(WEIGHTS.values())


def _terms_of(word: QueryWord) -> int:
    return max([len(word.terms), 1, *map(_terms_of, word.alternatives)])


def _scores(snapshot: Snapshot, word: QueryWord) -> list[tantivy.Query]:
    """Return the queries whose scores add up to that of a word, or of the best of what means the same."""
    itself = _own_scores(snapshot, word)
    if not word.alternatives:
        return itself
    others = [
        tantivy.Query.boost_query(any_of(_own_scores(snapshot, other)), SYNONYM)
        for other in word.alternatives
    ]
    return [tantivy.Query.disjunction_max_query([*([any_of(itself)] if itself else []), *others])]


def _own_scores(snapshot: Snapshot, word: QueryWord) -> list[tantivy.Query]:
    parts = [score for part in word.terms for score in _text_scores(snapshot, part)]
    if not word.wholes and not word.sequence:
        return parts
    if parts and word.sequence:  # apart, as in "9 GTX", they are not the word
        together = tantivy.Query.const_score_query(any_of(_forms(word, BODY, SEQUENCE)), 0.0)
        parts = [all_of([together, any_of(parts)])]
    either = [any_of(parts)] if parts else []
    either += [any_of(_text_scores(snapshot, whole)) for whole in word.wholes]
    return [tantivy.Query.disjunction_max_query(either)]


def _having(word: QueryWord) -> tantivy.Query:
    """Return the query for the documents that have all of a word, or of what means the same."""
    return any_of(form for same in (word, *word.alternatives) for form in _forms(same, BODY, SEQUENCE))


def _in_title(word: QueryWord) -> tantivy.Query:
    """Return the query for the documents that have all of a word, or a phrase, in their title."""
    return any_of(_forms(word, TITLE, TITLE_SEQUENCE))


def _forms(word: QueryWord, field: str, in_order: str) -> list[tantivy.Query]:
    """Return the queries for each form in which a document has a word."""
    forms = [term(field, whole) for whole in word.wholes]
    if word.terms:
        parts = [_has_part(field, part) for part in word.terms]
        if word.sequence:  # it tells no stop word from another, as the parts of titles do
            parts.append(_in_order(in_order, word.sequence))
        forms.append(all_of(parts))
    return forms


def _has_part(field: str, part: str) -> tantivy.Query:
    """Return the query for the documents with a part; stop words that were typed in capitals are in titles too."""
    found = term(field, part)
    return any_of([found, term(TITLE, part)]) if field == BODY and part in STOP_WORDS else found


def _text_scores(snapshot: Snapshot, value: str) -> list[tantivy.Query]:
    dwelt = 1 + snapshot.dwelling(value)
    return [_times(term(field, value), weight * dwelt) for field, weight in WEIGHTS.items()]


def _times(query: tantivy.Query, weight: float) -> tantivy.Query:
    return query if weight == 1 else tantivy.Query.boost_query(query, weight)


def _with_phrase(phrase: Phrase) -> tantivy.Query:
    return all_of([*(term(BODY, part) for part in set(phrase.terms)), _in_order(SEQUENCE, phrase.sequence)])


def _in_order(field: str, sequence: bytes) -> tantivy.Query:
    """Return the query for the documents that have these words in a row."""
    wanted = parts_of(sequence)
    if len(wanted) == 1:
        return term(field, wanted[0])
    return tantivy.Query.phrase_query(SCHEMA, field, list(wanted))
