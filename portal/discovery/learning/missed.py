"""Delivered requests whose searches still do not find what was delivered: what marketing owes after the delivery."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from portal.content_requests.models import ContentRequest
from portal.db import db
from portal.discovery.learning.answered import is_rerun
from portal.discovery.models import RequestSearch, Search
from portal.library.models import Asset
from portal.library.queries import live


@dataclass(frozen=True)
class Missed:
    """A delivered request, how many of its searches do not find it, of how many, and what one of these typed."""

    request: ContentRequest
    missed: int
    searches: int
    text: str


def is_missed() -> ColumnElement[bool]:
    """Return the condition of a search that does not find what was delivered, and was not left like that since."""
    left = or_(RequestSearch.left_at.is_(None), RequestSearch.left_at < ContentRequest.closed_at)
    return and_(is_rerun(), RequestSearch.place.is_(None), left)


def still_missed(limit: int) -> list[Missed]:
    """Return the requests whose searches were all run again and do not all find it, the latest delivery first."""
    missed, rerun = func.count(case((is_missed(), 1))), func.count(case((is_rerun(), 1)))
    each = (
        select(
            RequestSearch.request_id,
            missed.label("missed"),
            func.count().label("searches"),
            func.max(case((is_missed(), Search.text))).label("text"),
        )
        .join(Search, Search.id == RequestSearch.search_id)
        .join(ContentRequest, ContentRequest.id == RequestSearch.request_id)
        .join(Asset, Asset.id == ContentRequest.delivered_asset_id)
        .where(ContentRequest.status == "delivered", Search.user_id.is_not(None), live())
        .group_by(RequestSearch.request_id)
        .having(missed > 0, rerun == func.count())
        .subquery()
    )
    found = select(ContentRequest, each.c.missed, each.c.searches, each.c.text)
    found = found.join(each, each.c.request_id == ContentRequest.id)
    found = found.options(joinedload(ContentRequest.delivered_asset).load_only(Asset.title, Asset.slug))
    found = found.order_by(ContentRequest.closed_at.desc(), ContentRequest.id.desc()).limit(limit)
    return [Missed(*row) for row in db.session.execute(found)]
