"""Counting what owners of closed deals say of content: plain counts with their base, beside the estimates of impact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.deals.models import Deal
from portal.deals.queries import in_crm, visible_deals
from portal.feedback.closing.queries import CLOSED
from portal.feedback.closing.used import is_in_time
from portal.feedback.models import ClosingAnswer, MatteredAsset
from portal.usage.models import FirstUse
from portal.users.models import User

DEALS_SHOWN = 8


@dataclass(frozen=True)
class Outcome:
    """Of closed deals with one outcome on which content was used and whose owners answered: on how many it mattered."""

    answered: int = 0
    mattered: int = 0


@dataclass(frozen=True)
class Said:
    """What owners of closed deals say of content."""

    won: Outcome
    lost: Outcome

    @property
    def answered(self) -> int:
        return self.won.answered + self.lost.answered

    @property
    def mattered(self) -> int:
        return self.won.mattered + self.lost.mattered

    @property
    def sentence(self) -> str:
        """The counts in words; empty when nobody was asked or nobody answered."""
        if not self.answered:
            return ""
        if self.answered == 1:
            says = "mattered" if self.mattered else "did not matter"
            return f"The owner of one closed deal where it was used says that it {says}."
        on = "none of them" if not self.mattered else str(self.mattered)
        return f"Owners of {self.answered} closed deals where it was used say that it mattered on {on}."


def said_of(asset_id: int) -> Said:
    """Count the answers about content: of the present owners of closed deals where it was used by the closing day.

    The days are compared here, for the closing day is one of the organisation's calendar; there is one row for each
    answered deal with this content.
    """
    counts = {(status, mattered): 0 for status in CLOSED for mattered in (True, False)}
    columns = (Deal.status, Deal.closed_on, FirstUse.first_at, _mattered())
    for status, closed_on, first_at, mattered in db.session.execute(
        _answered(select(Deal), asset_id).with_only_columns(*columns)
    ):
        if is_in_time(first_at, closed_on):
            counts[status, mattered] += 1
    won, lost = (
        Outcome(counts[status, True] + counts[status, False], counts[status, True]) for status in CLOSED
    )
    return Said(won, lost)


def _answered(deals: Select[Any], asset_id: int) -> Select[Any]:
    by_owner = (ClosingAnswer.deal_id == Deal.id) & (ClosingAnswer.user_id == Deal.owner_id)
    used = (FirstUse.deal_id == Deal.id) & (FirstUse.asset_id == asset_id)
    return deals.join(ClosingAnswer, by_owner).join(FirstUse, used).where(Deal.status.in_(CLOSED), in_crm())


def _mattered() -> Any:
    return exists().where(
        MatteredAsset.answer_id == ClosingAnswer.id, MatteredAsset.asset_id == FirstUse.asset_id
    )


@dataclass(frozen=True)
class SaidDeal:
    """What the owner of one deal says of content."""

    deal: Deal
    mattered: bool


def said_on_deals(asset_id: int, user: User) -> tuple[list[SaidDeal], int]:
    """Return the latest answered deals with this content that a person sees, and how many of them there are."""
    found = _answered(visible_deals(user), asset_id).options(joinedload(Deal.owner))
    found = found.add_columns(FirstUse.first_at, _mattered()).order_by(Deal.closed_on.desc(), Deal.id.desc())
    seen = [
        SaidDeal(deal, mattered)
        for deal, first_at, mattered in db.session.execute(found)
        if is_in_time(first_at, deal.closed_on)
    ]
    return seen[:DEALS_SHOWN], len(seen)
