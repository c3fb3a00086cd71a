"""What a stage says about a deal's end, whom an owner cell names, and when two account names are one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from portal.tabular.cells import is_email

Status = Literal["open", "won", "lost"]
# What somebody said of a deal's end in some stages, by the CRM's own words.
Ends = Mapping[str, Status]

# In English, German, French and Spanish, as the columns of files are.
_WON = r"won|gewonnen|gagnée?s?|ganad[oa]s?"
_LOST = r"lost|verloren|perdue?s?|perdid[oa]s?"
_ENDS = re.compile(
    rf"(?<![^\W_])(?:closed)?(?:(?P<won>{_WON})|(?P<lost>{_LOST}))(?![^\W_]|['’]t)", re.IGNORECASE
)
_TRUE = frozenset({"1", "true", "yes", "y", "x", "✓", "checked"})
_FALSE = frozenset({"0", "false", "no", "n", "", "unchecked"})
_NAME_AND_EMAIL = re.compile(r"(?P<name>.*?)\s*[<(\[]\s*(?P<email>\S+@[^\s<>()\[\]]+)\s*[>)\]]")
_ACCENTED = re.compile(r"([A-Za-z])[\u0300-\u036f]+")
_SILENT = re.compile("[.'’‘ʼ`´]")


@lru_cache(maxsize=1024)
def stage_says(stage: str) -> Status:
    """Return what a stage's own words say: `Closed Won` and `closedwon` are won, `Lost` lost, all else open."""
    ends = {found.lastgroup for found in _ENDS.finditer(unicodedata.normalize("NFC", stage))}
    if len(ends) != 1:
        return "open"
    return "won" if "won" in ends else "lost"


def flag(cell: str) -> bool | None:
    """Return a yes-or-no cell as a bool, None when it is something else."""
    text = cell.strip().casefold()
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def owner_of(name: str, email: str) -> tuple[str, str]:
    """Return (name, email) of an owner, whose cell may hold either or both, as in `Jo Day (jo@example.com)`."""
    both = _NAME_AND_EMAIL.fullmatch(name) if "@" in name else None
    if both:
        return both["name"], email or both["email"].lower()
    if is_email(name):
        return "", email or name.lower()
    return name, email


def account_key(name: str) -> str:
    """Return what two spellings of one account share when they differ in case, accents, spacing or punctuation only.

    `ACME, Corp.` and `Acme Corp` share a key; `GTXPro` and `GTX Pro`, or `Acme Corporation`, do not: such pairs are
    for a person to judge.
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    # Only Latin letters lose their marks: in Japanese or Hindi a mark makes another word.
    plain = unicodedata.normalize("NFC", _ACCENTED.sub(r"\1", plain))
    plain = _SILENT.sub("", plain).replace("&", " & ")
    kept = "".join(
        " " if unicodedata.category(char)[0] in "PZ" and char not in "&#@%" else char for char in plain
    )
    return " ".join(kept.split()) or " ".join(name.casefold().split())
