"""What changed between two texts, word by word.

By patience: words that occur once on either side are the anchors, which takes time in proportion to the text; what is
left between them is compared only as far as a budget reaches, else it counts as replaced.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

_DEEPEST = 24
_SMALL = 1_600
_CONTEXT = 24
_LITTLE = 3
# Scripts that put no spaces between words are compared sign by sign.
_SIGNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_SIGNS}]\s*|[^\s{_SIGNS}]+\s*")

RunKind = Literal["same", "added", "removed", "skipped"]
# What is compared of a word, and how it is written with the space after it.
Token = tuple[str, str]
_Block = tuple[int, int, int, int]


@dataclass(frozen=True)
class Run:
    """Words in a row that are the same, added or removed; for skipped ones the text is how many were left out."""

    kind: RunKind
    text: str


class Budget:
    """How many comparisons of two words may still be made where no anchor helps."""

    def __init__(self, left: int = 4_000_000) -> None:
        self.left, self.ran_out = left, False

    def spend(self, cost: int) -> bool:
        """Take a cost from what is left; too large a one is not taken."""
        if cost > min(self.left, _SMALL):
            self.ran_out = self.ran_out or cost > self.left
            return False
        self.left -= cost
        return True


def compare_words(old: str, new: str) -> tuple[Run, ...]:
    """Return two texts as one, its words marked as same, added or removed; spaces and line breaks do not count."""
    return word_runs(tokens(old), tokens(new), Budget())


def tokens(text: str) -> list[Token]:
    """Return the words of a text, each as what is compared and as it is written with the space after it."""
    return [(found.strip(), found) for found in _TOKEN.findall(text)]


def word_runs(old: list[Token], new: list[Token], budget: Budget) -> tuple[Run, ...]:
    """Return two lists of words as one, marked as same, added or removed."""
    before, after = [key for key, _ in old], [key for key, _ in new]
    runs: list[Run] = []

    def put(kind: RunKind, tokens: list[Token]) -> None:
        if tokens:
            runs.append(Run(kind, "".join(written for _, written in tokens)))

    i = j = 0
    blocks = _worth_keeping(_joined(_matches(before, after, budget)), before, after)
    for start, other, length in [*blocks, (len(old), len(new), 0)]:
        put("removed", old[i:start])
        put("added", new[j:other])
        put("same", new[other : other + length])
        i, j = start + length, other + length
    return tuple(runs)


def _joined(matches: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Return matches that follow each other as blocks of (old, new, length)."""
    blocks: list[tuple[int, int, int]] = []
    for i, j in matches:
        if blocks and (blocks[-1][0] + blocks[-1][2], blocks[-1][1] + blocks[-1][2]) == (i, j):
            blocks[-1] = (blocks[-1][0], blocks[-1][1], blocks[-1][2] + 1)
        else:
            blocks.append((i, j, 1))
    return blocks


def _worth_keeping(
    blocks: list[tuple[int, int, int]], old: list[str], new: list[str]
) -> list[tuple[int, int, int]]:
    """Return the blocks without single little words inside of what was rewritten: they only chop it up."""
    ends = [(0, 0, 0), *blocks, (len(old), len(new), 0)]
    kept = []
    for (i, j, n), (start, other, length), (right, below, _) in zip(ends, ends[1:], ends[2:], strict=False):
        rewritten = start > i + n and other > j + n and right > start + length and below > other + length
        if not (rewritten and length == 1 and len(old[start]) <= _LITTLE):
            kept.append((start, other, length))
    return kept


def _matches(old: list[str], new: list[str], budget: Budget) -> list[tuple[int, int]]:
    """Return the places of words that stayed, rising on both sides."""
    found: list[tuple[int, int]] = []
    waiting: list[tuple[_Block, int]] = [((0, len(old), 0, len(new)), 0)]
    while waiting:
        (i, i_end, j, j_end), depth = waiting.pop()
        while i < i_end and j < j_end and old[i] == new[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        while i < i_end and j < j_end and old[i_end - 1] == new[j_end - 1]:
            i_end, j_end = i_end - 1, j_end - 1
            found.append((i_end, j_end))
        if i == i_end or j == j_end:
            continue
        anchors = _anchors(old, new, (i, i_end, j, j_end)) if depth < _DEEPEST else []
        if anchors:
            found += anchors
            ends = [(i - 1, j - 1), *anchors, (i_end, j_end)]
            for (left, top), (right, bottom) in pairwise(ends):
                waiting.append(((left + 1, right, top + 1, bottom), depth + 1))
        elif budget.spend((i_end - i) * (j_end - j)):
            blocks = SequenceMatcher(None, old[i:i_end], new[j:j_end], autojunk=False).get_matching_blocks()
            found += [(i + a + n, j + b + n) for a, b, size in blocks for n in range(size)]
    return sorted(found)


def _anchors(old: list[str], new: list[str], block: _Block) -> list[tuple[int, int]]:
    """Return the words that occur once on either side, as many of them as keep their order."""
    i, i_end, j, j_end = block
    olds, news = Counter(old[i:i_end]), Counter(new[j:j_end])
    places = {new[place]: place for place in range(j, j_end) if news[new[place]] == 1}
    pairs = [
        (index, places[old[index]])
        for index in range(i, i_end)
        if olds[old[index]] == 1 and old[index] in places
    ]
    return _longest_rising(pairs)


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        at = bisect_left(ends, place)
        before.append(last[at - 1] if at else -1)
        ends[at : at + 1], last[at : at + 1] = [place], [number]
    chain, number = [], last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def without_long_sames(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Return the runs with the middle of what stayed left out, so that changes stand close together."""
    shown: list[Run] = []
    for place, run in enumerate(runs):
        words = [written for _, written in tokens(run.text)] if run.kind == "same" else []
        before = _CONTEXT if place else 0
        after = _CONTEXT if place < len(runs) - 1 else 0
        skipped = len(words) - before - after
        if run.kind != "same" or skipped <= _CONTEXT:
            shown.append(run)
            continue
        parts = [
            Run("same", "".join(words[:before])),
            Run("skipped", str(skipped)),
            Run("same", "".join(words[len(words) - after :] if after else [])),
        ]
        shown += [part for part in parts if part.text]
    return tuple(shown)
