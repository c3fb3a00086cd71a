"""Cells: which moments of which deals may be compared with each other.

A moment is a (deal, week) in which at least one asset was first used on that closed deal; where the deal moved in
that week, one for each stage. Weeks count from the deal's created date, or, when that is unknown, from its first
recorded stage, or else from its first use. A cell is stage x weeks in stage x segment x size tercile x rep tier x prior
distinct assets; what is unknown gets a bin of its own. Comparing within cells is what removes immortal time: content
used late is compared with other content used as late (Suissa 2008). Without any stage history some of it stays: +1 to
+2 points on the simulated sets.
"""

import math
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

import numpy as np

from portal.impact.inputs import UNKNOWN, Deals, StageHistory, Touches
from portal.impact.method import (
    REP_PSEUDO_DEALS,
    REP_SPLIT_SHARE,
    TERCILES,
)
from portal.impact.rows import BoolArray, FloatArray, IntArray, SmallIntArray, run_starts, sorted_rows
from portal.impact.spells import Spells, spells_of
from portal.impact.timeline import Timeline, timeline_of


class CellCode(IntEnum):
    """The columns of Moments.cell_codes."""

    STAGE = 0  # code of the stage + 1; 0 when unknown
    WEEKS_IN_STAGE = 1  # place in 0-1, 2-4, 5+; then unknown
    SEGMENT = 2  # code of the segment + 1; 0 when unknown
    SIZE = 3  # tercile; then unknown
    REP = 4  # tercile of the rep's win rate; then unknown
    PRIOR_ASSETS = 5  # place in 0, 1-2, 3-5, 6+


MOST_IN_TABLE = 1_000_000  # rows of codes that could be; more are sorted
UNKNOWN_TERCILE = len(TERCILES) + 1


@dataclass(frozen=True)
class Moments:
    """Moments (moments,) in order of deal, then day, and the first uses (uses,) that happened in them."""

    deal: IntArray  # index into Deals
    begin_day: IntArray  # the day from which the deal's weeks count
    week: IntArray
    cell: IntArray  # 0 .. cells - 1
    new_in_cell: BoolArray  # the deal's first moment in that cell
    cells: int
    cell_codes: IntArray  # (cells, 6), in order: what the moments of a cell have in common, see CellCode
    use_asset: IntArray  # (uses,), ordered by asset
    use_moment: IntArray  # (uses,), index into the moments
    assets: int

    @cached_property
    def spells(self) -> Spells:
        """Return the spells that the moments make up."""
        return spells_of(self.deal, self.cell, self.use_moment)


def find_moments(deals: Deals, history: StageHistory, touches: Touches, assets: int) -> Moments:
    """Reduce touches to the first use of each asset on each closed deal, and place these in moments and cells."""
    return in_cells(deals, timeline_of(deals, history, touches), assets)


def in_cells(deals: Deals, timeline: Timeline, assets: int) -> Moments:
    """Place the moments of a timeline in cells among its deals."""
    deal = timeline.deal
    cell, cell_codes = _dense(
        timeline.stage_code,
        timeline.weeks_code,
        deals.segment[deal] + 1,
        terciles(deals.size, deals.closed)[deal],
        rep_tiers(deals)[deal],
        timeline.prior_code,
    )
    return Moments(
        deal=deal,
        begin_day=timeline.begin_day[deal],
        week=timeline.week,
        cell=cell,
        new_in_cell=_new_in_cell(deal, cell),
        cells=len(cell_codes),
        cell_codes=cell_codes,
        use_asset=timeline.use_asset,
        use_moment=timeline.use_moment,
        assets=assets,
    )


