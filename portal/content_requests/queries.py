"""Questions about requests. Everybody sees a request and its waiting pipeline as a total; the deals only some."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from portal.content_requests.models import (
    COLUMNS,
    OPEN_STATUSES,
    ContentRequest,
    RequestContent,
    Supporter,
    WaitingDeal,
)
from portal.db import db
from portal.errors import NotFound
from portal.library.models import Asset
from portal.library.queries import reachable_assets
from portal.users.models import User

# Lists that people look at; the states of the board are lists too.
VIEWS = ("open", "mine", "all", *COLUMNS)


@dataclass(frozen=True)
class RequestRow:
    """A request in a list, with its worth as last reckoned: minor units of the base currency, deals and people."""

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


def like_of(request: ContentRequest, user: User) -> Asset | None:
    """Return the content that a request is to be like, unless this person may not open it."""
    if request.like_asset_id is None:
        return None
    return db.session.scalar(reachable_assets(user).where(Asset.id == request.like_asset_id))


def requests_by_pipeline(
    view: str = "open", user: User | None = None, wanted: Sequence[ColumnElement[bool]] = ()
) -> Select[Any]:
    """Select request, waiting pipeline, waiting deals and supporters; the most waiting first, then the oldest.

    `wanted` narrows it to some, as the filters of the board say.
    """
    found = (
        select(
            ContentRequest,
            ContentRequest.waiting_minor,
            ContentRequest.waiting_deals,
            ContentRequest.supporter_count,
        )
        .where(*wanted)
        .options(joinedload(ContentRequest.asked_by), joinedload(ContentRequest.assigned_to))
        .order_by(
            ContentRequest.waiting_minor.desc(),
            ContentRequest.supporter_count.desc(),
            ContentRequest.created_at,
            ContentRequest.id,
        )
    )
    if view == "open":
        return found.where(ContentRequest.status.in_(OPEN_STATUSES))
    if view == "mine" and user is not None:
        joined = select(Supporter.request_id).where(Supporter.user_id == user.id)
        return found.where(ContentRequest.id.in_(joined))
    if view in COLUMNS:
        return found.where(ContentRequest.status == view)
    return found


def request_rows(statement: Select[Any]) -> list[RequestRow]:
    """Run a select of requests_by_pipeline and return its typed rows."""
    return [RequestRow(*row) for row in db.session.execute(statement)]


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
