"""Listing: the content that a person may know of with its figures, as the page, its plot and every export show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.impact.exploring.computing import Explored
from portal.impact.method import MIN_DEALS_USED
from portal.impact.models import ImpactRow
from portal.impact.overview import left_out_words
from portal.impact.queries import Named
from portal.impact.verdicts import Verdict

DEFAULT_SORT = "-difference"
# As many as a plot or a heat map shows at a glance.
DRAWN = 20
CLEAR = (Verdict.WON_MORE, Verdict.WON_LESS)


@dataclass(frozen=True)
class Line:
    """One piece of content and its figures."""

    asset: Named
    row: ImpactRow
    tells_amounts: bool = True  # to the person who looks
    tells_counts: bool = True

    @property
    def is_clear(self) -> bool:
        """Whether it was won more or less often beyond what chance gives."""
        return self.row.verdict in CLEAR

    @property
    def has_verdict(self) -> bool:
        return self.row.verdict != Verdict.NOT_ENOUGH_DEALS

    @property
    def counts(self) -> tuple[int | None, int | None, int | None]:
        """On how many closed deals it was used, won and lost, where that may be told."""
        row = self.row
        return (row.deals_used, row.won, row.lost) if self.tells_counts else (None, None, None)

    @property
    def places(self) -> tuple[int | None, int | None]:
        """Its best and worst place by credited revenue, where the deals may be counted."""
        return (self.row.rank_best, self.row.rank_worst) if self.tells_counts else (None, None)

    @property
    def worth(self) -> tuple[int | None, int | None, int | None]:
        """What the difference is worth with its range, only where it is clear and may be told."""
        row = self.row
        tells = self.is_clear and self.tells_amounts
        return (row.money_minor, row.money_low_minor, row.money_high_minor) if tells else (None, None, None)

    @property
    def credited_minor(self) -> int | None:
        return self.row.credited_minor if self.tells_amounts else None

    @property
    def used_revenue_minor(self) -> int | None:
        return self.row.used_revenue_minor if self.tells_amounts else None


# Ranked by the value drawn towards the average, so that small samples don't lead the list.
SORTS: dict[str, Callable[[Line], Any]] = {
    "content": lambda line: line.asset.title.casefold(),
    "kind": lambda line: line.asset.kind,
    "deals": lambda line: line.counts[0],
    "won": lambda line: line.counts[1],
    "lost": lambda line: line.counts[2],
    "difference": lambda line: line.row.shrunk_lift if line.has_verdict else None,
    "worth": lambda line: line.worth[0],
    "credited": lambda line: line.credited_minor,
    "used": lambda line: line.used_revenue_minor,
}


@dataclass(frozen=True)
class Listing:
    """What is shown: `lines` in their order, and how many pieces have each verdict before one verdict is chosen."""

    lines: list[Line]
    counts: Mapping[str, int]
    drawn: list[Line]  # what a plot shows, from won more to won less often
    winners: list[Line]  # those won more often, the strongest first

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def is_too_few(explored: Explored) -> bool:
    """Return whether a choice of deals leaves too few for any verdict, so that nothing is told of single deals."""
    return explored.chosen.narrows and explored.coverage["logged_deals"] < MIN_DEALS_USED


def left_out_of(explored: Explored) -> list[str]:
    """Say what the figures of a choice leave out; of too few deals, it would tell how these ended."""
    return [] if is_too_few(explored) else left_out_words(explored.left_out)


def list_content(
    explored: Explored,
    known: Mapping[int, Named],
    *,
    kind: str,
    verdict: str,
    sort: str,
    tells: Callable[[ImpactRow], bool],
    counts: Callable[[ImpactRow], bool],
) -> Listing:
    """Put figures and names together: of content that is known, of a kind and a verdict, in an order of SORTS.

    `tells` says of a row whether its amounts may be told, `counts` whether its deals may be counted.
    """
    rows = [] if is_too_few(explored) else explored.rows
    every = [Line(known[row.asset_id], row, tells(row), counts(row)) for row in rows if row.asset_id in known]
    of_kind = in_order((line for line in every if not kind or line.asset.kind == kind), sort)
    lines = [line for line in of_kind if not verdict or line.row.verdict == verdict]
    ranked = [line for line in in_order(of_kind, DEFAULT_SORT) if line.has_verdict]
    return Listing(
        lines=lines,
        counts=Counter(str(line.row.verdict) for line in of_kind),
        drawn=_drawn(ranked),
        winners=[line for line in ranked if line.row.verdict == Verdict.WON_MORE],
    )


def in_order(lines: Iterable[Line], sort: str) -> list[Line]:
    """Sort lines by a key of SORTS, falling with a "-" before it; unknown values stand last either way."""
    value = SORTS[sort.removeprefix("-")]
    # What is equal stands by the number of deals, then by title; each sort keeps the order of the one before.
    usual = sorted(lines, key=lambda line: (-(line.counts[0] or 0), line.asset.title, line.asset.id))
    known = [line for line in usual if value(line) is not None]
    known.sort(key=value, reverse=sort.startswith("-"))
    return [*known, *(line for line in usual if value(line) is None)]


def _drawn(lines: list[Line]) -> list[Line]:
    """The clear differences first, then the strongest others, as many as are seen at a glance."""
    with_range = [line for line in lines if line.row.lift is not None]
    with_range.sort(key=lambda line: (not line.is_clear, -abs(line.row.shrunk_lift or 0.0), line.asset.id))
    return sorted(with_range[:DRAWN], key=lambda line: -(line.row.lift or 0.0))
