"""Sequences: what was used before what on the deals chosen, with the content's names, for a page to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from portal.impact.exploring.choice import narrowed
from portal.impact.exploring.filters import Chosen
from portal.impact.models import ImpactSnapshot
from portal.impact.queries import Named
from portal.impact.sequence import NOTHING, Steps, find_steps
from portal.web.formatting import count, percent

# Fewer would tell of single deals.
FEWEST_DEALS = 5
SHOWN, FIRST_SHOWN = 30, 10


@dataclass(frozen=True)
class Step:
    """One piece of content after another one, or as the first one of a deal, on how many won and lost deals."""

    before: Named | None
    after: Named
    won: int
    lost: int

    @property
    def deals(self) -> int:
        return self.won + self.lost


@dataclass(frozen=True)
class Sequence:
    """The most frequent beginnings and steps, over how many closed deals on which content was used."""

    firsts: list[Step]
    steps: list[Step]
    won_deals: int
    lost_deals: int
    more: int  # steps that are as frequent as needed, and not among those shown
    # With what most won and most lost deals began; None for one piece or kind.
    won_began: Step | None = None
    lost_began: Step | None = None


def sequence_of(
    snapshot: ImpactSnapshot, chosen: Chosen, known: Mapping[int, Named], *, kind: str = "", piece: str = ""
) -> Sequence | None:
    """Return the steps to content of a kind, or those from and to one piece; `known` is what may be named.

    None where a snapshot was kept without what it was made from.
    """
    if snapshot.cut_sha256 is None:
        return None
    asset_ids, frequent = _frequent(snapshot.cut_sha256, chosen)
    columns = (
        frequent.before.tolist(),
        frequent.after.tolist(),
        frequent.won.tolist(),
        frequent.lost.tolist(),
    )
    found = []
    for before, after, won, lost in zip(*columns, strict=True):
        first = None if before == NOTHING else known.get(asset_ids[before])
        then = known.get(asset_ids[after])
        if then is None or (first is None and before != NOTHING) or (kind and then.kind != kind):
            continue
        if not piece or piece in (then.slug, first.slug if first else ""):
            found.append(Step(first, then, won, lost))
    firsts, later = (
        [step for step in found if (step.before is None) == is_first] for is_first in (True, False)
    )
    more = max(0, len(later) - SHOWN)
    of_all = [] if kind or piece else firsts
    return Sequence(
        *(firsts[:FIRST_SHOWN], later[:SHOWN], frequent.won_deals, frequent.lost_deals, more),
        won_began=max(of_all, key=lambda step: step.won, default=None),
        lost_began=max(of_all, key=lambda step: step.lost, default=None),
    )


def pieces_in(found: Sequence | None) -> list[Named]:
    """Return the content that steps speak of."""
    steps = [*found.firsts, *found.steps] if found else []
    return [piece for step in steps for piece in (step.before, step.after) if piece]


def sequence_words(found: Sequence, choice: str) -> str:
    """Say over how many deals steps are counted, and with what won and lost ones began most often.

    `choice` says which deals were chosen, as the beginning of a sentence.
    """
    used = f"{choice}, content" if choice else "Content"
    words = f"{used} was used on {count(found.won_deals)} won and {count(found.lost_deals)} lost deals."
    won, lost = found.won_began, found.lost_began
    if won is None or lost is None or not won.won or not lost.lost:
        return words
    began = f"Won deals began most often with “{won.after.title}” ({percent(won.won / found.won_deals)})"
    if won.after == lost.after:
        return f"{words} {began}, and so did lost ones ({percent(lost.lost / found.lost_deals)})."
    return f"{words} {began}, lost ones with “{lost.after.title}” ({percent(lost.lost / found.lost_deals)})."


@lru_cache(maxsize=8)
def _frequent(cut_sha256: str, chosen: Chosen) -> tuple[list[int], Steps]:
    """The steps that may be told of; most are of too few deals, and would fill the memory."""
    gathered = narrowed(cut_sha256, chosen)
    steps = find_steps(gathered.deals, gathered.touches, len(gathered.asset_ids))
    return gathered.asset_ids.tolist(), steps.only(steps.won + steps.lost >= FEWEST_DEALS)
