"""Wording: what was chosen, what stands out in it, and what to widen when it leaves too few deals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from portal.impact.exploring.filters import Chosen
from portal.impact.exploring.periods import period_words
from portal.impact.forms import USES, Shown
from portal.impact.gathered import FACETS
from portal.impact.method import MIN_DEALS_USED
from portal.impact.overview import VERDICT_NAMES, Part, headline_parts
from portal.impact.verdicts import Verdict
from portal.web.formatting import kind_words

FACET_WORDS = {
    "segment": ("Segment", "Every segment", "in the segment {}"),
    "region": ("Region", "Every region", "in {}"),
    "industry": ("Industry", "Every industry", "in {}"),
    "product": ("Product", "Every product", "for {}"),
    "team": ("Team", "All teams", "by the team {}"),
}
# The one that people ask by first stands first.
SAID_FIRST = ("industry", "segment", "region", "product", "team")


def choice_words(chosen: Chosen, teams: Mapping[str, str]) -> str:
    """Say of which deals the figures are, as the beginning of a sentence; nothing for all deals."""
    said = {name: teams.get(word, word) if name == "team" else word for name, word in chosen.facets}
    parts = [FACET_WORDS[name][2].format(said[name]) for name in SAID_FIRST if name in said]
    if chosen.begin or chosen.end:
        parts.append(f"on deals closed {_of_period(chosen)}")
    words = ", ".join(parts)
    return words[:1].upper() + words[1:]


def _of_period(chosen: Chosen) -> str:
    words = period_words(chosen.begin, chosen.end)
    return f"from {words}" if chosen.begin and chosen.end else words


def headline_of(shown: Shown, counts: Mapping[str, int], teams: Mapping[str, str]) -> list[Part]:
    """Say what stands out in what was chosen, in parts of which each number leads to its content."""
    parts = headline_parts(counts)
    before = choice_words(shown.chosen, teams)
    if not before:
        return parts
    first = parts[0]
    words = first.words[:1].lower() + first.words[1:]
    return [Part(f"{before}, "), replace(first, words=words), *parts[1:]]


def too_few_words(shown: Shown, deals: int, teams: Mapping[str, str]) -> str:
    """Say that a choice leaves too few deals for any figure."""
    before = choice_words(shown.chosen, teams)
    on = f"{deals} closed {'deal' if deals == 1 else 'deals'}" if deals else "no closed deal"
    return f"{before}, content is logged on {on}, too few for any figure: it takes {MIN_DEALS_USED}."


def filters_in_words(shown: Shown, teams: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what the figures are narrowed to, as (name, words), for an export to carry."""
    chosen, found = shown.chosen, []
    for name in FACETS:
        label, every, _ = FACET_WORDS[name]
        word = chosen.word(name)
        found.append((label, (teams.get(word, word) if name == "team" else word) or every))
    kind = kind_words(shown.kind) if shown.kind else "Every kind"
    verdict = VERDICT_NAMES[Verdict(shown.verdict)] if shown.verdict else "Every verdict"
    return (*found, ("Kind of content", kind), ("Verdict", verdict), ("Uses", dict(USES)[shown.uses]))


def without(shown: Shown, *names: str) -> Shown:
    """Return the same with some filters of deals lifted: names of facets, or "period"."""
    chosen = shown.chosen
    facets = tuple(pair for pair in chosen.facets if pair[0] not in names)
    if "period" in names:
        chosen = replace(chosen, begin=None, end=None)
    return replace(shown, chosen=replace(chosen, facets=facets))


def wider(shown: Shown) -> list[tuple[str, Shown]]:
    """Return what to widen so that there are more deals, as words of a button and what it shows."""
    chosen = shown.chosen
    found = [("All time", without(shown, "period"))] if chosen.begin or chosen.end else []
    found += [(FACET_WORDS[name][1], without(shown, name)) for name, _ in chosen.facets]
    every = without(shown, "period", *FACETS)
    return [*found, ("All deals", every)] if len(found) > 1 else found
