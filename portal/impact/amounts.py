"""Amounts: which sums and counts may be told to whom, so that none of them gives away a single deal.

A deal's amount is seen by its owner's team, and by those who oversee all deals. Everyone else is told sums over all
deals, of content used on enough won ones: two choices that differ in one deal would differ by its very amount.
"""

from __future__ import annotations

from portal.impact.exploring.filters import Chosen
from portal.impact.method import MIN_DEALS_USED
from portal.impact.models import ImpactRow
from portal.users.models import User

# Fewer would tell of single deals.
FEWEST_WON = 5
FEWEST_USED = 5
FEW_DEALS = f"fewer than {FEWEST_USED} deals"
FEW_WORDS = f"not enough deals yet: fewer than {FEWEST_USED} of {MIN_DEALS_USED}"
NOT_TOLD = (
    "Amounts are told over all deals, of content used on"
    f" {FEWEST_WON} won deals or more: fewer, or only some deals, would tell what other teams’ deals are worth."
)
RULES_NOT_TOLD = (
    "Amounts by the other rules are told to those who may see every deal: a rule that gives a whole deal to one use"
    " would tell what that deal is worth."
)
FEW_NOTE = (
    f"Content used on {FEW_DEALS} of a choice is not counted: that would tell how other teams’ deals ended."
)


def sees_each(user: User | None, chosen: Chosen) -> bool:
    """Return whether a person may see every deal of a choice; nobody, as for a command, sees all."""
    if user is None or user.sees_all_deals:
        return True
    return user.team_id is not None and chosen.word("team") == str(user.team_id)


def may_tell(user: User | None, chosen: Chosen, row: ImpactRow) -> bool:
    """Return whether the amounts of one row of a choice may be told to a person."""
    if sees_each(user, chosen):
        return True
    is_of_all = not (chosen.narrows or chosen.without_inferred)
    return is_of_all and (row.won >= FEWEST_WON or row.won == 0)


def may_count(user: User | None, chosen: Chosen, row: ImpactRow) -> bool:
    """Return whether a person may be told on how many deals of a choice content was used, and how these ended."""
    return not 0 < row.deals_used < FEWEST_USED or not chosen.narrows or sees_each(user, chosen)
