"""Text of a PowerPoint presentation by slide: shapes, tables, groups, charts, SmartArt and speaker notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from portal.library.documents.ooxml import attribute, character, core_title, drawn_text, walk
from portal.library.documents.packages import Package
from portal.library.documents.pages import PageCollector, Reading
from portal.library.documents.problems import Unreadable, Unsafe
from portal.library.documents.titles import sensible_title

_TITLES = ("title", "ctrTitle")
_NOT_READ = ("sldNum", "dt", "hdr", "ftr", "sldImg")


def read_slides(path: Path) -> Reading:
    """Return a presentation's text, one page a slide, in the order in which they are shown."""
    with Package(path) as package:
        collector = PageCollector()
        complete = all(collector.add(*_slide(package, part)) for part in _slide_parts(package))
        reading = collector.reading(complete=complete)
        first = next((title for page in reading.pages if (title := sensible_title(page.title))), "")
        return collector.reading(sensible_title(core_title(package)) or first, complete)


def _slide_parts(package: Package) -> Iterator[str]:
    links = package.relations(package.main_part)
    for element in package.xml(package.main_part).iterfind("{*}sldIdLst/{*}sldId"):
        # The relation's id has a namespace, the slide's own id has none.
        relation = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
        if relation in links and not links[relation].external:
            yield links[relation].target


def _slide(package: Package, part: str) -> tuple[str, str]:
    """Return a slide's title and its text with the notes; empty, so that the count stays right, when it is damaged."""
    try:
        title, lines = _shapes(package, part)
        notes = package.related(part, "notesSlide")
        if notes:
            lines += _shapes(package, notes)[1]
    except Unsafe:
        raise
    except Unreadable:
        return "", ""
    return title, "\n".join(lines)


def _shapes(package: Package, part: str) -> tuple[str, list[str]]:
    """Return the title and the lines of all shapes of a slide or a notes page."""
    links = package.relations(part)
    title: list[str] = []
    lines: list[str] = []
    words: list[str] = []
    role = ""
    for starts, name, element in walk(package.xml(part)):
        if name == "p":
            line = "".join(words).strip()
            words.clear()
            if line and role not in _NOT_READ:
                lines.append(line)
                if role in _TITLES:
                    title.append(line)
        elif name == "sp":
            role = _role(element) if starts else ""
        elif starts:
            words.append(character(name, element))
            lines += drawn_text(package, links, name, element)
    return " ".join(title), lines


def _role(shape: Any) -> str:
    """Return which place of the layout a shape fills ("title", "body", ...), or "" when it is free."""
    place = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return "" if place is None else attribute(place, "type") or "body"
