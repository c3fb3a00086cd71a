"""Sums behind the reports, each made by the database in one statement."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.content_requests.models import ContentRequest
from portal.db import chunks, db
from portal.deals.models import Deal
from portal.deals.queries import in_crm
from portal.discovery.learning.facts import in_vain
from portal.discovery.models import Search
from portal.feedback.models import Rating
from portal.impact.queries import known_to
from portal.library.models import Asset, Contribution
from portal.reports.filters import Filters, Period
from portal.sharing.models import ShareItem, ShareLink, Visit
from portal.sharing.queries import was_looked_at
from portal.usage.models import UsageDay, UsageEvent
from portal.usage.queries import effective_events, touches, was_inferred, was_inferred_itself
from portal.users.models import Team, User

SALES = ("rep", "manager")
Sums = dict[int | None, int]


def teams(user: User | None = None) -> Sequence[Team]:
    """Return the teams a report may be narrowed to, by name: who sees only their team's deals has only that team."""
    found = select(Team).order_by(Team.name)
    if user is not None and not user.sees_all_deals:
        found = found.where(Team.id == user.team_id)
    return db.session.scalars(found).all()


def content(user: User | None, kind: str) -> list[Asset]:
    """Return the content that may be named to a person, by title; without a person, all of it."""
    found = select(Asset).where(known_to(user)).order_by(func.lower(Asset.title), Asset.id)
    return list(db.session.scalars(found.where(Asset.kind == kind) if kind else found))


def days_within(column: Any, period: Period) -> list[ColumnElement[bool]]:
    """Conditions that keep a column of days within a period."""
    found = [column >= period.first] if period.first else []
    return [*found, column <= period.last] if period.last else found


def _moments(column: Any, period: Period) -> list[ColumnElement[bool]]:
    """Conditions that keep a column of moments within a period."""
    found = [column >= period.begin] if period.begin else []
    return [*found, column < period.end] if period.end else found


def done_by(user_id: Any, filters: Filters) -> list[ColumnElement[bool]]:
    """Conditions that keep what people of the team did."""
    if filters.team_id is None:
        return []
    return [user_id.in_(select(User.id).where(User.team_id == filters.team_id))]


def uses_by_kind(filters: Filters) -> dict[int, dict[str, int]]:
    """Return by asset how often each kind of thing was done with it."""
    found = select(UsageDay.asset_id, UsageDay.kind, func.sum(UsageDay.uses))
    found = found.where(*days_within(UsageDay.day, filters.period), *done_by(UsageDay.user_id, filters))
    sums: dict[int, dict[str, int]] = defaultdict(dict)
    for asset_id, kind, uses in db.session.execute(found.group_by(UsageDay.asset_id, UsageDay.kind)):
        sums[asset_id][kind] = uses
    for (asset_id, kind), uses in _inferred(filters, UsageEvent.asset_id, UsageEvent.kind).items():
        sums[asset_id][kind] -= uses
    return sums


def _inferred(filters: Filters, *keys: Any) -> dict[tuple[Any, ...], int]:
    """Return how many uses are known by inference alone, by some keys, if the report is to leave them out.

    Where only the deal of a use was inferred, the use itself is known, and stays.
    """
    if not filters.without_inferred:
        return {}
    found = _inferred_uses(filters).with_only_columns(*keys, func.count()).group_by(*keys)
    return {tuple(row[:-1]): row[-1] for row in db.session.execute(found)}


def _inferred_uses(filters: Filters) -> Select[tuple[UsageEvent]]:
    found = effective_events().where(was_inferred_itself())
    return found.where(
        *_moments(UsageEvent.at, filters.period),
        *done_by(UsageEvent.user_id, filters),
        UsageEvent.user_id.is_not(None),
    )


