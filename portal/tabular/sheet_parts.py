"""The parts of a workbook beside its rows: its sheets, the texts that cells share, and which styles are dates."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

MEGABYTE = 1 << 20
# What is built in memory between two rows, or two texts, before it can be let go again.
MOST_AT_ONCE = 8 * MEGABYTE
# The texts that cells share are all kept while a sheet is read; its rows are not.
MOST_OF_TEXTS = 128 * MEGABYTE
# What is no sheet and no text is read in one piece.
MOST_OF_A_PART = 16 * MEGABYTE
WORKBOOK = "xl/workbook.xml"
# How a text writes a character that XML can't hold, and an underscore that could be taken for the begin of one.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class SheetPart:
    """One visible sheet: its title, and the part that holds its rows."""

    title: str
    part: str


@dataclass(frozen=True)
class Meanings:
    """What the cells of a workbook refer to: texts by number, and which styles make a number a date or a duration."""

    texts: list[str]
    dates: frozenset[str]
    durations: frozenset[str]
    epoch: datetime


class _Bounded:
    """A part as a stream that gives up where too much comes without an end of what is being read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._since = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._since += len(data)
        if self._since > MOST_AT_ONCE:
            raise ValueError("a single row, or a single text, of a workbook is larger than any is")
        return data

    def begin_anew(self) -> None:
        self._since = 0


def elements(stream: IO[bytes], *names: str) -> Iterator[Any]:
    """Yield the elements with these names as they end, and forget each one afterwards; refuse a document type."""
    bounded = _Bounded(stream)
    tags = [f"{{*}}{name}" for name in names]
    options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    for at, (_, element) in enumerate(etree.iterparse(bounded, tag=tags, remove_comments=True, **options)):
        if not at and element.getroottree().docinfo.doctype:
            raise ValueError("a part of a workbook has a document type")
        yield element
        element.clear()
        above = element.getparent()
        if above is not None:
            while element.getprevious() is not None:
                del above[0]
        bounded.begin_anew()


def sheets_of(packed: zipfile.ZipFile) -> list[SheetPart]:
    """Return the visible sheets of a workbook in order."""
    root, links = _tree(packed, WORKBOOK), _links(packed)
    found = []
    for sheet in root.iterfind("{*}sheets/{*}sheet"):
        link = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
        kind, part = links.get(link, ("", ""))
        if sheet.get("state", "visible") == "visible" and kind == "worksheet":
            found.append(SheetPart(sheet.get("name", ""), part))
    return found


def meanings_of(packed: zipfile.ZipFile) -> Meanings:
    """Return what the cells of a workbook refer to."""
    parts = dict(_links(packed).values())
    setting = _tree(packed, WORKBOOK).find("{*}workbookPr")
    is_1904 = setting is not None and setting.get("date1904", "0") in ("1", "true")
    epoch = CALENDAR_MAC_1904 if is_1904 else CALENDAR_WINDOWS_1900
    texts = _texts(packed, parts["sharedStrings"]) if "sharedStrings" in parts else []
    codes = _codes(packed, parts["styles"]) if "styles" in parts else []
    dates = frozenset(str(at) for at, code in enumerate(codes) if is_date_format(code))
    spans = frozenset(str(at) for at, code in enumerate(codes) if is_timedelta_format(code))
    return Meanings(texts, dates, spans, epoch)


def text_in(element: Any) -> str:
    """Return the text of a cell or of a shared text: of its runs too, but not how it is pronounced."""
    found = []
    for child in element:
        name = child.tag.rpartition("}")[2]
        if name == "t":
            found.append(child.text or "")
        elif name == "r":
            found += [one.text or "" for one in child.iterfind("{*}t")]
    text = "".join(found)
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(escaped: re.Match[str]) -> str:
    found = chr(int(escaped[1], 16))
    # Half a character stays as it is written: no text may hold one.
    return escaped[0] if "\ud800" <= found <= "\udfff" else found


def _texts(packed: zipfile.ZipFile, part: str) -> list[str]:
    _check_size(packed, part, MOST_OF_TEXTS)
    with packed.open(part) as stream:
        return [text_in(element) for element in elements(stream, "si")]


def _codes(packed: zipfile.ZipFile, part: str) -> list[str]:
    """Return the number format of each style that a cell may have."""
    root = _tree(packed, part)
    own = {one.get("numFmtId"): one.get("formatCode", "") for one in root.iterfind("{*}numFmts/{*}numFmt")}
    known = {str(number): code for number, code in BUILTIN_FORMATS.items()} | own
    return [known.get(style.get("numFmtId"), "General") for style in root.iterfind("{*}cellXfs/{*}xf")]


def _links(packed: zipfile.ZipFile) -> dict[str, tuple[str, str]]:
    """Return by id what the workbook's parts are, such as worksheet, and what they are called."""
    found = {}
    for one in _tree(packed, "xl/_rels/workbook.xml.rels"):
        target = one.get("Target", "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        found[one.get("Id", "")] = one.get("Type", "").rpartition("/")[2], part
    return found


def _tree(packed: zipfile.ZipFile, part: str) -> Any:
    _check_size(packed, part, MOST_OF_A_PART)
    with packed.open(part) as stream:
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
        )
        tree = etree.parse(stream, parser)
    if tree.docinfo.doctype:
        raise ValueError("a part of a workbook has a document type")
    return tree.getroot()


def _check_size(packed: zipfile.ZipFile, part: str, most: int) -> None:
    """Refuse a part that is too large for what it is: a workbook may say of any that it holds the styles or texts."""
    if packed.getinfo(part).file_size > most:
        raise ValueError(f"{part} of a workbook is larger than any such part is")
