"""Lift: how much more often deals were won when this was used instead of other content, on similar deals.

An estimate of effect, relative to other content. Matched within cells it gave assets without effect -1.2 to +1.4
points in simulations in which "win rate when used" gave them +28 to +37. What no method here removes is content
that buyers ask for because they are about to buy.
"""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from portal.impact.cells import CellCode, Moments
from portal.impact.compared import compared_deals
from portal.impact.inputs import Deals
from portal.impact.matching import Matched, matched_difference
from portal.impact.method import MOST_TAKEN_UP, SE_FLOOR, STAGELESS_SHARE, Z
from portal.impact.rows import BoolArray, FloatArray, IntArray, run_starts
from portal.impact.threads import at_once
from portal.impact.verdicts import e_value, excess, q_values, shortfalls, shrink, verdicts


@dataclass(frozen=True)
class AssetLift:
    """One asset's figures, with None for what is not available; what the words are made from."""

    deals_used: int
    won: int
    lost: int
    matched: int
    comparison_deals: int
    used_rate: float | None
    comparison_rate: float | None
    lift: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    shrunk_lift: float | None
    q_value: float | None
    e_value: float | None
    e_value_near: float | None
    naive_lift: float | None
    verdict: str

    @classmethod
    def at(cls, lift: "Lift", asset: int) -> Self:
        """Read one asset's figures from the arrays."""
        row: dict[str, Any] = {field.name: getattr(lift, field.name)[asset].item() for field in fields(cls)}
        available: dict[str, Any] = {name: None if value != value else value for name, value in row.items()}
        return cls(**available)

    @classmethod
    def read(cls, row: object) -> Self:
        """Read the figures from anything that has attributes of the same names, such as a stored row."""
        values: dict[str, Any] = {field.name: getattr(row, field.name) for field in fields(cls)}
        return cls(**values)


@dataclass(frozen=True)
class Lift:
    """Matched lift by asset, all (assets,), rates and differences as fractions; nan for what is not available."""

    deals_used: IntArray  # closed deals it was used on
    won: IntArray
    lost: IntArray
    matched: IntArray  # those with at least one comparison moment
    matched_share: FloatArray  # of the deals used
    used_rate: FloatArray  # Mantel-Haenszel weighted win rate where this was used (p1)
    comparison_rate: FloatArray  # and where other content was (p0)
    comparison_deals: IntArray  # distinct deals compared with
    taken_up_later: FloatArray  # share of the compared deals that used it later; about, see interval
    lift: FloatArray  # used_rate - comparison_rate
    se: FloatArray  # with the floor; what is tested
    widened: float  # how many times they are as large for want of stages, at least 1
    ci_low: FloatArray  # 95%; the end away from 0 allows for what was taken up later
    ci_high: FloatArray
    shrunk_lift: FloatArray  # for ranking and for the verdict
    q_value: FloatArray  # nan without enough deals
    verdict: NDArray[np.str_]  # values of Verdict
    shortfall: NDArray[np.str_]  # values of Shortfall
    e_value: FloatArray  # of the estimate
    e_value_near: FloatArray  # of the interval's end nearer to no difference; 1 when the interval holds it
    naive_lift: FloatArray  # win rate used - unused over all closed deals; for the working, biased by design
    money: FloatArray  # lift x known amount of the deals used, in the unit of Deals.size
    money_low: FloatArray
    money_high: FloatArray


