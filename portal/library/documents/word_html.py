"""A Word document as plain, harmless HTML, for where LibreOffice is not installed."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import mammoth
import nh3

from portal.library.documents.changes import hidden_styles
from portal.library.documents.kinds import picture_type
from portal.library.documents.outside import without_outside
from portal.library.documents.packages import Package
from portal.library.documents.problems import Unreadable

MAX_PICTURE_BYTES = 10 * 1024 * 1024
MAX_HTML_CHARACTERS = 20_000_000

_TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "blockquote", "pre"),
    *("strong", "em", "b", "i", "u", "s", "sub", "sup", "a", "img"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {
    "a": {"href", "id"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "li": {"id"},
}
_SCHEMES = {"http", "https", "mailto", "data"}
_PICTURE_ADDRESSES = tuple(f"data:image/{kind};base64," for kind in ("png", "jpeg", "gif", "webp"))
_MOST_SPANNED = 100


def word_html(path: Path) -> str:
    """Return a Word document as sanitised HTML (a fragment, to be framed); to be called under the guard."""
    copy = io.BytesIO()
    with Package(path) as package:
        hidden = hidden_styles(package, package.main_part)
        package.copy(copy, partial(without_outside, hidden=hidden))
    result = mammoth.convert_to_html(copy, convert_image=_picture_writer(), id_prefix="preview-")
    if len(result.value) > MAX_HTML_CHARACTERS:
        raise Unreadable("its text is too long to show")
    html: str = sanitise(result.value)
    if not html.strip():
        raise Unreadable("there is nothing in it that can be shown as text")
    return html


def sanitise(html: str) -> str:
    """Return HTML with nothing in it that runs, loads or styles."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        attribute_filter=_kept,
        link_rel="noopener noreferrer nofollow",
    )


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """Return an attribute's value, mended, or None to drop it."""
    if attribute == "src":
        return value if value.startswith(_PICTURE_ADDRESSES) else None
    if attribute == "href":
        return None if value.strip().lower().startswith("data:") else value
    if attribute in ("colspan", "rowspan"):
        return str(min(int(value), _MOST_SPANNED)) if value.isdecimal() and len(value) < 12 else None
    return value


def _picture_writer() -> Callable[[Any], Any]:
    """Return a writer of embedded pictures that stops when the page would grow too large to show."""
    left = [MAX_PICTURE_BYTES]

    @mammoth.images.img_element
    def write(image: Any) -> dict[str, str]:
        with image.open() as file:
            data = file.read(left[0] + 1)
        kind = picture_type(data[:12]) or ("image/gif" if data.startswith(b"GIF8") else "")
        if not kind or len(data) > left[0]:
            return {"src": ""}
        left[0] -= len(data)
        return {"src": f"data:{kind};base64,{base64.b64encode(data).decode()}"}

    return write
