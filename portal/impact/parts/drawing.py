"""Drawing: parts drawn towards their asset's own figure, and their verdicts.

A part that differs from its asset by chance alone would be acted upon, so it is shown as the asset's figure plus the
share tau^2 / (tau^2 + se^2) of its distance, tau^2 being how much parts of that kind differ over all assets (Paule and
Mandel 1982).
"""

from dataclasses import dataclass

import numpy as np

from portal.impact.lift import interval
from portal.impact.method import SE_FLOOR
from portal.impact.parts.tables import Summed
from portal.impact.rows import FloatArray
from portal.impact.verdicts import paule_mandel, q_values, shortfalls, verdicts


@dataclass(frozen=True)
class Spread:
    """How much the parts of one kind differ from their assets, over all assets."""

    tau2: float  # variance of the distances, beyond chance
    mean: float  # of the distances


NOTHING_KNOWN = Spread(0.0, 0.0)


@dataclass(frozen=True)
class Part:
    """One part's figures, fractions; None for what is not available."""

    code: int
    deals_used: int
    won: int
    lost: int
    matched: int
    used_rate: float | None
    comparison_rate: float | None
    lift: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    shrunk: float | None
    q_value: float | None
    verdict: str


def spread_of(lift: FloatArray, se: FloatArray, own: FloatArray) -> Spread:
    """The spread of parts about their assets' own figures, over any number of parts; all (n,), nan is left out."""
    known = np.isfinite(lift) & np.isfinite(se) & np.isfinite(own)
    if np.sum(known) < 2:
        return NOTHING_KNOWN
    tau2, mean = paule_mandel((lift - own)[known], se[known])
    return Spread(tau2, mean)


def drawn(
    summed: Summed, own_lift: float, spread: Spread, taken_up_later: float, widened: float = 1.0
) -> list[Part]:
    """Give the parts of one asset with their intervals, drawn towards its own lift, and their verdicts.

    False discoveries are held at 5% among these parts. Standard errors are widened for want of stages, as the asset's.
    """
    se = widened * np.where(summed.variance > 0, np.sqrt(summed.variance + SE_FLOOR**2), np.nan)
    low, high = interval(summed.lift, se, np.full(len(se), taken_up_later))
    kept = spread.tau2 / (spread.tau2 + se**2)
    shrunk = own_lift + kept * (summed.lift - own_lift) + (1 - kept) * spread.mean
    share = summed.matched / np.where(summed.deals_used > 0, summed.deals_used, np.nan)
    shortfall = shortfalls(summed.deals_used, summed.won, summed.deals_used - summed.won, share)
    q = q_values(summed.lift, se, shortfall == "")
    columns = {
        "code": np.arange(len(se)),
        "deals_used": summed.deals_used,
        "won": summed.won,
        "lost": summed.deals_used - summed.won,
        "matched": summed.matched,
        "used_rate": summed.used_rate,
        "comparison_rate": summed.comparison_rate,
        "lift": summed.lift,
        "se": se,
        "ci_low": low,
        "ci_high": high,
        "shrunk": shrunk,
        "q_value": q,
        "verdict": verdicts(shortfall, q, summed.lift, np.nan_to_num(shrunk)),
    }
    lists = {
        name: [None if value != value else value for value in column.tolist()]
        for name, column in columns.items()
    }
    return [Part(**dict(zip(lists, row, strict=True))) for row in zip(*lists.values(), strict=True)]
