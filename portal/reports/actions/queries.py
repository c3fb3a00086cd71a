"""Questions behind the lists, each one statement; only what a person may see is named to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, ScalarSelect, Select, Subquery, and_, func, or_, select, true, union
from sqlalchemy.orm import joinedload

from portal.content_requests.models import OPEN_STATUSES, ContentRequest, WaitingDeal
from portal.db import chunks, db, now
from portal.deals.models import Deal
from portal.discovery.learning.facts import SALES
from portal.discovery.models import Search, SearchClick
from portal.library.models import Asset, CollectionItem
from portal.library.models import Collection as ContentCollection
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


def recommended_in(asset_ids: Collection[int], name: str) -> dict[int, str]:
    """Return by asset the slug of the published collection of a name that holds it."""
    found = (
        select(CollectionItem.asset_id, func.max(ContentCollection.slug))
        .join(ContentCollection, ContentCollection.id == CollectionItem.collection_id)
        .where(CollectionItem.asset_id.in_(asset_ids), ContentCollection.published_at.is_not(None))
        .where(func.lower(ContentCollection.name) == name.lower())
        .group_by(CollectionItem.asset_id)
    )
    return dict(db.session.execute(found).tuples().all())


@dataclass(frozen=True)
class Unused:
    """Content that was not used lately: how often sales looked at it meanwhile, and opened it from a search.

    `is_met` says that people met it all the same, or rate it low: it is not trusted, rather than not found.
    """

    asset: Asset
    looks: int
    opens: int
    is_met: bool


def rated_low() -> ColumnElement[bool]:
    """Say in SQL which content is rated low by enough people."""
    return and_(Asset.rating_mean < LOW_MEAN, Asset.rating_count >= FEW_RATINGS)


def unused(user: User, *, met: bool | None = None, limit: int, offset: int = 0) -> tuple[list[Unused], int]:
    """Return content that nobody used lately and how much there is: what is not trusted, what is not found, or both.

    What is not found comes first; then what was looked at most, and what has been out longest.
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
            {None: true(), True: not_trusted, False: ~not_trusted}[met],
        )
    )
    ordered = found.add_columns(looked, opened, not_trusted).options(joinedload(Asset.owner))
    ordered = ordered.order_by(not_trusted, (looked + opened).desc(), Asset.published_at, Asset.id)
    items = [Unused(*row) for row in db.session.execute(ordered.limit(limit).offset(offset))]
    return items, _total(found.with_only_columns(Asset.id), len(items), limit, offset)


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
    request_id: int | None  # the open request about it that waits for the deal


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


def leaning(user: User, deals: Select[tuple[Deal]], limit: int, offset: int) -> tuple[list[Leaning], int]:
    """Return those of some deals that are open and lean on content about to expire, and how many there are.

    `user` says which content may be named.
    """
    pairs = _pairs(user)
    found = deals.where(Deal.status == "open", Deal.id.in_(select(pairs.c.deal_id)))
    ids = found.order_by(None).with_only_columns(Deal.id)
    order = (Deal.base_amount_minor.is_(None), Deal.base_amount_minor.desc(), Deal.expected_close, Deal.id)
    piece = (Asset.id, Asset.slug, Asset.title, Asset.expires_on, _asked_for())
    named = (
        select(Deal, *piece)
        .join(pairs, pairs.c.deal_id == Deal.id)
        .join(Asset, Asset.id == pairs.c.asset_id)
        .where(Deal.id.in_(ids.order_by(*order).limit(limit).offset(offset)))
        .options(joinedload(Deal.account), joinedload(Deal.owner))
        .order_by(*order, Asset.expires_on, Asset.title, Asset.id)
    )
    shown: dict[int, Leaning] = {}
    for deal, *one in db.session.execute(named):
        shown.setdefault(deal.id, Leaning(deal, [])).pieces.append(Expiring(*one))
    return list(shown.values()), _total(ids, len(shown), limit, offset)


def _asked_for() -> ScalarSelect[int | None]:
    """The open request about a piece of content that waits for a deal."""
    asked = select(func.max(ContentRequest.id)).join(WaitingDeal, WaitingDeal.request_id == ContentRequest.id)
    waits = (WaitingDeal.deal_id == Deal.id, ContentRequest.like_asset_id == Asset.id)
    return asked.where(*waits, ContentRequest.status.in_(OPEN_STATUSES)).scalar_subquery()


def _total(found: Select[tuple[int]], shown: int, limit: int, offset: int) -> int:
    """Count what was found, unless the part of it that is shown is all of it."""
    if not offset and shown < limit:
        return shown
    return db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
