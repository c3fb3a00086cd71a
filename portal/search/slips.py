"""Slips of the keyboard: which words of a list a typed one may have been meant to be."""

import re
from collections.abc import Callable, Sequence

import numpy as np

from portal.search.analysis import UNSPACED, normal, without_accents
from portal.search.stopwords import STOP_WORDS

SHORTEST, LONGEST = 3, 30  # letters of a word that a slip may have been meant to be
_SHORTEST_TYPED = 4
_TWO_EDITS_FROM = 6  # letters
_LETTERS = re.compile(r"(?<![\w-])[^\W\d_]+(?:-[^\W\d_]+)*(?![\w+#]|-\w)")


def edits_allowed(word: str) -> int:
    """Return how many slips a typed word may have: none in short words and codes, where each letter says a lot."""
    if len(word) < _SHORTEST_TYPED or len(word) > LONGEST or any(char.isdigit() for char in word):
        return 0
    return 1 if len(word) < _TWO_EDITS_FROM else 2


def key(word: str) -> str:
    """Return what is compared of a word: its letters without accents, in lower case."""
    return without_accents(normal(word)).casefold()


def written_words(text: str) -> set[str]:
    """Return the words of a text that can be suggested, as they are written but in lower case.

    Codes, stop words and very short or long words can't. A word joined by hyphens counts whole and in pieces.
    """
    joined = set(_LETTERS.findall(normal(text).replace("_", " ").lower()))
    pieces = {piece for word in joined if "-" in word for piece in word.split("-")}
    return {word for word in joined | pieces if _can_be_suggested(word)}


def _can_be_suggested(word: str) -> bool:
    if not SHORTEST <= len(word) <= LONGEST or word in STOP_WORDS:
        return False
    return word.isascii() or not UNSPACED.search(word)


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters were missed, added, mistaken or swapped with their neighbour (`most` + 1 if more).

    This is the restricted Damerau-Levenshtein distance (optimal string alignment): no part is edited twice.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        row = [i]
        for j, against in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (char != against))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(last) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)


class WordList:
    """Words to be looked through for what a slip was meant to be; tens of thousands take a few milliseconds.

    Each edit changes at most one letter for another, so words whose letters differ in more are left out by one
    look at bits: bit n says that the word has letter n (modulo 32), bit 32 + n that it has it twice.
    """

    def __init__(self, written: Sequence[str]) -> None:
        self._written = list(written)
        self._keys = [key(word) for word in self._written]
        self._letters = np.array([_letters(word) for word in self._keys], dtype=np.uint64)
        self._lengths = np.array([len(word) for word in self._keys], dtype=np.int16)

    def near(self, word: str) -> list[tuple[int, str]]:
        """Return (edits, word as it is written) of all words that the typed one may be a slip of."""
        typed = key(word)
        most = edits_allowed(typed)
        if not most or not self._written:
            return []
        letters = np.uint64(_letters(typed))
        close = np.abs(self._lengths - len(typed)) <= most
        close &= np.bitwise_count(self._letters & ~letters) <= most
        close &= np.bitwise_count(letters & ~self._letters) <= most
        found = ((distance(typed, self._keys[n], most), self._written[n]) for n in np.flatnonzero(close))
        return [(edits, written) for edits, written in found if 0 < edits <= most]


def nearest(found: list[tuple[int, str]], frequency: Callable[[str], int], limit: int) -> list[str]:
    """Put the words of `WordList.near` in order: fewest edits first, of equals those in the most documents."""
    edits: dict[str, int] = {word: count for count, word in found}
    order = sorted(edits, key=lambda word: (edits[word], -frequency(word), word))
    return order[: max(limit, 0)]


def _letters(word: str) -> int:
    seen = 0
    for char in word:
        bit = 1 << (ord(char) & 31)
        seen |= bit << 32 if seen & bit else bit
    return seen
