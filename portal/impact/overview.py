"""Overview: what stands out over all content, how far one piece is from a verdict, and what was left out, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from portal.impact.coverage import Coverage
from portal.impact.lift import AssetLift
from portal.impact.method import MIN_DEALS_USED, MIN_LOST, MIN_MATCHED_SHARE, MIN_WON
from portal.impact.models import ImpactRow
from portal.impact.verdicts import Shortfall, Verdict, shortfall_of
from portal.impact.words import coverage_words

VERDICT_NAMES = {
    Verdict.WON_MORE: "Won more often",
    Verdict.WON_LESS: "Won less often",
    Verdict.NO_CLEAR_DIFFERENCE: "No clear difference",
    Verdict.NOT_ENOUGH_DEALS: "Not enough deals yet",
}
# What is counted, as one and as many, with what becomes of it.
LEFT_OUT = {
    "uses_on_open_deals": "on deals that are still open",
    "uses_before_creation": "before the deal was created",
    "uses_after_close": "after the deal was closed",
}
LESS_KNOWN = {
    "uses_logged_late": (
        "use was inferred and confirmed only after its deal had closed: it is counted and credited, but not compared",
        "uses were inferred and confirmed only after their deals had closed: they are counted and credited, but not"
        " compared",
    ),
    "won_not_convertible": (
        "won deal has an amount that can't be converted, and gives no credited revenue",
        "won deals have amounts that can't be converted, and give no credited revenue",
    ),
    "won_without_amount": (
        "won deal has no amount, and gives no credited revenue",
        "won deals have no amount, and give no credited revenue",
    ),
    "closed_without_date": (
        "closed deal has no closing date, so all of its uses count",
        "closed deals have no closing date, so all of their uses count",
    ),
    "closed_undated": (
        "closed deal has no closing date, and is in no period",
        "closed deals have no closing date, and are in no period",
    ),
    "closed_before_created": (
        "deal closed before it was created, so none of its uses count, and the second opinion leaves it out",
        "deals closed before they were created, so none of their uses count, and the second opinion leaves them out",
    ),
    "closed_without_history": (
        "closed deal with logged content has no stage history, and is compared with others without: there, what is"
        " used late looks better than it is, and past a quarter of the comparisons ranges are widened for it",
        "closed deals with logged content have no stage history, and are compared among themselves: there, what is"
        " used late looks better than it is, and past a quarter of the comparisons ranges are widened for it",
    ),
    "closed_without_size": (
        "closed deal has no amount known before its close, and is compared with others of unknown size",
        "closed deals have no amount known before their close, and are compared among themselves",
    ),
    "closed_without_creation": (
        "closed deal has no creation date, so none of its uses is too early to count, and its weeks are taken from its"
        " first stage or use",
        "closed deals have no creation date, so none of their uses is too early to count, and their weeks are taken"
        " from their first stage or use",
    ),
    "closed_without_segment": (
        "closed deal has no segment, and is compared with others without",
        "closed deals have no segment, and are compared among themselves",
    ),
    "closed_without_owner": (
        "closed deal has no owner, and is compared with others without",
        "closed deals have no owner, and are compared among themselves",
    ),
    "joint_without_history": (
        "closed deal has no stage history, and is left out of the second opinion",
        "closed deals have no stage history, and are left out of the second opinion",
    ),
    "joint_whole_deals": (
        "closed deal counts as a whole in the second opinion, for lack of stage history, so its ranges are wide",
        "closed deals count as a whole in the second opinion, for lack of stage history, so its ranges are wide",
    ),
}


@dataclass(frozen=True)
class Distance:
    """How many of what an asset needs for a verdict it has."""

    have: int
    need: int
    words: str

    @property
    def share(self) -> float:
        return min(1.0, self.have / self.need) if self.need else 0.0


@dataclass(frozen=True)
class Part:
    """A piece of the headline, and the verdict whose content it counts, if it does."""

    words: str
    verdict: str | None = None


def headline(counts: Mapping[str, int]) -> str:
    """Say what stands out, from the number of pieces of content by verdict."""
    return "".join(part.words for part in headline_parts(counts))


def headline_parts(counts: Mapping[str, int]) -> list[Part]:
    """Say what stands out in parts, so that each number can lead to the content that it counts."""
    total = sum(counts.values())
    more, less = counts.get(Verdict.WON_MORE, 0), counts.get(Verdict.WON_LESS, 0)
    unclear = counts.get(Verdict.NO_CLEAR_DIFFERENCE, 0)
    too_few = counts.get(Verdict.NOT_ENOUGH_DEALS, 0)
    if not total or too_few == total:
        return [Part("No content was used on enough closed deals for a verdict yet.")]
    rest = _rest(unclear, too_few)
    if more:
        parts = [
            Part(_pieces(more), Verdict.WON_MORE),
            Part(" won more often than other content on similar deals"),
        ]
        parts += [Part(", "), Part(f"{less:,}", Verdict.WON_LESS), Part(" won less often")] if less else []
    elif less:
        parts = [
            Part(_pieces(less), Verdict.WON_LESS),
            Part(" won less often than other content on similar deals"),
        ]
    else:
        return [Part("No content stands out yet: "), *rest, Part(".")]
    return [*parts, Part("; "), *rest, Part(".")] if rest else [*parts, Part(".")]


def _pieces(number: int) -> str:
    return f"{number:,} {'piece' if number == 1 else 'pieces'} of content"


def _rest(unclear: int, too_few: int) -> list[Part]:
    parts = []
    if unclear:
        words = f" {'shows' if unclear == 1 else 'show'} no clear difference"
        parts += [Part(f"{unclear:,}", Verdict.NO_CLEAR_DIFFERENCE), Part(words)]
    if unclear and too_few:
        parts.append(Part(" and "))
    if too_few:
        words = f" {'has' if too_few == 1 else 'have'} not enough deals yet"
        parts += [Part(f"{too_few:,}", Verdict.NOT_ENOUGH_DEALS), Part(words)]
    return parts


def distance(figures: AssetLift) -> Distance | None:
    """Say how far an asset is from a verdict, in the count that it is short of; None when it has one."""
    if figures.verdict != Verdict.NOT_ENOUGH_DEALS:
        return None
    shortfall = shortfall_of(figures.deals_used, figures.won, figures.lost, figures.matched)
    if shortfall == Shortfall.WON:
        return Distance(figures.won, MIN_WON, f"{figures.won} of {MIN_WON} won deals")
    if shortfall == Shortfall.LOST:
        return Distance(figures.lost, MIN_LOST, f"{figures.lost} of {MIN_LOST} lost deals")
    if shortfall == Shortfall.MATCHED:
        need = ceil(figures.deals_used * MIN_MATCHED_SHARE)
        return Distance(figures.matched, need, f"{figures.matched} of {need} comparable deals")
    return Distance(figures.deals_used, MIN_DEALS_USED, f"{figures.deals_used} of {MIN_DEALS_USED} deals")


def coverage_sentence(stored: Mapping[str, Any], today: date, *, chosen: bool = False) -> str:
    """Say on how many closed deals content is logged, from what a snapshot keeps, or a choice of its deals."""
    since = date.fromisoformat(stored["since"]) if stored.get("since") else None
    counted = Coverage(stored["closed_deals"], stored["logged_deals"])
    return coverage_words(counted, since, today, chosen=chosen)


def compared_count(rows: Iterable[ImpactRow]) -> int:
    """Count the pieces of content, or kinds, that were compared with each other: those that have a q-value."""
    return sum(1 for row in rows if row.q_value is not None)


def left_out_words(left_out: Mapping[str, int]) -> list[str]:
    """Say what the figures leave out, and of which deals less is known, one sentence each."""
    uses = [f"{left_out[key]:,} {words}" for key, words in LEFT_OUT.items() if left_out.get(key)]
    sentences = [f"Uses left out: {', '.join(uses)}."] if uses else []
    for key, (one, many) in LESS_KNOWN.items():
        number = left_out.get(key, 0)
        if number:
            sentences.append(f"{number:,} {one if number == 1 else many}.")
    return sentences
