"""Figures: all methods put together over what was gathered, as plain rows that can be stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from portal.impact.basis import Basis, Compared, basis_of, compare
from portal.impact.cells import Moments
from portal.impact.coverage import coverage
from portal.impact.cycle import CycleTime, cycle_time
from portal.impact.gathered import Gathered
from portal.impact.influence import Influence, influence
from portal.impact.inputs import UNKNOWN, Deals
from portal.impact.lift import Lift
from portal.impact.rows import FloatArray, IntArray
from portal.impact.tally import NEVER, Tally

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


def compute(gathered: Gathered) -> Figures:
    """Work out every figure of every asset; takes seconds on millions of uses, and touches no database."""
    with ThreadPoolExecutor(1) as beside:
        crediting = beside.submit(influence, gathered.deals, gathered.touches, len(gathered.asset_ids))
        compared = compare(basis_of(gathered))
        return whole_figures(compared, crediting.result())


def whole_figures(compared: Compared, credit: Influence) -> Figures:
    """Put the figures of a comparison together with every rule of credit and with the time to close."""
    return _figures(compared, _credits(credit) | _cycle(cycle_time(compared.basis.deals, compared.moments)))


def shown_figures(compared: Compared) -> Figures:
    """Put the figures of a comparison together that a list shows."""
    return _figures(compared, _shown_credits(compared.basis))


def _figures(compared: Compared, more: Columns) -> Figures:
    basis, lift = compared.basis, compared.lift
    columns: Columns = {
        "asset_id": basis.asset_ids.tolist(),
        **{name: _known(getattr(lift, name)) for name in LIFT_COLUMNS},
        "open_deals": np.bincount(basis.tally.open_asset, minlength=len(basis.asset_ids)).tolist(),
        **_money(lift),
        **more,
    }
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    left_out = _left_out_uses(basis.tally) | _less_known(basis, compared.moments)
    return Figures(basis.data_as_of, _coverage(basis.deals, basis.tally), left_out, rows)


def _shown_credits(basis: Basis) -> Columns:
    """The credit of the rule that is shown, and the full amounts of the won deals; neither needs an order of uses."""
    deals, tally, assets = basis.deals, basis.tally, len(basis.asset_ids)
    value = np.where(deals.closed & deals.won & np.isfinite(deals.value), deals.value, 0.0)
    share = value / np.maximum(tally.counted, 1)
    linear = np.bincount(tally.pair_asset, share[tally.pair_deal] * tally.pair_touches, assets)
    used = np.bincount(tally.pair_asset, value[tally.pair_deal], assets)
    return {"credited_minor": _whole(linear.astype(float)), "used_revenue_minor": _whole(used.astype(float))}


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


def _coverage(deals: Deals, tally: Tally) -> dict[str, Any]:
    """Coverage of the deals closed since the month in which content was first logged on a closed deal."""
    first = int(tally.first_day.min(initial=NEVER))
    since = date.fromordinal(first).replace(day=1) if first < NEVER else None
    found = coverage(deals, tally.counted > 0, since.toordinal() if since else UNKNOWN)
    return {
        "share": found.share,
        "closed_deals": found.closed_deals,
        "logged_deals": found.logged_deals,
        "since": since.isoformat() if since else None,
    }


def _left_out_uses(tally: Tally) -> dict[str, int]:
    """How many uses the figures leave out, by reason."""
    return {
        "uses_on_open_deals": int(tally.still_open.sum()),
        "uses_before_creation": int(tally.before_created.sum()),
        "uses_after_close": int(tally.after_close.sum()),
        "uses_logged_late": int(tally.logged_late.sum()),
    }


def _less_known(basis: Basis, moments: Moments) -> dict[str, int]:
    """How many deals the figures know less of, by what is missing or can't be."""
    deals = basis.deals
    no_value = deals.won & ~np.isfinite(deals.value)
    backwards = (deals.closed_day != UNKNOWN) & (deals.closed_day < deals.created_day)
    without_history = np.zeros(len(deals.won), np.bool_)
    without_history[moments.deal] = True
    without_history &= ~basis.has_history
    return {
        "won_not_convertible": int(np.sum(no_value & basis.amount_given)),
        "won_without_amount": int(np.sum(no_value & ~basis.amount_given)),
        "closed_without_date": int(np.sum(deals.closed & (deals.closed_day == UNKNOWN))),
        "closed_before_created": int(np.sum(deals.closed & backwards)),
        "closed_without_history": int(np.sum(without_history)),
        "closed_without_size": int(np.sum(deals.closed & ~np.isfinite(deals.size))),
        "closed_without_creation": int(np.sum(deals.closed & (deals.created_day == UNKNOWN))),
        "closed_without_segment": int(np.sum(deals.closed & (deals.segment == UNKNOWN))),
        "closed_without_owner": int(np.sum(deals.closed & (deals.rep == UNKNOWN))),
    }
