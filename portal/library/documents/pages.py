"""Text by page, and the bounds that every reader keeps to."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

MAX_CHARACTERS = 5_000_000
MAX_PAGES = 5_000
MAX_SECONDS = 12
PAGE_CHARACTERS = 3_000

_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_TRAILING = re.compile(r"[^\S\n]+\n")
_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class PageText:
    """One page, slide, sheet or section: its number from 1, its heading ("" when it has none) and its text.

    Notes are what a slide's speaker says beside it, and a hidden slide is not shown: neither is for an audience.
    """

    number: int
    title: str
    text: str
    notes: str = ""
    is_hidden: bool = False

    @property
    def words(self) -> str:
        """All that it says, the notes after the text: what it is found and compared by."""
        return "\n".join(filter(None, (self.text, self.notes)))


@dataclass(frozen=True)
class Reading:
    """What a reader found: the pages, the title the document gives itself, and what was left out (a sentence)."""

    pages: tuple[PageText, ...] = ()
    title: str = ""
    left_out: str = ""


class PageCollector:
    """Gathers pages until the document has had its share of characters, pages or CPU seconds."""

    def __init__(self) -> None:
        self.left_out = ""
        self._pages: list[PageText] = []
        self._characters = 0
        self._deadline = time.process_time() + MAX_SECONDS

    def add(self, title: str, text: str, notes: str = "", is_hidden: bool = False) -> bool:
        """Keep a page and return whether there may be more, so that a reader stops in time."""
        kept = self._within(text)
        page = PageText(len(self._pages) + 1, one_line(title), kept, self._within(notes), is_hidden)
        self._pages.append(page)
        if self._characters >= MAX_CHARACTERS:
            self.left_out = f"Only the first {MAX_CHARACTERS:,} characters were read."
        elif len(self._pages) >= MAX_PAGES:
            self.left_out = f"Only the first {MAX_PAGES:,} pages were read."
        elif time.process_time() > self._deadline:
            self.left_out = f"Only the first {len(self._pages):,} pages were read; the rest took too long."
        return not self.left_out

    def _within(self, text: str) -> str:
        kept = tidy(text)[: MAX_CHARACTERS - self._characters]
        self._characters += len(kept)
        return kept

    def reading(self, title: str = "", complete: bool = True) -> Reading:
        """Return what was gathered; `complete` says that the document ended where the reading did."""
        return Reading(tuple(self._pages), one_line(title), "" if complete else self.left_out)


def tidy(text: str) -> str:
    """Return text that a database and a page can hold: no control characters, no half characters, no ragged ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").replace("\f", "\n")
    text = _UNPRINTABLE.sub("", text)
    return _EMPTY_LINES.sub("\n\n", _TRAILING.sub("\n", text)).strip()


def one_line(text: str, longest: int = 200) -> str:
    """Return text as one line of at most `longest` characters, as titles are."""
    return " ".join(tidy(text[: longest * 10]).split())[:longest].strip()


def pieces(text: str, longest: int = PAGE_CHARACTERS) -> Iterator[str]:
    """Cut text into pieces of at most `longest` characters, between paragraphs where it can, else lines, else words."""
    start = 0
    while start < len(text):
        end = start + longest
        if end < len(text):
            end = next(
                (at for mark in ("\n\n", "\n", " ") if (at := text.rfind(mark, start + 1, end)) > start), end
            )
        piece = text[start:end].strip()
        if piece:
            yield piece
        start = end