def people_by_asset(filters: Filters) -> dict[int, int]:
    """Return by asset how many people did anything with it."""
    narrowed = (*days_within(UsageDay.day, filters.period), *done_by(UsageDay.user_id, filters))
    if not filters.without_inferred:
        counted = select(UsageDay.asset_id, func.count(UsageDay.user_id.distinct())).where(*narrowed)
        return dict(db.session.execute(counted.group_by(UsageDay.asset_id)).tuples().all())
    inferred = _inferred(filters, UsageEvent.asset_id, UsageEvent.user_id)
    sums = select(UsageDay.asset_id, UsageDay.user_id, func.sum(UsageDay.uses)).where(*narrowed)
    people: Counter[int] = Counter()
    for asset_id, user_id, uses in db.session.execute(sums.group_by(UsageDay.asset_id, UsageDay.user_id)):
        people[asset_id] += uses > inferred.get((asset_id, user_id), 0)
    return people


def opens_by_asset(filters: Filters) -> dict[int, int]:
    """Return by asset how often buyers looked at it by links that the team sent."""
    found = select(ShareItem.asset_id, func.count()).join(Visit, Visit.link_id == ShareItem.link_id)
    found = found.join(ShareLink, ShareLink.id == ShareItem.link_id)
    found = found.where(Visit.seen_at.is_not(None), *_moments(Visit.seen_at, filters.period))
    found = found.where(was_looked_at(), *done_by(ShareLink.created_by_id, filters))
    return dict(db.session.execute(found.group_by(ShareItem.asset_id)).tuples().all())


def ratings_by_asset(filters: Filters) -> dict[int, tuple[float, int]]:
    """Return by asset the mean and the number of ratings."""
    found = select(Rating.asset_id, func.avg(Rating.stars), func.count())
    found = found.where(*_moments(Rating.updated_at, filters.period), *done_by(Rating.user_id, filters))
    rows = db.session.execute(found.group_by(Rating.asset_id))
    return {asset_id: (float(mean), number) for asset_id, mean, number in rows}


@dataclass(frozen=True)
class Group:
    """A row of the adoption report: one person or one team, None standing for people without a team."""

    key: int | None
    name: str
    team: str
    people: int
    always: bool
    is_placeholder: bool = False


def people(filters: Filters) -> list[Group]:
    """Return the people of sales by team and name; those who need not be there without having done anything too."""
    found = select(User.id, User.name, Team.name, User.role, User.status).outerjoin(Team)
    found = found.where(User.role.in_(SALES)).order_by(Team.name.is_(None), Team.name, User.name, User.id)
    if filters.team_id is not None:
        found = found.where(User.team_id == filters.team_id)
    return [
        Group(user_id, name, team or "", 1, role == "rep" and status == "active", status == "placeholder")
        for user_id, name, team, role, status in db.session.execute(found)
    ]


def groups_of_teams(filters: Filters) -> list[Group]:
    """Return the teams that have people of sales, by name, and those without a team."""
    is_counted = (User.role == "rep") & (User.status != "disabled")
    found = (
        select(User.team_id, Team.name, func.count(case((is_counted, 1)))).select_from(User).outerjoin(Team)
    )
    found = found.where(User.role.in_(SALES)).group_by(User.team_id, Team.name)
    if filters.team_id is not None:
        found = found.where(User.team_id == filters.team_id)
    rows = db.session.execute(found.order_by(Team.name.is_(None), Team.name))
    return [Group(key, name or "No team", name or "", number, number > 0) for key, name, number in rows]


def _grouped(filters: Filters, counted: Any, source: Any, user_id: Any) -> Select[Any]:
    """Select a sum by person or by team, over what people of sales did."""
    key = User.id if filters.by == "person" else User.team_id
    found = select(key, counted).select_from(source).join(User, User.id == user_id)
    return found.where(User.role.in_(SALES), *done_by(User.id, filters)).group_by(key)


def _sums(statement: Select[Any]) -> Sums:
    return dict(db.session.execute(statement).tuples().all())


