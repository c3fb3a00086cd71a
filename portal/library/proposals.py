"""What to propose for a new piece of content, from its file's name and text; a person accepts or changes it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath

from portal.library.models import Term

# In this order: the first that fits is proposed.
_KIND_WORDS = (
    ("email_template", r"e-?mail templates?|e-?mail sequence|outreach e-?mails?|cold e-?mail"),
    ("battle_card", r"battle ?-?cards?|competitive (?:brief|comparison)|kill sheet"),
    ("case_study", r"case ?-?stud(?:y|ies)|customer stor(?:y|ies)|success stor(?:y|ies)"),
    ("white_paper", r"white ?-?papers?|e-?books?|research report|technical paper"),
    (
        "one_sheeter",
        r"one ?-?sheet(?:er)?s?|one ?-?pagers?|1 ?-?pagers?|data ?-?sheets?|fact ?-?sheets?|leaflet|flyer",
    ),
    ("video", r"webinars?|video|screen recording"),
    ("deck", r"decks?|slides?|presentation|pitch"),
)
_PATTERNS = tuple((kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for kind, words in _KIND_WORDS)
_EXTENSIONS = {
    **dict.fromkeys((".pptx", ".ppt", ".pptm", ".key", ".odp"), "deck"),
    **dict.fromkeys((".mp4", ".mov", ".webm", ".avi", ".mkv"), "video"),
    **dict.fromkeys((".eml", ".msg", ".oft"), "email_template"),
}
_OPENING = 600
MOST_PER_FACET = 3


def propose_kind(filename: str, *, title: str = "", text: str = "") -> str:
    """Return the likely kind: what the name says, else the type of file, else what the text says at its beginning."""
    path = PurePath(filename)
    named = f"{re.sub(r'[_.+-]+', ' ', path.stem)}\n{title}"
    by_name = _kind_in(named)
    return by_name or _EXTENSIONS.get(path.suffix.lower(), "") or _kind_in(text[:_OPENING]) or "other"


def _kind_in(text: str) -> str:
    return next((kind for kind, pattern in _PATTERNS if pattern.search(text)), "")


def terms_in(text: str, terms: Iterable[Term]) -> list[Term]:
    """Return the terms whose name stands in a text as a whole word, most frequent first, MOST_PER_FACET a facet."""
    line = " ".join(text.split())
    lowered = line.lower()
    counted = [(_occurrences(line, lowered, term.name), term) for term in terms]
    found: list[Term] = []
    for times, term in sorted(counted, key=lambda pair: -pair[0]):
        if times and sum(other.facet_id == term.facet_id for other in found) < MOST_PER_FACET:
            found.append(term)
    return found


def _occurrences(line: str, lowered: str, name: str) -> int:
    # "IT" is no "it": what is written in capitals is looked for in capitals.
    text, name = (line, name) if name.isupper() else (lowered, name.lower())
    if name not in text:
        return 0
    return len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", text))
