"""Questions about requests. Everybody sees a request and its waiting pipeline as a total; the deals only some."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from portal.content_requests.models import (
    OPEN_STATUSES,
    ContentRequest,
    RequestContent,
    Supporter,
    WaitingDeal,
)
from portal.db import db
from portal.deals.models import Deal
from portal.deals.queries import visible_deals
from portal.errors import NotFound
from portal.library.models import Asset
from portal.library.queries import live
from portal.users.models import User

VIEWS = ("open", "mine", "delivered", "declined", "all")


@dataclass(frozen=True)
class RequestRow:
    """A request in a list, with its worth: minor units of the base currency over the distinct open deals that wait."""

    request: ContentRequest
    pipeline_minor: int
    deals: int
    supporters: int


def request_or_404(request_id: int) -> ContentRequest:
    """Return a request with the people in it, or raise NotFound."""
    found = select(ContentRequest).where(ContentRequest.id == request_id)
    row = db.session.scalar(
        found.options(
            joinedload(ContentRequest.asked_by),
            joinedload(ContentRequest.assigned_to),
            joinedload(ContentRequest.delivered_asset),
        )
    )
    if row is None:
        raise NotFound
    return row


def _worth() -> Any:
    return (
        select(
            WaitingDeal.request_id,
            func.coalesce(func.sum(Deal.base_amount_minor), 0).label("pipeline"),
            func.count().label("deals"),
        )
        .join(Deal, Deal.id == WaitingDeal.deal_id)
        .where(Deal.status == "open")
        .group_by(WaitingDeal.request_id)
        .subquery()
    )


def requests_by_pipeline(view: str = "open", user: User | None = None) -> Select[Any]:
    """Select request, waiting pipeline, waiting deals and supporters; the most waiting first, then the oldest."""
    worth = _worth()
    supporters = (
        select(Supporter.request_id, func.count().label("people")).group_by(Supporter.request_id).subquery()
    )
    pipeline = func.coalesce(worth.c.pipeline, 0)
    found = (
        select(
            ContentRequest, pipeline, func.coalesce(worth.c.deals, 0), func.coalesce(supporters.c.people, 0)
        )
        .outerjoin(worth, worth.c.request_id == ContentRequest.id)
        .outerjoin(supporters, supporters.c.request_id == ContentRequest.id)
        .options(joinedload(ContentRequest.asked_by), joinedload(ContentRequest.assigned_to))
        .order_by(pipeline.desc(), func.coalesce(supporters.c.people, 0).desc(), ContentRequest.created_at)
    )
    if view == "open":
        return found.where(ContentRequest.status.in_(OPEN_STATUSES))
    if view == "mine" and user is not None:
        joined = select(Supporter.request_id).where(Supporter.user_id == user.id)
        return found.where(ContentRequest.id.in_(joined))
    if view in ("delivered", "declined"):
        return found.where(ContentRequest.status == view)
    return found


def request_rows(statement: Select[Any]) -> list[RequestRow]:
    """Run a select of requests_by_pipeline and return its typed rows."""
    return [RequestRow(*row) for row in db.session.execute(statement)]


def pipeline_waiting(request_ids: Sequence[int]) -> dict[int, int]:
    """Return for some requests the open amount of the distinct deals that somebody named as waiting for them."""
    worth = _worth()
    found = select(worth.c.request_id, worth.c.pipeline).where(worth.c.request_id.in_(request_ids))
    return dict(db.session.execute(found).tuples().all())


def waiting_pipeline() -> tuple[int, int]:
    """Return the open amount of the distinct deals that wait for any open request, and how many they are."""
    waiting = (
        select(WaitingDeal.deal_id)
        .join(ContentRequest, ContentRequest.id == WaitingDeal.request_id)
        .where(ContentRequest.status.in_(OPEN_STATUSES))
    )
    amount = func.coalesce(func.sum(Deal.base_amount_minor), 0)
    row = db.session.execute(
        select(amount, func.count()).where(Deal.status == "open", Deal.id.in_(waiting))
    ).one()
    return int(row[0]), int(row[1])


@dataclass(frozen=True)
class Waiting:
    """Who and what waits for a request: the deals this person may see, and what there is beyond them."""

    deals: list[Deal]
    others: int
    pipeline_minor: int
    open_deals: int
    supporters: list[User]
    joined: bool


def waiting_for(request: ContentRequest, user: User) -> Waiting:
    """Return who and what waits for a request, as far as this person may see it."""
    ids = select(WaitingDeal.deal_id).where(WaitingDeal.request_id == request.id)
    open_deals = select(func.coalesce(func.sum(Deal.base_amount_minor), 0), func.count()).where(
        Deal.id.in_(ids), Deal.status == "open"
    )
    worth, still_open = db.session.execute(open_deals).one()
    total = db.session.scalar(select(func.count()).select_from(ids.subquery())) or 0
    seen = (
        visible_deals(user).where(Deal.id.in_(ids)).options(joinedload(Deal.account), joinedload(Deal.owner))
    )
    deals = list(db.session.scalars(seen.order_by(Deal.base_amount_minor.desc().nulls_last())))
    people = list(
        db.session.scalars(
            select(User)
            .join(Supporter, Supporter.user_id == User.id)
            .where(Supporter.request_id == request.id)
            .order_by(Supporter.created_at)
        )
    )
    joined = any(person.id == user.id for person in people)
    return Waiting(deals, total - len(deals), int(worth), still_open, people, joined)


def requests_of_deal(deal_id: int) -> list[ContentRequest]:
    """Return the requests a deal waits for, or waited for."""
    found = (
        select(ContentRequest)
        .join(WaitingDeal, WaitingDeal.request_id == ContentRequest.id)
        .where(WaitingDeal.deal_id == deal_id)
        .options(joinedload(ContentRequest.asked_by), joinedload(ContentRequest.delivered_asset))
    )
    return list(db.session.scalars(found.order_by(ContentRequest.created_at.desc())))


def open_request(request_id: int | None) -> ContentRequest | None:
    """Return a request that content can still be made for, or None when it is closed or there is none."""
    found = select(ContentRequest).where(ContentRequest.id == request_id)
    return db.session.scalar(found.where(ContentRequest.status.in_(OPEN_STATUSES)))


def begun_for(request: ContentRequest) -> list[Asset]:
    """Return the content that was begun for a request, the latest first, unless it was archived since."""
    found = select(Asset).join(RequestContent, RequestContent.asset_id == Asset.id)
    found = found.where(RequestContent.request_id == request.id, Asset.state != "archived")
    return list(db.session.scalars(found.order_by(Asset.id.desc())))


def awaited_by(asset_ids: Iterable[int]) -> dict[int, list[ContentRequest]]:
    """Return for some content the open requests that it was begun for."""
    found = select(RequestContent.asset_id, ContentRequest).join(
        ContentRequest, ContentRequest.id == RequestContent.request_id
    )
    found = found.where(ContentRequest.status.in_(OPEN_STATUSES), RequestContent.asset_id.in_(asset_ids))
    awaited: dict[int, list[ContentRequest]] = {}
    for asset_id, request in db.session.execute(found.order_by(ContentRequest.id)):
        awaited.setdefault(asset_id, []).append(request)
    return awaited


def deliverable_assets() -> list[Asset]:
    """Return the published content that a request can be answered with, newest first."""
    found = select(Asset).where(live(), Asset.current_version_id.is_not(None))
    return list(db.session.scalars(found.order_by(Asset.published_at.desc()).limit(500)))