def _dense(*codes: IntArray | SmallIntArray) -> tuple[IntArray, IntArray]:
    """One code, 0, 1, 2, ..., for each distinct row of codes, all (n,), and these rows in order, (rows, columns).

    Where there are few rows that could be, which is usual, a table of them all spares the sorting.
    """
    spans = [int(code.max(initial=0)) + 1 for code in codes]
    if math.prod(spans) <= MOST_IN_TABLE:
        place = np.ravel_multi_index(codes, spans)
        seen = np.bincount(place, minlength=math.prod(spans)) > 0
        rows = np.stack(np.unravel_index(np.flatnonzero(seen), spans), axis=1)
        return (np.cumsum(seen, dtype=np.int64) - 1)[place], rows.astype(np.int64)
    *sorted_codes, row = sorted_rows(
        *(code.astype(np.int64) for code in codes), np.arange(len(codes[0]), dtype=np.int64)
    )
    starts = run_starts(*sorted_codes)
    dense = np.empty(len(row), np.int64)
    dense[row] = np.cumsum(starts) - 1
    return dense, np.stack([column[starts] for column in sorted_codes], axis=1)


def divide_cells(moments: Moments, code: IntArray) -> tuple[Moments, IntArray]:
    """Divide cells by a code of the moments, (moments,), from 0 on, and give each new cell's code, (cells,)."""
    cell, rows = _dense(moments.cell, code)
    codes = moments.cell_codes[rows[:, 0]]
    new = _new_in_cell(moments.deal, cell)
    divided = replace(moments, cell=cell, cells=len(rows), cell_codes=codes, new_in_cell=new)
    return divided, rows[:, 1]


def _new_in_cell(deal: IntArray, cell: IntArray) -> BoolArray:
    deals, cells, row = sorted_rows(deal, cell, np.arange(len(deal), dtype=np.int64))
    new = np.zeros(len(row), np.bool_)
    new[row[run_starts(deals, cells)]] = True
    return new


def terciles(values: FloatArray, among: BoolArray) -> IntArray:
    """Cut values, (n,), at the terciles of the known ones among the marked rows: 0, 1, 2, or 3 when unknown.

    A value that equals a cut goes to the upper side.
    """
    known = np.isfinite(values)
    if not np.any(known & among):
        return np.full(len(values), UNKNOWN_TERCILE)
    tier = np.searchsorted(np.quantile(values[known & among], TERCILES), values, side="right")
    return np.where(known, tier, UNKNOWN_TERCILE)


def rep_tiers(deals: Deals) -> IntArray:
    """Tercile of the rep's win rate on other closed deals, shrunk by 20 pseudo-deals, (deals,); 3 when unknown.

    Leaving a deal out lowers the rate of a won one and raises that of a lost one, so a cut that falls among one
    rep's deals parts them by their outcome, and nothing is left to compare. On the simulated sets that is harmless
    up to a quarter of the deals (40 reps: 5 to 13%), halves every lift with two reps and makes it zero with one.
    Past a quarter each rep is placed whole, by all of their deals.
    """
    closed = deals.closed & (deals.rep != UNKNOWN)
    if not np.any(closed):
        return np.full(len(deals.rep), UNKNOWN_TERCILE)
    rep = np.where(closed, deals.rep, 0)
    won = (closed & deals.won).astype(float)
    wins, count = np.bincount(rep, won), np.bincount(rep, closed)
    prior_wins = REP_PSEUDO_DEALS * won.sum() / closed.sum()
    others = count[rep] - 1 + REP_PSEUDO_DEALS
    rate = np.where(closed, (wins[rep] - won + prior_wins) / others, np.nan)

    cuts = np.quantile(rate[closed], TERCILES)
    if_won = np.searchsorted(cuts, (wins[rep] - 1 + prior_wins) / others, side="right")
    if_lost = np.searchsorted(cuts, (wins[rep] + prior_wins) / others, side="right")
    mixed = (wins[rep] > 0) & (wins[rep] < count[rep])
    if np.mean((mixed & (if_won != if_lost))[closed]) > REP_SPLIT_SHARE:
        whole = (wins + prior_wins) / (count + REP_PSEUDO_DEALS)
        rate = np.where(closed, whole[rep], np.nan)
    return terciles(rate, closed)
