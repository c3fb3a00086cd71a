"""The searches that a request came from, and whether they succeed since it was delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, or_, select

from portal.content_requests.models import OPEN_STATUSES, ContentRequest
from portal.db import db
from portal.deals.models import Deal
from portal.discovery.models import RequestSearch, Search
from portal.library.models import Asset
from portal.users.models import User


@dataclass(frozen=True)
class Line:
    """The searches of a request with the same text: how many, by whom, and how many find what was delivered."""

    text: str
    key: str
    searches: int
    people: int
    found: int
    best: int | None
    worst: int | None
    results: int | None


@dataclass(frozen=True)
class RequestSearches:
    """All searches of a request: sums, the places of what was delivered, and since when it is known.

    `pipeline_minor` is the open amount of the distinct deals at hand when they were made. `rerun` counts those that
    were run again since the delivery.
    """

    searches: int
    people: int
    pipeline_minor: int
    rerun: int
    found: int
    best: int | None
    worst: int | None
    rerun_at: datetime | None

    @property
    def is_known(self) -> bool:
        """Whether all of them were run again."""
        return self.rerun >= self.searches > 0


@dataclass(frozen=True)
class ToRerun:
    """A search to be run again: whose it was, its words, filters and deal."""

    search_id: int
    user: User
    text: str
    filters: dict[str, Any]
    deal: Deal | None


@dataclass(frozen=True)
class AskedFor:
    """A request in the report, with its searches."""

    request: ContentRequest
    searches: RequestSearches


def _fresh() -> ColumnElement[bool]:
    """Return the condition of a search that was run again since its request was delivered."""
    return and_(ContentRequest.status == "delivered", RequestSearch.rerun_at >= ContentRequest.closed_at)


def _sums() -> tuple[Any, ...]:
    found = and_(_fresh(), RequestSearch.place.is_not(None))
    place = case((found, RequestSearch.place))
    return (
        func.count(case((_fresh(), 1))).label("rerun"),
        func.count(place).label("found"),
        func.min(place).label("best"),
        func.max(place).label("worst"),
    )


def _tied() -> Any:
    joined = RequestSearch.__table__.join(Search.__table__, Search.id == RequestSearch.search_id)
    return joined.join(ContentRequest.__table__, ContentRequest.id == RequestSearch.request_id)


def searches_of(request_ids: Sequence[int]) -> dict[int, RequestSearches]:
    """Return the searches of some requests as sums; requests without any are left out."""
    number, people = func.count(), func.count(distinct(Search.user_id))
    rerun_at = func.min(case((_fresh(), RequestSearch.rerun_at)), type_=RequestSearch.rerun_at.type)
    which = RequestSearch.request_id.in_(request_ids) & Search.user_id.is_not(None)
    sums = select(RequestSearch.request_id, number, people, *_sums(), rerun_at).select_from(_tied())
    deals = select(RequestSearch.request_id, Search.deal_id).select_from(_tied()).where(which)
    pairs = deals.where(Search.deal_id.is_not(None)).distinct().subquery()
    amounts = select(pairs.c.request_id, func.sum(Deal.base_amount_minor)).join(
        Deal, Deal.id == pairs.c.deal_id
    )
    amounts = amounts.where(Deal.status == "open").group_by(pairs.c.request_id)
    worth: dict[int, int] = dict(db.session.execute(amounts).tuples().all())
    return {
        request_id: RequestSearches(searches, who, int(worth.get(request_id) or 0), *rest)
        for request_id, searches, who, *rest in db.session.execute(
            sums.where(which).group_by(RequestSearch.request_id)
        )
    }


def lines_of(request_id: int, limit: int = 50) -> list[Line]:
    """Return the searches of a request by their text, what still does not find it first, then the most frequent."""
    key, number = func.max(Search.key), func.count()
    results = func.max(case((_fresh(), RequestSearch.result_count)))
    rerun, found, best, worst = _sums()
    lines = select(
        Search.text, key, number, func.count(distinct(Search.user_id)), found, best, worst, results
    ).select_from(_tied())
    lines = lines.where(RequestSearch.request_id == request_id, Search.user_id.is_not(None))
    lines = lines.group_by(Search.text).order_by((found - rerun).asc(), number.desc(), Search.text)
    return [Line(*row) for row in db.session.execute(lines.limit(limit))]


def requests_with_searches() -> Select[tuple[ContentRequest]]:
    """Select the requests that came from searches: those delivered last first, then the open ones, then the rest."""
    tied = select(RequestSearch.request_id)
    order = case(
        (ContentRequest.status == "delivered", 0), (ContentRequest.status.in_(OPEN_STATUSES), 1), else_=2
    )
    latest = func.coalesce(ContentRequest.closed_at, ContentRequest.created_at)
    found = select(ContentRequest).where(ContentRequest.id.in_(tied))
    return found.order_by(order, latest.desc(), ContentRequest.id.desc())


def delivered_asset(request_id: int) -> Asset | None:
    """Return the content that a request was delivered with, as long as it is delivered."""
    found = select(Asset).join(ContentRequest, ContentRequest.delivered_asset_id == Asset.id)
    return db.session.scalar(
        found.where(ContentRequest.id == request_id, ContentRequest.status == "delivered")
    )


def to_rerun(request_id: int) -> list[ToRerun]:
    """Return the searches of a request as they were made, and by whom."""
    found = (
        select(Search.id, User, Search.text, Search.filters, Deal)
        .join(RequestSearch, RequestSearch.search_id == Search.id)
        .join(User, User.id == Search.user_id)
        .outerjoin(Deal, Deal.id == Search.deal_id)
        .where(RequestSearch.request_id == request_id)
    )
    return [ToRerun(*row) for row in db.session.execute(found.order_by(Search.id))]


def not_rerun() -> list[int]:
    """Return the delivered requests of which some searches were not run again since."""
    stale = or_(RequestSearch.rerun_at.is_(None), RequestSearch.rerun_at < ContentRequest.closed_at)
    found = select(RequestSearch.request_id.distinct()).select_from(_tied())
    return list(
        db.session.scalars(
            found.where(ContentRequest.status == "delivered", Search.user_id.is_not(None), stale)
        )
    )
