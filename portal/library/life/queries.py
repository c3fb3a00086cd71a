"""Questions about how long content stays right: what is due for a look, what nobody owns, what replaces what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, Subquery, and_, case, cast, extract, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from portal.db import db
from portal.library.life.dates import DEFAULT_DAYS, NEAR, Kept, after_check, kind_days, today
from portal.library.life.services import is_checked_today
from portal.library.models import Asset, ReviewInterval
from portal.library.queries import live
from portal.usage.models import UsageDay
from portal.users.models import User

USED_WITHIN = timedelta(days=90)
MOST_STEPS = 5
# The states that lists show, in the order of content's life.
STATE_WORDS = {
    "draft": "Draft",
    "in_review": "In review",
    "published": "Published",
    "expired": "Expired",
    "archived": "Archived",
    "from_sales": "From sales",
}
_SECONDS = 86_400.0


def shown_state() -> ColumnElement[str]:
    """Say in SQL in which state lists show content: what has expired is told apart from what is in use."""
    return case((and_(Asset.state == "published", ~live()), "expired"), else_=Asset.state)


@dataclass(frozen=True)
class LifePanel:
    """What the page of content tells marketing of its life, and what a check of today would lead to."""

    is_expired: bool
    expires_soon: bool
    is_due: bool
    is_overdue: bool
    can_check: bool
    kept: Kept
    replacement: Asset | None


def life_panel(asset: Asset, user: User) -> LifePanel | None:
    """Return what marketing is told of content's life; others are told nothing but who checked it last."""
    if not user.is_marketing or not asset.is_published:
        return None
    of_kinds, near = kind_days(), today() + NEAR
    return LifePanel(
        is_expired=asset.is_expired,
        expires_soon=not asset.is_expired and asset.expires_on is not None and asset.expires_on <= near,
        is_due=asset.review_by is not None and asset.review_by <= near,
        is_overdue=asset.review_by is not None and asset.review_by < today(),
        can_check=not is_checked_today(asset, of_kinds),
        kept=after_check(asset, of_kinds),
        replacement=replacement_of(asset),
    )


def replacement_of(asset: Asset) -> Asset | None:
    """Return what is to be used instead: what replaces content, or what replaces that, as far as it is in use."""
    found, steps = asset.replaced_by, 1
    while found is not None and not found.is_live and steps < MOST_STEPS:
        found, steps = found.replaced_by, steps + 1
    return found if found is not None and found.is_live and found.id != asset.id else None


@dataclass(frozen=True)
class DueAsset:
    """Content that is to be looked at: since or until when, its uses of the last 90 days, and where a check leads."""

    asset: Asset
    due_on: date
    uses: int
    is_over: bool
    kept: Kept

    @property
    def days_over(self) -> int:
        """How many days ago its day was; 0 on the day and before it."""
        return max(0, (today() - self.due_on).days)

    @property
    def days_left(self) -> int:
        """In how many days its day comes; 0 on the day and after it."""
        return max(0, (self.due_on - today()).days)


def due_for_a_look(limit: int) -> list[DueAsset]:
    """Return what has expired, then what is past its day, by use x staleness, then what will be within four weeks.

    Use is what was sent, presented and downloaded in the last 90 days; staleness the days past the day, as a share of
    the content's interval.
    """
    day, uses = _due_on(), _recent_uses()
    is_over = day <= today()
    past = (_days(literal(today())) - _days(day) + 1) / cast(_interval(), Float)
    expired = func.coalesce(Asset.expires_on <= today(), False)
    weight = (func.coalesce(uses.c.uses, 0) + 1) * past
    found = (
        select(Asset, day, func.coalesce(uses.c.uses, 0), is_over)
        .outerjoin(uses, uses.c.asset_id == Asset.id)
        .options(joinedload(Asset.owner))
        .where(_is_due(today() + NEAR))
        .order_by(expired.desc(), is_over.desc(), case((is_over, weight), else_=0).desc(), day, Asset.id)
        .limit(limit)
    )
    of_kinds = kind_days()
    return [
        DueAsset(asset, due_on, used, over, after_check(asset, of_kinds))
        for asset, due_on, used, over in db.session.execute(found).tuples()
    ]


