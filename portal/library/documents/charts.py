"""The text of charts and SmartArt, which Office files keep in parts of their own."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from itertools import islice
from typing import Any

from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import from_excel

from portal.library.documents.ooxml import attribute, local, paragraphs, xml_if_readable
from portal.library.documents.packages import Package

_WORDS = ("strCache", "strLit", "multiLvlStrCache", "strDim", "dlblRangeCache")
_NUMBERS = ("numCache", "numLit", "numDim")
_SERIES = tuple(f"{{*}}{name}" for name in _WORDS + _NUMBERS)
_TYPED = ("{*}strLit", "{*}numLit")
# No reader can tell single values apart in a chart of more.
MOST_POINTS = 200
_LAST_DATE = 2_958_465  # 31 December 9999, in days as Excel counts them


def drawn_text(
    package: Package, links: dict[str, Any], name: str, element: Any, copies: bool = True
) -> list[str]:
    """Return the lines of a chart or SmartArt that an element refers to; none when its part is missing or damaged.

    The copies of cells that a chart keeps can be left out where the cells themselves are read.
    """
    if name not in ("chart", "relIds"):
        return []
    link = links.get(attribute(element, "id" if name == "chart" else "dm"))
    if link is None or link.external or link.target not in package:
        return []
    root = xml_if_readable(package, link.target)
    return [] if root is None else [*paragraphs(root), *dict.fromkeys(_series(root, copies))]


def _series(root: Any, copies: bool) -> Iterator[str]:
    """Yield a line for the name, for the categories and for the values of each series that a chart keeps a copy of."""
    for cache in root.iter(*(_SERIES if copies else _TYPED)):
        values = _points(cache)
        if local(cache.tag) in _NUMBERS:
            style = _number_style(cache)
            values = (_shown(value, style) for value in values)
        if line := "\t".join(values):
            yield line


def _points(cache: Any) -> Iterator[str]:
    texts = ((element.text or "").strip() for element in cache.iter("{*}v", "{*}pt"))
    return islice((text for text in texts if text), MOST_POINTS)


def _number_style(cache: Any) -> str:
    """Return the format of a series of numbers, as Excel writes it ("0%"), or ""."""
    stated = cache.findtext("{*}formatCode") or ""
    level = cache.find("{*}lvl")
    return stated or ("" if level is None else attribute(level, "formatCode"))


def _shown(value: str, style: str) -> str:
    """Return a number much as the chart shows it: a share in percent, a day as a date, no digits of rounding."""
    try:
        number = float(value)
    except ValueError:
        return value
    if "%" in style:
        return f"{number * 100:.6g}%"
    if 0 < number < _LAST_DATE and style and is_date_format(style):
        moment = from_excel(number)
        return moment.date().isoformat() if isinstance(moment, datetime.datetime) else str(moment)
    return f"{number:.10g}"
