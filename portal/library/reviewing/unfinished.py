"""What a person began and everyone does not use yet: sent back, approved, in review, or still a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from portal.db import db
from portal.library.models import Asset, Review, Version
from portal.library.reviewing.queries import approved_versions
from portal.users.models import User


@dataclass(frozen=True)
class Unfinished:
    """Content with a version that is not in use yet: its number, where it stands, and since when."""

    asset: Asset
    number: int
    standing: str
    since: datetime


def unfinished_of(user: User, limit: int) -> list[Unfinished]:
    """Return what a person looks after or added and everyone does not use yet, what asks for them first.

    `standing` is sent_back, approved, in_review, waiting (a new version of content in use) or draft.
    """
    other, asked = aliased(Version), aliased(Review)
    newest = select(func.max(other.id)).where(other.asset_id == Asset.id).correlate(Asset).scalar_subquery()
    latest = select(func.max(asked.id)).where(asked.version_id == Version.id, asked.state != "withdrawn")
    latest_id = latest.correlate(Version).scalar_subquery()
    waits = or_(
        Asset.state.in_(("draft", "in_review")),
        and_(Asset.state == "published", newest != Asset.current_version_id),
    )
    standing = case(
        (Review.state == "sent_back", "sent_back"),
        (Review.state == "open", "in_review"),
        (Version.id.in_(approved_versions()), "approved"),
        (Asset.state == "published", "waiting"),
        else_="draft",
    )
    # A review that is over speaks from its end on, one that is open from when it was asked for.
    since = func.coalesce(
        Review.closed_at, Review.asked_at, Version.created_at, type_=Version.created_at.type
    )
    order = case({"sent_back": 0, "approved": 1, "waiting": 2, "in_review": 3}, value=standing, else_=4)
    found = (
        select(Asset, Version.number, standing, since)
        .select_from(Asset)
        .join(Version, Version.id == newest)
        .outerjoin(Review, Review.id == latest_id)
        .where(or_(Asset.owner_id == user.id, Version.created_by_id == user.id), waits)
        .order_by(order, since, Asset.id)
        .limit(limit)
    )
    return [Unfinished(*row) for row in db.session.execute(found).tuples()]
