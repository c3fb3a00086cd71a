"""Word markup as its reader is to see it: tracked changes accepted, text that is marked as hidden left out."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from portal.library.documents.ooxml import attribute, local, xml_if_readable
from portal.library.documents.packages import Package

OFF = ("0", "false", "off")
_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_REMOVED = ("del", "moveFrom")
_ACCEPTED = ("ins", "moveTo")
_FORMER = (
    *("rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tblPrExChange", "tblGridChange"),
    *("trPrChange", "tcPrChange", "numberingChange", "delText", "delInstrText"),
)


def accept_changes(root: Any) -> None:
    """Settle the tracked changes of a part, because a program that draws it would show the redlines."""
    for element in _all(root, *_FORMER):
        _remove(element)
    removed = _all(root, *_REMOVED, "cellDel")
    # The text first, so that a paragraph of which nothing is left is seen to be empty when its own mark comes.
    for element in sorted(removed, key=lambda mark: len(mark) == 0):
        _settle_removed(element)
    for element in _all(root, *_ACCEPTED, "cellIns"):
        if len(element) and element.getparent() is not None:
            _unwrap(element)
        else:
            _remove(element)


def leave_out_hidden(root: Any, styles: Collection[str] = ()) -> None:
    """Remove the runs that are marked as hidden, by themselves or through one of these styles."""
    for mark in _all(root, "vanish"):
        run = mark.getparent().getparent()
        if run is not None and local(run.tag) == "r" and attribute(mark, "val") not in OFF:
            _remove(run)
    for style in _all(root, "rStyle", "pStyle") if styles else ():
        if attribute(style, "val") in styles:
            for run in _runs_of(style):
                _remove(run)


def hidden_styles(package: Package, part: str) -> frozenset[str]:
    """Return the ids of the styles that hide what is written in them, or are based on one that does."""
    root = xml_if_readable(package, package.related(part, "styles"))
    if root is None:
        return frozenset()
    hidden: set[str] = set()
    heirs: dict[str, list[str]] = {}
    for style in root.iterfind("{*}style"):
        key, mark, base = (
            attribute(style, "styleId"),
            style.find("{*}rPr/{*}vanish"),
            style.find("{*}basedOn"),
        )
        if mark is not None and attribute(mark, "val") not in OFF:
            hidden.add(key)
        elif mark is None and base is not None:
            heirs.setdefault(attribute(base, "val"), []).append(key)
    waiting = list(hidden)
    while waiting:
        found = [key for key in heirs.get(waiting.pop(), ()) if key not in hidden]
        hidden.update(found)
        waiting += found
    return frozenset(hidden - {""})


def _all(root: Any, *names: str) -> list[Any]:
    return list(root.iter(*(f"{{{space}}}{name}" for space in _WORD for name in names)))


def _settle_removed(element: Any) -> None:
    """Remove what was deleted or moved away: the text itself, or the row, cell or paragraph that it is a mark of."""
    holder = element.getparent()
    kind = "" if holder is None else local(holder.tag)
    if kind in ("trPr", "tcPr"):
        _remove(holder.getparent())
    elif kind == "rPr" and local(holder.getparent().tag) == "pPr":
        paragraph = holder.getparent().getparent()
        _remove(element)
        if paragraph is not None and _is_empty(paragraph):
            _remove(paragraph)
    else:
        _remove(element)


def _is_empty(paragraph: Any) -> bool:
    """Return whether nothing is left of a paragraph, and the cell that it stands in can do without it."""
    holder = paragraph.getparent()
    is_alone = holder is None or sum(local(child.tag) == "p" for child in holder) < 2
    others = (local(element.tag) for element in paragraph.iter("{*}r", "{*}ins", "{*}moveTo", "{*}sectPr"))
    return not is_alone and next(others, None) is None


def _unwrap(element: Any) -> None:
    holder = element.getparent()
    place = holder.index(element)
    holder[place : place + 1] = list(element)


def _runs_of(style: Any) -> list[Any]:
    """Return the runs that a style holds for, but for those that say themselves that they are shown."""
    holder = style.getparent().getparent()
    if holder is None:
        return []
    runs = [holder] if local(holder.tag) == "r" else _all(holder, "r")
    return [run for run in runs if run.find("{*}rPr/{*}vanish") is None]


def _remove(element: Any) -> None:
    holder = element.getparent()
    if holder is not None:
        holder.remove(element)
