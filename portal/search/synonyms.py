"""Which of the words that were typed mean the same as others."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from portal.search.analysis import Word, words

# Groups of words and phrases that mean the same.
Synonyms = tuple[tuple[str, ...], ...]

_Phrase = tuple[Word, ...]
_Key = tuple[str, ...]  # the parts of its words in order, any stop word as ""


def synonymous(typed: Sequence[Word], synonyms: Synonyms) -> Iterator[tuple[Sequence[Word], list[_Phrase]]]:
    """Yield each run of words that is a member of a group, the longest there is, with the others of its groups."""
    others = _others(synonyms)
    longest = max(map(len, others), default=0)
    start = 0
    while start < len(typed):
        end = _end(typed, start, longest, others)
        if end:
            run = typed[start:end]
            yield run, list(dict.fromkeys(other for key in _keys(run) for other in others.get(key, ())))
        start = end or start + 1


def without_stop_words_around(found: Sequence[Word]) -> _Phrase:
    """Return a phrase from its first to its last word that says something."""
    places = [place for place, word in enumerate(found) if word.terms]
    return tuple(found[places[0] : places[-1] + 1]) if places else ()


@lru_cache(maxsize=8)
def _others(synonyms: Synonyms) -> dict[_Key, list[_Phrase]]:
    """Return for each member of a group what means the same."""
    others: dict[_Key, list[_Phrase]] = {}
    for group in synonyms:
        phrases = [without_stop_words_around(list(words(member))) for member in group]
        keyed = [(set(_keys(phrase)), phrase) for phrase in phrases if phrase]
        for keys, _ in keyed:
            for key in keys:
                others.setdefault(key, []).extend(
                    other for other_keys, other in keyed if not keys & other_keys
                )
    return others


def _keys(phrase: Sequence[Word]) -> Iterator[_Key]:
    """Yield the parts of a phrase, and a single word in one piece: one-pager is also onepager."""
    yield tuple(part if part in word.terms else "" for word in phrase for part in word.parts)
    if len(phrase) == 1:
        yield from ((whole,) for whole in phrase[0].wholes)


def _end(typed: Sequence[Word], start: int, longest: int, others: dict[_Key, list[_Phrase]]) -> int:
    """Return where the longest member of a group ends that starts here, 0 when none does."""
    end = 0
    for stop in range(start + 1, min(start + longest, len(typed)) + 1):
        if any(key in others for key in _keys(typed[start:stop])):
            end = stop
    return end
