"""Places: how far the place of content by credited revenue depends on the rule that divides it."""

from __future__ import annotations

# Content is flagged whose worst place is this many places behind its best one, and at least this many times as far.
PLACES_APART = 5
TIMES_APART = 2


def flips(best: int | None, worst: int | None) -> bool:
    """Return whether the rules disagree so much on the place of content that no one place may be told."""
    if best is None or worst is None:
        return False
    return worst - best >= PLACES_APART and worst >= TIMES_APART * best


def place_words(best: int | None, worst: int | None) -> str:
    """Say between which places content comes, where the rules disagree; else nothing."""
    if best is None or worst is None or not flips(best, worst):
        return ""
    return f"Its place is {_ordinal(best)} to {_ordinal(worst)}, depending on the rule."


def _ordinal(number: int) -> str:
    last = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{'th' if number % 100 in (11, 12, 13) else last}"
