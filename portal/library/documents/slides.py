"""Text of a PowerPoint presentation by slide: shapes, tables, groups, charts and SmartArt; notes are kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.library.documents.charts import drawn_text
from portal.library.documents.ooxml import attribute, character, core_title, walk
from portal.library.documents.packages import Package
from portal.library.documents.pages import PageCollector, Reading
from portal.library.documents.problems import Unreadable, Unsafe
from portal.library.documents.titles import sensible_title

_TITLES = ("title", "ctrTitle")
_FOOTER = "ftr"
_NOT_READ = ("sldNum", "dt", "hdr", "sldImg")


def read_slides(path: Path) -> Reading:
    """Return a presentation's text, one page a slide, in the order in which they are shown."""
    with Package(path) as package:
        collector = PageCollector()
        repeated = _Repeated(package)
        complete = all(collector.add(*_slide(package, part, repeated)) for part in _slide_parts(package))
        reading = collector.reading(complete=complete)
        first = next((title for page in reading.pages if (title := sensible_title(page.title))), "")
        return collector.reading(sensible_title(core_title(package)) or first, complete)


@dataclass(frozen=True)
class _Line:
    """One paragraph of a shape, and which place of the layout the shape fills; "" when it is free."""

    text: str
    role: str


class _Repeated:
    """What stands on many slides, footers and the layouts' own words: once in a presentation is enough to find it."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._parts: set[str] = set()
        self._footers: set[str] = set()

    def new_with(self, slide: str, lines: list[_Line]) -> list[str]:
        """Return what a slide shows of it that no slide before it has shown."""
        footers = dict.fromkeys(line.text for line in lines if line.role == _FOOTER)
        new = [text for text in footers if text not in self._footers]
        self._footers.update(new)
        layout = self._package.related(slide, "slideLayout")
        return new + self._fixed(layout) + self._fixed(self._package.related(layout, "slideMaster"))

    def _fixed(self, part: str) -> list[str]:
        """Return the words of a layout or a master that are no places to be filled in."""
        if not part or part in self._parts:
            return []
        self._parts.add(part)
        try:
            return [
                line.text for line in _lines(self._package, part, self._package.xml(part)) if not line.role
            ]
        except Unsafe:
            raise
        except Unreadable:
            return []


def _slide_parts(package: Package) -> Iterator[str]:
    links = package.relations(package.main_part)
    for element in package.xml(package.main_part).iterfind("{*}sldIdLst/{*}sldId"):
        # The relation's id has a namespace, the slide's own id has none.
        relation = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
        if relation in links and not links[relation].external:
            yield links[relation].target


def _slide(package: Package, part: str, repeated: _Repeated) -> tuple[str, str, str, bool]:
    """Return a slide's title, text, notes and whether it is hidden; without words, so as to be counted, if damaged."""
    is_hidden = False
    try:
        slide = package.xml(part)
        is_hidden = attribute(slide, "show") in ("0", "false")
        lines = _lines(package, part, slide)
        notes = package.related(part, "notesSlide")
        spoken = _lines(package, notes, package.xml(notes)) if notes else []
    except Unsafe:
        raise
    except Unreadable:
        return "", "", "", is_hidden
    texts = [line.text for line in lines if line.role != _FOOTER]
    texts += repeated.new_with(part, lines)
    said = [line.text for line in spoken if line.role != _FOOTER]
    title = " ".join(line.text for line in lines if line.role in _TITLES)
    return title, "\n".join(texts), "\n".join(said), is_hidden


def _lines(package: Package, part: str, root: Any) -> list[_Line]:
    """Return the lines of all shapes of a slide, a layout or a notes page."""
    links = package.relations(part)
    lines: list[_Line] = []
    words: list[str] = []
    role = ""
    for starts, name, element in walk(root):
        if name == "p":
            text = "".join(words).strip()
            words.clear()
            if text and role not in _NOT_READ:
                lines.append(_Line(text, role))
        elif name == "sp":
            role = _role(element) if starts else ""
        elif starts:
            words.append(character(name, element))
            lines += [_Line(text, role) for text in drawn_text(package, links, name, element)]
    return lines


def _role(shape: Any) -> str:
    """Return which place of the layout a shape fills ("title", "body", ...), or "" when it is free."""
    place = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return "" if place is None else attribute(place, "type") or "body"
