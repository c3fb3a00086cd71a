"""Whether a text has a word of a query, exactly as the index would say, without reading all of the text that way.

A quick look for the beginning of the word finds the places worth reading; only those are analysed as the index is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from portal.search.analysis import UMLAUTS, has_phrase, normal, sequence, without_accents, words
from portal.search.query import QueryWord

_MOST_LOOKS = 40
_BEGINNING = 7
_SHORT = (
    3  # letters; so many words begin like these that only those are looked at that end like a form of them
)
_ENDINGS = "(?:[^\\W\\d_]?(?:s|es|ed|ing|ings))?(?![^\\W\\d_])"
# More characters than the longest word with its neighbours.
_AROUND = 60
_UMLAUTS = UMLAUTS | str.maketrans({"Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_HYPHENATED = re.compile("[-\u2010\u2011]\n|[\u00ad\u200b-\u200d\u2060]")


class TooManyPlacesError(Exception):
    """A word may stand at more places than are looked at, and stood at none of those."""


def has(texts: Sequence[str], word: QueryWord) -> bool | None:
    """Say whether any of some texts has a word, or all of them together have its parts where those need not meet.

    None when that would take too long to tell.
    """
    try:
        return _has(texts, word)
    except TooManyPlacesError:
        return None


def _has(texts: Sequence[str], word: QueryWord) -> bool:
    if any(_stands(texts, whole) for whole in word.wholes):
        return True
    if not word.terms:
        return False
    if word.sequence:
        return any(has_phrase(sequence(words(part)), word.sequence) for part in _places(texts, word.terms[0]))
    return all(_stands(texts, term) for term in word.terms)


def _stands(texts: Sequence[str], term: str) -> bool:
    """Say whether a term stands in a text as it is indexed: IT is a word of its own, and it is a common one."""
    return any(
        term in word.terms or term in word.wholes for part in _places(texts, term) for word in words(part)
    )


def _places(texts: Sequence[str], term: str) -> Iterator[str]:
    """Return what surrounds the places at which a term may stand."""
    pattern = _beginning_of(term)
    looks = 0
    for text in texts:
        plain, lower = _plain(text)
        for match in pattern.finditer(lower):
            if looks == _MOST_LOOKS:
                raise TooManyPlacesError
            looks += 1
            yield plain[max(0, match.start() - _AROUND) : match.start() + _AROUND]


def _beginning_of(term: str) -> re.Pattern[str]:
    """Return what finds the places at which a term may stand."""
    if len(term) <= _SHORT and term.isascii() and term.isalnum():
        stem = term[:-1] if term[-1] in "eiy" and len(term) > 2 else term
        return re.compile(rf"(?<![^\W\d_])(?:{term}|{stem}){_ENDINGS}|(?<![^\W\d_]){stem}y(?![^\W\d_])")
    # Endings change the last letters of a word, as in study and studies.
    return re.compile(re.escape(term[: min(_BEGINNING, max(1, len(term) - 1))]))


@lru_cache(maxsize=64)
def _plain(text: str) -> tuple[str, str]:
    """Return a text without accents, in both spellings of umlauts, as it is and in lower case."""
    text = _HYPHENATED.sub("", normal(text))
    plain = (
        text if text.isascii() else f"{without_accents(text)}\n\n{without_accents(text.translate(_UMLAUTS))}"
    )
    lower = plain.lower()
    return (plain if len(plain) == len(lower) else lower), lower
