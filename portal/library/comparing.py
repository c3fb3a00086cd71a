"""What changed between two versions, page by page: pages are paired first, then the words of each pair are compared.

Pure functions over text. Pairs are found by the words that two pages share, so that an inserted slide does not make
all that follow it look changed. The time they take grows with the text and stays bounded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from portal.library.wording import Budget, Run, RunKind, Token, tokens, without_long_sames, word_runs

# Two pages are the same page, changed, when they share this much of their words (Dice: 2 x both / (one + other)).
ALIKE = 0.4
# A page that stands elsewhere has to be more like its old self before it is called moved.
MOVED = 0.8
_BUCKETS = 4096
_PAGE_NUMBER = "\0page"
# A line that carries the page's own number is a footer when this share of the pages have it.
_MOST_PAGES = 0.5

PageKind = Literal["same", "changed", "looks", "added", "removed"]


@dataclass(frozen=True)
class ComparedPage:
    """One page that goes into a comparison: its number, title and words, and its picture's sha256 if it has one."""

    number: int
    title: str = ""
    text: str = ""
    picture: str | None = None


@dataclass(frozen=True)
class PageChange:
    """What became of one page; old and new are its numbers (None: it was not there), `looks`: only its picture."""

    kind: PageKind
    old: int | None
    new: int | None
    title: str = ""
    moved: bool = False
    runs: tuple[Run, ...] = ()

    def words(self, kind: RunKind) -> int:
        """Return how many words were added or removed on it."""
        return sum(len(tokens(run.text)) for run in self.runs if run.kind == kind)


@dataclass(frozen=True)
class Comparison:
    """Two versions page by page, in the order of the newer; `whole` is False when the budget for words ran out."""

    pages: tuple[PageChange, ...]
    old_count: int
    new_count: int
    whole: bool = True

    def count(self, kind: PageKind) -> int:
        """Return how many pages have this kind of change."""
        return sum(page.kind == kind for page in self.pages)

    @property
    def moved(self) -> int:
        """How many of the pages that were kept stand at another place."""
        return sum(page.moved for page in self.pages)

    @property
    def is_same(self) -> bool:
        """Whether nothing of what was compared has changed."""
        return all(page.kind == "same" and not page.moved for page in self.pages)


def compare_pages(
    old: Sequence[ComparedPage], new: Sequence[ComparedPage], *, flowing: bool = False
) -> Comparison:
    """Return what changed from the old pages to the new ones.

    In flowing text, words that were only pushed over the end of a page count as the same.
    """
    budget, footers = Budget(), _footers(old) & _footers(new)
    in_order, moved = _pairs(old, new)
    olds, elsewhere = {place: index for index, place in [*in_order, *moved]}, dict(moved).values()
    gone = [index for index in range(len(old)) if index not in set(olds.values())]
    changes: list[PageChange] = []
    for place, page in enumerate(new):
        index = olds.get(place)
        if index is None:
            changes.append(_only_one(page, "added"))
            continue
        while gone and place not in elsewhere and gone[0] < index:
            changes.append(_only_one(old[gone.pop(0)], "removed"))
        changes.append(replace(_pair(old[index], page, footers, budget), moved=place in elsewhere))
    changes += [_only_one(old[index], "removed") for index in gone]
    if flowing:
        changes = _without_reflow(changes)
    changes = [replace(change, runs=without_long_sames(change.runs)) for change in changes]
    return Comparison(tuple(changes), len(old), len(new), whole=not budget.ran_out)


def summed_up(comparison: Comparison, word: str = "page") -> str:
    """Say in one sentence what changed: "3 of 14 slides changed, 2 new, 1 gone."."""
    total = comparison.new_count
    of_all = f"{total} {word}" if total == 1 else f"{total} {word}s"
    if comparison.is_same:
        return (
            f"The words of the one {word} are the same."
            if total == 1
            else f"The words of all {of_all} are the same."
        )
    counted = [
        (comparison.count("looks"), "only look different"),
        (comparison.count("added"), "new"),
        (comparison.count("removed"), "gone"),
        (comparison.moved, "moved"),
    ]
    changed = comparison.count("changed")
    first = f"{changed} of {of_all} changed" if changed else f"The words of no {word} changed"
    return ", ".join([first, *(f"{number} {words}" for number, words in counted if number)]) + "."


def _only_one(page: ComparedPage, kind: Literal["added", "removed"]) -> PageChange:
    old, new = (None, page.number) if kind == "added" else (page.number, None)
    return PageChange(kind, old, new, page.title, runs=(Run(kind, page.text),) if page.text else ())


def _pair(old: ComparedPage, new: ComparedPage, footers: set[str], budget: Budget) -> PageChange:
    pair = PageChange("changed", old.number, new.number, new.title or old.title)
    if _keys(tokens(old.text)) != _keys(tokens(new.text)):
        before, after = _without_number(old, footers), _without_number(new, footers)
        if _keys(before) != _keys(after):
            return replace(pair, runs=word_runs(before, after, budget))
    looks = old.picture and new.picture and old.picture != new.picture
    return replace(pair, kind="looks" if looks else "same")


