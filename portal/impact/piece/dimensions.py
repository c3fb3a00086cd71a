"""Dimensions: the figures of one asset by where, when and how it was used, each with the word for every part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from portal.impact.cells import CellCode
from portal.impact.exploring.sequences import FEWEST_DEALS
from portal.impact.inputs import UNKNOWN, Touches, countable
from portal.impact.method import SE_FLOOR
from portal.impact.parts.dividing import by_moment, by_use
from portal.impact.parts.drawing import Part, Spread, drawn, spread_of
from portal.impact.parts.everywhere import all_by_moment, spread_over
from portal.impact.parts.strength import by_event
from portal.impact.parts.tables import Summed
from portal.impact.parts.trend import Trend, quarter_of, trend
from portal.impact.piece.laid_open import LaidOpen, Piece
from portal.impact.rows import IntArray, run_starts, sorted_rows
from portal.impact.verdicts import Verdict
from portal.usage.models import KINDS

STAGE, QUARTER, VERSION, STRENGTH = "stage", "quarter", "version", "strength"
LEAST_SPREAD = 0.01  # a standard deviation
OTHER_TEAMS = "Other teams"
NOT_KNOWN = "Not known"
CLEAR = (Verdict.WON_MORE, Verdict.WON_LESS)
# In the order of KINDS, and then what a buyer did.
STRENGTHS = ("Looked at", "Downloaded", "Presented", "Sent", "Opened by a buyer")


@dataclass(frozen=True)
class Named:
    """One part with its word."""

    name: str
    part: Part

    @property
    def is_told(self) -> bool:
        """Whether there are enough deals to show a difference."""
        return self.part.verdict != Verdict.NOT_ENOUGH_DEALS and self.part.lift is not None

    @property
    def is_counted(self) -> bool:
        """Whether there are enough deals to say how they ended."""
        return self.part.deals_used >= FEWEST_DEALS


@dataclass(frozen=True)
class Dimension:
    """One asset's parts by one thing, in order; those on which it was not used are left out."""

    parts: list[Named]
    without: int  # deals on which it was used, but of which this is not known
    spread: Spread
    trend: Trend | None = None

    @property
    def differ(self) -> bool:
        """Whether the parts differ by more than chance makes them."""
        return differs(self.spread)


def differs(spread: Spread) -> bool:
    """Return whether parts of a kind truly differ by a point or more."""
    return spread.tau2 >= LEAST_SPREAD**2


def by_dimension(piece: Piece, name: str, teams: Mapping[str, str], versions: Mapping[int, str]) -> Dimension:
    """Part the figures of an asset by a facet of the deals or a name above; `teams` are those that may be named."""
    if name == STRENGTH:
        return _by_strength(piece)
    if name == VERSION:
        return _by_version(piece, versions)
    laid = piece.laid
    code, words = _moments_by(laid, name)
    if not len(words):
        return Dimension([], len(piece.sides.used), Spread(0.0, 0.0))
    spread = _spread_over_all(laid, name, code, len(words))
    if name == "team":
        code, words = _for_reader(code, words, teams)
    summed = by_moment(laid.moments, piece.sides, code, len(words))
    # Within one stage there is no want of stages.
    found = _named(piece, summed, words, spread, 1.0 if name == STAGE else laid.widened)
    if name not in (STAGE, QUARTER):
        found.sort(key=lambda one: (one.name in (OTHER_TEAMS, NOT_KNOWN), -one.part.deals_used, one.name))
    without = int(np.sum(code[piece.sides.used] == UNKNOWN))
    wears = trend(laid.moments, piece.sides) if name == QUARTER else None
    return Dimension(found, without, spread, wears)


def _moments_by(laid: LaidOpen, name: str) -> tuple[IntArray, tuple[str, ...]]:
    """The code of each moment, (moments,), and the words behind the codes."""
    gathered, moments = laid.gathered, laid.moments
    if name == QUARTER:
        return quarter_of(moments)
    if name == STAGE:
        return moments.cell_codes[moments.cell, CellCode.STAGE] - 1, gathered.stages
    facet = gathered.facets[name]
    return facet.codes[moments.deal], facet.names


def _spread_over_all(laid: LaidOpen, name: str, code: IntArray, parts: int) -> Spread:
    """How much such parts differ over all assets; a second at the largest size, so that it is worked out once."""
    if name not in laid.spreads:
        everything = all_by_moment(laid.gathered.deals, laid.moments, code, parts)
        laid.spreads[name] = spread_over(everything, laid.shrunk)
    return laid.spreads[name]


