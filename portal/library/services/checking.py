"""What may be said about content: each check returns the cleaned value, or refuses with the field it concerns."""

from __future__ import annotations

import re
from pathlib import PurePath
from urllib.parse import urlsplit

from portal.errors import Invalid
from portal.library.models import ASSET_KINDS, Asset

MAX_TITLE = 300
MAX_SUMMARY = 2_000
MAX_NOTE = 500
MAX_LINK = 2_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def one_line(text: str) -> str:
    """Return a text without line breaks, signs that mislead, and needless spaces."""
    return " ".join(_CONTROL.sub(" ", text).split())


def checked_title(title: str) -> str:
    """Return a title on one line, or refuse an empty or endless one."""
    title = one_line(title)
    if not title:
        raise Invalid("Please give a title.", field="title")
    if len(title) > MAX_TITLE:
        raise Invalid(
            f"A title has at most {MAX_TITLE} characters; this one has {len(title):,}.", field="title"
        )
    return title


def checked_link(link: str) -> str:
    """Return a web address that a browser may open, or refuse what is none."""
    link = link.strip()
    if len(link) > MAX_LINK:
        raise Invalid(f"An address has at most {MAX_LINK:,} characters.", field="link")
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or _CONTROL.search(link) or " " in link:
        raise Invalid("Please give a whole web address that begins with https:// or http://.", field="link")
    return link


def clean_filename(filename: str) -> str:
    """Return a name that a file may be downloaded under: its last part, without signs that mislead or break."""
    name = PurePath(_CONTROL.sub("", filename).replace("\\", "/")).name.strip().strip(".") or "file"
    stem, dot, extension = name.rpartition(".")
    if len(name) <= 200:
        return name
    return f"{stem[: 199 - len(extension)]}.{extension}" if dot and len(extension) < 20 else name[:200]


def checked_kind(kind: str) -> str:
    if kind not in ASSET_KINDS:
        raise Invalid(f"A kind is one of {', '.join(ASSET_KINDS)}.", field="kind")
    return kind


def checked_text(text: str, longest: int, field: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if len(text) > longest:
        raise Invalid(f"This may have {longest:,} characters; it has {len(text):,}.", field=field)
    return text


def checked_replacement(other: Asset, of: Asset | None = None) -> Asset:
    """Return what is to be used instead of content, or refuse what is itself not in use."""
    if of is not None and other.id == of.id:
        raise Invalid("It cannot replace itself.", field="replaced_by")
    if not other.is_live:
        raise Invalid("The replacement has to be published and not expired.", field="replaced_by")
    if other.current_version_id is None:
        raise Invalid("There is nothing to use in the replacement yet.", field="replaced_by")
    return other