def matched_lift(deals: Deals, moments: Moments, at_least: float = 1.0) -> Lift:
    """Estimate every asset's lift as matching.py does, its errors widened at_least so much where stages are wanting."""
    matched = matched_difference(moments, deals.won[moments.deal].astype(float))
    won, later, amount = _sums_of_uses(deals, moments)
    share = matched.matched / _or_nan(matched.uses)
    shortfall = shortfalls(matched.uses, won, matched.uses - won, share)
    se, widened = _standard_errors(matched, moments, shortfall == "", at_least)
    comparison_deals = compared_deals(moments, matched)
    # Those who took it up later are counted everywhere, also where nothing is compared.
    taken_up = np.minimum(later / _or_nan(comparison_deals), 1.0)
    low, high = interval(matched.difference, se, taken_up)
    shrunk, q = shrink(matched.difference, se), q_values(matched.difference, se, shortfall == "")
    e_values = _e_values(matched, low, high)
    return Lift(
        deals_used=matched.uses,
        won=won,
        lost=matched.uses - won,
        matched=matched.matched,
        matched_share=share,
        used_rate=matched.used_mean,
        comparison_rate=matched.other_mean,
        comparison_deals=comparison_deals,
        taken_up_later=taken_up,
        lift=matched.difference,
        se=se,
        widened=widened,
        ci_low=low,
        ci_high=high,
        shrunk_lift=shrunk,
        q_value=q,
        verdict=verdicts(shortfall, q, matched.difference, shrunk),
        shortfall=shortfall,
        e_value=e_values[0],
        e_value_near=e_values[1],
        naive_lift=_naive_lift(deals, matched.uses, won),
        money=matched.difference * amount,
        money_low=low * amount,
        money_high=high * amount,
    )


def _standard_errors(
    matched: Matched, moments: Moments, enough: BoolArray, at_least: float
) -> tuple[FloatArray, float]:
    """The standard errors with the floor, (assets,), widened where many moments have no known stage, and by how much.

    There content of early and of late stages is compared, which sets apart what has no effect. Where outcomes don't
    vary within an asset's cells there is no standard error, and so no interval.
    """
    se = np.where(matched.variance > 0, np.sqrt(matched.variance + SE_FLOOR**2), np.nan)
    unknown = moments.cell_codes[moments.cell, CellCode.STAGE] == 0
    if np.sum(unknown) <= STAGELESS_SHARE * len(unknown):
        return se, 1.0
    widened = max(excess((matched.difference / se)[enough]), at_least)
    return se * widened, widened


def _sums_of_uses(deals: Deals, moments: Moments) -> tuple[IntArray, IntArray, FloatArray]:
    """Count each asset's won deals and those that had used other content in a week before, and sum up the known amounts
    of its deals, all (assets,)."""
    of_deal = (deals.won, np.where(np.isfinite(deals.size), deals.size, 0.0))
    won, size = (values[moments.deal] for values in of_deal)

    def by_asset(values: NDArray[Any]) -> NDArray[Any]:
        return np.bincount(moments.use_asset, values[moments.use_moment], moments.assets)

    won, later, amount = at_once(by_asset, (won, ~run_starts(moments.deal), size))
    return won.astype(np.int64), later.astype(np.int64), amount.astype(np.float64)


def _or_nan(counts: IntArray) -> FloatArray:
    """Counts, (n,), to divide by."""
    return np.where(counts > 0, counts, np.nan)


def interval(difference: FloatArray, se: FloatArray, taken_up: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The ends of the 95% interval of differences, all (n,), with the share of compared deals that took it up later.

    Where a share of the other side came to use it, the difference shows only the rest of the effect; so the end away
    from no difference is that of the difference over the rest. No two shares differ by more than 1.
    """
    whole = difference / (1 - np.minimum(np.nan_to_num(taken_up), MOST_TAKEN_UP))
    low, high = np.minimum(difference, whole) - Z * se, np.maximum(difference, whole) + Z * se
    return np.maximum(low, -1.0), np.minimum(high, 1.0)


def _e_values(matched: Matched, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """E-values of the estimate and of the interval's near end, from RR = p1 / (p1 - difference)."""
    near = np.where(matched.difference > 0, np.maximum(low, 0.0), np.minimum(high, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = e_value(matched.used_mean / (matched.used_mean - matched.difference))
        return estimate, e_value(matched.used_mean / (matched.used_mean - near))


def _naive_lift(deals: Deals, used: IntArray, won: IntArray) -> FloatArray:
    """Win rate on the closed deals it was used on less that on all other closed deals, (assets,)."""
    closed, all_won = np.sum(deals.closed), np.sum(deals.closed & deals.won)
    with np.errstate(divide="ignore", invalid="ignore"):
        return won / used - (all_won - won) / (closed - used)
