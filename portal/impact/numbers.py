"""Numbers: the figures of one asset as the lines of a small table, each with what it is."""

from __future__ import annotations

from portal.impact.amounts import NOT_TOLD
from portal.impact.models import ImpactRow
from portal.impact.verdicts import Verdict
from portal.impact.words import CREDITED_REVENUE, REVENUE_OF_DEALS, WORTH
from portal.web.formatting import count, estimate, in_points, money, points

Line = tuple[str, str, str]
MISSING = "–"


def numbers(row: ImpactRow, *, tells_amounts: bool) -> list[Line]:
    """Return the lines as (label, value, meaning); estimates only where the data can carry them.

    `tells_amounts` says whether sums of money may be told to the person who reads.
    """
    return [
        (
            "Closed deals",
            count(row.deals_used),
            f"It was used on them between their creation and their close: {row.won:,} won, {row.lost:,} lost.",
        ),
        ("Open deals", count(row.open_deals), "It is used on these now; they count once they are closed."),
        (
            "Comparable deals",
            count(row.matched),
            f"Of the closed ones; compared with {row.comparison_deals:,} deals on which other content was used.",
        ),
        *(_estimates(row, tells_amounts) if row.verdict != Verdict.NOT_ENOUGH_DEALS else ()),
        *(_sums(row) if tells_amounts else [("Credited revenue", MISSING, NOT_TOLD)]),
    ]


def _sums(row: ImpactRow) -> list[Line]:
    return [
        ("Credited revenue", money(row.credited_minor), CREDITED_REVENUE),
        ("Revenue of deals it was used on", money(row.used_revenue_minor), REVENUE_OF_DEALS),
    ]


def _estimates(row: ImpactRow, tells_amounts: bool) -> list[Line]:
    found: list[Line] = []
    if row.lift is not None and row.ci_low is not None:
        range_words = f"{points(row.ci_low)} and {points(row.ci_high)}"
        found.append(("Difference in win rate", in_points(row.lift), f"Likely between {range_words}."))
    if row.verdict not in (Verdict.WON_MORE, Verdict.WON_LESS):
        # A price on a difference that may be chance would be read as if it were none.
        found.append(("What the difference is worth", MISSING, "It is not clear enough to put a price on."))
    elif tells_amounts and row.money_minor is not None and row.money_low_minor is not None:
        range_words = f"{estimate(row.money_low_minor)} and {estimate(row.money_high_minor)}"
        meaning = f"{WORTH} Likely between"
        found.append(
            (
                "What the difference is worth",
                f"about {estimate(row.money_minor)}",
                f"{meaning} {range_words}.",
            )
        )
    return found
