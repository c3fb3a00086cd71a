"""Sums behind the report of coverage: which closed deals have content logged, and by whom and how it was logged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import String, case, cast, func, select
from sqlalchemy.orm import joinedload

from portal.capture.models import CaptureAddress, ProposedUse
from portal.db import db, one_of
from portal.deals.models import Deal
from portal.reports.filters import Filters
from portal.reports.queries import SALES, days_within, done_by
from portal.usage.models import UsageEvent
from portal.usage.queries import effective_events, touches
from portal.users.models import Team, User

NOBODY = "Nobody here"
# A rep of whom fewer of so many closed deals have content logged is worth a word.
FEW, ENOUGH_DEALS = 1 / 3, 3
MOST_GAPS = 5


@dataclass(frozen=True)
class ClosedDeals:
    """The deals that one row speaks of."""

    name: str
    team: str | None
    deal_ids: tuple[int, ...]


def _key(by: str) -> tuple[Any, ...]:
    """What a row is named and sorted by: the owner, the owner's team, or the month in which the deal closed."""
    if by == "month":
        return (func.substr(cast(Deal.closed_on, String), 1, 7), None)
    if by == "team":
        return (Team.name, None)
    return (User.name, Team.name, User.id)


def _closed(filters: Filters, *columns: Any) -> Any:
    owned = (
        select(*columns).outerjoin(User, User.id == Deal.owner_id).outerjoin(Team, Team.id == User.team_id)
    )
    owned = owned.where(Deal.status != "open", Deal.removed_at.is_(None))
    owned = owned.where(User.id.is_(None) | User.role.in_(SALES))
    return owned.where(*days_within(Deal.closed_on, filters.period), *done_by(Deal.owner_id, filters))


def closed_deals(filters: Filters) -> list[ClosedDeals]:
    """Return the deals that closed in the period, gathered by person, team or month."""
    columns = [column for column in _key(filters.by) if column is not None]
    found: dict[tuple[Any, ...], list[int]] = {}
    for *key, deal_id in db.session.execute(_closed(filters, *columns, Deal.id).order_by(*columns, Deal.id)):
        found.setdefault(tuple(key), []).append(deal_id)
    return [
        ClosedDeals(
            key[0] or (NOBODY if filters.by == "person" else "No team"), _team(key, filters), tuple(ids)
        )
        for key, ids in found.items()
    ]


def _team(key: tuple[Any, ...], filters: Filters) -> str | None:
    return key[1] if filters.by == "person" else None


def ways_of(deal_ids: Collection[int]) -> dict[int, Counter[str]]:
    """Return by deal how often a use of content on it was logged in which way.

    A way is named, sticky or imported, or what an inferred use was inferred from: mail, meeting or same_day.
    """
    way = case(
        (UsageEvent.deal_known_by == "inferred", func.coalesce(UsageEvent.inferred_from, "same_day")),
        else_=UsageEvent.deal_known_by,
    )
    found = effective_events().where(one_of(UsageEvent.deal_id, tuple(deal_ids)), touches())  # type: ignore[arg-type]
    counted = found.with_only_columns(UsageEvent.deal_id, way, func.count()).group_by(UsageEvent.deal_id, way)
    ways: dict[int, Counter[str]] = {}
    for deal_id, name, number in db.session.execute(counted):
        if deal_id is not None and name:
            ways.setdefault(deal_id, Counter())[name] += number
    return ways


@dataclass(frozen=True)
class Gap:
    """A closed deal without content, and whose it was."""

    deal: Deal
    owner: str | None
    closed_on: date


def largest_gaps(filters: Filters, logged: Collection[int]) -> list[Gap]:
    """Return the largest deals that closed in the period without any content logged."""
    found = _closed(filters, Deal).options(joinedload(Deal.owner), joinedload(Deal.account))
    found = found.where(~one_of(Deal.id, tuple(logged)))
    order = (Deal.base_amount_minor.desc().nulls_last(), Deal.closed_on.desc(), Deal.id)
    return [
        Gap(deal, deal.owner.name if deal.owner else deal.owner_name, deal.closed_on)
        for deal in db.session.scalars(found.order_by(*order).limit(MOST_GAPS))
    ]


def waiting_proposals(filters: Filters) -> tuple[int, int]:
    """Return how many probable uses wait for a yes, and of how many people."""
    counted = select(func.count(), func.count(ProposedUse.user_id.distinct()))
    counted = counted.where(ProposedUse.state == "waiting", *done_by(ProposedUse.user_id, filters))
    uses, people = db.session.execute(counted).one()
    return uses, people


def without_address(filters: Filters) -> tuple[int, int]:
    """Return how many active reps have no address for copies of their mails yet, and how many there are."""
    reps = select(func.count(User.id), func.count(CaptureAddress.user_id)).outerjoin(
        CaptureAddress, CaptureAddress.user_id == User.id
    )
    reps = reps.where(User.role == "rep", User.status == "active", *done_by(User.id, filters))
    number, having = db.session.execute(reps).one()
    return number - having, number
