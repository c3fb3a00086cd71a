"""What the first page of reps and marketers shows beyond what other packages already answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload, load_only, selectinload

from portal.content_requests.models import OPEN_STATUSES, ContentRequest
from portal.db import db
from portal.deals.models import Deal, DealImport
from portal.deals.queries import open_deals_of
from portal.library.models import Asset
from portal.sharing.models import ShareItem, ShareLink, Visit
from portal.users.models import User


@dataclass(frozen=True)
class Pipeline:
    """A person's open deals: how many, and what they are worth in minor units of the base currency."""

    deals: int
    worth_minor: int


def pipeline_of(user: User) -> Pipeline:
    """Return how many open deals a person has, and what they are worth."""
    own = (
        open_deals_of(user)
        .order_by(None)
        .with_only_columns(func.count(), func.coalesce(func.sum(Deal.base_amount_minor), 0))
    )
    return Pipeline(*db.session.execute(own).one())


def requests_of(user: User, limit: int = 5) -> list[ContentRequest]:
    """Return what a person asked for: open requests first, each the latest first."""
    own = select(ContentRequest).where(ContentRequest.asked_by_id == user.id)
    own = own.options(joinedload(ContentRequest.delivered_asset), joinedload(ContentRequest.assigned_to))
    open_first = case((ContentRequest.status.in_(OPEN_STATUSES), 0), else_=1)
    latest = func.coalesce(ContentRequest.closed_at, ContentRequest.created_at).desc()
    return list(db.session.scalars(own.order_by(open_first, latest, ContentRequest.id.desc()).limit(limit)))


@dataclass(frozen=True)
class OpenedLink:
    """A link of one's own that buyers opened: how often, when last, and whether the file was taken."""

    link: ShareLink
    opens: int
    last_at: datetime
    downloads: int


def opened_lately(user: User, limit: int = 5) -> list[OpenedLink]:
    """Return a person's links that buyers opened, the latest opening first; only seen visits count."""
    opened = (
        select(
            Visit.link_id,
            func.count().label("opens"),
            func.max(Visit.seen_at).label("last_at"),
            func.count(Visit.downloaded_at).label("downloads"),
        )
        .join(ShareLink, ShareLink.id == Visit.link_id)
        .where(ShareLink.created_by_id == user.id, Visit.seen_at.is_not(None))
        .group_by(Visit.link_id)
        .order_by(func.max(Visit.seen_at).desc())
        .limit(limit)
        .subquery()
    )
    found = select(ShareLink, opened.c.opens, opened.c.last_at, opened.c.downloads)
    found = found.join(opened, opened.c.link_id == ShareLink.id).order_by(opened.c.last_at.desc())
    pieces = selectinload(ShareLink.items).joinedload(ShareItem.asset)
    titles = pieces.load_only(Asset.slug, Asset.title)
    rows = db.session.execute(found.options(titles, joinedload(ShareLink.deal).load_only(Deal.name)))
    return [OpenedLink(*row) for row in rows]


@dataclass(frozen=True)
class Beginnings:
    """What a portal has of what it needs to be of use."""

    content: bool
    deals: bool
    people: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is neither content nor any deal."""
        return not self.content and not self.deals

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.content and self.deals and self.people


def beginnings() -> Beginnings:
    """Return whether there is published content, a deal, and anybody beside the first admin."""
    content = select(Asset.id).where(Asset.state == "published").exists()
    others = select(User.id).where(User.role != "admin", User.status == "active").exists()
    return Beginnings(*db.session.execute(select(content, select(Deal.id).exists(), others)).one())


@dataclass(frozen=True)
class PeopleCounts:
    """How many people can sign in, are named only, or are disabled."""

    active: int
    placeholder: int
    disabled: int


def people_counts() -> PeopleCounts:
    """Return how many people there are by status."""
    statuses = (
        func.count(case((User.status == status, 1))) for status in ("active", "placeholder", "disabled")
    )
    return PeopleCounts(*db.session.execute(select(*statuses)).one())


def latest_imports(limit: int = 3) -> list[DealImport]:
    """Return the latest imports of files; what automations send one by one would leave no room for them."""
    columns = load_only(DealImport.kind, DealImport.filename, DealImport.state, DealImport.created_at)
    files = select(DealImport).options(columns).where(DealImport.origin != "hook")
    return list(db.session.scalars(files.order_by(DealImport.id.desc()).limit(limit)))
