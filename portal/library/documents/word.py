"""Text of a Word document by page: body, tables, text boxes, content controls, notes, headers, charts, SmartArt."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.library.documents.changes import OFF, hidden_styles, leave_out_hidden
from portal.library.documents.charts import drawn_text
from portal.library.documents.ooxml import (
    attribute,
    character,
    core_title,
    paragraphs,
    walk,
    xml_if_readable,
)
from portal.library.documents.packages import Package
from portal.library.documents.pages import (
    MAX_CHARACTERS,
    MAX_PAGES,
    MAX_SECONDS,
    PAGE_CHARACTERS,
    PageCollector,
    Reading,
    pieces,
)
from portal.library.documents.titles import sensible_title

CUT = "Only its first part was read; it is too long."

_NOTES = ("footnote", "endnote")


@dataclass(frozen=True)
class Line:
    """One paragraph and whether it is a heading."""

    text: str
    heading: bool = False


def read_word(path: Path) -> Reading:
    """Return a document's text by page, as Word last laid it out where it says so, else by about 3,000 characters."""
    with Package(path) as package:
        body = _read_body(package)
        pages = body.pages if body.laid_out else _by_length(body.pages)
        collector = PageCollector()
        complete = all(
            collector.add(_heading(lines), "\n".join(line.text for line in lines)) for lines in pages
        )
        if body.cut:
            collector.left_out = collector.left_out or CUT
        heading = next((title for lines in body.pages if (title := sensible_title(_heading(lines)))), "")
        return collector.reading(sensible_title(core_title(package)) or heading, complete and not body.cut)


def _read_body(package: Package) -> _Body:
    """Walk the document by the page ends that Word noted when it last laid it out, unless they can't be right."""
    root = package.xml(package.main_part)
    hidden = hidden_styles(package, package.main_part)
    leave_out_hidden(root, hidden)
    if root.find(".//{*}lastRenderedPageBreak") is not None:
        body = _Body(package, hidden, laid_out=True)
        body.read(root)
        # Columns are noted like pages, and other programs leave the notes of an older layout in.
        if len(body.pages) <= _stated_pages(package):
            return body
    body = _Body(package, hidden, laid_out=False)
    body.read(root)
    return body


def _stated_pages(package: Package) -> int:
    """Return how many pages the document says that it has; very many when it does not say."""
    root = xml_if_readable(package, package.related("", "extended-properties"))
    stated = "" if root is None else root.findtext("{*}Pages") or ""
    return int(stated) if stated.isdecimal() and len(stated) < 6 and int(stated) else MAX_PAGES