def searches(filters: Filters) -> tuple[Sums, Sums]:
    """Return how many searches were made, and how many of them found nothing."""
    found = _grouped(filters, func.count(), Search, Search.user_id)
    found = found.add_columns(func.count(case((in_vain(), 1))))
    rows = db.session.execute(found.where(*_moments(Search.at, filters.period))).all()
    return {key: number for key, number, _ in rows}, {key: number for key, _, number in rows}


def uses(filters: Filters) -> Sums:
    """Return how many uses there were."""
    found = _grouped(filters, func.sum(UsageDay.uses), UsageDay, UsageDay.user_id)
    sums = _sums(found.where(*days_within(UsageDay.day, filters.period)))
    if filters.without_inferred:
        events = _inferred_uses(filters).with_only_columns(UsageEvent.user_id).subquery()
        for key, number in _sums(_grouped(filters, func.count(), events, events.c.user_id)).items():
            sums[key] -= number
    return sums


def deals_with_content(filters: Filters) -> Sums:
    """Return on how many distinct deals content was used."""
    found = effective_events().join(Deal, Deal.id == UsageEvent.deal_id).where(in_crm(), touches())
    found = found.where(*_moments(UsageEvent.at, filters.period))
    if filters.without_inferred:
        found = found.where(~was_inferred())
    events = found.with_only_columns(UsageEvent.user_id, UsageEvent.deal_id).distinct().subquery()
    return _sums(_grouped(filters, func.count(events.c.deal_id.distinct()), events, events.c.user_id))


def ratings(filters: Filters) -> Sums:
    """Return how many ratings were given or changed."""
    found = _grouped(filters, func.count(), Rating, Rating.user_id)
    return _sums(found.where(*_moments(Rating.updated_at, filters.period)))


def requests(filters: Filters) -> Sums:
    """Return how many requests were made."""
    found = _grouped(filters, func.count(), ContentRequest, ContentRequest.asked_by_id)
    return _sums(found.where(*_moments(ContentRequest.created_at, filters.period)))


def closed_deals(filters: Filters) -> list[tuple[int | None, int]]:
    """Return the deals closed in the period as (person or team of the owner, deal)."""
    key = User.id if filters.by == "person" else User.team_id
    found = select(key, Deal.id).join(User, User.id == Deal.owner_id)
    found = found.where(Deal.status != "open", in_crm(), *days_within(Deal.closed_on, filters.period))
    found = found.where(User.role.in_(SALES), *done_by(User.id, filters))
    return [(group, deal_id) for group, deal_id in db.session.execute(found)]


def contributions(filters: Filters) -> list[Contribution]:
    """Return what reps brought in the period and did not take back, with its content and its maker, the first first."""
    found = (
        select(Contribution)
        .join(Contribution.asset)
        .options(
            contains_eager(Contribution.asset).joinedload(Asset.current_version),
            joinedload(Contribution.contributed_by),
        )
        .where(Contribution.outcome.is_not(None) | (Asset.state == "from_sales"))
        .where(
            *_moments(Contribution.created_at, filters.period),
            *done_by(Contribution.contributed_by_id, filters),
        )
    )
    if filters.kind:
        found = found.where(Asset.kind == filters.kind)
    return list(db.session.scalars(found.order_by(Contribution.id)))


def open_amounts(deal_ids: Iterable[int]) -> dict[int, int]:
    """Return the amounts of those deals that are open, in minor units; deals without a known amount are left out."""
    amounts: dict[int, int] = {}
    for part in chunks(set(deal_ids)):
        found = select(Deal.id, Deal.base_amount_minor).where(
            Deal.id.in_(part), Deal.status == "open", in_crm()
        )
        found = found.where(Deal.base_amount_minor.is_not(None))
        amounts.update(
            {deal_id: amount for deal_id, amount in db.session.execute(found) if amount is not None}
        )
    return amounts