def _for_reader(
    code: IntArray, words: tuple[str, ...], teams: Mapping[str, str]
) -> tuple[IntArray, tuple[str, ...]]:
    """Name the teams that a reader may choose; what the others do may be known together only."""
    mine = [word for word in words if word in teams]
    place = np.array([mine.index(word) if word in teams else len(mine) for word in words], np.int64)
    return np.where(code >= 0, place[code], UNKNOWN), (*(teams[word] for word in mine), OTHER_TEAMS)


def _named(
    piece: Piece, summed: Summed, words: tuple[str, ...], spread: Spread, widened: float
) -> list[Named]:
    own = float(piece.laid.shrunk[piece.asset])
    parts = drawn(summed, own, spread, piece.sides.taken_up_later, widened)
    return [
        Named(word, _held(part, piece.verdict, spread))
        for word, part in zip(words, parts, strict=True)
        if part.deals_used
    ]


def _held(part: Part, overall: str, spread: Spread) -> Part:
    """Take back a verdict that all deals together don't bear, where parts differ no more than chance makes them."""
    if part.verdict in CLEAR and part.verdict != overall and not differs(spread):
        return replace(part, verdict=Verdict.NO_CLEAR_DIFFERENCE.value)
    return part


def _own_spread(piece: Piece, summed: Summed) -> Spread:
    """How much the parts of this asset alone differ, for what can't be told of all assets alike."""
    enough = (summed.deals_used >= FEWEST_DEALS) & (summed.variance > 0)
    se = np.where(enough, np.sqrt(summed.variance + SE_FLOOR**2), np.nan)
    return spread_of(summed.lift, se, np.full(len(se), piece.laid.shrunk[piece.asset]))


def _by_version(piece: Piece, versions: Mapping[int, str]) -> Dimension:
    """By the version of the first use on each deal, in the order of the versions."""
    gathered, sides = piece.laid.gathered, piece.sides
    mine = (gathered.touches.asset == piece.asset) & ~gathered.late
    rows = np.flatnonzero(mine)
    deal, day, row = (
        gathered.touches.deal[rows],
        gathered.touches.day[rows],
        np.arange(len(rows), dtype=np.int64),
    )
    kept = _counted(piece, Touches(deal, np.zeros(len(deal), np.int64), day))
    deal, day, row = sorted_rows(deal[kept], day[kept], row[kept])
    first = run_starts(deal)
    version_of = np.zeros(len(gathered.deals.won), np.int64)
    version_of[deal[first]] = gathered.version_id[rows[row[first]]]
    used = version_of[piece.laid.moments.deal[sides.used]]
    ids = [number for number in versions if number in set(used.tolist())]
    words = (*(versions[number] for number in ids), NOT_KNOWN)
    code = np.full(len(used), len(ids))
    for place, number in enumerate(ids):
        code[used == number] = place
    summed = by_use(sides, code, len(words))
    spread = _own_spread(piece, summed)
    return Dimension(_named(piece, summed, words, spread, piece.laid.widened), 0, spread)


def _counted(piece: Piece, touches: Touches) -> IntArray:
    """Which touches count, as indexes: those between their deal's creation and its close."""
    numbered = Touches(touches.deal, np.arange(len(touches.deal), dtype=np.int64), touches.day)
    return countable(piece.laid.gathered.deals, numbered)[0].asset


def _by_strength(piece: Piece) -> Dimension:
    """By what was done with it, up to being opened by a buyer, each from its own week on."""
    laid, gathered = piece.laid, piece.laid.gathered
    mine = (gathered.touches.asset == piece.asset) & ~gathered.late
    opened = gathered.openings.asset == piece.asset
    kinds = [mine & (gathered.kind == kind) for kind in range(len(KINDS))]
    events = [
        *((gathered.touches.deal[at], gathered.touches.day[at]) for at in kinds),
        (gathered.openings.deal[opened], gathered.openings.day[opened]),
    ]
    each = [
        by_event(gathered.deals, gathered.history, laid.moments, piece.sides, deal, day)
        for deal, day in events
    ]
    names = vars(each[0])
    summed = Summed(**{name: np.concatenate([getattr(one, name) for one in each]) for name in names})
    spread = _own_spread(piece, summed)
    return Dimension(_named(piece, summed, STRENGTHS, spread, laid.widened), 0, spread)
