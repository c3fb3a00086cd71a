"""Made-up content: how often and in which stage it is used, by whom, and what it does."""

from dataclasses import dataclass

import numpy as np

from portal.impact.rows import FloatArray, IntArray
from portal.impact.simulation.scenarios import Scenario

WITHOUT_EFFECT = 0.6  # share of the content
NEGATIVE = 0.375  # share of the content with an effect
LOG_ODDS = (0.25, 0.9)  # size of an effect, on each stage from first use on
# Chance a week in the stage where a piece is at home, at middling popularity, by that stage.
USES_A_WEEK = np.array([0.0115, 0.0182, 0.0220, 0.0281])
POPULARITY_SPREAD = 0.75
STAGES_AWAY = np.array([1.0, 0.33, 0.09, 0.03])  # use in other stages, of that at home
OWN_SLOPE = 0.35  # spread between pieces of how much a confounder weighs on their use
# Taken off the log chances where confounders add to them, so that sets have like numbers of uses.
MORE_USE = 0.2
REQUESTED = 0.2  # share of the content that buyers ask for, where they do


@dataclass(frozen=True)
class Assets:
    """What content is like; log chances of use are added up."""

    log_odds: FloatArray  # (assets,), its effect on each stage from first use on
    use: FloatArray  # (assets, stages), log chance of use a week on an ordinary deal
    by_skill: FloatArray  # (assets,), added per standard deviation of the rep's skill
    by_segment: FloatArray  # (assets,), added per segment, from the smallest deals to the largest
    by_size: FloatArray  # (assets,), added per standard deviation of the size
    by_intent: FloatArray  # (assets,), added per standard deviation of the buyer's intent
    leader: IntArray  # (assets,), the asset with which it is always used, or itself


def make_assets(rng: np.random.Generator, assets: int, stages: int, scenario: Scenario) -> Assets:
    """Make up content of which 60% is without effect."""
    with_effect = rng.permutation(assets)[round(WITHOUT_EFFECT * assets) :]
    log_odds = np.zeros(assets)
    log_odds[with_effect] = rng.uniform(*LOG_ODDS, len(with_effect))
    log_odds[with_effect[: round(NEGATIVE * len(with_effect))]] *= -1

    home = rng.permutation(assets) % stages
    away = np.abs(home[:, None] - np.arange(stages))
    popularity = rng.normal(0.0, POPULARITY_SPREAD, assets)
    slopes = rng.normal((0.3, -0.3, -0.12), OWN_SLOPE, (assets, 3)) * scenario.confounding

    requested = rng.permutation(assets) < round(REQUESTED * assets)
    return Assets(
        log_odds=log_odds,
        use=np.log(USES_A_WEEK * STAGES_AWAY[away]) + popularity[:, None] - MORE_USE * scenario.confounding,
        by_skill=slopes[:, 0],
        by_segment=slopes[:, 1],
        by_size=slopes[:, 2],
        by_intent=scenario.intent + scenario.requests * requested.astype(np.float64),
        leader=_leaders(rng, assets, scenario.in_pairs),
    )


def _leaders(rng: np.random.Generator, assets: int, share: float) -> IntArray:
    """Whom each asset, (assets,), follows in its use: itself, but for one of each pair."""
    leader = np.arange(assets)
    paired = rng.permutation(assets)[: round(share * assets) // 2 * 2]
    leader[paired[1::2]] = paired[::2]
    return leader
