"""Text files and Markdown, by section or by length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from portal.library.documents.pages import MAX_CHARACTERS, PAGE_CHARACTERS, PageCollector, Reading, pieces
from portal.library.documents.titles import sensible_title

_HEADING = re.compile(r"^#{1,2}[ \t]+(.+?)[ \t]*#*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
# Marks that say how words look, not what they say; each keeps its first group.
_MARKS = (
    (re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,500}\)"), r"\1"),  # links and pictures
    (re.compile(r"\*\*(?=\S)(.{1,300}?)(?<=\S)\*\*"), r"\1"),
    (re.compile(r"(?<!\w)__(?=\S)(.{1,300}?)(?<=\S)__(?!\w)"), r"\1"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300}?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"`([^`\n]{1,300})`"), r"\1"),
    (re.compile(r"\{\{[ \t]{0,9}([^{}\n]{1,100}?)[ \t]{0,9}\}\}"), r"\1"),  # what a mail merge fills in
    (re.compile(r"^ {0,3}(?:#{3,6}|>)[ \t]+(.*)$", re.MULTILINE), r"\1"),
)
_BYTES_PER_CHARACTER = 4
_LONGEST_SECTION = 4 * PAGE_CHARACTERS


def read_text(path: Path) -> Reading:
    """Return a text file in pages of about 3,000 characters."""
    text, complete = _decoded(path)
    return _collected((("", piece) for piece in pieces(text)), "", complete)


def whole_text(path: Path) -> str:
    """Return a text file as it was written, for somebody who goes on writing it here."""
    return _decoded(path)[0]


def read_markdown(path: Path) -> Reading:
    """Return a Markdown file, one page a section under a first or second heading."""
    text, complete = _decoded(path)
    sections = [
        (_plain(heading), piece)
        for heading, section in ((heading, _plain(section)) for heading, section in _sections(text))
        for piece in pieces(
            section, _LONGEST_SECTION if len(section) <= _LONGEST_SECTION else PAGE_CHARACTERS
        )
    ]
    title = next((heading for heading, _ in sections if heading), "")
    return _collected(iter(sections), sensible_title(title), complete)


def _collected(pages: Iterator[tuple[str, str]], title: str, complete: bool) -> Reading:
    collector = PageCollector()
    read_all = all(collector.add(*page) for page in pages)
    if read_all and not complete:
        collector.left_out = f"Only the first {MAX_CHARACTERS:,} characters were read."
    return collector.reading(title, read_all and complete)


def _decoded(path: Path) -> tuple[str, bool]:
    """Return a file's text, as far as it is read, and whether that is all of it."""
    most = MAX_CHARACTERS * _BYTES_PER_CHARACTER
    with path.open("rb") as file:
        data = file.read(most + 1)
    text = decode(data[:most], cut=len(data) > most)
    return text[:MAX_CHARACTERS], len(data) <= most and len(text) <= MAX_CHARACTERS


def decode(data: bytes, cut: bool = False) -> str:
    """Return bytes as text: UTF-8, UTF-16 with its mark, else Windows-1252; `cut`: the last character may be half."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data[: _whole_characters(data) if cut else None].decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _whole_characters(data: bytes) -> int:
    """Return the length without the last few bytes, if they are the start of a UTF-8 character."""
    for back in range(1, min(4, len(data)) + 1):
        if data[-back] & 0xC0 == 0xC0:
            return len(data) - back
        if data[-back] & 0x80 == 0:
            break
    return len(data)


def _plain(text: str) -> str:
    """Return Markdown without the marks around words, as search and its snippets show it."""
    for mark, kept in _MARKS:
        text = mark.sub(kept, text)
    return text


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield (heading, text with the heading's words) for each section; what stands inside code fences starts none."""
    heading, fenced = "", False
    lines: list[str] = []
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        found = None if fenced else _HEADING.match(line)
        if found:
            if any(text.strip() for text in lines):
                yield heading, "\n".join(lines)
            heading, lines = found[1], [found[1]]
        else:
            lines.append(line)
    if any(text.strip() for text in lines):
        yield heading, "\n".join(lines)
