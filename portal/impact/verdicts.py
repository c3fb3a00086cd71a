"""Verdicts: what the data can carry, over all assets together.

Sources: Paule and Mandel 1982 (variance between assets), Benjamini and Hochberg 1995 (false discoveries),
VanderWeele and Ding 2017 (E-values).
"""

import math
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from portal.impact.method import (
    FALSE_DISCOVERY_RATE,
    MIN_DEALS_USED,
    MIN_LOST,
    MIN_MATCHED_SHARE,
    MIN_SHRUNK_LIFT,
    MIN_WON,
)
from portal.impact.rows import BoolArray, FloatArray, IntArray

MOST_STEPS = 100  # some ten are taken
SMALLEST_STEP = 1e-15  # of the variance between effects
FEWEST_TO_SPREAD = 8  # effects that say how far the middle of them spreads


class Verdict(StrEnum):
    """What can be said of an asset; the values are stored and exported."""

    WON_MORE = "won_more"
    WON_LESS = "won_less"
    NO_CLEAR_DIFFERENCE = "no_clear_difference"
    NOT_ENOUGH_DEALS = "not_enough_deals"


class Shortfall(StrEnum):
    """What an asset has too few of for a verdict, the first that applies."""

    NONE = ""
    DEALS = "deals"
    WON = "won"
    LOST = "lost"
    MATCHED = "matched"


def paule_mandel(effects: FloatArray, se: FloatArray) -> tuple[float, float]:
    """Estimate the variance between effects and their weighted mean, from effects and standard errors > 0, both (n,).

    tau^2 is where the weighted squares about the mean sum to n - 1, or 0 when they sum to less; nan mean when n is 0.
    The sum falls with tau^2, ever less steeply, so that Newton's steps from 0 come near from below (DerSimonian and
    Kacker 2007).
    """
    if not len(effects):
        return 0.0, np.nan
    tau2 = 0.0
    for _ in range(MOST_STEPS):
        weight = 1 / (se**2 + tau2)
        squares = (effects - np.average(effects, weights=weight)) ** 2
        excess = float(np.sum(weight * squares)) - (len(effects) - 1)
        step = excess / float(np.sum(weight**2 * squares)) if excess > 0 else 0.0
        tau2 += step
        if step <= SMALLEST_STEP * tau2:
            break
    return tau2, float(np.average(effects, weights=1 / (se**2 + tau2)))


def shrink(effects: FloatArray, se: FloatArray) -> FloatArray:
    """Draw each effect towards the mean of all by tau^2 / (tau^2 + se^2), for ranking; all (n,), nan stays nan."""
    known = np.isfinite(effects) & np.isfinite(se)
    tau2, mean = paule_mandel(effects[known], se[known])
    kept = tau2 / (tau2 + se**2)
    return kept * effects + (1 - kept) * mean


def excess(z: FloatArray) -> float:
    """How many times wider than 1 the middle of the z-values spreads, at least 1, nan being left out.

    Without stages, content of late ones looks good and of early ones bad, by more than the standard errors know. With
    these times as many, 95% intervals covered 97% in simulations with the joint model, where it was 66% without, and
    98% with matched lift, where it was 47%; and few assets are told apart. Fewer than eight don't say how they spread.
    """
    known = z[np.isfinite(z)]
    if len(known) < FEWEST_TO_SPREAD:
        return 1.0
    return max(1.0, float(1.4826 * np.median(np.abs(known - np.median(known)))))


def q_values(effects: FloatArray, se: FloatArray, among: BoolArray) -> FloatArray:
    """Benjamini-Hochberg q-values of two-sided normal tests, (n,), over the marked effects; nan for all others."""
    tested = np.flatnonzero(among & np.isfinite(effects) & np.isfinite(se))
    # Without scipy, whose second of importing the first choice of deals in a process would wait for.
    p = np.array([math.erfc(abs(z) / math.sqrt(2)) for z in effects[tested] / se[tested]])
    order = np.argsort(p)
    larger = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.full(len(effects), np.nan)
    q[tested[order]] = np.minimum.accumulate(np.minimum(larger, 1.0)[::-1])[::-1]
    return q


def shortfalls(
    deals_used: IntArray, won: IntArray, lost: IntArray, matched_share: FloatArray
) -> NDArray[np.str_]:
    """Say what each asset has too few of for a verdict, as values of Shortfall, (assets,)."""
    too_few = [
        deals_used < MIN_DEALS_USED,
        won < MIN_WON,
        lost < MIN_LOST,
        ~(matched_share >= MIN_MATCHED_SHARE),
    ]
    reasons = [Shortfall.DEALS, Shortfall.WON, Shortfall.LOST, Shortfall.MATCHED]
    return np.select(too_few, [np.array(reason.value) for reason in reasons], Shortfall.NONE.value)


def shortfall_of(deals_used: int, won: int, lost: int, matched: int) -> Shortfall:
    """Say what one asset has too few of for a verdict."""
    share = np.array([matched / deals_used if deals_used else np.nan])
    return Shortfall(shortfalls(np.array([deals_used]), np.array([won]), np.array([lost]), share)[0])


def verdicts(
    shortfall: NDArray[np.str_], q: FloatArray, lift: FloatArray, shrunk_lift: FloatArray
) -> NDArray[np.str_]:
    """Give each asset's verdict, as values of Verdict, (assets,).

    A lift that shrinking takes to the other side of 0 is no clear difference: its own range would contradict it.
    """
    notable = (np.abs(shrunk_lift) >= MIN_SHRUNK_LIFT) & (np.sign(shrunk_lift) == np.sign(lift))
    clear = (q < FALSE_DISCOVERY_RATE) & notable
    conditions = [shortfall != Shortfall.NONE.value, clear & (shrunk_lift > 0), clear & (shrunk_lift < 0)]
    outcomes = [Verdict.NOT_ENOUGH_DEALS, Verdict.WON_MORE, Verdict.WON_LESS]
    return np.select(
        conditions, [np.array(outcome.value) for outcome in outcomes], Verdict.NO_CLEAR_DIFFERENCE.value
    )


def e_value(risk_ratio: FloatArray) -> FloatArray:
    """How strongly something unseen must go with use and with winning to explain a risk ratio away; both (n,).

    RR + sqrt(RR (RR - 1)), with 1 / RR for ratios below 1; at least 1, nan where the ratio is 0, infinite or nan.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(risk_ratio < 1, 1 / risk_ratio, risk_ratio)
        value = ratio + np.sqrt(ratio * (ratio - 1))
    return np.where(np.isfinite(value), value, np.nan)
