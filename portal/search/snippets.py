"""The page of an asset that fits a query best, and the passage of it to show.

A cheap look for the beginnings of words finds the best block of text; only that block is then analysed like the
index, so that what is marked is what was found, and ten long assets take a few milliseconds.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from portal.search.analysis import PART_BYTES, UMLAUTS, normal, places, sequence, without_accents, words
from portal.search.query import Query, QueryWord

LENGTH = 220  # characters of a snippet, more or less
WIDEST = 160  # characters between the first and the last word that a snippet is chosen for
BLOCK = 2_000  # characters; longer pages are looked at block by block
OVERLAP = 200
ENOUGH = 4  # times that a word stands in a block; more say nothing new
MOST_TRIES, MOST_STEPS, MOST_STOP_WORDS = 50, 8, 4  # of words in a row, in one block
ENDING, STOP_WORD = 12, 20  # characters after a stem, and of a stop word, at most

_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")
_RUN = re.compile(r"[^\W_]+")
_SENTENCE_START = re.compile(r"(?:\A|(?<=[.!?])\s+|\n\s*\n\s*)(?=\S)")
_SENTENCE_ENDS = ("", ".", "!", "?")
_JOINTS = ("-\n", "-", "\u2010", "\u2011", ".", "&", "'", "\u2019", "\u00ad", ",")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run of a snippet; `match` says that it is a word of the query."""

    text: str
    match: bool


@dataclass(frozen=True, slots=True)
class _Block:
    page: int  # place in the list of pages
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class _Match:
    start: int  # in the page, as `end`
    end: int
    word: int  # place in the query


def best_page(pages: Sequence[tuple[int, str]], query: Query) -> tuple[int, list[Fragment]]:
    """Return the number of the page that fits the query best, and a snippet of it.

    `pages` are (number, text). When no page has a word of the query it is the first one with text; without any
    text the snippet is empty, and without pages the number is 0.
    """
    texts = [normal(page_text) for _, page_text in pages]
    blocks = [block for page, page_text in enumerate(texts) for block in _blocks(page, page_text)]
    if not blocks:
        return (pages[0][0] if pages else 0), []
    block = blocks[0] if len(blocks) == 1 else _best_block(blocks, query, query.typed.lower())
    return pages[block.page][0], _snippet(texts[block.page], block.start, _matches(block, query))


def _blocks(page: int, text: str) -> Iterator[_Block]:
    for start in range(0, max(len(text) - OVERLAP, 1), BLOCK):
        block = text[start : start + BLOCK + OVERLAP]
        if block and not block.isspace():
            yield _Block(page, start, block)


def _best_block(blocks: list[_Block], query: Query, typed: str) -> _Block:
    """Return the block with the most and the rarest words, or with all that was typed as it stands."""
    phrases = [QueryWord(phrase.terms, (), phrase.sequence, 1) for phrase in query.phrases]
    counters = [_counter(word) for word in (*query.words, *phrases)]
    if not counters:
        return blocks[0]
    readings = [block.text.lower() for block in blocks]
    scores = _scores(readings, counters, typed)
    if not any(scores):  # perhaps it is spelled with accents, or in one piece where the text has joints
        scores = _scores([_squeezed(reading) for reading in readings], counters, typed)
    return blocks[scores.index(max(scores))]


def _scores(readings: list[str], counters: list[Callable[[str], int]], typed: str) -> list[float]:
    scores = [0.0] * len(readings)
    for counter in counters:
        counts = [counter(reading) for reading in readings]
        weight = math.log(1 + len(readings) / (1 + sum(map(bool, counts))))
        scores = [
            score + bool(n) * weight * (1 + min(n, ENOUGH) / 8)
            for score, n in zip(scores, counts, strict=True)
        ]
    if len(counters) > 1:
        scores = [
            2 * score if typed in reading else score for score, reading in zip(scores, readings, strict=True)
        ]
    return scores


def _counter(word: QueryWord) -> Callable[[str], int]:
    """Return a quick and rough count of a word, or of what means the same, in a text in lower case."""
    counters = [_counter_of_itself(spelling) for spelling in (word, *word.alternatives)]
    return counters[0] if len(counters) == 1 else lambda reading: max(count(reading) for count in counters)


def _counter_of_itself(word: QueryWord) -> Callable[[str], int]:
    """Return a count of all its terms, or of a whole."""
    if word.sequence and word.terms:
        return _in_a_row(word)
    terms = [_beginnings(term) for term in word.terms]
    wholes = [_beginnings(whole) for whole in word.wholes]

    def count(reading: str) -> int:
        of_terms = min((counted(reading) for counted in terms), default=0)
        return max([of_terms, *(counted(reading) for counted in wholes)])

    return count


def _in_a_row(word: QueryWord) -> Callable[[str], int]:
    """Return a count of the places where the terms of a word stand in a row, with no more stop words between them.

    It walks from term to term: a pattern would try all ways to part a run of letters or underscores.
    """
    steps = list(zip(map(_beginning, word.terms), _stop_words_before(word.sequence), strict=False))
    steps = steps[:MOST_STEPS]

    def count(reading: str) -> int:
        if not all(beginning in reading for beginning, _ in steps):
            return 0
        found = tries = 0
        place = reading.find(steps[0][0])
        while place >= 0 and found < ENOUGH and tries < MOST_TRIES:
            found += _is_row(reading, place, steps)
            tries += 1
            place = reading.find(steps[0][0], place + 1)
        return found

    return count


