"""The truth of a simulated set: what content did on the deals it was used on, which only a simulation can know."""

import numpy as np

from portal.impact.rows import BoolArray, FloatArray, IntArray


def win_chance(log_odds: FloatArray, begin: IntArray) -> FloatArray:
    """The chance, (n,), to pass all stages from a given one, (n,), on; log-odds of passing each are (n, stages)."""
    passes = 1.0 / (1.0 + np.exp(-log_odds))
    ahead = np.arange(log_odds.shape[1]) >= begin[:, None]
    return np.prod(np.where(ahead, passes, 1.0), axis=1)


def true_effects(
    log_odds: FloatArray, first_stage: IntArray, weight: FloatArray, used: BoolArray
) -> FloatArray:
    """The true effect of each asset, (assets,), as a fraction: the mean over its users of chance with less without.

    log_odds is (deals, stages), with all content that the deal would have used by the end of each stage, had it
    got that far; first_stage, weight and used are (deals, assets). The chance is that of winning from the stage of
    first use on, all other content held. nan for an asset that no deal used.
    """
    stages = np.arange(log_odds.shape[1])
    effects = np.full(first_stage.shape[1], np.nan)
    for asset in range(len(effects)):
        users = np.flatnonzero(used[:, asset])
        if not len(users):
            continue
        begin = first_stage[users, asset]
        share = np.where(stages >= begin[:, None], weight[users, asset][:, None], 0.0)
        with_it = win_chance(log_odds[users], begin)
        effects[asset] = np.mean(with_it - win_chance(log_odds[users] - share, begin))
    return effects
