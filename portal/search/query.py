"""What a person typed, as words, phrases and operators; every text is a valid query.

`"a phrase"` is meant as it stands, `-word` and `-"a phrase"` leave documents out, `title:word` and
`title:"a phrase"` must be in the title. An operator that can't be understood is taken as words.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from portal.search.analysis import Word, normal, sequence, title_key
from portal.search.operators import Piece, Role, pieces
from portal.search.synonyms import Synonyms as Synonyms
from portal.search.synonyms import synonymous, without_stop_words_around

MOST_WORDS = 64  # distinct; beyond these a query says nothing new
MOST_PHRASES = 8
MOST_ALTERNATIVES = 12  # of one word
MOST_IN_ALL = 48  # alternatives and phrases, or exclusions: each is looked for in all that have its words
MOST_CHARACTERS = 20_000
LONGEST_TITLE = 500  # characters; a query longer than this is not somebody's title

Found = TypeVar("Found")
_Forms = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word to look for, typed `count` times.

    A document has it with any of `wholes` or with all `terms`; with a `sequence` they must stand together, as in
    "GTX 9", else one of them is a partial hit. A document that has one of `alternatives`, which mean the same,
    has the word too.
    """

    terms: tuple[str, ...]
    wholes: tuple[str, ...]
    sequence: bytes
    count: int
    alternatives: tuple["QueryWord", ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """What was quoted: a document that has it has all `terms`, and `sequence` in its own."""

    terms: tuple[str, ...]
    sequence: bytes


@dataclass(frozen=True, slots=True)
class Query:
    """The words of a query without stop words, its quoted phrases, and all parts of its words.

    A document with any of `without` is no hit; one that lacks any of `in_title` in its title neither (there, stop
    words count). `typed` is what was typed, without operators and what they leave out.
    """

    words: tuple[QueryWord, ...]
    phrases: tuple[Phrase, ...]
    every_part: tuple[str, ...]
    title_key: str
    typed: str = ""
    without: tuple[QueryWord, ...] = ()
    in_title: tuple[QueryWord, ...] = ()

    @property
    def only_excludes(self) -> bool:
        """Whether it says no more than what is not wanted; engines rank nothing for it, all the rest is meant."""
        return bool(self.without) and not self.typed

    @property
    def says_nothing(self) -> bool:
        """Whether it has no word to look for: signs alone, or words that are in nearly everything."""
        return not (self.words or self.phrases or self.in_title or self.without)


def read_query(text: str, synonyms: Synonyms = ()) -> Query:
    """Read what a person typed; `synonyms` become alternatives of its words, unless quoted or in an operator."""
    text = normal(text[:MOST_CHARACTERS])
    if text.isupper():  # capitals all through stress nothing, so "THE NEW DECK" has stop words as ever
        text = text.lower()
    read = pieces(text)
    wanted = [piece for piece in read if piece.role != Role.WITHOUT]
    typed = " ".join(" ".join(piece.text for piece in wanted).split())
    parts = dict.fromkeys(part for piece in wanted for word in piece.words for part in word.parts)
    return Query(
        words=_query_words(wanted, synonyms),
        phrases=_distinct(
            (_phrase(piece.words) for piece in read if piece.role == Role.QUOTED), MOST_PHRASES
        ),
        every_part=tuple(parts)[:MOST_WORDS],
        title_key=title_key(typed) if len(typed) <= LONGEST_TITLE else "",
        typed=typed,
        without=_distinct(
            (_together(piece.words) for piece in read if piece.role == Role.WITHOUT), MOST_IN_ALL
        ),
        in_title=_distinct(
            (_titled(piece.words) for piece in read if piece.role == Role.IN_TITLE), MOST_WORDS
        ),
    )


def _query_words(wanted: list[Piece], synonyms: Synonyms) -> tuple[QueryWord, ...]:
    typed: dict[_Forms, Word] = {}
    counts: Counter[_Forms] = Counter()
    for word in chain.from_iterable(piece.words for piece in wanted):
        key = (word.terms, word.wholes)
        if any(key) and (key in typed or len(typed) < MOST_WORDS):
            typed[key] = word
            counts[key] += 1
    alternatives = _alternatives(wanted, synonyms) if synonyms else {}
    return tuple(_query_word(word, counts[key], alternatives.get(key, ())) for key, word in typed.items())


def _alternatives(wanted: list[Piece], synonyms: Synonyms) -> dict[_Forms, tuple[QueryWord, ...]]:
    """Return what may stand in for each word; each word of "return on investment" may be ROI.

    Where many words have many alternatives, each keeps an equal share of MOST_IN_ALL.
    """
    found: dict[_Forms, tuple[QueryWord, ...]] = {}
    for piece in wanted:
        if piece.role == Role.PLAIN:
            for run, others in synonymous(piece.words, synonyms):
                for word in run:
                    key = (word.terms, word.wholes)
                    found[key] = _distinct([*found.get(key, ()), *map(_together, others)], MOST_ALTERNATIVES)
    share = max((MOST_IN_ALL - MOST_PHRASES) // max(len(found), 1), 1)
    return {key: others[:share] for key, others in found.items()}


def _query_word(word: Word, count: int, alternatives: tuple[QueryWord, ...]) -> QueryWord:
    if word.is_loose:
        return QueryWord(word.terms, word.wholes, b"", count, alternatives)
    if word.terms != word.parts:  # LinkedIn in two words would be "link" and any stop word
        return QueryWord((), word.wholes, b"", count, alternatives)
    in_a_row = sequence([word]) if len(word.parts) > 1 else b""
    return QueryWord(word.terms, word.wholes, in_a_row, count, alternatives)


def _together(found: Sequence[Word]) -> QueryWord | None:
    """Return some words as one that a document has only when they stand there together."""
    found = without_stop_words_around(found)
    if not found:
        return None
    terms = tuple(term for word in found for term in word.terms)
    if len(found) > 1:
        return QueryWord(terms[:MOST_WORDS], (), sequence(found), 1)
    word = found[0]
    if terms != word.parts:  # with its stop words apart, follow-up would be "follow the" as well
        return QueryWord((), word.wholes, b"", 1)
    return QueryWord(terms, word.wholes, sequence(found) if len(word.parts) > 1 else b"", 1)


def _titled(found: Sequence[Word]) -> QueryWord:
    """Return some words as one that a title has only when they stand there together, stop words and all."""
    if len(found) == 1 and not found[0].is_loose and found[0].terms != found[0].parts:
        return QueryWord((), found[0].wholes, b"", 1)
    parts = tuple(part for word in found for part in word.parts)
    wholes = found[0].wholes if len(found) == 1 else ()
    return QueryWord(parts[:MOST_WORDS], wholes, sequence(found) if len(parts) > 1 else b"", 1)


def _phrase(found: Sequence[Word]) -> Phrase | None:
    """Return the phrase as it would stand in a document, without stop words at its ends."""
    inside = without_stop_words_around(found)
    terms = tuple(term for word in inside for term in word.terms)
    return Phrase(terms[:MOST_WORDS], sequence(inside)) if terms else None


def _distinct(found: Iterable[Found | None], most: int) -> tuple[Found, ...]:
    return tuple(dict.fromkeys(one for one in found if one is not None))[:most]
