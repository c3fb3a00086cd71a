"""Small, bounded lifts of a hit beside its text score: pure functions over the facts of one asset.

A boost multiplies the score of the words by 1 + its share. All shares together stay within MOST, so that they move
hits among those that fit about as well, and never past one that the engine lifted: a title as typed, all words.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

# The most that each is worth; together .35.
WORTH = {"rating": 0.07, "wins": 0.07, "freshness": 0.03, "deal": 0.06, "approved": 0.02, "new": 0.10}
MOST = 0.35
DEAL_WORTH = {"industry": 0.03, "product": 0.02, "stage": 0.01}
# They lift content for a time, and then no more.
PASSING = ("new", "freshness")
FEWEST_RATINGS = 3
# The order of ratings (with their prior) that is worth nothing, and the one that is worth all.
PLAIN_RATING, BEST_RATING = 3.0, 5.0
# At as many won deals half of the most is reached.
HALFWAY_WINS = 10
_DAY = 86_400.0
FRESH_FOR = 365 * _DAY
NEW_FOR = 30 * _DAY


class Facts(NamedTuple):
    """What boosts look at; moments are in seconds since 1970.

    `renewed_at` is when the current version came out, `verified_at` when somebody last looked whether it is still
    right; `fits` are the terms (facet, name) that the asset shares with the deal at hand.
    """

    is_approved: bool = False
    rating_count: int = 0
    rating_mean: float | None = None
    rating_rank: float = 0.0
    won: int = 0
    published_at: float | None = None
    renewed_at: float | None = None
    verified_at: float | None = None
    fits: tuple[tuple[str, str], ...] = ()

    @property
    def fresh_at(self) -> float:
        """When it was last known to be right; 0 for never."""
        return max(self.published_at or 0.0, self.renewed_at or 0.0, self.verified_at or 0.0)


def shares(facts: Facts, at: float, names: Collection[str]) -> dict[str, float]:
    """Return what each boost of `names` adds at a moment, as a share of the text score (above 0, up to .10)."""
    found: dict[str, float] = {}
    if facts.rating_count >= FEWEST_RATINGS:
        found["rating"] = (facts.rating_rank - PLAIN_RATING) / (BEST_RATING - PLAIN_RATING)
    if facts.won:
        found["wins"] = facts.won / (facts.won + HALFWAY_WINS)
    if fresh_at := facts.fresh_at:
        found["freshness"] = 1 - (at - fresh_at) / FRESH_FOR
    if facts.fits:
        found["deal"] = sum(DEAL_WORTH.get(facet, 0.0) for facet in dict(facts.fits)) / WORTH["deal"]
    if facts.is_approved:
        found["approved"] = 1.0
        if facts.published_at:
            found["new"] = 1 - (at - facts.published_at) / NEW_FOR
    return {name: WORTH[name] * min(1.0, part) for name, part in found.items() if part > 0 and name in names}
