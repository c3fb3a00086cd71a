"""What a manager's first page shows: revenue against the target, requests that wait, and what changed since a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from portal.content_requests.models import OPEN_STATUSES, ContentRequest
from portal.content_requests.worth_queries import waiting_pipeline
from portal.db import db, now
from portal.deals.models import Deal
from portal.deals.queries import in_crm
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.impact.queries import is_of_all_uses, known_to
from portal.library.models import Asset, Version
from portal.library.queries import live, visible_assets
from portal.usage.models import FirstUse
from portal.users.models import User

LONG = timedelta(days=14)
SHOWN = 6
MONTHS_IN_QUARTER = 3


def quarter_begin(day: date) -> date:
    """Return the first day of the calendar quarter that a day is in."""
    return day.replace(month=(day.month - 1) // MONTHS_IN_QUARTER * MONTHS_IN_QUARTER + 1, day=1)


@dataclass(frozen=True)
class Won:
    """Won deals of a period: their amounts in minor units of the base currency, and how many have none there."""

    minor: int
    deals: int
    without_amount: int


def won_between(begin: date, end: date) -> Won:
    """Return what was won from one day to another, both included."""
    amount = func.coalesce(func.sum(Deal.base_amount_minor), 0)
    known = func.count(Deal.base_amount_minor)
    row = db.session.execute(
        select(amount, func.count(), func.count() - known).where(
            Deal.status == "won", in_crm(), Deal.closed_on.between(begin, end)
        )
    ).one()
    return Won(int(row[0]), row[1], row[2])


@dataclass(frozen=True)
class Waiting:
    """Open requests: how many, since when the oldest, how many for long, and what open deals wait in minor units."""

    requests: int
    oldest_at: datetime | None
    long: int
    not_taken: int
    pipeline_minor: int
    deals: int


def requests_waiting() -> Waiting:
    """Return how many requests wait and how old they are."""
    long_ago = ContentRequest.created_at <= now() - LONG
    row = db.session.execute(
        select(
            func.count(),
            func.min(ContentRequest.created_at),
            func.count().filter(long_ago),
            func.count().filter(ContentRequest.assigned_to_id.is_(None)),
        ).where(ContentRequest.status.in_(OPEN_STATUSES))
    ).one()
    pipeline_minor, deals = waiting_pipeline()
    return Waiting(row[0], row[1], row[2], row[3], pipeline_minor, deals)


def oldest_requests(limit: int = 5) -> list[ContentRequest]:
    """Return the open requests that have waited longest."""
    found = select(ContentRequest).where(ContentRequest.status.in_(OPEN_STATUSES))
    people = (joinedload(ContentRequest.asked_by), joinedload(ContentRequest.assigned_to))
    return list(db.session.scalars(found.options(*people).order_by(ContentRequest.created_at).limit(limit)))


@dataclass(frozen=True)
class Closed:
    """Deals closed since a day with one outcome: how many, on how many content is logged, and their known amounts."""

    deals: int
    with_content: int
    minor: int


@dataclass(frozen=True)
class VerdictChange:
    """Content of which the figures say something else now than they said before."""

    title: str
    slug: str
    before: str | None
    after: str


@dataclass(frozen=True)
class Changes:
    """What changed since a moment; lists are cut, counts are not.

    `published` is content that was published or got a new version; `compared_at` is when the earlier figures are from.
    """

    begin: datetime
    published: list[Asset]
    published_count: int
    delivered: list[ContentRequest]
    delivered_count: int
    asked_count: int
    won: Closed
    lost: Closed
    verdicts: list[VerdictChange]
    compared_at: datetime | None


def changes_since(user: User, begin: datetime, day: date) -> Changes:
    """Return what changed since a day, which begins at `begin`, as far as this person may see it."""
    fresh = _fresh_content(user, begin)
    done = select(ContentRequest).where(
        ContentRequest.status == "delivered", ContentRequest.closed_at >= begin
    )
    answers = done.options(joinedload(ContentRequest.delivered_asset), joinedload(ContentRequest.asked_by))
    asked = select(func.count()).select_from(ContentRequest).where(ContentRequest.created_at >= begin)
    closed = _closed_since(day)
    verdicts, compared_at = _verdict_changes(user, begin)
    return Changes(
        begin=begin,
        published=list(db.session.scalars(fresh.options(contains_eager(Asset.current_version)).limit(SHOWN))),
        published_count=_count(fresh),
        delivered=list(db.session.scalars(answers.order_by(ContentRequest.closed_at.desc()).limit(SHOWN))),
        delivered_count=_count(done),
        asked_count=db.session.scalar(asked) or 0,
        won=closed.get("won", Closed(0, 0, 0)),
        lost=closed.get("lost", Closed(0, 0, 0)),
        verdicts=verdicts,
        compared_at=compared_at,
    )


def _fresh_content(user: User, begin: datetime) -> Select[tuple[Asset]]:
    renewed = (Version.number > 1) & (Version.published_at >= begin)
    found = visible_assets(user).outerjoin(Version, Version.id == Asset.current_version_id)
    found = found.where(live(), Asset.is_placeholder.is_(False))
    latest = case((renewed, Version.published_at), else_=Asset.published_at)
    return found.where(renewed | (Asset.published_at >= begin)).order_by(latest.desc(), Asset.id)


def _count(found: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0


def _closed_since(day: date) -> dict[str, Closed]:
    logged = select(FirstUse.deal_id).where(FirstUse.deal_id == Deal.id).exists()
    rows = db.session.execute(
        select(
            Deal.status,
            func.count(),
            func.count().filter(logged),
            func.coalesce(func.sum(Deal.base_amount_minor), 0),
        )
        .where(Deal.status.in_(("won", "lost")), in_crm(), Deal.closed_on >= day)
        .group_by(Deal.status)
    )
    return {status: Closed(deals, with_content, minor) for status, deals, with_content, minor in rows}


def _verdict_changes(user: User, begin: datetime) -> tuple[list[VerdictChange], datetime | None]:
    """Compare the latest figures with the last ones before a moment, or else with the first ones that are kept."""
    stamps = db.session.execute(
        select(ImpactSnapshot.id, ImpactSnapshot.computed_at)
        .where(is_of_all_uses())
        .order_by(ImpactSnapshot.id)
    ).all()
    if len(stamps) < 2:
        return [], None
    earlier_id, compared_at = next(
        ((number, at) for number, at in reversed(stamps[:-1]) if at < begin), tuple(stamps[0])
    )
    before, after = aliased(ImpactRow), aliased(ImpactRow)
    same_asset = (before.asset_id == after.asset_id) & (before.snapshot_id == earlier_id)
    rows = db.session.execute(
        select(Asset.title, Asset.slug, before.verdict, after.verdict)
        .join(after, after.asset_id == Asset.id)
        .outerjoin(before, same_asset)
        .where(
            after.snapshot_id == stamps[-1][0],
            known_to(user),
            func.coalesce(before.verdict, "not_enough_deals") != after.verdict,
        )
        .order_by(after.deals_used.desc(), Asset.id)
        .limit(SHOWN)
    )
    return [VerdictChange(*row) for row in rows], compared_at
