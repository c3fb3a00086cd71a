"""Office files without anything that leads outside them: LibreOffice fetches addresses and opens local files."""

from __future__ import annotations

import base64
import binascii
import re

from lxml import etree

from portal.library.documents.kinds import picture_type
from portal.library.documents.ooxml import local
from portal.library.documents.packages import parse
from portal.library.documents.problems import Unreadable

_PASSED_ON = (".xml", ".vml", ".rels", ".odttf")
_BITMAPS = (b"BM", b"II*\x00", b"MM\x00*", b"\xd7\xcd\xc6\x9a", b"\x01\x00\x09\x00")
_DATA_ADDRESS = re.compile(r"data:image/(?:png|jpe?g|gif);base64,\s*([A-Za-z0-9+/]{16})")
_STYLE_ADDRESS = re.compile(r"@import|url\(\s*['\"]?\s*(?!#)", re.IGNORECASE)
_ACTIVE = {"script", "foreignObject", "iframe"}


def without_outside(name: str, data: bytes) -> bytes:
    """Return a part as it may be handed to another program: hyperlinks and pictures stay, all that loads goes.

    What a part is goes by its content, because that is what LibreOffice looks at.
    """
    name = name.lower()
    if name.endswith(".rels"):
        return _without_links(data) if b"External" in data else data
    if _is_picture(data):
        return data
    if name.endswith(".svg") or _holds_svg(data):
        return _harmless_svg(data)
    if name.endswith(_PASSED_ON) or data.startswith(_BITMAPS):
        return data
    # Embedded documents, programs, PostScript, sound: what the page shows of them is a picture of its own.
    return b""


def _without_links(data: bytes) -> bytes:
    root = parse(data)
    for link in root:
        if link.get("TargetMode") == "External" and not link.get("Type", "").endswith("/hyperlink"):
            # What refers to the link still finds it, and that it leads nowhere.
            link.set("Target", "removed")
            del link.attrib["TargetMode"]
    return etree.tostring(root)


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