def _is_row(reading: str, place: int, steps: list[tuple[str, int]]) -> bool:
    end = place + len(steps[0][0])
    for beginning, stop_words in steps[1:]:
        place = reading.find(beginning, end, end + ENDING + STOP_WORD * stop_words + len(beginning))
        if place < 0:
            return False
        between = reading[end:place]
        ending = between[:1].isalnum()
        if len(_RUN.findall(between)) - ending > stop_words:
            return False
        end = place + len(beginning)
    return True


def _stop_words_before(in_order: bytes) -> list[int]:
    """Return how many stop words stand before each term of a sequence."""
    before, stop_words = [], 0
    for start in range(0, len(in_order), PART_BYTES):
        if any(in_order[start : start + PART_BYTES]):
            before.append(min(stop_words, MOST_STOP_WORDS))
            stop_words = 0
        else:
            stop_words += 1
    return before


def _beginnings(stem: str) -> Callable[[str], int]:
    """Return a count of the words that may have this stem; its last letter may differ, as in price and pricing."""
    beginning = _beginning(stem)
    if len(stem) > 3 or not (beginning.isascii() and beginning.isalnum()):
        return lambda reading: reading.count(beginning)
    short = re.compile(rf"\b{beginning}\w{{0,3}}\b")
    return lambda reading: len(short.findall(reading)) if beginning in reading else 0


def _beginning(stem: str) -> str:
    return stem[:-1] if stem[-1] in "eiy" and len(stem) > 2 else stem


def _squeezed(reading: str) -> str:
    for joint in _JOINTS:
        reading = reading.replace(joint, "")
    if reading.isascii():
        return reading
    return without_accents(f"{reading} {reading.translate(UMLAUTS)}")


def _matches(block: _Block, query: Query) -> list[_Match]:
    """Return the words of the query in a block, and what means the same, as the index would find them."""
    alone: dict[str, int] = {}
    in_a_row: dict[bytes, int] = {}
    for place, word in enumerate(query.words):
        for wanted in (word, *word.alternatives):
            for form in wanted.wholes if wanted.sequence else wanted.wholes + wanted.terms:
                alone.setdefault(form, place)
            if wanted.sequence:
                in_a_row.setdefault(wanted.sequence, place)
    found = list(words(block.text, having=None if in_a_row else alone.keys())) if alone or in_a_row else []
    hits = [(word, word, alone[form]) for word in found for form in word.wholes + word.terms if form in alone]
    if in_a_row:
        text = sequence(found)
        row = [word for word in found for _ in word.parts]
        for wanted_row, place in in_a_row.items():
            last = len(wanted_row) // PART_BYTES - 1
            hits += [(row[i], row[i + last], place) for i in places(text, wanted_row)]
    matches = {
        _Match(block.start + first.start, block.start + last.end, place) for first, last, place in hits
    }
    return sorted(matches, key=lambda match: (match.start, match.end))


def _best_window(matches: list[_Match]) -> tuple[int, int]:
    """Return from where to where the most, the rarest and the closest words of the query stand."""
    often = Counter(match.word for match in matches)
    best, window = 0.0, (0, 0)
    for i, first in enumerate(matches):
        inside = [match for match in matches[i : i + 40] if match.end - first.start <= WIDEST]
        value = sum(1 + 1 / often[word] for word in {match.word for match in inside})
        value += sum(0.5 for a, b in pairwise(inside) if b.word == a.word + 1 and b.start - a.end <= 2)
        if inside and value > best:
            best, window = value, (first.start, inside[-1].end)
    return window


def _snippet(text: str, start: int, matches: list[_Match]) -> list[Fragment]:
    """Cut about LENGTH characters around the best words, from the start of a sentence where there is one."""
    if matches:
        first, last = _best_window(matches)
        begin = _begin(text, first, max(LENGTH - (last - first), 0))
    else:
        begin = last = start
    end = begin + LENGTH
    if end < len(text):
        space = text.rfind(" ", max(last, begin + LENGTH // 2), end)
        end = space if space > 0 else max(end, last)
    fragments = list(
        _fragments(text[:end], begin, [match for match in matches if begin <= match.start < end])
    )
    if text[max(begin - 9, 0) : begin].rstrip()[-1:] not in _SENTENCE_ENDS:
        fragments.insert(0, Fragment("… ", False))
    if not text[end : end + BLOCK].isspace() and end < len(text):
        fragments.append(Fragment(" …", False))
    return fragments


def _begin(text: str, first: int, spare: int) -> int:
    """Return where a snippet with `spare` characters around its words begins: at a sentence, or at a word."""
    earliest = max(first - spare // 2, 0)
    sentence = _SENTENCE_START.search(text, earliest, first + 1)
    if sentence or not earliest:
        return sentence.end() if sentence else 0
    space = text.find(" ", earliest, first)
    return space + 1 if space >= 0 else first


def _fragments(text: str, begin: int, matches: list[_Match]) -> Iterator[Fragment]:
    begin += len(text[begin:]) - len(text[begin:].lstrip())
    for start, end in _spans(matches):
        if start > begin:
            yield Fragment(_SPACE.sub(" ", text[begin:start]), False)
        yield Fragment(_SPACE.sub(" ", text[start:end]), True)
        begin = end
    if rest := _SPACE.sub(" ", text[begin:]).rstrip():
        yield Fragment(rest, False)


def _spans(matches: list[_Match]) -> list[tuple[int, int]]:
    """Return where matches start and end, overlapping ones as one, such as pairs of Chinese characters."""
    spans: list[tuple[int, int]] = []
    for match in matches:
        if spans and match.start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], match.end))
        else:
            spans.append((match.start, match.end))
    return spans
