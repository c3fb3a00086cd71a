"""Words and phrases as they are typed in, and what makes two of them the same to the search."""

from __future__ import annotations

import re

from portal.errors import Invalid
from portal.search.analysis import words

FEWEST, MOST, LONGEST = 2, 12, 80
LONGEST_KEY = 200
_BETWEEN = re.compile(r"[\n\r;,=]+")
_NO_WORD = re.compile(r"[\W_]*")
# What an operator of the query language begins or is quoted with is no part of a phrase.
_AROUND = " \t\"'“”„«»-–—"


def split(text: str) -> list[str]:
    """Return the phrases of a text: one a line, or with commas, semicolons or equals signs between them."""
    parts = (" ".join(part.replace("\x00", " ").split()).strip(_AROUND) for part in _BETWEEN.split(text))
    return [part for part in parts if part]


def as_phrase(text: str) -> str:
    """Return any text as one phrase on one line, which may be empty."""
    return " ".join(split(_BETWEEN.sub(" ", text)))[:LONGEST].strip()


def reading(phrase: str) -> tuple[str, ...]:
    """Return a phrase as the search reads it: stems in order, common words alike, none at the ends."""
    parts = [part if part in word.terms else "" for word in words(phrase) for part in word.parts]
    while parts and not parts[0]:
        del parts[0]
    while parts and not parts[-1]:
        del parts[-1]
    return tuple(parts)


def as_key(phrase: str) -> str:
    """Return a phrase as the search reads it, as text to keep."""
    return " ".join(reading(phrase))[:LONGEST_KEY]


def checked(text: str) -> list[str]:
    """Return the phrases that were typed in as a group, or refuse with what is wrong about which."""
    if not text.strip():
        raise Invalid("Please name at least two words or phrases that mean the same.", field="phrases")
    phrases, known = split(text), dict[tuple[str, ...], str]()
    for phrase in phrases:
        if error := _wrong(phrase):
            raise Invalid(error, field="phrases")
        same = known.setdefault(reading(phrase), phrase)
        if same is not phrase:
            raise Invalid(f"The search reads “{same}” and “{phrase}” as the same already.", field="phrases")
    if not phrases:
        raise Invalid("There is no word in this, only signs.", field="phrases")
    if len(phrases) < FEWEST:
        raise Invalid(f"What else means the same as “{phrases[0]}”? Please name a second.", field="phrases")
    check_count(phrases)
    return phrases


def check_count(phrases: list[str]) -> None:
    """Refuse more than a group may have."""
    if len(phrases) > MOST:
        raise Invalid(
            f"A group has at most {MOST} words or phrases; these are {len(phrases)}.", field="phrases"
        )


def _wrong(phrase: str) -> str | None:
    if len(phrase) > LONGEST:
        return f"“{phrase[:40]}…” is too long: {len(phrase):,} characters, and at most {LONGEST} are taken."
    if _NO_WORD.fullmatch(phrase):
        return f"There is no word in “{phrase}”, only signs."
    if not reading(phrase):
        return f"“{phrase}” has only words so common that the search passes over them."
    return None