def _keys(words: list[Token]) -> list[str]:
    return [key for key, _ in words]


def _footers(pages: Sequence[ComparedPage]) -> set[str]:
    """Return the lines, their own number left open, that most of the pages have."""
    found = Counter(
        shape for page in pages for shape in {_shape(line, page.number) for line in page.text.splitlines()}
    )
    return {
        shape for shape, count in found.items() if _PAGE_NUMBER in shape and count > len(pages) * _MOST_PAGES
    }


def _shape(line: str, number: int) -> str:
    """Return a line with the page's number left open where it begins or ends with it."""
    return re.sub(rf"^{number}(?=\s|$)|(?<!\S){number}$", _PAGE_NUMBER, " ".join(line.split()))


def _without_number(page: ComparedPage, footers: set[str]) -> list[Token]:
    """Return a page's words, its own number in its footer left open: the last such line is the footer."""
    lines = page.text.splitlines(keepends=True)
    shapes = [_shape(line, page.number) for line in lines]
    footer = max((place for place, shape in enumerate(shapes) if shape in footers), default=None)
    calm = []
    for place, line in enumerate(lines):
        own = {str(page.number): _PAGE_NUMBER} if place == footer else {}
        calm += [(own.get(key, key), written) for key, written in tokens(line)]
    return calm


def _without_reflow(changes: list[PageChange]) -> list[PageChange]:
    """Return the changes without words that only went over the border between two pages."""
    calm = list(changes)
    for place in range(len(calm) - 1):
        here, after = calm[place], calm[place + 1]
        if not here.runs or not after.runs or "changed" not in (here.kind, after.kind):
            continue
        last, first = (
            here.runs[-1],
            next((run for run in after.runs[:2] if run.kind != here.runs[-1].kind), None),
        )
        if first is None or {last.kind, first.kind} != {"added", "removed"}:
            continue
        if [key for key, _ in tokens(last.text)] != [key for key, _ in tokens(first.text)]:
            continue
        calm[place] = _left(here, here.runs[:-1])
        calm[place + 1] = _left(after, tuple(run for run in after.runs if run is not first))
    return calm


def _left(change: PageChange, runs: tuple[Run, ...]) -> PageChange:
    changed = any(run.kind != "same" for run in runs)
    return replace(change, runs=runs if changed else (), kind=change.kind if changed else "same")


def _pairs(
    old: Sequence[ComparedPage], new: Sequence[ComparedPage]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return which old page is which new one: those that keep their order, and those that moved."""
    if len(old) == 1 and len(new) == 1:
        return [(0, 0)], []
    if not old or not new:
        return [], []
    likeness = _likeness(old, new)
    in_order = _in_order(likeness)
    moved = []
    rest_old = set(range(len(old))) - {index for index, _ in in_order}
    rest_new = set(range(len(new))) - {place for _, place in in_order}
    worded = [(i, j) for i in rest_old for j in rest_new if likeness[i, j] >= MOVED and new[j].text.strip()]
    for index, place in sorted(worded, key=lambda pair: (-likeness[pair], pair)):
        if index in rest_old and place in rest_new:
            moved.append((index, place))
            rest_old.discard(index)
            rest_new.discard(place)
    return in_order, moved


def _likeness(old: Sequence[ComparedPage], new: Sequence[ComparedPage]) -> np.ndarray:
    """Return for each old (row) and new page (column) the share of words that they have in common, 0..1."""
    places: dict[str, int] = {}
    bags = [np.zeros((len(pages), _BUCKETS), dtype=np.float32) for pages in (old, new)]
    for bag, pages in zip(bags, (old, new), strict=True):
        for row, page in enumerate(pages):
            for key, _ in tokens(page.text.lower()):
                bag[row, places.setdefault(key, len(places)) % _BUCKETS] = 1
    both = bags[0] @ bags[1].T
    sums = bags[0].sum(axis=1)[:, None] + bags[1].sum(axis=1)[None, :]
    # Two pages without a word are as like as two pages can be told to be.
    return np.where(sums > 0, 2 * both / np.maximum(sums, 1), 1.0)


def _in_order(likeness: np.ndarray) -> list[tuple[int, int]]:
    """Return the pairs, rising on both sides, whose likeness adds up to most; those below ALIKE are never paired."""
    rows, columns = likeness.shape
    gain = np.where(likeness >= ALIKE, likeness, -1.0).tolist()
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        here, below, gains = best[i], best[i + 1], gain[i]
        for j in range(columns - 1, -1, -1):
            here[j] = (
                max(below[j + 1] + gains[j], below[j], here[j + 1])
                if gains[j] > 0
                else max(below[j], here[j + 1])
            )
    pairs, i, j = [], 0, 0
    while i < rows and j < columns:
        if gain[i][j] > 0 and best[i][j] == best[i + 1][j + 1] + gain[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs
