"""What Word and PowerPoint files share: walking their markup by local name, and the text in drawings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from portal.library.documents.packages import Package
from portal.library.documents.problems import Unreadable, Unsafe

# Older readings of what stands beside them, text that was deleted or moved away, and field codes.
_SKIPPED = {"Fallback", "del", "moveFrom", "instrText", "rPr", "tabs"}
_CHARACTERS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-", "ptab": "\t"}
_SEEN = {
    *("p", "t", "sp", "tr", "chart", "relIds", "sectPr"),
    *("pStyle", "lastRenderedPageBreak", "pageBreakBefore"),
    *("footnoteReference", "endnoteReference", "headerReference", "footerReference"),
    *_CHARACTERS,
}
_WALKED = tuple(f"{{*}}{name}" for name in (*_SEEN, *_SKIPPED))


def local(tag: str) -> str:
    """Return a name without its namespace, because Strict and Transitional files differ in nothing else here."""
    return tag.rpartition("}")[2]


def attribute(element: Any, name: str) -> str:
    """Return an attribute by local name, or ""."""
    return next((value for key, value in element.attrib.items() if local(key) == name), "")


def walk(root: Any) -> Iterator[tuple[bool, str, Any]]:
    """Yield (is_start, local name, element) over what stands for text, or divides it, and is shown on the page."""
    # The names are compared by the library: most of a file's markup says how things look, and is passed over.
    walker = etree.iterwalk(root, events=("start", "end"), tag=_WALKED)
    for event, element in walker:
        name = local(element.tag)
        if name not in _SKIPPED:
            yield event == "start", name, element
        elif event == "start":
            walker.skip_subtree()


def character(name: str, element: Any) -> str:
    """Return the text that one element stands for, or ""."""
    return element.text or "" if name == "t" else _CHARACTERS.get(name, "")


def paragraphs(root: Any) -> Iterator[str]:
    """Yield the non-empty paragraphs of a part."""
    words: list[str] = []
    for starts, name, element in walk(root):
        if name == "p":
            if line := "".join(words).strip():
                yield line
            words.clear()
        elif starts:
            words.append(character(name, element))
    if line := "".join(words).strip():
        yield line


def core_title(package: Package) -> str:
    """Return the title in a document's properties, or ""."""
    root = xml_if_readable(package, package.related("", "core-properties"))
    return "" if root is None else root.findtext("{*}title") or ""


def xml_if_readable(package: Package, part: str) -> Any:
    """Return a part that a document can do without, or None when it is missing or damaged; unsafe is still unsafe."""
    try:
        return package.xml(part) if part in package else None
    except Unsafe:
        raise
    except Unreadable:
        return None
