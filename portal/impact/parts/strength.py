"""Strength: the lift of stronger uses, each from the week in which it happened.

A use counts as "opened" from the week of the buyer's first opening on. Asking instead whether it was opened at some
time would compare deals that lived to be opened with deals that did not.
"""

from dataclasses import replace

import numpy as np

from portal.impact.cells import CellCode, Moments
from portal.impact.inputs import UNKNOWN, Deals, StageHistory, Touches, countable
from portal.impact.method import DAYS_IN_WEEK, PRIOR_ASSETS_FROM, WEEKS_IN_STAGE_FROM
from portal.impact.parts.sides import Sides
from portal.impact.parts.tables import Summed, summed, tables_of
from portal.impact.rows import IntArray, run_starts, sorted_rows
from portal.impact.timeline import stage_at


def by_event(
    deals: Deals, history: StageHistory, moments: Moments, sides: Sides, deal: IntArray, day: IntArray
) -> Summed:
    """Compare the first event of each deal with the other side of the asset in the same cell, as one part.

    deal and day are the events of this asset, (events,), such as when it was presented. Those on deals that did not
    use it, on open deals or outside their deal's life are left out.
    """
    first_deal, first_day = _first_days(deals, moments, sides, deal, day)
    cell = _cells_at(deals, history, moments, sides, first_deal, first_day)
    placed = cell >= 0
    key = cell[placed] * 2 + deals.won[first_deal[placed]]
    more = tables_of(key, *_other_side(deals, moments, sides, cell[placed]), moments.cells, 1)
    both = ("other", "other_won", "other_deals")
    found = summed(replace(more, **{name: getattr(more, name) + getattr(sides.cells, name) for name in both}))
    # An event outside every known cell is one that nothing can be compared with, and counts as used all the same.
    won = np.array([np.sum(deals.won[first_deal])])
    return Summed(**(vars(found) | {"deals_used": np.array([len(first_deal)]), "won": won}))


def _other_side(deals: Deals, moments: Moments, sides: Sides, cell: IntArray) -> tuple[IntArray, IntArray]:
    """The keys of comparable moments in those of these cells in which it was never first used, and of repeated ones."""
    first_use = np.full(len(deals.won), len(moments.deal))
    first_use[moments.deal[sides.used]] = sides.used
    in_cell = np.zeros(moments.cells, np.bool_)
    in_cell[cell] = True
    in_cell[sides.used_cell] = False
    other = np.flatnonzero(in_cell[moments.cell])
    other = other[other < first_use[moments.deal[other]]]
    key = moments.cell[other] * 2 + deals.won[moments.deal[other]]
    return key, (key // 2)[~moments.new_in_cell[other]]


def _first_days(
    deals: Deals, moments: Moments, sides: Sides, deal: IntArray, day: IntArray
) -> tuple[IntArray, IntArray]:
    """The deals with an event, in order, and the day of each deal's first one."""
    kept, _ = countable(deals, Touches(deal, np.zeros(len(deal), np.int64), day))
    deal, day = sorted_rows(kept.deal, kept.day)
    starts = run_starts(deal)
    deal, day = deal[starts], day[starts]
    begin = _begin_days(moments, sides, len(deals.won))
    on_users = begin[deal] != UNKNOWN
    return deal[on_users], day[on_users]


def _begin_days(moments: Moments, sides: Sides, deals: int) -> IntArray:
    """The day from which the weeks of each user's deal count, (deals,); UNKNOWN for deals that did not use it."""
    begin = np.full(deals, UNKNOWN)
    begin[moments.deal[sides.used]] = moments.begin_day[sides.used]
    return begin


def _cells_at(
    deals: Deals, history: StageHistory, moments: Moments, sides: Sides, deal: IntArray, day: IntArray
) -> IntArray:
    """The cell of each deal, (n,), on a day on which nothing need have been first used; -1 when there is none such."""
    if not len(deal):
        return np.zeros(0, np.int64)
    users = np.full(len(deals.won), -1)
    users[moments.deal[sides.used]] = sides.used
    own = users[deal]  # the moment of first use on the same deal
    begin = np.zeros(len(deals.won), np.int64)
    begin[deal] = moments.begin_day[own]
    has_event = np.zeros(len(deals.won), np.bool_)
    has_event[deal] = True
    concerned = has_event[history.deal]
    history = StageHistory(history.deal[concerned], history.stage[concerned], history.entered_day[concerned])
    stage, weeks = stage_at(history, begin, deal, day)
    codes = moments.cell_codes[moments.cell[own]].copy()
    codes[:, CellCode.STAGE] = stage + 1
    bins = np.searchsorted(WEEKS_IN_STAGE_FROM, weeks, side="right")
    codes[:, CellCode.WEEKS_IN_STAGE] = np.where(stage == UNKNOWN, len(WEEKS_IN_STAGE_FROM) + 1, bins)
    prior = _prior_assets(moments, own, deal, (day - begin[deal]) // DAYS_IN_WEEK)
    codes[:, CellCode.PRIOR_ASSETS] = np.searchsorted(PRIOR_ASSETS_FROM, prior, side="right")
    return _find_rows(moments.cell_codes, codes)


def _prior_assets(moments: Moments, own: IntArray, deal: IntArray, week: IntArray) -> IntArray:
    """The distinct other assets used on each deal before a week, (n,)."""
    uses = np.bincount(moments.use_moment, minlength=len(moments.deal))
    before = np.cumsum(uses) - uses
    # Weeks are below 0 ahead of the first recorded stage of a deal whose creation is not known.
    low = int(min(moments.week.min(), week.min()))
    span = int(max(moments.week.max(), week.max())) - low + 2
    place = np.searchsorted(moments.deal * span + moments.week - low, deal * span + week - low)
    opens = np.searchsorted(moments.deal, deal)
    total = np.append(before, uses.sum())
    return total[place] - total[opens] - (moments.week[own] < week)


def _find_rows(known: IntArray, rows: IntArray) -> IntArray:
    """The place of each row, (n, columns), among known rows in order, (cells, columns); -1 when it is not there."""
    radix = np.maximum(known.max(axis=0), rows.max(axis=0)) + 1
    steps = np.append(np.cumprod(radix[::-1])[-2::-1], 1)
    keys, wanted = known @ steps, rows @ steps
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)
