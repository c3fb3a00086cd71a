"""Design: the columns of the joint model, as one sparse matrix over the exits, and how firmly each is held to zero."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from portal.impact.inputs import UNKNOWN, Deals, Touches
from portal.impact.joint.exits import NO_END, Exits
from portal.impact.method import DAYS_IN_WEEK, JOINT_RIDGE, JOINT_RIDGE_OTHER
from portal.impact.rows import FloatArray, IntArray, run_starts, sorted_rows


@dataclass(frozen=True)
class Uses:
    """First uses (uses,), ordered by asset, then deal, on deals that left a stage from then on."""

    deal: IntArray
    asset: IntArray
    first_row: IntArray  # the exit from the stage in which it was first used
    rows: IntArray  # how many exits the deal has from that one on, at least 1
    left_out: dict[str, int]

    def entries(self) -> IntArray:
        """The exits from each first use on, one use after the other, (entries,)."""
        begins = np.cumsum(self.rows) - self.rows
        return np.arange(int(self.rows.sum())) + np.repeat(self.first_row - begins, self.rows)

    def pointer(self, assets: int) -> IntArray:
        """Where each asset's entries begin, and the end of the last, (assets + 1,)."""
        return np.append([0], np.cumsum(np.bincount(self.asset, self.rows, assets))).astype(np.int64)


@dataclass(frozen=True)
class Design:
    """The model's columns: first the stages, last the assets."""

    matrix: Any  # scipy CSR (rows, columns)
    ridge: FloatArray  # (columns,)
    first_asset: int  # the column of asset 0


def find_uses(deals: Deals, exits: Exits, touches: Touches) -> Uses:
    """Place each asset's first use on each deal at the first exit on that day or later.

    Content used on the day of a move was used before the move or led to it.
    """
    closed_day = deals.closed_day[touches.deal]
    early = touches.day < deals.created_day[touches.deal]  # no day is before UNKNOWN
    late = ~early & deals.closed[touches.deal] & (closed_day != UNKNOWN) & (touches.day > closed_day)
    kept = touches.only(~early & ~late)
    asset, deal, day = sorted_rows(kept.asset, kept.deal, kept.day)
    first = run_starts(asset, deal)
    asset, deal, day = asset[first], deal[first], day[first]
    end = np.cumsum(np.bincount(exits.deal, minlength=len(deals.won)))[deal]
    row = _first_exit(exits, deal, day)
    within = row < end
    return Uses(
        deal=deal[within],
        asset=asset[within],
        first_row=row[within],
        rows=(end - row)[within],
        left_out={
            "uses_before_creation": int(np.sum(early)),
            "uses_after_close": int(np.sum(late)),
            "uses_before_no_exit": int(np.sum(~within)),
        },
    )


def _first_exit(exits: Exits, deal: IntArray, day: IntArray) -> IntArray:
    """The first exit of a deal on a day or later, or of a later deal when it has none."""
    if not len(exits.deal) or not len(deal):
        return np.zeros(len(deal), np.int64)
    dated = exits.day[exits.day < NO_END]
    low = min(int(dated.min(initial=day[0])), int(day.min()))
    high = max(int(dated.max(initial=day[0])), int(day.max())) + 1
    span = high - low + 1
    key = exits.deal * span + np.minimum(exits.day, high) - low
    return np.searchsorted(key, deal * span + day - low, side="left")


def make_design(deals: Deals, exits: Exits, uses: Uses, assets: int, regions: IntArray | None) -> Design:
    """Lay out the columns; what is unknown has a column of its own.

    Beside what is known of the deal there is the logarithm of how many assets were used by then, as whoever is keen
    to buy gets more of everything: where simulated buyers hide such intent, it halves the bias (1.2 to 0.6 points).
    """
    from scipy import sparse  # Imported where it is used: it takes a second.

    deal = exits.deal
    used = _used(uses, len(deal), assets).tocsr()
    size = np.where(np.isfinite(deals.size), np.maximum(deals.size, 0.0), np.nan)
    parts = [_indicators(exits.stage, exits.stages), _indicators(*_numbered(deals.segment[deal]))]
    parts.append(sparse.csr_array(_curve(size)[deal]))
    if regions is not None:
        parts.append(_indicators(*_numbered(regions[deal])))
    if not exits.by_stage:
        parts.append(sparse.csr_array(_curve(_weeks_open(deals))[deal]))
    held_lightly = sum(part.shape[1] for part in parts)
    parts.append(sparse.csr_array(np.log1p(np.diff(used.indptr))[:, None]))
    parts.append(_indicators(*_numbered(deals.rep[deal])))
    matrix = sparse.csr_array(sparse.hstack([*parts, used], format="csr"))
    ridge = np.full(matrix.shape[1], JOINT_RIDGE)
    ridge[:held_lightly] = JOINT_RIDGE_OTHER
    return Design(matrix, ridge, matrix.shape[1] - assets)


def _used(uses: Uses, rows: int, assets: int) -> Any:
    """Which assets were used by the end of each exit, as CSC (rows, assets)."""
    from scipy import sparse

    entries = uses.entries()
    return sparse.csc_array((np.ones(len(entries)), entries, uses.pointer(assets)), shape=(rows, assets))


def _indicators(code: IntArray, codes: int) -> Any:
    from scipy import sparse

    return sparse.csr_array((np.ones(len(code)), code, np.arange(len(code) + 1)), shape=(len(code), codes))


def _numbered(code: IntArray) -> tuple[IntArray, int]:
    """Number the codes that occur 0, 1, 2, ..., UNKNOWN being one of them, and say how many there are."""
    present = np.flatnonzero(np.bincount(code - UNKNOWN))
    return np.searchsorted(present, code - UNKNOWN), len(present)


def _weeks_open(deals: Deals) -> FloatArray:
    known = deals.closed & (deals.created_day != UNKNOWN) & (deals.closed_day >= deals.created_day)
    return np.where(known, (deals.closed_day - deals.created_day) / DAYS_IN_WEEK, np.nan)


def _curve(values: FloatArray) -> FloatArray:
    """The logarithm with mean 0 and deviation 1, its square, and whether it is unknown, (n, 3); nan is unknown."""
    known = np.isfinite(values)
    scaled = np.log1p(np.where(known, values, 0.0))
    if np.any(known):
        spread = float(np.std(scaled[known]))
        scaled = (scaled - np.mean(scaled[known])) / (spread if spread > 1e-9 else 1.0)
    scaled = np.where(known, scaled, 0.0)
    return np.column_stack([scaled, scaled**2, ~known])
