"""Questions behind the lists, each one statement; only what a person may see is named to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select, union
from sqlalchemy.orm import joinedload

from portal.db import chunks, db, now
from portal.deals.models import Deal
from portal.deals.queries import visible_deals
from portal.discovery.learning.facts import SALES
from portal.discovery.models import Search, SearchClick
from portal.library.models import Asset
from portal.library.queries import live, visible_assets
from portal.reports.actions.rules import EXPIRES_WITHIN, FEW_RATINGS, LOW_MEAN, UNUSED_FOR
from portal.sharing.models import ShareItem, ShareLink
from portal.usage.models import FirstUse, UsageDay, UsageEvent
from portal.usage.queries import effective_events, touches
from portal.usage.sums import local_day
from portal.users.models import User


def usable(user: User, asset_ids: Collection[int]) -> dict[int, Asset]:
    """Return by id those of some content that are in use and that a person may see."""
    found: dict[int, Asset] = {}
    for part in chunks(asset_ids):
        these = visible_assets(user).where(Asset.id.in_(part), live(), Asset.is_placeholder.is_(False))
        found.update((asset.id, asset) for asset in db.session.scalars(these))
    return found


def _reps(team_id: int | None) -> Select[tuple[int]]:
    found = select(User.id).where(User.role == "rep", User.status == "active", User.is_test.is_(False))
    return found.where(User.team_id == team_id) if team_id is not None else found


def reps(team_id: int | None) -> int:
    """Return how many reps there are, of a team or in all."""
    return db.session.scalar(select(func.count()).select_from(_reps(team_id).subquery())) or 0


def reps_using(asset_ids: Collection[int], team_id: int | None) -> dict[int, int]:
    """Return by asset how many of these reps ever used it on a deal."""
    found: dict[int, int] = {}
    for part in chunks(asset_ids):
        uses = effective_events().where(UsageEvent.asset_id.in_(part), touches())
        uses = uses.where(UsageEvent.deal_id.is_not(None), UsageEvent.user_id.in_(_reps(team_id)))
        counted = uses.with_only_columns(UsageEvent.asset_id, func.count(UsageEvent.user_id.distinct()))
        found.update(db.session.execute(counted.group_by(UsageEvent.asset_id)).tuples().all())
    return found


@dataclass(frozen=True)
class Unused:
    """Content that was not used lately: how often sales looked at it meanwhile, and opened it from a search."""

    asset: Asset
    looks: int
    opens: int


def rated_low() -> ColumnElement[bool]:
    """Say in SQL which content is rated low by enough people."""
    return and_(Asset.rating_mean < LOW_MEAN, Asset.rating_count >= FEW_RATINGS)


def unused(user: User, *, met: bool, limit: int, offset: int) -> tuple[list[Unused], int]:
    """Return content that nobody used lately and how much there is: what is not trusted, or what is not found.

    What was looked at most comes first, and then what has been out longest.
    """
    looks, opens = _looks(), _opens()
    looked, opened = func.coalesce(looks.c.number, 0), func.coalesce(opens.c.number, 0)
    not_trusted = or_(looked > 0, opened > 0, func.coalesce(rated_low(), False))
    since = local_day(now()) - UNUSED_FOR
    found = (
        visible_assets(user)
        .outerjoin(looks, looks.c.asset_id == Asset.id)
        .outerjoin(opens, opens.c.asset_id == Asset.id)
        .where(
            live(),
            Asset.is_placeholder.is_(False),
            Asset.published_at < now() - UNUSED_FOR,
            or_(Asset.last_used_on.is_(None), Asset.last_used_on < since),
            not_trusted if met else ~not_trusted,
        )
    )
    total = db.session.scalar(select(func.count()).select_from(found.with_only_columns(Asset.id).subquery()))
    ordered = found.add_columns(looked, opened).options(joinedload(Asset.owner))
    ordered = ordered.order_by((looked + opened).desc(), Asset.published_at, Asset.id)
    rows = db.session.execute(ordered.limit(limit).offset(offset))
    return [Unused(*row) for row in rows], total or 0


def _looks() -> Subquery:
    """How often sales looked at content lately; the daily sums leave marketing out."""
    counted = select(UsageDay.asset_id, func.sum(UsageDay.uses).label("number"))
    counted = counted.where(UsageDay.kind == "viewed", UsageDay.day >= local_day(now()) - UNUSED_FOR)
    return counted.group_by(UsageDay.asset_id).subquery()


def _opens() -> Subquery:
    """How often sales opened content from a search lately."""
    counted = select(SearchClick.asset_id, func.count().label("number"))
    counted = counted.join(Search, Search.id == SearchClick.search_id)
    of_sales = Search.user_id.in_(select(User.id).where(User.role.in_(SALES)))
    counted = counted.where(of_sales, SearchClick.at >= now() - UNUSED_FOR)
    return counted.group_by(SearchClick.asset_id).subquery()


@dataclass(frozen=True)
class Words:
    """Searches with the same words: as somebody typed them, and how many there were."""

    words: str
    text: str
    searches: int


def searched_words(limit: int = 400) -> list[Words]:
    """Return what sales searched for most often lately."""
    number = func.count()
    found = select(Search.words, func.max(Search.text), number).where(
        Search.at >= now() - UNUSED_FOR,
        Search.words != "",
        Search.user_id.in_(select(User.id).where(User.role.in_(SALES))),
    )
    found = found.group_by(Search.words).order_by(number.desc(), Search.words).limit(limit)
    return [Words(*row) for row in db.session.execute(found)]


@dataclass(frozen=True)
class Expiring:
    """A piece of content that a deal leans on."""

    asset_id: int
    slug: str
    title: str
    expires_on: date


@dataclass(frozen=True)
class Leaning:
    """An open deal and the content about to expire that was used on it or sent, the first to expire first."""

    deal: Deal
    pieces: list[Expiring]


def _pairs(user: User) -> Subquery:
    """Deals with the content about to expire that was used on them, or that links which open today show."""
    today = local_day(now())
    expiring = visible_assets(user).where(
        live(), Asset.is_placeholder.is_(False), Asset.expires_on <= today + EXPIRES_WITHIN
    )
    ids = expiring.with_only_columns(Asset.id)
    used = select(FirstUse.deal_id, FirstUse.asset_id).where(FirstUse.asset_id.in_(ids))
    sent = select(ShareLink.deal_id, ShareItem.asset_id).join(ShareItem, ShareItem.link_id == ShareLink.id)
    opens = and_(ShareLink.revoked_at.is_(None), ShareLink.expires_at > now())
    sent = sent.where(ShareLink.deal_id.is_not(None), opens, ShareItem.asset_id.in_(ids))
    return union(used, sent).subquery()


def leaning(user: User, limit: int, offset: int) -> tuple[list[Leaning], int]:
    """Return the open deals a person may see that lean on content about to expire, and how many there are."""
    pairs = _pairs(user)
    found = visible_deals(user).where(Deal.status == "open", Deal.id.in_(select(pairs.c.deal_id)))
    total = db.session.scalar(select(func.count()).select_from(found.with_only_columns(Deal.id).subquery()))
    amount = Deal.base_amount_minor
    ordered = found.options(joinedload(Deal.account), joinedload(Deal.owner))
    ordered = ordered.order_by(amount.is_(None), amount.desc(), Deal.expected_close, Deal.id)
    deals = list(db.session.scalars(ordered.limit(limit).offset(offset)))
    named = (
        select(pairs.c.deal_id, Asset.id, Asset.slug, Asset.title, Asset.expires_on)
        .join(Asset, Asset.id == pairs.c.asset_id)
        .where(pairs.c.deal_id.in_([deal.id for deal in deals]))
        .order_by(Asset.expires_on, Asset.title, Asset.id)
    )
    pieces: dict[int, list[Expiring]] = {deal.id: [] for deal in deals}
    for deal_id, *piece in db.session.execute(named) if deals else ():
        pieces[deal_id].append(Expiring(*piece))
    return [Leaning(deal, pieces[deal.id]) for deal in deals], total or 0