@dataclass
class _Body:
    """The state of one walk through a document."""

    package: Package
    hidden: frozenset[str]
    laid_out: bool
    pages: list[list[Line]] = field(default_factory=lambda: [[]])
    words: list[str] = field(default_factory=list)
    heading: bool = False
    margins: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    rows: int = 0
    row_broken: bool = False
    characters: int = 0
    cut: bool = False

    def read(self, root: Any) -> None:
        """Walk the main part and gather its pages, until they are more than anybody needs."""
        part = self.package.main_part
        deadline = time.process_time() + MAX_SECONDS
        self.links = self.package.relations(part)
        self.headings = _heading_styles(self.package, part)
        self.notes = _notes(self.package, part, self.hidden)
        for starts, name, element in walk(root):
            if starts:
                self._start(name, element)
            else:
                self._end(name, element)
                self.cut = self.characters > MAX_CHARACTERS or (
                    name == "p" and time.process_time() > deadline
                )
                if self.cut:
                    break
        self._end_line()
        # Headers and footers stand on every page; once is enough to find them.
        self.pages[0].extend(Line(text) for text in dict.fromkeys(self.margins))

    def _start(self, name: str, element: Any) -> None:
        if name == "p":
            self._end_line()
        elif name == "pStyle":
            self.heading = attribute(element, "val") in self.headings
        elif name == "lastRenderedPageBreak":
            self._rendered_break()
        elif name in ("br", "pageBreakBefore") and _breaks_page(name, element):
            self._explicit_break()
        elif name in ("footnoteReference", "endnoteReference"):
            self.waiting += self.notes.get((name.removesuffix("Reference"), attribute(element, "id")), [])
        elif name in ("headerReference", "footerReference"):
            self.margins += self._margin(attribute(element, "id"))
        elif name == "tr":
            self.rows += 1
        else:
            self.words.append(character(name, element))
            self.waiting += drawn_text(self.package, self.links, name, element)

    def _end(self, name: str, element: Any) -> None:
        if name == "p":
            self._end_line()
        elif name == "tr":
            self.rows -= 1
            self.row_broken = self.row_broken and self.rows > 0
        elif name == "sectPr" and _starts_page(element):
            self._explicit_break()

    def _end_line(self) -> None:
        text = "".join(self.words).strip()
        lines = [Line(text, self.heading)] if text else []
        lines += [Line(note) for note in self.waiting]
        self.characters += sum(len(line.text) for line in lines)
        self.pages[-1] += lines
        self.words, self.waiting, self.heading = [], [], False

    def _rendered_break(self) -> None:
        # Every cell of a row that goes over a page end says so; it is one page end.
        if not self.laid_out or (self.rows and self.row_broken):
            return
        self.row_broken = self.rows > 0
        self._new_page()

    def _explicit_break(self) -> None:
        if not self.laid_out:
            self._new_page()

    def _new_page(self) -> None:
        heading = self.heading
        self._end_line()
        self.heading = heading
        self.pages.append([])

    def _margin(self, link_id: str) -> list[str]:
        link = self.links.get(link_id)
        root = None if link is None or link.external else xml_if_readable(self.package, link.target)
        if root is None:
            return []
        leave_out_hidden(root, self.hidden)
        return list(paragraphs(root))


def _breaks_page(name: str, element: Any) -> bool:
    if name == "br":
        return attribute(element, "type") == "page"
    return attribute(element, "val") not in OFF


def _starts_page(section: Any) -> bool:
    """Return whether a section's end, noted in its last paragraph, is the end of a page too."""
    if section.getparent().tag.endswith("}body"):
        return False
    kind = section.find("{*}type")
    return kind is None or attribute(kind, "val") not in ("continuous", "nextColumn")


def _heading(lines: Iterable[Line]) -> str:
    return next((line.text for line in lines if line.heading), "")


def _by_length(pages: list[list[Line]]) -> Iterator[list[Line]]:
    """Cut what lies between explicit page breaks into pages of about 3,000 characters, between paragraphs."""
    for lines in pages:
        page: list[Line] = []
        length = 0
        for line in lines:
            for text in pieces(line.text):
                if page and length + len(text) > PAGE_CHARACTERS:
                    yield page
                    page, length = [], 0
                page.append(Line(text, line.heading))
                length += len(text)
        if page:
            yield page


def _heading_styles(package: Package, part: str) -> set[str]:
    """Return the ids of the styles that make a heading or the title, in whatever language the ids are."""
    root = xml_if_readable(package, package.related(part, "styles"))
    if root is None:
        return set()
    names = {
        attribute(style, "styleId"): attribute(name, "val").lower()
        for style in root.iterfind("{*}style")
        if (name := style.find("{*}name")) is not None
    }
    return {style for style, name in names.items() if name == "title" or name.startswith("heading ")}


def _notes(package: Package, part: str, hidden: frozenset[str]) -> dict[tuple[str, str], list[str]]:
    """Return the lines of footnotes and endnotes by kind and id."""
    found: dict[tuple[str, str], list[str]] = {}
    for kind in _NOTES:
        root = xml_if_readable(package, package.related(part, f"{kind}s"))
        if root is None:
            continue
        leave_out_hidden(root, hidden)
        for note in root.iterfind(f"{{*}}{kind}"):
            found[kind, attribute(note, "id")] = list(paragraphs(note))
    return found
