"""The order of hits: BM25 over the words of a query; whole titles, phrases and all words come first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from heapq import nlargest

from portal.search.analysis import has_phrase, title_of
from portal.search.engine import Ranked
from portal.search.query import Phrase, Query, QueryWord
from portal.search.whoosh_index import BODY, TITLE, Snapshot

# BM25 with the idf of Lucene, which does not over-weight common words. The settings were measured on Cranfield
# and CISI (bench/search_quality.py), which disagree about the best ones: these serve both.
K1 = 1.2
B = 0.75
WEIGHTS = {BODY: 1.0, TITLE: 0.4}
SYNONYM = 0.8  # what a word counts that means the same as one that was typed

Scores = dict[int, float]  # by document number
Having = Mapping[int, object]  # the document numbers are its keys


def rank(snapshot: Snapshot, query: Query, limit: int) -> list[Ranked]:
    """Return the best documents for a query, best first."""
    terms = _Terms(snapshot)
    scores, complete = _word_by_word(terms, query.words)
    if not query.words:
        scores = _titles(snapshot, query.every_part)
    lifts: Scores = dict.fromkeys(complete, 1.0)
    for number, share in _with_phrases(terms, query.phrases).items():
        lifts[number] = lifts.get(number, 0.0) + 2 * share
    for number in snapshot.with_title(query.title_key) if query.title_key else ():
        lifts[number] = lifts.get(number, 0.0) + 4
    found = _admitted(terms, query, scores.keys() | lifts.keys())
    order = nlargest(limit, ((lifts.get(n, 0.0), scores.get(n, 0.0), -n) for n in found))
    return [Ranked(snapshot.id_of(-negative), lift, score) for lift, score, negative in order]


def _admitted(terms: _Terms, query: Query, found: set[int]) -> set[int]:
    """Return what is left of the documents found once those are out that the operators of the query forbid."""
    for word in query.in_title:
        found &= _having_in_title(terms.snapshot, word)
    for word in query.without:
        found -= _word(terms, word)[1].keys()
    return found


def _having_in_title(snapshot: Snapshot, word: QueryWord) -> set[int]:
    """Return the documents that have all of a word, or all words of a phrase in a row, in their title."""
    per_term = [snapshot.having(TITLE, term) for term in word.terms]
    having = set.intersection(*per_term) if per_term else set()
    if word.sequence:
        having = {n for n in having if has_phrase(title_of(snapshot.sequence_of(n)), word.sequence)}
    return having.union(*(snapshot.having(TITLE, whole) for whole in word.wholes))


class _Terms:
    """The scores of single terms, worked out once: codes share them, as in GTX-9 and GTX-10."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._known: dict[str, Scores] = {}

    def scores(self, term: str) -> Scores:
        known = self._known.get(term)
        if known is None:
            known = self._known[term] = {}
            for field, weight in WEIGHTS.items():
                _add_field(known, self.snapshot, field, term, weight)
        return known


def _word_by_word(terms: _Terms, words: tuple[QueryWord, ...]) -> tuple[Scores, list[int]]:
    """Return the scores, and the documents with every word (of two or more) that any document has."""
    scores: Scores = {}
    found: dict[int, int] = {}
    known = 0
    for word in words:
        word_scores, having = _word(terms, word)
        known += bool(having)
        for number, score in word_scores.items():
            scores[number] = scores.get(number, 0.0) + word.count * score
        for number in having:
            found[number] = found.get(number, 0) + 1
    return scores, [number for number, has in found.items() if has == known > 1]


def _word(terms: _Terms, word: QueryWord) -> tuple[Scores, Having]:
    """Return the scores for one word, and the documents that have all of it or of what means the same."""
    scores, having = _word_itself(terms, word)
    if not word.alternatives:
        return scores, having
    scores, having = dict(scores), dict.fromkeys(having)
    for alternative in word.alternatives:
        its_scores, its_having = _word_itself(terms, alternative)
        having |= dict.fromkeys(its_having)
        for number in its_having:
            scores[number] = max(scores.get(number, 0.0), SYNONYM * its_scores[number])
    return scores, having


def _word_itself(terms: _Terms, word: QueryWord) -> tuple[Scores, Having]:
    per_term = [terms.scores(term) for term in word.terms]
    if len(per_term) == 1 and not word.wholes and not word.sequence:
        return per_term[0], per_term[0]
    scores = _sum(per_term)
    having = set.intersection(*map(set, per_term)) if per_term else set()
    wholes = [terms.scores(whole) for whole in word.wholes]
    in_one_piece = set().union(*wholes)
    if word.sequence:
        having = {
            n for n in having - in_one_piece if has_phrase(terms.snapshot.sequence_of(n), word.sequence)
        }
        scores = {n: score for n, score in scores.items() if n in having or n in in_one_piece}
    for whole_scores in wholes:
        for number, score in whole_scores.items():
            scores[number] = max(scores.get(number, 0.0), score)
    return scores, dict.fromkeys(having | in_one_piece)


def _sum(parts: list[Scores]) -> Scores:
    total: Scores = {}
    for scores in parts:
        for number, score in scores.items():
            total[number] = total.get(number, 0.0) + score
    return total


def _add_field(scores: Scores, snapshot: Snapshot, field: str, term: str, weight: float) -> None:
    n = snapshot.frequency(field, term)
    if not n:
        return
    highest = weight * (K1 + 1) * math.log(1 + (snapshot.total - n + 0.5) / (n + 0.5))
    flat, per_length = K1 * (1 - B), K1 * B / snapshot.average_length(field)
    for matcher, offset, lengths in snapshot.postings(field, term):
        id_here, count_here, advance, is_active = matcher.id, matcher.weight, matcher.next, matcher.is_active
        while is_active():
            number, count = id_here(), count_here()
            score = highest * count / (count + flat + per_length * lengths[number])
            scores[offset + number] = scores.get(offset + number, 0.0) + score
            advance()


def _titles(snapshot: Snapshot, parts: tuple[str, ...]) -> Scores:
    """Score titles that have all of these words: what is left to do with a query of stop words."""
    found: list[Scores] = []
    for part in parts:
        scores: Scores = {}
        _add_field(scores, snapshot, TITLE, part, 1.0)
        found.append(scores)
    shared = set.intersection(*map(set, found)) if found else set()
    return {number: sum(scores[number] for scores in found) for number in shared}


def _with_phrases(terms: _Terms, phrases: tuple[Phrase, ...]) -> Scores:
    """Return the documents that have any of the phrases, and what share of them."""
    shares: Scores = {}
    for phrase in phrases:
        for number in set.intersection(*(set(terms.scores(term)) for term in phrase.terms)):
            if has_phrase(terms.snapshot.sequence_of(number), phrase.sequence):
                shares[number] = shares.get(number, 0.0) + 1 / len(phrases)
    return shares
