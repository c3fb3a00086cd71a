"""Which searches in vain are no gap any more, because a request answers them or will; said in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from portal.content_requests.models import OPEN_STATUSES, ContentRequest
from portal.discovery.models import RequestSearch, Search


def is_answered() -> ColumnElement[bool]:
    """Return the condition of a search that a request remembers, or that was made before one was closed.

    A request is about the words of the search that it began with. Once it is delivered or declined, only searches
    after that are a gap. What was merged is as open or closed as what it is part of.
    """
    # Each of these is asked once, not for each search: there are many more searches than requests.
    target = aliased(ContentRequest)
    closed_at = case(
        (ContentRequest.merged_into_id.is_not(None), target.closed_at), else_=ContentRequest.closed_at
    )
    status = func.coalesce(target.status, ContentRequest.status)
    begun = select(Search.words, status.label("status"), closed_at.label("closed_at"))
    begun = begun.join(ContentRequest, ContentRequest.search_id == Search.id)
    begun_with = begun.outerjoin(target, target.id == ContentRequest.merged_into_id).subquery()
    waiting = select(begun_with.c.words).where(begun_with.c.status.in_(OPEN_STATUSES))
    last = select(begun_with.c.words, func.max(begun_with.c.closed_at).label("at"))
    closed = last.where(begun_with.c.closed_at.is_not(None)).group_by(begun_with.c.words).subquery()
    before = aliased(Search)
    earlier = select(before.id).join(closed, (closed.c.words == before.words) & (before.at <= closed.c.at))
    return or_(
        Search.id.in_(select(RequestSearch.search_id)), Search.words.in_(waiting), Search.id.in_(earlier)
    )


def is_rerun() -> ColumnElement[bool]:
    """Return the condition of a search that was run again since its request was delivered."""
    return and_(ContentRequest.status == "delivered", RequestSearch.rerun_at >= ContentRequest.closed_at)


def part_of(words: Sequence[str]) -> Subquery:
    """Return for each of some words the last request that remembers searches for them, whatever it began with."""
    last = select(Search.words, func.max(RequestSearch.request_id).label("request_id"))
    remembered = last.join(RequestSearch, RequestSearch.search_id == Search.id).where(Search.words.in_(words))
    return remembered.group_by(Search.words).subquery()


def latest_requests() -> Subquery:
    """Return for each words the open request about them, or else the last, and its best place since the delivery."""
    asked = aliased(Search)
    is_open = case((ContentRequest.status.in_(OPEN_STATUSES), 1), else_=0)
    best = select(func.min(RequestSearch.place)).where(
        RequestSearch.request_id == ContentRequest.id, is_rerun()
    )
    place = best.correlate(ContentRequest).scalar_subquery()
    order = func.row_number().over(
        partition_by=asked.words, order_by=(is_open.desc(), ContentRequest.id.desc())
    )
    each = (
        select(
            *(asked.words, ContentRequest.id.label("request_id"), ContentRequest.status.label("status")),
            *(place.label("place"), order.label("number")),
        )
        .join(ContentRequest, ContentRequest.search_id == asked.id)
        .subquery()
    )
    return select(each).where(each.c.number == 1).subquery()
