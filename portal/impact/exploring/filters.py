"""Filters: which deals the figures are made from, as an address says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from portal.impact.gathered import FACETS

# ?uses=logged leaves out what was inferred from mails, meetings and days.
LOGGED = "logged"
MOST_CHARACTERS = 500


@dataclass(frozen=True)
class Chosen:
    """Deals closed from one day to another, both included, of some segment, region, industry, product or team."""

    begin: date | None = None
    end: date | None = None
    facets: tuple[tuple[str, str], ...] = ()  # name and word, in the order of FACETS
    without_inferred: bool = False
    errors: Mapping[str, str] = field(default_factory=dict, compare=False, hash=False)

    @property
    def narrows(self) -> bool:
        """Whether some deals are left out."""
        return bool(self.begin or self.end or self.facets)

    def word(self, name: str) -> str:
        """Return the word chosen of a facet, or nothing."""
        return dict(self.facets).get(name, "")

    def arguments(self) -> dict[str, str]:
        """Return what an address says of this, without what is not chosen."""
        days = {"begin": self.begin, "end": self.end}
        found = {name: day.isoformat() for name, day in days.items() if day}
        return found | dict(self.facets) | ({"uses": LOGGED} if self.without_inferred else {})


def read_chosen(arguments: Mapping[str, str]) -> Chosen:
    """Read the filters from an address; what can't be a day is said at its field and left aside."""
    errors: dict[str, str] = {}
    begin, end = _day(arguments, "begin", errors), _day(arguments, "end", errors)
    if begin and end and end < begin:
        errors["end"] = "The period ends before it begins."
        end = None
    said = ((name, arguments.get(name, "").strip()[:MOST_CHARACTERS]) for name in FACETS)
    return Chosen(
        begin=begin,
        end=end,
        facets=tuple((name, word) for name, word in said if word),
        without_inferred=arguments.get("uses") == LOGGED,
        errors=errors,
    )


def _day(arguments: Mapping[str, str], name: str, errors: dict[str, str]) -> date | None:
    text = arguments.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors[name] = "Please give a day such as 2026-03-31."
        return None
