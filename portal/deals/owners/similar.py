"""Whom a name in a CRM may mean: people whose names share a word with it, the most alike first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from portal.deals.owners.queries import Someone

SHOWN = 4
# Below this share of letters in the same order, two names are not alike.
LEAST = 0.55
MOST_COMPARED = 200
_WORDS = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Return the words of a name or email's first part, without accents, capitals and order."""
    plain = unicodedata.normalize("NFKD", text[:200]).casefold()
    return sorted(_WORDS.findall("".join(char for char in plain if not unicodedata.combining(char))))


class People:
    """People by the first letters of the words in their names, to be asked who is alike."""

    def __init__(self, people: Iterable[Someone]) -> None:
        self._by_start: dict[str, list[Someone]] = {}
        self._words: dict[int, list[str]] = {}
        self._names: dict[str, int] = {}
        for one in people:
            words = words_of(one.name)
            self._words[one.id] = words
            self._names[one.name.casefold()] = self._names.get(one.name.casefold(), 0) + 1
            for start in {word[:3] for word in words}:
                self._by_start.setdefault(start, []).append(one)

    def named(self, name: str) -> int:
        """Return how many people have this very name."""
        return self._names.get(name.casefold(), 0)

    def like(self, name: str, email: str) -> list[Someone]:
        """Return the people whom a name and email may mean, the most alike first."""
        said = [words for words in (words_of(name), words_of(email.partition("@")[0])) if words]
        starts = {word[:3] for words in said for word in words}
        near = {one.id: one for start in sorted(starts) for one in self._by_start.get(start, ())}
        ranked = [(self._alike(said, one), one) for one in list(near.values())[:MOST_COMPARED]]
        ranked.sort(key=lambda pair: (-pair[0], pair[1].status != "active", pair[1].name, pair[1].id))
        return [one for score, one in ranked if score >= LEAST][:SHOWN]

    def _alike(self, said: Sequence[list[str]], one: Someone) -> float:
        return max(_share(words, self._words[one.id]) for words in said)


def _share(one: list[str], other: list[str]) -> float:
    """Return how alike two names are: 1 when all words of the shorter one stand in the other."""
    if set(one) <= set(other) or set(other) <= set(one):
        return 1.0 if len(one) == len(other) else 0.9
    return SequenceMatcher(None, " ".join(one), " ".join(other), autojunk=False).ratio()