@dataclass(frozen=True)
class LifeCounts:
    """How much content is past its day, will be within four weeks, and has no owner who can sign in."""

    over: int
    soon: int
    without_owner: int


def life_counts() -> LifeCounts:
    """Return the counts over the lists of what is due and of what nobody owns."""
    kinds = (_is_due(today()), _is_due(today() + NEAR), _unowned())
    counted = select(*(func.count(case((kind, 1))) for kind in kinds)).where(Asset.state == "published")
    over, near, without_owner = db.session.execute(counted).one()
    return LifeCounts(over, near - over, without_owner)


def _is_due(day: date) -> ColumnElement[bool]:
    return and_(Asset.state == "published", or_(Asset.review_by <= day, Asset.expires_on <= day))


def _due_on() -> ColumnElement[date]:
    """Say in SQL which day comes first: that of the next look, or that of expiry."""
    expires_first = and_(
        Asset.expires_on.is_not(None), or_(Asset.review_by.is_(None), Asset.expires_on <= Asset.review_by)
    )
    return case((expires_first, Asset.expires_on), else_=Asset.review_by)


def _days(day: ColumnElement[date]) -> ColumnElement[Any]:
    return extract("epoch", day) / _SECONDS


def _interval() -> ColumnElement[int]:
    chosen = select(ReviewInterval.days).where(ReviewInterval.kind == Asset.kind).scalar_subquery()
    of_kind = case(DEFAULT_DAYS, value=Asset.kind)
    return func.coalesce(func.nullif(Asset.review_days, 0), chosen, of_kind)


def _recent_uses() -> Subquery:
    counted = select(UsageDay.asset_id, func.sum(UsageDay.uses).label("uses"))
    counted = counted.where(UsageDay.kind != "viewed", UsageDay.day >= today() - USED_WITHIN)
    return counted.group_by(UsageDay.asset_id).subquery()


def _unowned() -> ColumnElement[bool]:
    active = (
        select(User.id).where(User.id == Asset.owner_id, User.status == "active").correlate(Asset).exists()
    )
    return and_(Asset.state == "published", Asset.is_placeholder.is_(False), ~active)


def unowned(limit: int) -> list[Asset]:
    """Return published content that nobody who can sign in looks after, the most used first."""
    found = select(Asset).options(joinedload(Asset.owner)).where(_unowned())
    return list(db.session.scalars(found.order_by(Asset.use_count.desc(), Asset.id).limit(limit)))


@dataclass(frozen=True)
class DueDate:
    """A day of content that somebody is to be told of, and the step: 28, 14 or 0 days before it."""

    asset_id: int
    slug: str
    title: str
    day: date
    step: int
    owner_id: int | None
    owner_status: str | None
    owner_role: str | None


def due_dates(column: InstrumentedAttribute[date | None]) -> Sequence[DueDate]:
    """Return the latest due step of each day in a column that is near or past, with who owns the content.

    A look that is due on the day of expiry or later is left out: the expiry says it.
    """
    now_on = today()
    step = case((column <= now_on, 0), (column <= now_on + timedelta(days=14), 14), else_=28)
    found = (
        select(Asset.id, Asset.slug, Asset.title, column, step, Asset.owner_id, User.status, User.role)
        .outerjoin(User, User.id == Asset.owner_id)
        .where(Asset.state == "published", column <= now_on + NEAR)
        .order_by(column, Asset.id)
    )
    if column is Asset.review_by:
        found = found.where(or_(Asset.expires_on.is_(None), Asset.expires_on > Asset.review_by))
    return [DueDate(*row) for row in db.session.execute(found).tuples()]


def assets_by_ids(asset_ids: Iterable[int]) -> list[Asset]:
    """Return content for marketing by number, in the order named, with what a list of changes tells of it."""
    place = {asset_id: at for at, asset_id in enumerate(asset_ids)}
    loaded = (joinedload(Asset.owner), joinedload(Asset.current_version), joinedload(Asset.replaced_by))
    found = select(Asset).where(Asset.id.in_(place)).options(*loaded)
    return sorted(db.session.scalars(found).unique(), key=lambda asset: place[asset.id])
