"""Words for addresses, made of titles."""

from __future__ import annotations

import re
import unicodedata

# What stands at the same place in addresses as a slug does.
RESERVED = frozenset(
    {
        "new",
        "review",
        "vocabulary",
        "suggest",
        "contribute",
        "from-sales",
        "review-intervals",
        "bulk",
        "hygiene",
        "synonyms",
    }
)
_OTHER = re.compile(r"[^a-z0-9]+")
_FOLDED = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def slug_of(title: str, *, longest: int = 80, empty: str = "content") -> str:
    """Return a title in small letters, figures and hyphens; `empty` when its script has none of these."""
    plain = unicodedata.normalize("NFKD", title.lower().translate(_FOLDED))
    words = _OTHER.sub("-", "".join(sign for sign in plain if not unicodedata.combining(sign))).strip("-")
    if len(words) > longest:
        words = words[: longest + 1].rsplit("-", 1)[0][:longest]
    return words.strip("-") or empty
