"""What somebody may have meant: each typed word that nothing they may see has, as a word that something has.

A word is mended only by one that by itself is in content that this person may see, so that no correction tells the
name of what is hidden, not even beside a harmless word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from portal.db import db, one_of
from portal.deals.models import Account, Deal
from portal.deals.queries import visible_deals
from portal.discovery.synonyms.queries import synonyms
from portal.library.indexing import engine
from portal.library.models import Asset
from portal.library.queries import visible_assets, worth_offering
from portal.search.analysis import Word, normal, without_accents, words
from portal.search.engine import IndexUnusableError
from portal.search.query import Query, Synonyms, read_query
from portal.search.slips import WordList, distance
from portal.users.models import User

MOST_CHARACTERS = 500
MOST_WORDS = 8  # a longer query is a question, of which no content has all words
MOST_MENDED = 3
# As many words near a slip are tried: those that only hidden content has come first among them, or last.
MOST_TRIED = 25
# Most words may be seen in one of the first that have them; of the others all are asked about in the end.
_RANKED_FIRST = (50, 3_000)
ALL_WORDS, A_PHRASE = 1.0, 2.0  # lifts, see search.engine.Ranked
# A slip keeps the first letter, or swaps it with the second; what is further off is another word or a name.
_SHORTEST_SLIP, _TWO_EDITS_FROM = 5, 8  # letters
_SHORTEST_SPLIT, _LONGEST_SPLIT = 6, 24  # letters of two words that were typed as one

# -word, -"a phrase", kind:, -kind:, owner:, -owner: and title: stay as they were typed.
_OPERATORS = re.compile(r'(?<!\S)(?:-?(?:kind|owner|title):\s?|-)(?:"[^"]*"?|\S+)', re.IGNORECASE)


def corrected(user: User, text: str) -> str | None:
    """Return the text with its slips mended, or None when there are none or nobody could tell what was meant."""
    text = normal(text[:MOST_CHARACTERS])
    typed = list(_typed(text))
    if not typed or len(typed) > MOST_WORDS:
        return None
    try:
        mended = _mended(_Sight(user), text, typed)
    except IndexUnusableError:
        return None
    for start, end, better in sorted(mended, reverse=True):
        text = text[:start] + better + text[end:]
    return text if mended else None


def _typed(text: str) -> Iterator[Word]:
    """Yield the words to look at: none of operators, and no common words."""
    operators = [match.span() for match in _OPERATORS.finditer(text)]
    for word in words(text):
        if word.terms and not any(start <= word.start < end for start, end in operators):
            yield word


class _Sight:
    """What one person may see of the library, asked word by word."""

    def __init__(self, user: User) -> None:
        self._user = user
        self._synonyms: Synonyms = synonyms()
        self.synonymous = sorted(
            {part.lower() for group in self._synonyms for phrase in group for part in phrase.split()}
        )
        self._known = set(map(_plain, self.synonymous))
        self._offered = (
            visible_assets(user)
            .where(Asset.state != "archived", worth_offering(user))
            .with_only_columns(Asset.id)
        )

    def knows(self, word: str) -> bool:
        """Say whether a word is known to the people here, or in something that this person may see."""
        return _plain(word) in self._known or self.sees(word) or self._names(word)

    def sees(self, word: str) -> bool:
        """Say whether this person may see something that has a word, with all its parts."""
        query = read_query(word.replace("-", " "), self._synonyms)
        return self._any(query, ALL_WORDS if len(query.words) > 1 else 0.0)

    def _names(self, word: str) -> bool:
        """Say whether an account of this person's deals is called so: a name is no slip."""
        named = visible_deals(self._user).join(Account, Account.id == Deal.account_id)
        named = named.where(Account.name.icontains(word, autoescape=True)).with_only_columns(Deal.id)
        return db.session.scalar(named.limit(1)) is not None

    def sees_together(self, first: str, second: str) -> bool:
        """Say whether this person may see something that has two words side by side."""
        return self._any(read_query(f'"{first} {second}"'), A_PHRASE)

    def _any(self, query: Query, lift: float) -> bool:
        asked = 0
        for limit in _limits():
            ids = [hit.id for hit in engine().rank(query, limit) if hit.lift >= lift]
            more = one_of(Asset.id, ids[asked:])
            if len(ids) > asked and db.session.scalar(self._offered.where(more).limit(1)) is not None:
                return True
            if len(ids) < limit:
                break
            asked = len(ids)
        return False


def _limits() -> Iterator[int]:
    yield from _RANKED_FIRST
    yield engine().count() + 1


def _plain(word: str) -> str:
    return without_accents(normal(word)).casefold()


Mended = tuple[int, int, str]


def _mended(sight: _Sight, text: str, typed: Sequence[Word]) -> list[Mended]:
    """Return the places of slips in the text with what to put there."""
    unknown = [
        word for word in typed if _is_language(text, word) and not sight.knows(text[word.start : word.end])
    ]
    mended: list[Mended] = []
    for word in unknown[:MOST_MENDED]:
        if any(start <= word.start < end for start, end, _ in mended):
            continue
        better = _joined(sight, text, typed, word) or _apart(sight, text, word) or _near(sight, text, word)
        if better:
            mended.append(better)
    return mended


def _is_language(text: str, word: Word) -> bool:
    """Say whether a word can be a slip: in codes and numbers each sign says something."""
    return text[word.start : word.end].replace("-", "").replace("'", "").isalpha()


def _joined(sight: _Sight, text: str, typed: Sequence[Word], word: Word) -> Mended | None:
    """One word that was typed as two: "data base"."""
    for first, second in pairwise(typed):
        if word in (first, second) and text[first.end : second.start].isspace():
            whole = text[first.start : first.end] + text[second.start : second.end].lower()
            if whole.isalpha() and sight.sees(whole):
                return first.start, second.end, whole
    return None


def _apart(sight: _Sight, text: str, word: Word) -> Mended | None:
    """Two words that were typed as one and stand side by side somewhere: "casestudy"."""
    raw = text[word.start : word.end]
    if not (raw.isalpha() and _SHORTEST_SPLIT <= len(raw) <= _LONGEST_SPLIT):
        return None
    for place in range(3, len(raw) - 2):
        first, second = raw[:place], raw[place:]
        if sight.sees_together(first.lower(), second.lower()):
            return word.start, word.end, f"{first} {second}"
    return None


def _near(sight: _Sight, text: str, word: Word) -> Mended | None:
    """A word with another letter or two; words that mean the same as others here count like those of content."""
    raw = text[word.start : word.end]
    if len(raw) < _SHORTEST_SLIP:
        return None
    here = [written for _, written in sorted(WordList(sight.synonymous).near(raw))]
    for better in [*here, *engine().similar(raw.lower(), MOST_TRIED)]:
        if _is_likely(_plain(raw), _plain(better)) and sight.sees(better):
            return word.start, word.end, _in_case_of(raw, better)
    return None


def _is_likely(typed: str, better: str) -> bool:
    """Say whether a word is near enough to another to take its place."""
    begins_alike = typed[:1] == better[:1] or typed[:2] == better[1::-1]
    most = 1 if len(typed) < _TWO_EDITS_FROM else 2
    return begins_alike and distance(typed, better, most) <= most


def _in_case_of(typed: str, better: str) -> str:
    if typed.isupper():
        return better.upper()
    return better[:1].upper() + better[1:] if typed[:1].isupper() else better
