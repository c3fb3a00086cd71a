"""One cell's text, made safe to keep and to show."""

from __future__ import annotations

import re

LONGEST = 500
NOTHING = frozenset({"", "-", "--", "–", "—", "n/a", "na", "#n/a", "null", "none", "nil", "\\n", "(blank)"})
# Controls, and the marks that turn the direction of text around: both can make a name look like another.
_HARMFUL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")

# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_EMAIL = re.compile(r"[^\s@<>()\"',;:]+@[^\s@<>()\"',;:]+\.[^\s@<>()\"',;:.]+")


def clean(text: str) -> str:
    """Return `text` trimmed, on one line, without control characters; emoji and every script stay."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(_HARMFUL.sub("", text).split())


def is_blank(text: str) -> bool:
    """Say whether a date or amount cell says nothing, in one of the ways that exports write nothing."""
    return text.strip().casefold() in NOTHING


def shorten(text: str, longest: int = 80) -> str:
    """Return `text` short enough to quote in a message."""
    short = clean(text[: longest * 4])
    return short if len(short) <= longest else short[: longest - 1] + "…"


def is_email(text: str) -> bool:
    """Say whether `text` has the form of one email address."""
    return len(text) <= 254 and _EMAIL.fullmatch(text) is not None


def not_a_formula(text: str) -> str:
    """Return `text` with an apostrophe before it if a spreadsheet would run it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def words(field: str) -> str:
    """Return a field's name as people write it."""
    return field.replace("_", " ")
