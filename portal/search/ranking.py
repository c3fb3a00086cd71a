"""The order of hits: BM25 over the words of a query; whole titles, phrases and all words come first."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from portal.search.analysis import has_phrase, title_of
from portal.search.engine import Ranked
from portal.search.query import Phrase, Query, QueryWord
from portal.search.whoosh_index import BODY, TITLE, Snapshot

# BM25 with the idf of Lucene, which does not over-weight common words. The settings were measured on Cranfield
# and CISI (bench/search_quality.py), which disagree about the best ones: these serve both.
K1 = 1.2
B = 0.75
WEIGHTS = {BODY: 1.0, TITLE: 0.4}
# What documents are about comes again in them; other words are as rare and stand there once (Church and Gale, 1995).
# So a word counts up to twice as much, by the share of the documents that have it which dwell on it: which have it
# this often, and once more for every so many of their terms. The share is the same for large and small libraries.
OFTEN, ONCE_MORE = 2, 100
MOST_BYTES = 50_000_000  # of the words of documents in order that are kept while one query is answered
SYNONYM = 0.8  # what a word counts that means the same as one that was typed

Scores = npt.NDArray[np.float64]  # by document number; 0 where nothing is found
Having = npt.NDArray[np.bool_]  # by document number


def rank(snapshot: Snapshot, query: Query, limit: int) -> list[Ranked]:
    """Return the best documents for a query, best first."""
    terms = _Terms(snapshot)
    scores, complete = _word_by_word(terms, query.words)
    if not query.words:
        scores = _titles(terms, query.every_part)
    lifts = complete + 2 * _with_phrases(terms, query.phrases)
    for number in snapshot.with_title(query.title_key) if query.title_key else ():
        lifts[number] += 4
    numbers = np.flatnonzero(_admitted(terms, query, (scores > 0) | (lifts > 0)))
    ids = snapshot.ids_of(numbers)
    best = np.lexsort((ids, -scores[numbers], -lifts[numbers]))[:limit]
    order = numbers[best]
    found = zip(ids[best].tolist(), lifts[order].tolist(), scores[order].tolist(), strict=True)
    return list(map(Ranked._make, found))


def _admitted(terms: _Terms, query: Query, found: Having) -> Having:
    """Return what is left of the documents found once those are out that the operators of the query forbid."""
    for word in query.in_title:
        found = found & terms.these(_having_in_title(terms.snapshot, word))
    for word in query.without:
        found = found & ~_word(terms, word)[1]
    return found


def _having_in_title(snapshot: Snapshot, word: QueryWord) -> set[int]:
    """Return the documents that have all of a word, or all words of a phrase in a row, in their title."""
    per_term = [snapshot.having(TITLE, term) for term in word.terms]
    having = set.intersection(*per_term) if per_term else set()
    if word.sequence:
        having = {n for n in having if has_phrase(title_of(snapshot.sequence_of(n)), word.sequence)}
    return having.union(*(snapshot.having(TITLE, whole) for whole in word.wholes))


class _Terms:
    """What one query asks of an index, each thing once: codes share terms, as in GTX-9 and GTX-10."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._known: dict[str, Scores] = {}
        self._words: dict[QueryWord, tuple[Scores, Having]] = {}
        self._sequences: dict[int, bytes] = {}
        self._room = MOST_BYTES

    def scores(self, term: str) -> Scores:
        known = self._known.get(term)
        if known is None:
            known = self._known[term] = self.nothing()
            dwelt = {
                field: _add_field(known, self.snapshot, field, term, weight)
                for field, weight in WEIGHTS.items()
            }
            known *= 1 + dwelt[BODY]
        return known

    def nothing(self) -> Scores:
        """Return the scores when nothing is found."""
        return np.zeros(self.snapshot.total)

    def these(self, numbers: set[int]) -> Having:
        """Say of every document whether it is one of some."""
        having = np.zeros(self.snapshot.total, np.bool_)
        having[list(numbers)] = True
        return having

    def with_phrase(self, having: Having, wanted: bytes) -> Having:
        """Return which of some documents have words in a row."""
        numbers = np.flatnonzero(having).tolist()
        return self.these({n for n in numbers if has_phrase(self._sequence(n), wanted)})

    def word(self, word: QueryWord) -> tuple[Scores, Having]:
        """Return what `_word_itself` says; both words of "list price" may have the same alternatives."""
        if word not in self._words:
            self._words[word] = _word_itself(self, word)
        return self._words[word]

    def _sequence(self, number: int) -> bytes:
        known = self._sequences.get(number)
        if known is None:
            known = self.snapshot.sequence_of(number)
            if len(known) <= self._room:
                self._room -= len(known)
                self._sequences[number] = known
        return known


