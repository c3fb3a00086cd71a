"""Whether a document has all of a query, without an index: for asking many queries about a few documents."""

from __future__ import annotations

from portal.search.analysis import TITLE_END, has_phrase, sequence, title_of, words
from portal.search.engine import Document
from portal.search.query import Query, QueryWord


class Text:
    """A document as the engines know it: its terms, those of its title, and its words in order."""

    def __init__(self, document: Document) -> None:
        title = list(words(document.title))
        text = [*words(document.text), *words(document.terms)]
        self.body = {term for word in (*title, *text) for term in word.wholes + word.terms}
        self.title = {term for word in title for term in word.wholes + word.parts}
        self.sequence = sequence(title) + TITLE_END + sequence(text)


def has_all(text: Text, query: Query) -> bool:
    """Say whether a document has every word of a query, or what means the same, and all else that it asks for."""
    if not query.every_part and not query.only_excludes:
        return False
    if (
        query.every_part
        and not query.words
        and not query.phrases
        and not text.title.issuperset(query.every_part)
    ):
        return False  # stop words alone are looked for in titles, as when ranking
    return (
        all(_has(text, word) for word in query.words)
        and all(
            text.body.issuperset(phrase.terms) and has_phrase(text.sequence, phrase.sequence)
            for phrase in query.phrases
        )
        and all(_has_form(text.title, title_of(text.sequence), word) for word in query.in_title)
        and not any(_has(text, word) for word in query.without)
    )


def _has(text: Text, word: QueryWord) -> bool:
    return any(_has_form(text.body, text.sequence, same) for same in (word, *word.alternatives))


def _has_form(terms: set[str], in_order: bytes, word: QueryWord) -> bool:
    if any(whole in terms for whole in word.wholes):
        return True
    if not word.terms or not terms.issuperset(word.terms):
        return False
    return not word.sequence or has_phrase(in_order, word.sequence)
