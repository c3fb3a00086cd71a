"""Words: what the parts of one asset's figures say together, in a sentence each."""

from __future__ import annotations

from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.impact.parts.trend import Trend
from portal.impact.piece.dimensions import QUARTER, STAGE, STRENGTH, VERSION, Dimension
from portal.impact.second_opinion import SAYS, disagree, said_by_joint, said_by_lift
from portal.web.formatting import day, in_points, points

LABELS = {
    STAGE: "By stage of the deal",
    "segment": "By segment",
    "region": "By region",
    "industry": "By industry",
    "product": "By product",
    "team": "By team",
    QUARTER: "Over time",
    VERSION: "By version",
    STRENGTH: "By what was done with it",
}
COLUMNS = {
    STAGE: "Stage at its first use",
    "segment": "Segment",
    "region": "Region",
    "industry": "Industry",
    "product": "Product",
    "team": "Team of the owner",
    QUARTER: "Quarter of its first use",
    VERSION: "Version first used",
    STRENGTH: "What was done",
}
AGREE, FITS = "The two agree.", "The two ranges fit each other."
ALONE = (VERSION, STRENGTH)


def differ_words(name: str, found: Dimension) -> str:
    """Say whether the parts can be told apart."""
    told = [one for one in found.parts if one.is_told]
    if not told:
        return "None of these has enough deals for a difference of its own: it takes 30, 5 of them won and 5 lost."
    if len(told) == 1 and len(found.parts) > 1:
        return f"Only {told[0].name} has enough deals for a difference of its own."
    spread = found.spread.tau2**0.5 * 100
    if not found.differ:
        return "These differ no more than chance makes them: take the figure of all deals together."
    unit = "point" if round(spread) == 1 else "points"
    if name in ALONE:
        # What one piece alone tells of how far its parts differ is too little to put a number on.
        return "These may differ. Where their ranges overlap, nothing tells them apart."
    return f"For one and the same piece, these differ by about {spread:.0f} {unit} beyond what chance makes."


def trend_words(trend: Trend | None) -> str:
    """Say whether an asset is wearing off."""
    if trend is None:
        return "Too few deals yet to tell older uses from newer ones: it takes 30 comparable deals of each."
    change = f"{points(trend.change)}, likely between {points(trend.ci_low)} and {points(trend.ci_high)}"
    halves = (
        f"The half of its uses before {day(trend.since)} gives {in_points(trend.older_lift)}, the half since then"
        f" {points(trend.newer_lift)} (change {change})."
    )
    if trend.ci_high < 0:
        return f"It is wearing off. {halves}"
    if trend.ci_low > 0:
        return f"It is gaining. {halves}"
    return f"No clear sign that it is wearing off or gaining. {halves}"


def second_words(row: ImpactRow, snapshot: ImpactSnapshot, *, narrows: bool) -> tuple[str, str]:
    """Say what the joint model says, and whether it disagrees with the figures shown: (words, disagreement)."""
    if narrows:
        return "The second opinion is worked out over all deals only. Show all deals to see it.", ""
    if snapshot.joint_at is None:
        return "The second opinion is worked out at night; these figures don’t have theirs yet.", ""
    joint, lift = said_by_joint(row), said_by_lift(row)
    if joint is None:
        return "It was not used on enough deals for a second opinion.", ""
    if lift is None:
        return "Without enough deals for a verdict there is nothing to hold a second opinion against.", ""
    reach = f"{in_points(joint.value)}, likely between {points(joint.low)} and {points(joint.high)}"
    words = (
        f"A second model, which weighs all content of a deal at once, says: {SAYS[joint.verdict]} ({reach})."
    )
    if not disagree(lift, joint):
        return f"{words} {AGREE if joint.verdict == lift.verdict else FITS}", ""
    return words, (
        f"The two disagree: at similar moments it is {in_points(lift.value)}, likely between {points(lift.low)} and"
        f" {points(lift.high)}. Content that is mostly used together with other content is a common reason. Take"
        " neither as settled."
    )
