"""Cells: the comparisons that one asset's figure is made of, in plain English, and what could not be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portal.impact.cells import UNKNOWN_TERCILE, CellCode
from portal.impact.gathered import Gathered
from portal.impact.inputs import UNKNOWN, countable
from portal.impact.parts.working import Unmatched, working
from portal.impact.piece.laid_open import Piece

SHOWN = 10
WEEKS = ("up to 2 weeks", "2 to 4 weeks", "5 weeks or more", "not known")
SIZES = ("small", "middle", "large", "not known")
REPS = ("lower", "middle", "higher", "not known")
BEFORE = ("none", "1 or 2", "3 to 5", "6 or more")
WHY = {
    Unmatched.NOBODY_ELSE: "No other deal used any content at such a moment",
    Unmatched.ALL_USED_IT: "Every deal with such a moment used this in that week, or had used it before",
}


@dataclass(frozen=True)
class Cell:
    """One comparison: what its deals have in common, both sides, and its part in the figure."""

    stage: str
    weeks: str
    segment: str
    size: str
    rep: str
    before: str
    used: int
    used_won: int
    other: int
    other_won: int
    weight: float
    difference: float


@dataclass(frozen=True)
class Comparison:
    """The heaviest comparisons, how many lighter ones there are with their weight, and what was not compared."""

    cells: list[Cell]
    lighter: int
    lighter_weight: float
    used: int
    unmatched: list[tuple[str, int, int]]  # why, deals, of which won
    notes: list[str]


def comparison_of(piece: Piece) -> Comparison:
    """Lay one asset's comparison open."""
    laid = piece.laid
    found = working(laid.moments, piece.sides)
    names = laid.gathered.facets["segment"].names
    cells = [
        Cell(
            **_words(laid.moments.cell_codes[found.cell[place]].tolist(), laid.gathered.stages, names),
            used=int(found.used[place]),
            used_won=int(found.used_won[place]),
            other=int(found.other[place]),
            other_won=int(found.other_won[place]),
            weight=float(found.weight[place]),
            difference=float(found.difference[place]),
        )
        for place in range(min(SHOWN, len(found.cell)))
    ]
    won = laid.gathered.deals.won[found.unmatched_deal]
    why = np.array([str(one) for one in found.unmatched_why], dtype=object)
    unmatched = [
        (words, int(np.sum(why == str(one))), int(np.sum(won & (why == str(one)))))
        for one, words in WHY.items()
    ]
    return Comparison(
        cells=cells,
        lighter=max(0, len(found.cell) - SHOWN),
        lighter_weight=float(found.weight[SHOWN:].sum()),
        used=len(piece.sides.used),
        unmatched=[row for row in unmatched if row[1]],
        notes=[*left_out_of(piece), *less_known(piece)],
    )


def _words(code: Sequence[int], stages: Sequence[str], segments: Sequence[str]) -> dict[str, str]:
    stage, segment = code[CellCode.STAGE] - 1, code[CellCode.SEGMENT] - 1
    return {
        "stage": stages[stage] if 0 <= stage < len(stages) else "not known",
        "weeks": WEEKS[code[CellCode.WEEKS_IN_STAGE]],
        "segment": segments[segment] if 0 <= segment < len(segments) else "not known",
        "size": SIZES[code[CellCode.SIZE]],
        "rep": REPS[code[CellCode.REP]],
        "before": BEFORE[code[CellCode.PRIOR_ASSETS]],
    }


def left_out_of(piece: Piece) -> list[str]:
    """Say which uses of this asset are in no comparison, and why."""
    gathered = piece.laid.gathered
    mine = gathered.touches.asset == piece.asset
    kept, left_out = countable(gathered.deals, gathered.touches.only(mine & ~gathered.late))
    late = int(np.sum(mine & gathered.late))
    counts = [
        (left_out.still_open, "on deals that are still open"),
        (left_out.before_created, "before the deal was created"),
        (left_out.after_close, "after the deal was closed"),
        (late, "found out only after the deal had closed"),
        (
            len(kept.deal) - len(piece.sides.used),
            "again on the same deal, of which the first use counts",
        ),
    ]
    said = [f"{number:,} {words}" for number, words in counts if number]
    return [f"Uses of this that are not compared: {'; '.join(said)}."] if said else []


def less_known(piece: Piece) -> list[str]:
    """Say what is not known of the deals on which it was used, and so can't be held equal."""
    laid = piece.laid
    codes = laid.moments.cell_codes[piece.sides.used_cell]
    found = _overall(laid.gathered)
    unknown = [
        (codes[:, CellCode.STAGE] == 0, len(laid.gathered.history.deal), "stage at its use"),
        (codes[:, CellCode.SEGMENT] == 0, np.any(laid.gathered.deals.segment != UNKNOWN), "segment"),
        (codes[:, CellCode.SIZE] == UNKNOWN_TERCILE, _knows_size(laid.gathered), "size before the close"),
        (codes[:, CellCode.REP] == UNKNOWN_TERCILE, np.any(laid.gathered.deals.rep != UNKNOWN), "rep"),
    ]
    for missing, known_of_some, name in unknown:
        number = int(np.sum(missing))
        if known_of_some and number:
            deals = "deal whose" if number == 1 else "deals whose"
            found.append(f"{number:,} {deals} {name} is not known, compared among such deals only.")
    return found


def _knows_size(gathered: Gathered) -> bool:
    return bool(np.any(np.isfinite(gathered.deals.size[gathered.deals.closed])))


def _overall(gathered: Gathered) -> list[str]:
    """Say what is not known of any deal."""
    deals, found = gathered.deals, []
    if not len(gathered.history.deal):
        found.append(
            "No deal has a stage history, so moments are compared without their stage. Content that is used late"
            " may then look better than it is, by 1 to 2 points in simulations."
        )
    if not np.any(deals.segment != UNKNOWN):
        found.append("No deal has a segment, so deals of all segments are compared with each other.")
    if not _knows_size(gathered):
        found.append("No deal has an amount known before its close, so deals of all sizes are compared.")
    elif len(np.unique(deals.size[deals.closed & np.isfinite(deals.size)])) == 1:
        found.append("All deals have one and the same amount, so sizes tell nothing apart.")
    reps = np.unique(deals.rep[deals.closed & (deals.rep != UNKNOWN)])
    if not len(reps):
        found.append("No deal has a rep, so deals of all reps are compared with each other.")
    elif len(reps) == 1:
        found.append("All deals are one rep’s, so the win rate of the rep tells nothing apart.")
    return found
