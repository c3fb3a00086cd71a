"""Small, bounded lifts of a hit beside its text score: pure functions over the facts of one asset.

A boost multiplies the score of the words by 1 + its share. All shares together stay within MOST, so that they move
hits among those that fit about as well, and never past one that the engine lifted: a title as typed, all words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

# The most that each is worth; together .35.
WORTH = {"rating": 0.07, "wins": 0.07, "freshness": 0.03, "deal": 0.06, "approved": 0.02, "new": 0.10}
MOST = 0.35
DEAL_WORTH = {"industry": 0.03, "product": 0.02, "stage": 0.01}
FEWEST_RATINGS = 3
# The order of ratings (with their prior) that is worth nothing, and the one that is worth all.
PLAIN_RATING, BEST_RATING = 3.0, 5.0
# At as many won deals half of the most is reached.
HALFWAY_WINS = 10
FRESH_FOR = timedelta(days=365)
NEW_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Facts:
    """What boosts look at: `fits` are the terms that the asset shares with the deal at hand, by facet."""

    is_approved: bool = False
    rating_count: int = 0
    rating_mean: float | None = None
    rating_rank: float = 0.0
    won: int = 0
    published_at: datetime | None = None
    # When its current version came out, and when somebody last looked whether it is still right.
    renewed_at: datetime | None = None
    verified_at: datetime | None = None
    fits: tuple[tuple[str, str], ...] = ()

    @property
    def fresh_at(self) -> datetime | None:
        """When it was last known to be right."""
        return max(
            (at for at in (self.published_at, self.renewed_at, self.verified_at) if at is not None),
            default=None,
        )


def _rating(facts: Facts, at: datetime) -> float:
    if facts.rating_count < FEWEST_RATINGS:
        return 0.0
    return (facts.rating_rank - PLAIN_RATING) / (BEST_RATING - PLAIN_RATING)


def _wins(facts: Facts, at: datetime) -> float:
    return facts.won / (facts.won + HALFWAY_WINS)


def _freshness(facts: Facts, at: datetime) -> float:
    return 0.0 if facts.fresh_at is None else 1 - (at - facts.fresh_at) / FRESH_FOR


def _deal(facts: Facts, at: datetime) -> float:
    return sum(DEAL_WORTH.get(facet, 0.0) for facet in {facet for facet, _ in facts.fits}) / WORTH["deal"]


def _approved(facts: Facts, at: datetime) -> float:
    return float(facts.is_approved)


def _new(facts: Facts, at: datetime) -> float:
    if not facts.is_approved or facts.published_at is None:
        return 0.0
    return 1 - (at - facts.published_at) / NEW_FOR


_PARTS: dict[str, Callable[[Facts, datetime], float]] = {
    "rating": _rating,
    "wins": _wins,
    "freshness": _freshness,
    "deal": _deal,
    "approved": _approved,
    "new": _new,
}


def shares(facts: Facts, at: datetime, names: Collection[str]) -> dict[str, float]:
    """Return what each boost of `names` adds, as a share of the text score (above 0, up to .10)."""
    found = {name: WORTH[name] * min(1.0, part(facts, at)) for name, part in _PARTS.items() if name in names}
    return {name: share for name, share in found.items() if share > 0}
