"""Won deals as both sides share them: what was sold, by whom, with which content, and who made that.

They are made of deals and uses whenever they are shown, so a deal that is corrected is a win no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal.db import db, now
from portal.deals.models import Deal
from portal.deals.queries import visible_deals
from portal.feedback.closing.used import UsedContent, named_to, used_on
from portal.usage.sums import local_day
from portal.users.models import User

FRESH = timedelta(days=14)
# Enough to be glad of; the rest is one click away.
SHOWN = 3


@dataclass(frozen=True)
class Win:
    """A won deal: the content used on it that the reader may know of, and how much more there is."""

    deal: Deal
    content: list[UsedContent]
    hidden: int


def won_deals(user: User) -> Select[tuple[Deal]]:
    """Select the won deals that a person sees with account and owner, the latest first."""
    found = visible_deals(user).where(Deal.status == "won", Deal.closed_on <= local_day(now()))
    found = found.options(joinedload(Deal.account), joinedload(Deal.owner))
    return found.order_by(Deal.closed_on.desc(), Deal.id.desc())


def latest_wins(user: User) -> list[Win]:
    """Return the latest wins of the last two weeks for a person's first page."""
    fresh = won_deals(user).where(Deal.closed_on > local_day(now()) - FRESH)
    return wins_of(user, list(db.session.scalars(fresh.limit(SHOWN))))


def wins_of(user: User, deals: Sequence[Deal]) -> list[Win]:
    """Return won deals with their content, what mattered first, as far as a person may know of it."""
    used = used_on(deals)
    named = named_to(user, [one for every in used.values() for one in every])
    wins = []
    for deal in deals:
        shown = [one for one in used[deal.id] if one.asset.id in named]
        shown.sort(key=lambda one: not one.mattered)
        wins.append(Win(deal, shown, len(used[deal.id]) - len(shown)))
    return wins
