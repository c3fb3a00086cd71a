"""Office files without anything that leads outside them: LibreOffice fetches addresses and opens local files."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from typing import Any

from lxml import etree

from portal.library.documents.changes import accept_changes, leave_out_hidden
from portal.library.documents.kinds import picture_type
from portal.library.documents.ooxml import local
from portal.library.documents.packages import parse
from portal.library.documents.problems import Unreadable, Unsafe

_MARKUP = (".xml", ".vml", ".rels")
# Markup in any other vocabulary is a document of its own, which LibreOffice would open by what it says.
_VOCABULARIES = (
    *("http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/"),
    *("http://schemas.microsoft.com/", "urn:schemas-microsoft-com:"),
)
_WHOLE_DOCUMENTS = (
    "http://schemas.microsoft.com/office/2006/xmlPackage",
    "http://schemas.microsoft.com/office/word/2003/wordml",
)
_NOTHING = b"<removed/>"
_BITMAPS = (b"BM", b"II*\x00", b"MM\x00*", b"\xd7\xcd\xc6\x9a", b"\x01\x00\x09\x00")
_DATA_ADDRESS = re.compile(r"data:image/(?:png|jpe?g|gif);base64,\s*([A-Za-z0-9+/]{16})")
_STYLE_ADDRESS = re.compile(r"@import|url\(\s*['\"]?\s*(?!#)", re.IGNORECASE)
_FONT_TABLE = re.compile(rb"[A-Za-z0-9/ ]{4}")
_ACTIVE = {"script", "foreignObject", "iframe"}


def without_outside(name: str, data: bytes, hidden: Collection[str] = ()) -> bytes:
    """Return a part as it may be handed to another program: hyperlinks and pictures stay, all that loads goes.

    What a part is goes by its content, because that is what LibreOffice looks at. Tracked changes are settled, and
    text that is hidden, also by one of the styles `hidden`, is left out.
    """
    name = name.lower()
    if _is_picture(data):
        return data
    if name.endswith(".svg") or _holds_svg(data):
        return _harmless_svg(data)
    if name.endswith(_MARKUP):
        return _harmless_markup(data, hidden)
    if data.startswith(_BITMAPS) or (name.endswith(".odttf") and _is_font(data)):
        return data
    # Embedded documents, programs, PostScript, sound: what the page shows of them is a picture of its own.
    return b""


def _harmless_markup(data: bytes, hidden: Collection[str]) -> bytes:
    """Return a part of Office's own markup, written anew from what was read of it; nothing of any other."""
    try:
        root = parse(data)
    except Unsafe:
        raise
    except Unreadable:
        return b""
    space = etree.QName(root).namespace or ""
    is_vml = root.tag == "xml"
    if not is_vml and (not space.startswith(_VOCABULARIES) or space in _WHOLE_DOCUMENTS):
        return _NOTHING
    if local(root.tag) == "Relationships":
        _cut_links(root)
    for element in list(root.iter("{*}altChunk", "{*}subDoc", "{*}svg")):
        if element.getparent() is not None:
            element.getparent().remove(element)
    accept_changes(root)
    leave_out_hidden(root, hidden)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def _cut_links(root: Any) -> None:
    for link in root:
        kind = link.get("Type", "").lower()
        is_outside = link.get("TargetMode") == "External" and not kind.endswith("/hyperlink")
        if is_outside or kind.endswith(("/afchunk", "/subdocument")):
            # What refers to the link still finds it, and that it leads nowhere.
            link.set("Target", "removed")
            link.attrib.pop("TargetMode", None)


def _is_font(data: bytes) -> bool:
    """Return whether an embedded font, whose first 32 bytes are hidden, goes on as a table of contents does."""
    if data.startswith((b"PK", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"<")):
        return False
    # The names of its third and fourth table.
    third, fourth = data[44:48], data[60:64]
    return bool(_FONT_TABLE.fullmatch(third) and _FONT_TABLE.fullmatch(fourth))


def _is_picture(data: bytes) -> bool:
    is_emf = data.startswith(b"\x01\x00\x00\x00") and data[40:44] == b" EMF"
    return bool(picture_type(data[:12])) or data.startswith(b"GIF8") or is_emf


def _holds_svg(data: bytes) -> bool:
    return b"<svg" in (data.replace(b"\x00", b"") if b"\x00" in data[:64] else data)


def _harmless_svg(data: bytes) -> bytes:
    """Return an SVG that refers to nothing but itself; empty when it can't be told what it refers to."""
    try:
        root = parse(data)
    except Unreadable:
        return b""
    for element in list(root.iter()):
        if local(element.tag) in _ACTIVE and element is not root:
            element.getparent().remove(element)
            continue
        if local(element.tag) == "style" and _STYLE_ADDRESS.search("".join(element.itertext())):
            element.clear()
        for key, value in element.attrib.items():
            if not _stays_inside(local(key), value):
                del element.attrib[key]
    return etree.tostring(root)


def _stays_inside(name: str, value: str) -> bool:
    if name in ("href", "src"):
        return value.strip().startswith("#") or _is_picture_address(value)
    return not _STYLE_ADDRESS.search(value)


def _is_picture_address(value: str) -> bool:
    """Return whether an address is a picture itself, by the picture's own first bytes."""
    found = _DATA_ADDRESS.match(value.strip())
    if not found:
        return False
    try:
        head = base64.b64decode(found[1])
    except binascii.Error:
        return False
    return bool(picture_type(head)) or head.startswith(b"GIF8")
