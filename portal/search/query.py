"""What a person typed, as words and phrases to look for; every text is a valid query."""

import re
from collections import Counter
from dataclasses import dataclass

from portal.search.analysis import Word, normal, sequence, title_key, words

MOST_WORDS = 64  # distinct; beyond these a query says nothing new
MOST_PHRASES = 8
MOST_CHARACTERS = 20_000
LONGEST_TITLE = 500  # characters; a query longer than this is not somebody's title

_QUOTED = re.compile('["\u201c\u201d\u201e\u00ab]([^"\u201c\u201d\u201e\u00ab\u00bb]+)["\u201c\u201d\u00bb]')


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

    A document with any of `without` is no hit; one that lacks any of `in_title` in its title neither.
    `typed` is what was typed, without operators.
    """

    words: tuple[QueryWord, ...]
    phrases: tuple[Phrase, ...]
    every_part: tuple[str, ...]
    title_key: str
    typed: str = ""
    without: tuple[QueryWord, ...] = ()
    in_title: tuple[QueryWord, ...] = ()


# Groups of words and phrases that mean the same.
Synonyms = tuple[tuple[str, ...], ...]


def read_query(text: str, synonyms: Synonyms = ()) -> Query:
    """Read what a person typed; `synonyms` become alternatives of its words."""
    text = normal(text[:MOST_CHARACTERS])
    if text.isupper():  # capitals all through stress nothing, so "THE NEW DECK" has stop words as ever
        text = text.lower()
    typed: dict[tuple[tuple[str, ...], tuple[str, ...]], Word] = {}
    counts: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    parts: dict[str, None] = {}
    for word in words(text):
        parts.update(dict.fromkeys(word.parts))
        key = (word.terms, word.wholes)
        if any(key) and (key in typed or len(typed) < MOST_WORDS):
            typed[key] = word
            counts[key] += 1
    return Query(
        words=tuple(_query_word(word, counts[key]) for key, word in typed.items()),
        phrases=tuple(dict.fromkeys(filter(None, map(_phrase, _QUOTED.findall(text)))))[:MOST_PHRASES],
        every_part=tuple(parts)[:MOST_WORDS],
        title_key=title_key(text[:LONGEST_TITLE]) if len(text) <= LONGEST_TITLE else "",
        typed=text,
    )


def _query_word(word: Word, count: int) -> QueryWord:
    if word.is_loose:
        return QueryWord(word.terms, word.wholes, b"", count)
    if word.terms != word.parts:  # LinkedIn in two words would be "link" and any stop word
        return QueryWord((), word.wholes, b"", count)
    return QueryWord(word.terms, word.wholes, sequence([word]), count)


def _phrase(quoted: str) -> Phrase | None:
    """Return the phrase as it would stand in a document, without stop words at its ends."""
    inside = list(words(quoted))
    while inside and not inside[0].terms:
        del inside[0]
    while inside and not inside[-1].terms:
        del inside[-1]
    terms = tuple(term for word in inside for term in word.terms)
    return Phrase(terms[:MOST_WORDS], sequence(inside)) if terms else None
