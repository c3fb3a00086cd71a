"""The searches that a request came from, and whether they succeed since it was delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, distinct, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from portal.content_requests.models import OPEN_STATUSES, ContentRequest
from portal.db import db
from portal.deals.models import Deal
from portal.deals.queries import in_crm
from portal.discovery.learning.answered import is_rerun
from portal.discovery.learning.facts import Scope, in_vain
from portal.discovery.learning.missed import is_missed
from portal.discovery.models import RequestSearch, Search, SearchClick
from portal.library.models import Asset
from portal.library.queries import live
from portal.users.models import User


@dataclass(frozen=True)
class Line:
    """The searches of a request with the same text, in whatever case: how many, by how many people, and how many
    find what was delivered."""

    text: str
    searches: int
    people: int
    found: int
    best: int | None
    worst: int | None
    results: int | None


@dataclass(frozen=True)
class RequestSearches:
    """All searches of a request: sums, the places of what was delivered, and since when it is known.

    `texts` counts what was typed, in whatever case; `pipeline_minor` is the open amount of the distinct deals at hand
    when they were made. `rerun` counts those that were run again since the delivery, `missed` those of them that do
    not find it and that nobody left like that; `first_at` is when the first of them was made.
    """

    searches: int
    people: int
    texts: int
    pipeline_minor: int
    rerun: int
    found: int
    best: int | None
    worst: int | None
    rerun_at: datetime | None
    missed: int
    first_at: datetime

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
class Delivery:
    """What a request was delivered with, and when."""

    asset_id: int
    version_id: int | None
    title: str
    slug: str
    closed_at: datetime


@dataclass(frozen=True)
class AskedFor:
    """A request in the report, with its searches, and the open amount of the deals that wait for it."""

    request: ContentRequest
    searches: RequestSearches
    waiting_minor: int


def _sums() -> tuple[Any, ...]:
    found = and_(is_rerun(), RequestSearch.place.is_not(None))
    place = case((found, RequestSearch.place))
    return (
        func.count(case((is_rerun(), 1))).label("rerun"),
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
    texts = func.count(distinct(func.lower(Search.text)))
    rerun_at = func.min(case((is_rerun(), RequestSearch.rerun_at)), type_=RequestSearch.rerun_at.type)
    which = RequestSearch.request_id.in_(request_ids) & Search.user_id.is_not(None)
    missed = func.count(case((is_missed(), 1)))
    counts = (number, people, texts, *_sums(), rerun_at, missed, func.min(Search.at))
    sums = select(RequestSearch.request_id, *counts).select_from(_tied())
    deals = select(RequestSearch.request_id, Search.deal_id).select_from(_tied()).where(which)
    pairs = deals.where(Search.deal_id.is_not(None)).distinct().subquery()
    amounts = select(pairs.c.request_id, func.sum(Deal.base_amount_minor)).join(
        Deal, Deal.id == pairs.c.deal_id
    )
    amounts = amounts.where(Deal.status == "open", in_crm()).group_by(pairs.c.request_id)
    worth: dict[int, int] = dict(db.session.execute(amounts).tuples().all())
    return {
        request_id: RequestSearches(searches, who, typed, int(worth.get(request_id) or 0), *rest)
        for request_id, searches, who, typed, *rest in db.session.execute(
            sums.where(which).group_by(RequestSearch.request_id)
        )
    }


def lines_of(request_id: int, user: User | None = None, limit: int = 50) -> list[Line]:
    """Return the searches of a request, or a person's own of them, by their text in whatever case.

    What still does not find it comes first, then the most frequent.
    """
    text, number = func.max(Search.text), func.count()
    results = func.max(case((is_rerun(), RequestSearch.result_count)))
    rerun, found, best, worst = _sums()
    lines = select(
        text, number, func.count(distinct(Search.user_id)), found, best, worst, results
    ).select_from(_tied())
    lines = lines.where(RequestSearch.request_id == request_id, Search.user_id.is_not(None))
    lines = lines.where(Search.user_id == user.id) if user else lines
    lines = lines.group_by(func.lower(Search.text)).order_by((found - rerun).asc(), number.desc(), text)
    return [Line(*row) for row in db.session.execute(lines.limit(limit))]


def requests_with_searches() -> Select[tuple[ContentRequest]]:
    """Select the requests that came from searches: those delivered last first, then the open ones, then the rest."""
    tied = select(RequestSearch.request_id)
    order = case(
        (ContentRequest.status == "delivered", 0), (ContentRequest.status.in_(OPEN_STATUSES), 1), else_=2
    )
    latest = func.coalesce(ContentRequest.closed_at, ContentRequest.created_at)
    found = select(ContentRequest).where(ContentRequest.id.in_(tied))
    found = found.options(joinedload(ContentRequest.delivered_asset))
    return found.order_by(order, latest.desc(), ContentRequest.id.desc())


def delivery_of(request_id: int) -> Delivery | None:
    """Return what a request was delivered with, as long as it is delivered and that is published."""
    found = select(Asset.id, Asset.current_version_id, Asset.title, Asset.slug, ContentRequest.closed_at)
    found = found.join(ContentRequest, ContentRequest.delivered_asset_id == Asset.id)
    found = found.where(ContentRequest.id == request_id, ContentRequest.status == "delivered", live())
    row = db.session.execute(found).one_or_none()
    return Delivery(*row) if row else None


def searchers_of(request_id: int, limit: int = 30) -> list[str]:
    """Return the names of the people whose searches a request remembers."""
    found = select(User.name).join(Search, Search.user_id == User.id)
    found = found.join(RequestSearch, RequestSearch.search_id == Search.id)
    found = found.where(RequestSearch.request_id == request_id).group_by(User.id)
    return list(db.session.scalars(found.order_by(User.name).limit(limit)))


def typed_for(request_ids: Sequence[int]) -> dict[int, str]:
    """Return what was typed in the search that each of some requests began with."""
    found = select(ContentRequest.id, Search.text).join(Search, Search.id == ContentRequest.search_id)
    found = found.where(ContentRequest.id.in_(request_ids))
    return dict(db.session.execute(found).tuples().all()) if request_ids else {}


def in_a_row(search: Search, within: timedelta) -> list[Search]:
    """Return a search and what the same person searched for shortly before and after without opening anything."""
    opened = select(SearchClick.id).where(SearchClick.search_id == Search.id).exists()
    near = Search.at.between(search.at - within, search.at + within)
    found = select(Search).where(Search.user_id == search.user_id, near, ~opened | (Search.id == search.id))
    return list(db.session.scalars(found.order_by(Search.at, Search.id)))


def to_tie(request_id: int | None = None) -> list[tuple[int, int]]:
    """Return (request, search) for the searches in vain of sales with the words of a request that it lacks.

    Of one request, or of all open ones; the words of those merged into it are its own too. Searches after its closing
    are not, nor those before the closing of an earlier one.
    """
    asked, earlier, before = aliased(Search), aliased(ContentRequest), aliased(Search)
    part = aliased(ContentRequest)
    tied = select(RequestSearch.search_id).where(
        RequestSearch.search_id == Search.id, RequestSearch.request_id == ContentRequest.id
    )
    answered = (
        select(earlier.id)
        .join(before, before.id == earlier.search_id)
        .where(before.words == Search.words, earlier.closed_at >= Search.at)
        .where(earlier.closed_at <= ContentRequest.created_at)
    )
    found = (
        select(ContentRequest.id, Search.id)
        .join(part, or_(part.id == ContentRequest.id, part.merged_into_id == ContentRequest.id))
        .join(asked, asked.id == part.search_id)
        .join(Search, Search.words == asked.words)
        .where(*Scope().conditions(), in_vain(), ~tied.exists(), ~answered.exists())
        .where(or_(ContentRequest.closed_at.is_(None), Search.at <= ContentRequest.closed_at))
    )
    which = ContentRequest.id == request_id if request_id else ContentRequest.status.in_(OPEN_STATUSES)
    return list(db.session.execute(found.where(which).distinct().order_by(Search.id)).tuples())


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
    """Return the delivered requests of which some searches were not run again since, and whose content is there."""
    stale = or_(RequestSearch.rerun_at.is_(None), RequestSearch.rerun_at < ContentRequest.closed_at)
    found = select(RequestSearch.request_id.distinct()).select_from(_tied())
    return list(
        db.session.scalars(
            found.where(ContentRequest.status == "delivered", Search.user_id.is_not(None), stale).where(
                ContentRequest.delivered_asset_id.in_(select(Asset.id).where(live()))
            )
        )
    )
