"""Which content was used on deals by the day they closed, and who made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select

from portal.db import db
from portal.deals.models import Deal
from portal.feedback.models import ClosingAnswer, MatteredAsset
from portal.library.models import Asset, Version
from portal.library.queries import visible_assets_among
from portal.usage.models import FirstUse, UsageEvent
from portal.usage.queries import effective_events, touches
from portal.usage.sums import local_day
from portal.users.models import User


@dataclass(frozen=True)
class UsedContent:
    """Content that was used on a deal, who made the version that was used (or else looks after it), and its worth.

    `mattered` says that the owner of the deal named it when the deal had closed.
    """

    asset: Asset
    maker: User | None
    mattered: bool


def is_in_time(first_at: datetime, closed_on: date | None) -> bool:
    """Say whether a first use was on the closing day or before; what was sent afterwards decided nothing."""
    return closed_on is None or local_day(first_at) <= closed_on


def used_on(deals: Sequence[Deal]) -> dict[int, list[UsedContent]]:
    """Return for each deal the content that was used on it by the day it closed, in the order of its first use."""
    ids = [deal.id for deal in deals]
    closed_on = {deal.id: deal.closed_on for deal in deals}
    used: dict[int, list[UsedContent]] = {deal_id: [] for deal_id in ids}
    if not ids:
        return used
    latest = (
        effective_events()
        .where(UsageEvent.deal_id.in_(ids), touches())
        .with_only_columns(
            UsageEvent.deal_id, UsageEvent.asset_id, func.max(UsageEvent.version_id).label("version_id")
        )
        .group_by(UsageEvent.deal_id, UsageEvent.asset_id)
        .subquery()
    )
    same = (latest.c.deal_id == FirstUse.deal_id) & (latest.c.asset_id == FirstUse.asset_id)
    found = (
        select(FirstUse.deal_id, FirstUse.first_at, Asset, User, _named_by_owner())
        .join(Asset, Asset.id == FirstUse.asset_id)
        .outerjoin(latest, same)
        .outerjoin(Version, Version.id == latest.c.version_id)
        .outerjoin(User, User.id == func.coalesce(Version.created_by_id, Asset.owner_id))
        .where(FirstUse.deal_id.in_(ids))
        .order_by(FirstUse.first_at, FirstUse.asset_id)
    )
    for deal_id, first_at, asset, maker, mattered in db.session.execute(found):
        if is_in_time(first_at, closed_on[deal_id]):
            used[deal_id].append(UsedContent(asset, maker, mattered))
    return used


def _named_by_owner() -> ColumnElement[bool]:
    """Say in SQL of a use whether the present owner of its deal named the content."""
    answered = (ClosingAnswer.id == MatteredAsset.answer_id) & (ClosingAnswer.deal_id == FirstUse.deal_id)
    by_owner = (Deal.id == ClosingAnswer.deal_id) & (Deal.owner_id == ClosingAnswer.user_id)
    named = select(MatteredAsset.asset_id).join(ClosingAnswer, answered).join(Deal, by_owner)
    return named.where(MatteredAsset.asset_id == FirstUse.asset_id).exists()


def named_to(user: User, used: Sequence[UsedContent]) -> set[int]:
    """Return the ids of content of which a person may read the title: what they see, and what was in use once."""
    seen = {one.asset.id for one in used if one.asset.published_at is not None or user.is_marketing}
    return seen | visible_assets_among(user, {one.asset.id for one in used} - seen).keys()
