"""The beginnings of words in titles: what a list that fills while somebody types looks things up by."""

from itertools import islice

from portal.search.analysis import Word, words

LONGEST = 15  # characters of a beginning; longer words that agree so far are taken for the same
MOST_TYPED = 12  # words; nobody reads on while typing more

Either = tuple[tuple[str, ...], ...]


def beginnings(title: str) -> set[str]:
    """Return the beginnings, without accents and in lower case, of all words of a title and of their parts."""
    forms = {form[:LONGEST] for word in words(title, stemmed=False) for form in word.parts + word.wholes}
    return {form[:length] for form in forms for length in range(1, len(form) + 1)}


def typed_beginnings(text: str) -> list[Either]:
    """Return for each typed word what a title must have: all the beginnings in any one of its tuples."""
    return [_either(word) for word in islice(words(text[:1_000], stemmed=False), MOST_TYPED)]


def _either(word: Word) -> Either:
    """GTX-9 begins a title's GTX9 as one piece, or GTX 9 in two."""
    pieces = tuple(dict.fromkeys(part[:LONGEST] for part in word.parts))
    return tuple(dict.fromkeys([pieces, *((whole[:LONGEST],) for whole in word.wholes)]))
