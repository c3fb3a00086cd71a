"""Measuring: how near each method's estimates come to the truth of a simulated set."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from statistics import fmean
from typing import Self

import numpy as np

from portal.impact.inputs import Deals
from portal.impact.lift import Lift
from portal.impact.method import FALSE_DISCOVERY_RATE, MIN_SHRUNK_LIFT, Z
from portal.impact.rows import BoolArray, FloatArray
from portal.impact.verdicts import Verdict, q_values

METHODS = ("naive", "matched lift", "joint model")
WORTH_FINDING = 0.05  # effects from this size on are those that a method should find


@dataclass(frozen=True)
class Estimates:
    """What a method says of each asset, all (assets,), as fractions; nan where it says nothing."""

    value: FloatArray
    low: FloatArray  # ends of its 95% interval
    high: FloatArray
    found: BoolArray  # whether it says that there is a difference


@dataclass(frozen=True)
class Measures:
    """How near estimates came to the truth, as fractions; nan where there was nothing to measure."""

    bias: float  # mean estimate of content without effect
    rmse: float  # root of the mean squared error over all content
    coverage: float  # share of the 95% intervals that hold the truth
    false_discoveries: float  # share without effect among the found; 0 where none was found
    power: float  # share found, with the right sign, among content with an effect of 5 points or more

    @classmethod
    def mean(cls, runs: list[Self]) -> Self:
        """Return the mean of each measure over runs that have it."""
        columns = zip(*map(astuple, runs), strict=True)
        known = ([value for value in column if value == value] for column in columns)
        return cls(*(fmean(column) if column else np.nan for column in known))


MEASURES = tuple(field.name for field in fields(Measures))


def measure(estimates: Estimates, truth: FloatArray) -> Measures:
    """Compare estimates with the true effects, (assets,)."""
    known = np.isfinite(estimates.value) & np.isfinite(truth)
    without = truth == 0
    error = (estimates.value - truth)[known]
    holds = (estimates.low <= truth) & (truth <= estimates.high)
    worth = np.abs(truth) >= WORTH_FINDING
    right = estimates.found & (np.sign(estimates.value) == np.sign(truth))
    return Measures(
        bias=_mean(estimates.value[known & without]),
        rmse=_mean(error**2) ** 0.5,
        coverage=_mean(holds[known]),
        false_discoveries=float(np.sum(estimates.found & without) / max(1, np.sum(estimates.found))),
        power=_mean(right[worth]),
    )


def _mean(values: FloatArray | BoolArray) -> float:
    return float(np.mean(values)) if len(values) else np.nan


def of_naive(deals: Deals, lift: Lift) -> Estimates:
    """Read the win rate when used, less that when not used, as most tools do: two shares and their standard error."""
    closed, all_won = int(np.sum(deals.closed)), int(np.sum(deals.closed & deals.won))
    used, won = lift.deals_used, lift.won
    with np.errstate(divide="ignore", invalid="ignore"):
        with_it, without_it = won / used, (all_won - won) / (closed - used)
        variance = with_it * (1 - with_it) / used + without_it * (1 - without_it) / (closed - used)
    return _by_error(lift.naive_lift, np.sqrt(variance), np.isfinite(variance) & (variance > 0))


def of_lift(lift: Lift) -> Estimates:
    """Read matched lift: its interval, and as found what has one of the two clear verdicts."""
    found = np.isin(lift.verdict, [Verdict.WON_MORE.value, Verdict.WON_LESS.value])
    return Estimates(lift.lift, lift.ci_low, lift.ci_high, found)


def by_q_value(value: FloatArray, low: FloatArray, high: FloatArray, q: FloatArray) -> Estimates:
    """Take for found what has a q-value and a size like those that matched lift needs for a clear verdict."""
    with np.errstate(invalid="ignore"):
        found = (q < FALSE_DISCOVERY_RATE) & (np.abs(value) >= MIN_SHRUNK_LIFT)
    return Estimates(value, low, high, found)


def _by_error(value: FloatArray, se: FloatArray, among: BoolArray) -> Estimates:
    q = q_values(value, se, among)
    return by_q_value(value, value - Z * se, value + Z * se, q)
