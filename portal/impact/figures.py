"""Figures: all methods put together over what was gathered, as plain rows that can be stored."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np

from portal.impact.cells import Moments
from portal.impact.comparing import Compared, compare
from portal.impact.counting import count_open
from portal.impact.coverage import coverage
from portal.impact.cycle import CycleTime, cycle_time
from portal.impact.gathered import Gathered
from portal.impact.influence import Influence, influence, shown_credit
from portal.impact.inputs import UNKNOWN, Deals, LeftOut, Touches, countable
from portal.impact.lift import Lift
from portal.impact.rows import FloatArray, IntArray

RULES = ("linear", "first", "last", "u_shape", "time_decay", "markov", "shapley")
SHOWN_RULE = "linear"
LIFT_COLUMNS = (
    *("deals_used", "won", "lost", "matched", "comparison_deals", "used_rate", "comparison_rate"),
    *("lift", "se", "ci_low", "ci_high", "shrunk_lift", "q_value", "e_value", "e_value_near", "naive_lift"),
    "verdict",
)
Columns = dict[str, list[Any]]


@dataclass(frozen=True)
class Figures:
    """What a snapshot holds; one row an asset, named like the columns of its table, with None for unavailable."""

    data_as_of: datetime | None
    coverage: dict[str, Any]
    left_out: dict[str, int]
    rows: list[dict[str, Any]]


def compute(
    gathered: Gathered, *, whole: bool = True, compared: Callable[[Gathered], Compared] = compare
) -> Figures:
    """Work out every figure of every asset; takes seconds on millions of uses, and touches no database.

    What was logged when the end of its deal was known is counted and credited, but `compare` leaves it out. Not the
    whole is what a list shows: without the rules of credit that it doesn't show, and without the time to close.
    `compared` gives the comparison to those who have it already.
    """
    with ThreadPoolExecutor(1) as beside:
        counting = beside.submit(_counts, gathered, whole)
        differences = _differences(compared(gathered), whole)
        counts = counting.result()
    columns = {"asset_id": gathered.asset_ids.tolist(), **differences.columns, **counts.columns}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return Figures(gathered.data_as_of, counts.coverage, counts.left_out | differences.left_out, rows)


@dataclass(frozen=True)
class _Part:
    """What one of the two halves of the work gives."""

    columns: Columns
    left_out: dict[str, int]
    coverage: dict[str, Any] = field(default_factory=dict)


def _differences(compared: Compared, whole: bool) -> _Part:
    """What comes of comparing deals."""
    deals, moments, lift = compared.gathered.deals, compared.moments, compared.lift
    columns = {name: _known(getattr(lift, name)) for name in LIFT_COLUMNS} | _money(lift)
    if whole:
        columns |= _cycle(cycle_time(deals, moments))
    return _Part(columns, _less_known(compared.gathered, moments))


def _counts(gathered: Gathered, whole: bool) -> _Part:
    """What comes of counting uses and dividing revenue."""
    deals, touches, assets = gathered.deals, gathered.touches, len(gathered.asset_ids)
    counted, out = countable(deals, touches)
    credits = _credits(influence(deals, touches, assets)) if whole else _shown_credits(deals, counted, assets)
    columns = {"open_deals": count_open(deals, touches, assets).tolist(), **credits}
    return _Part(columns, _left_out_uses(gathered, out), _coverage(deals, counted))


def _shown_credits(deals: Deals, counted: Touches, assets: int) -> Columns:
    linear, used_revenue = shown_credit(deals, counted, assets)
    return {"credited_minor": _whole(linear), "used_revenue_minor": _whole(used_revenue)}


def _cycle(cycle: CycleTime) -> Columns:
    return {
        "weeks_won_deals": cycle.won_deals.tolist(),
        "weeks_difference": _known(cycle.weeks),
        "weeks_ci_low": _known(cycle.ci_low),
        "weeks_ci_high": _known(cycle.ci_high),
    }


def _known(values: FloatArray | IntArray | Any) -> list[Any]:
    return [None if value != value else value for value in values.tolist()]


def _whole(values: FloatArray) -> list[int | None]:
    return [None if value != value else round(value) for value in values.tolist()]


def _credits(credit: Influence) -> Columns:
    """Every rule's credit, the linear one as the one that is shown, and the best and worst place that the rules give.

    Places are among the assets that have any credit, 1 being most; without any there is no place.
    """
    by_rule = np.array([getattr(credit, rule) for rule in RULES])
    # Of whole minor units: shares that are equal but for how a machine adds them up have one place.
    places = np.array([_places(np.rint(values)) for values in by_rule])
    best, worst = places.min(axis=0).tolist(), places.max(axis=0).tolist()
    has_any = np.any(by_rule > 0, axis=0).tolist()
    found = {
        "credited_minor" if rule == SHOWN_RULE else f"credited_{rule}_minor": _whole(values)
        for rule, values in zip(RULES, by_rule, strict=True)
    }
    found["used_revenue_minor"] = _whole(credit.revenue_of_deals)
    found["rank_best"] = [place if has else None for place, has in zip(best, has_any, strict=True)]
    found["rank_worst"] = [place if has else None for place, has in zip(worst, has_any, strict=True)]
    return found


def _places(values: FloatArray) -> IntArray:
    """The place of each value, (n,), 1 being the largest; equal values share the best of their places."""
    return np.searchsorted(np.sort(-values), -values) + 1


def _money(lift: Lift) -> Columns:
    return {
        "money_minor": _whole(lift.money),
        "money_low_minor": _whole(lift.money_low),
        "money_high_minor": _whole(lift.money_high),
    }


def _coverage(deals: Deals, counted: Touches) -> dict[str, Any]:
    """Coverage of the deals closed since the month in which content was first logged on a closed deal."""
    days = counted.day
    since = date.fromordinal(int(days.min())).replace(day=1) if len(days) else None
    found = coverage(deals, counted, since.toordinal() if since else UNKNOWN)
    return {
        "share": found.share,
        "closed_deals": found.closed_deals,
        "logged_deals": found.logged_deals,
        "since": since.isoformat() if since else None,
    }


def _left_out_uses(gathered: Gathered, out: LeftOut) -> dict[str, int]:
    """How many uses the figures leave out, by reason."""
    late = countable(gathered.deals, gathered.touches.only(gathered.late))[0]
    return {
        "uses_on_open_deals": out.still_open,
        "uses_before_creation": out.before_created,
        "uses_after_close": out.after_close,
        "uses_logged_late": len(late.deal),
    }


def _less_known(gathered: Gathered, moments: Moments) -> dict[str, int]:
    """How many deals the figures know less of, by what is missing or can't be."""
    deals = gathered.deals
    no_value = deals.won & ~np.isfinite(deals.value)
    backwards = (deals.closed_day != UNKNOWN) & (deals.closed_day < deals.created_day)
    without_history = np.zeros(len(deals.won), np.bool_)
    without_history[moments.deal] = True
    without_history[gathered.history.deal] = False
    return {
        "won_not_convertible": int(np.sum(no_value & gathered.amount_given)),
        "won_without_amount": int(np.sum(no_value & ~gathered.amount_given)),
        "closed_without_date": int(np.sum(deals.closed & (deals.closed_day == UNKNOWN))),
        "closed_before_created": int(np.sum(deals.closed & backwards)),
        "closed_without_history": int(np.sum(without_history)),
        "closed_without_size": int(np.sum(deals.closed & ~np.isfinite(deals.size))),
    }