def _word_by_word(terms: _Terms, words: tuple[QueryWord, ...]) -> tuple[Scores, Having]:
    """Return the scores, and the documents with every word of two or more.

    A word that nothing has counts like any other: else the order would tell whether hidden documents have it.
    """
    scores = terms.nothing()
    complete = np.full(len(scores), len(words) > 1)
    for word in words:
        word_scores, having = _word(terms, word)
        scores += word.count * word_scores
        complete &= having
    return scores, complete


def _word(terms: _Terms, word: QueryWord) -> tuple[Scores, Having]:
    """Return the scores for one word, and the documents that have all of it or of what means the same."""
    scores, having = terms.word(replace(word, count=1, alternatives=()))
    for alternative in word.alternatives:
        its_scores, its_having = terms.word(alternative)
        scores = np.maximum(scores, SYNONYM * its_scores * its_having)
        having = having | its_having
    return scores, having


def _word_itself(terms: _Terms, word: QueryWord) -> tuple[Scores, Having]:
    per_term = [terms.scores(term) for term in word.terms]
    if len(per_term) == 1 and not word.wholes and not word.sequence:
        return per_term[0], per_term[0] > 0
    scores = sum(per_term, terms.nothing())
    wholes = [terms.scores(whole) for whole in word.wholes]
    in_one_piece = sum(wholes, terms.nothing()) > 0
    having = _all(per_term) if per_term else terms.these(set())
    if word.sequence:
        having = terms.with_phrase(having & ~in_one_piece, word.sequence)
        scores = scores * (having | in_one_piece)
    for whole_scores in wholes:
        scores = np.maximum(scores, whole_scores)
    return scores, having | in_one_piece


def _all(per_term: list[Scores]) -> Having:
    """Say which documents have all of some terms."""
    having = per_term[0] > 0
    for scores in per_term[1:]:
        having = having & (scores > 0)
    return having


def _add_field(scores: Scores, snapshot: Snapshot, field: str, term: str, weight: float) -> float:
    """Add the scores of a term in a field; return what share of the documents that have it there dwell on it."""
    n = snapshot.frequency(field, term)
    if not n:
        return 0.0
    highest = weight * (K1 + 1) * math.log(1 + (snapshot.total - n + 0.5) / (n + 0.5))
    flat, per_length = K1 * (1 - B), K1 * B / snapshot.average_length(field)
    having = dwelling = 0
    for numbers, counts, lengths in snapshot.postings(field, term):
        scores[numbers] += highest * counts / (counts + flat + per_length * lengths)
        having += len(numbers)
        dwelling += int(np.count_nonzero(counts >= OFTEN + lengths / ONCE_MORE))
    return dwelling / max(having, 1)


def _titles(terms: _Terms, parts: tuple[str, ...]) -> Scores:
    """Score titles that have all of these words: what is left to do with a query of stop words."""
    found: list[Scores] = []
    for part in parts:
        scores = terms.nothing()
        _add_field(scores, terms.snapshot, TITLE, part, 1.0)
        found.append(scores)
    return sum(found, terms.nothing()) * _all(found) if found else terms.nothing()


def _with_phrases(terms: _Terms, phrases: tuple[Phrase, ...]) -> Scores:
    """Return what share of the phrases each document has."""
    shares = terms.nothing()
    for phrase in phrases:
        having = _all([terms.scores(term) for term in phrase.terms])
        shares += terms.with_phrase(having, phrase.sequence) / len(phrases)
    return shares
