"""Counting what owners of closed deals say of content: plain counts with their base, beside the estimates of impact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import joinedload

from portal.db import db, one_of
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
    counts: Counter[tuple[int, str, bool]] = Counter()
    columns = (Deal.status, Deal.closed_on, FirstUse.first_at, _mattered())
    answers = _answered(select(Deal)).where(FirstUse.asset_id == asset_id)
    for status, closed_on, first_at, mattered in db.session.execute(answers.with_only_columns(*columns)):
        counts[asset_id, status, mattered] += is_in_time(first_at, closed_on)
    return _said(counts, asset_id)


def said_of_all(deal_ids: Sequence[int] | None = None) -> dict[int, Said]:
    """Count the answers about every piece of content, by its id, as said_of does for one; of some deals, or of all.

    A first use surely was in time when its UTC day is before the closing day; the few others are read one by one, for
    the closing day is one of the organisation's calendar.
    """
    counts: Counter[tuple[int, str, bool]] = Counter()
    deals = select(Deal) if deal_ids is None else select(Deal).where(one_of(Deal.id, deal_ids))
    answers = _answered(deals)
    day = func.date(FirstUse.first_at)
    surely = or_(Deal.closed_on.is_(None), day < Deal.closed_on)
    key = (FirstUse.asset_id, Deal.status, _mattered())
    for asset_id, status, mattered, number in db.session.execute(
        answers.where(surely).with_only_columns(*key, func.count()).group_by(*key)
    ):
        counts[asset_id, status, mattered] += number
    others = answers.where(day >= Deal.closed_on).with_only_columns(*key, Deal.closed_on, FirstUse.first_at)
    for asset_id, status, mattered, closed_on, first_at in db.session.execute(others):
        counts[asset_id, status, mattered] += is_in_time(first_at, closed_on)
    return {asset_id: _said(counts, asset_id) for asset_id in {asset_id for asset_id, _, _ in counts}}


def _said(counts: Mapping[tuple[int, str, bool], int], asset_id: int) -> Said:
    won, lost = (
        Outcome(
            counts[asset_id, status, True] + counts[asset_id, status, False], counts[asset_id, status, True]
        )
        for status in CLOSED
    )
    return Said(won, lost)


def _answered(deals: Select[Any]) -> Select[Any]:
    by_owner = (ClosingAnswer.deal_id == Deal.id) & (ClosingAnswer.user_id == Deal.owner_id)
    found = deals.join(ClosingAnswer, by_owner).join(FirstUse, FirstUse.deal_id == Deal.id)
    return found.where(Deal.status.in_(CLOSED), in_crm())


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
    found = (
        _answered(visible_deals(user)).where(FirstUse.asset_id == asset_id).options(joinedload(Deal.owner))
    )
    found = found.add_columns(FirstUse.first_at, _mattered()).order_by(Deal.closed_on.desc(), Deal.id.desc())
    seen = [
        SaidDeal(deal, mattered)
        for deal, first_at, mattered in db.session.execute(found)
        if is_in_time(first_at, deal.closed_on)
    ]
    return seen[:DEALS_SHOWN], len(seen)
