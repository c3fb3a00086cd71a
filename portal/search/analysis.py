"""How text becomes words: the same for documents, queries and snippets, so that they always meet.

A word has parts, and sometimes other spellings in one piece: GTX-9 is `gtx` and `9`, and also `gtx9`. All are
indexed, so GTX-9, GTX9 and "GTX 9" find each other. Case, accents and endings (by stemming) don't matter.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Set
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from zlib import crc32

from whoosh.lang.snowball.english import EnglishStemmer

from portal.search.stopwords import STOP_WORDS

LONGEST_PART = 64  # characters; what is longer, or has more parts, is data and not language
MOST_PARTS = 20

# Chinese, Japanese, Thai and their neighbours write no spaces: there a word is any two characters in a row.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
)
# Marks that belong to the letters around them but are no letters to \w: combining accents, soft hyphens,
# zero-width joiners, Hebrew points, Arabic vowels, Indic and Thai vowel signs.
_MARKS = (
    "\u0300-\u036f\u00ad\u200b-\u200d\u2060\u0591-\u05c7\u0610-\u061a\u064b-\u065f"
    "\u0900-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_LETTERS = f"\\w+(?:[{_MARKS}]+\\w*)*"
# A hyphen at the end of a line joins too: text from PDFs breaks words there.
_JOINT = "(?:[-\u2010\u2011]\n?|[.&'\u2019]|(?<=[0-9]),(?=[0-9]))"
_WORD = re.compile(f"{_LETTERS}(?:{_JOINT}{_LETTERS}){{0,9}}(?:\\+\\+|[+#](?!\\w))?")

_PIECE = re.compile(f"(?:[^\\W\\d_]+|[{_MARKS}]+)+|\\d+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][A-Za-z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_HYPHEN_OR_APOSTROPHE = re.compile("[-\u2010\u2011'\u2019]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\n]")
_POSSESSIVE = re.compile("['\u2019][sS]$")
_CONTRACTION = re.compile("[^\\W\\d_]+['\u2019][^\\W\\d_]{1,2}")  # don't, we'll, they've
_NUMBER = re.compile(r"\d+(?:[.,]\d+)+")
_JOINTS = re.compile(f"(?<!\\d)\\.|\\.(?!\\d)|[^\\w.{_MARKS}]")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PLAIN = str.maketrans(
    dict(zip("øØłŁđĐðÐı", "oOlLdDdDi", strict=True))
    | {"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th"}
)
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

_stemmer = EnglishStemmer()


class Word(NamedTuple):
    """One word of a text as the index knows it; `start` and `end` are its place in the text, in characters.

    `terms` are the parts worth looking for: no stop words, unless in capitals, as in IT or US. Those of a word
    that `is_loose`, such as follow-up, mean something alone; those of GTX-9, PowerPoint or R&D do not.
    """

    start: int
    end: int
    parts: tuple[str, ...]
    terms: tuple[str, ...]
    wholes: tuple[str, ...]
    is_loose: bool


def normal(text: str) -> str:
    """The text in the form that the places of its words refer to (accents composed)."""
    return unicodedata.normalize("NFC", text)


def words(text: str, stemmed: bool = True, having: Set[str] | None = None) -> Iterator[Word]:
    """Yield the words of a text in order; their places are those in its `normal` form.

    With `having`, words of which no term and no whole is among those are left out, as far as that is quick to tell.
    """
    for match in _WORD.finditer(normal(text).replace("_", " ")):
        raw, start = match.group(), match.start()
        if not raw.isascii() and UNSPACED.search(raw):
            yield from _mixed(raw, start, stemmed)
        elif (forms := (_forms if len(raw) <= LONGEST_PART else _forms.__wrapped__)(raw, stemmed))[0] and (
            having is None or not having.isdisjoint(forms[1] + forms[2])
        ):
            yield Word(start, start + len(raw), *forms)


def _mixed(raw: str, start: int, stemmed: bool) -> Iterator[Word]:
    """Yield what stands between runs without spaces as words, and those runs as pairs."""
    end = 0
    for run in UNSPACED.finditer(raw):
        yield from _shifted(raw[end : run.start()], start + end, stemmed)
        end = run.end()
        for place in range(run.start(), max(end - 1, run.start() + 1)):
            pair = (without_accents(raw[place : min(place + 2, end)]),)
            yield Word(start + place, start + min(place + 2, end), pair, pair, (), True)
    yield from _shifted(raw[end:], start + end, stemmed)


def _shifted(text: str, by: int, stemmed: bool) -> Iterator[Word]:
    for word in words(text, stemmed):
        yield word._replace(start=word.start + by, end=word.end + by)


def title_key(title: str) -> str:
    """What two titles have in common when people would call them the same."""
    return " ".join(part for word in words(title) for part in word.parts)


def sequence(text: Iterable[Word]) -> bytes:
    """Write words in order, four bytes a part and all stop words alike: phrases are found in it."""
    return array(
        "I", [crc32(part.encode()) if part in word.terms else 0 for word in text for part in word.parts]
    ).tobytes()


PART_BYTES = 4  # of a sequence
TITLE_END = b"\xff" * PART_BYTES  # between a title and the text, so that no phrase is in both


def title_of(text: bytes) -> bytes:
    """Return the part of the sequence of a document that is its title."""
    return text[: PART_BYTES * next(places(text, TITLE_END), len(text))]


def has_phrase(text: bytes, phrase: bytes) -> bool:
    """Tell whether the sequence of a phrase is in that of a text."""
    place = text.find(phrase)
    while place % PART_BYTES and place >= 0:  # found across two words
        place = text.find(phrase, place + 1)
    return place >= 0


def places(text: bytes, phrase: bytes) -> Iterator[int]:
    """Yield at which parts of the sequence of a text that of a phrase begins."""
    place = text.find(phrase)
    while place >= 0:
        if place % PART_BYTES == 0:  # else found across two words
            yield place // PART_BYTES
        place = text.find(phrase, place + 1)


_Terms = tuple[str, ...]


@lru_cache(maxsize=50_000)
def _forms(raw: str, stemmed: bool) -> tuple[_Terms, _Terms, _Terms, bool]:
    """Return the parts, terms and wholes of a Word, and whether it is loose."""
    core, sign = _without_sign(_POSSESSIVE.sub("", _INVISIBLE.sub("", raw)))
    bare = without_accents(core)
    if name := _name_or_number(bare, sign):
        return (name,), (name,), (), True
    pieces = islice((hump for piece in _PIECE.findall(bare) for hump in _HUMP.split(piece)), MOST_PARTS)
    stem = _stem if stemmed else str
    parts = tuple(stem(piece.casefold()[:LONGEST_PART]) for piece in pieces)
    in_capitals = len(core) > 1 and core.isupper()
    terms = parts if in_capitals else tuple(part for part in parts if part not in STOP_WORDS)
    whole = stem(_whole(core))
    wholes = list(dict.fromkeys((whole, stem(_whole(core.casefold().translate(UMLAUTS))), whole + sign)))
    wholes = [form for form in wholes if len(form) <= LONGEST_PART and form not in parts]
    return parts, terms, tuple(wholes), _is_loose(core, parts)


def _without_sign(raw: str) -> tuple[str, str]:
    """Split the sign off that a name may end in, as in Disney+; contractions become one piece."""
    core = raw.rstrip("+#")
    sign = raw[len(core) :]
    if _CONTRACTION.fullmatch(core):
        core = core.replace("'", "").replace("\u2019", "")
    return core, sign


def _name_or_number(bare: str, sign: str) -> str | None:
    """Return what has no parts: C++ (C is another language), 1,000 (as 1000), 3,5 (as 3.5)."""
    if sign and len(bare) == 1 and bare.isalpha():
        return bare.casefold() + sign
    if _NUMBER.fullmatch(bare):
        return (bare.replace(",", "") if _THOUSANDS.fullmatch(bare) else bare.replace(",", "."))[
            :LONGEST_PART
        ]
    return None


def _is_loose(core: str, parts: _Terms) -> bool:
    """Tell whether hyphens or apostrophes join real words: follow-up and l'entreprise, but not Q4-2024 or e-mail."""
    if len(_HYPHEN_OR_APOSTROPHE.split(core)) != len(parts):
        return False
    return "'" in core or "\u2019" in core or all(len(part) > 1 and not part.isdigit() for part in parts)


def _whole(core: str) -> str:
    """Write a word in one piece: the points between digits are all that stays of its joints."""
    return _JOINTS.sub("", without_accents(core)).casefold()


def without_accents(text: str) -> str:
    """Take accents off, keeping upper and lower case."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    letters = "".join(char for char in decomposed if char > "\u0900" or unicodedata.category(char) != "Mn")
    return unicodedata.normalize("NFC", letters).translate(_PLAIN)


@lru_cache(maxsize=1_000)
def _stem(word: str) -> str:
    # The forms of a plain word are one and the same, asked for one after the other.
    return word if word in STOP_WORDS or not word.isalpha() else _stemmer.stem(word)
