"""Questions about links and their openings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal.db import db, now
from portal.deals.models import Deal
from portal.deals.queries import visible_deals
from portal.errors import NotFound
from portal.library.models import Asset
from portal.sharing.models import PageView, ShareItem, ShareLink, Visit
from portal.sharing.services import hash_of
from portal.users.models import User


@dataclass(frozen=True)
class LinkRow:
    """A link with how often and when it was opened and whether the file was taken; only seen visits count."""

    link: ShareLink
    opens: int
    first_opened_at: datetime | None
    last_opened_at: datetime | None
    downloads: int


@dataclass(frozen=True)
class SendingPanel:
    """What the page of an asset shows of sending: whether it can be, and the person's own links to it."""

    can_send: bool
    links: list[LinkRow]


def link_by_token(token: str) -> ShareLink:
    """Return the link that a token opens, or raise NotFound."""
    found = select(ShareLink).where(ShareLink.token_hash == hash_of(token))
    pieces = selectinload(ShareLink.items)
    link = db.session.scalar(
        found.options(
            pieces.joinedload(ShareItem.asset).joinedload(Asset.current_version),
            pieces.joinedload(ShareItem.version),
            joinedload(ShareLink.created_by),
        )
    )
    if link is None:
        raise NotFound("There is no such link. Please check that the whole address was copied.")
    return link


def is_open_link(token: str, link_id: int) -> bool | None:
    """Say whether a token opens this link now, or None where it opens another or none."""
    # Asked for every time that a browser tells: without a session it takes a third of the processor's time.
    with db.engine.connect() as connection:
        row = connection.execute(_STATE_OF, {"token_hash": hash_of(token)}).one_or_none()
    if row is None or row[0] != link_id:
        return None
    return row[1] is None and row[2] > now()


_STATE_OF = select(ShareLink.id, ShareLink.revoked_at, ShareLink.expires_at).where(
    ShareLink.token_hash == bindparam("token_hash")
)


def _links() -> Select[Any]:
    opened = (
        select(
            Visit.link_id,
            func.count().label("opens"),
            func.min(Visit.seen_at).label("first"),
            func.max(Visit.seen_at).label("last"),
            func.count(Visit.downloaded_at).label("downloads"),
        )
        .where(Visit.seen_at.is_not(None))
        .group_by(Visit.link_id)
        .subquery()
    )
    return (
        select(
            ShareLink,
            func.coalesce(opened.c.opens, 0) + ShareLink.past_opens,
            func.coalesce(ShareLink.past_first_at, opened.c.first),
            func.coalesce(opened.c.last, ShareLink.past_last_at),
            func.coalesce(opened.c.downloads, 0) + ShareLink.past_downloads,
        )
        .outerjoin(opened, opened.c.link_id == ShareLink.id)
        .options(
            selectinload(ShareLink.items).joinedload(ShareItem.asset),
            joinedload(ShareLink.created_by),
            joinedload(ShareLink.deal).joinedload(Deal.account),
        )
        .order_by(ShareLink.id.desc())
    )


def _rows(statement: Select[Any]) -> list[LinkRow]:
    return [LinkRow(*row) for row in db.session.execute(statement)]


def links_of_deal(deal_id: int) -> list[LinkRow]:
    """Return the links sent on a deal that the caller was allowed to see, newest first."""
    return _rows(_links().where(ShareLink.deal_id == deal_id))


def links_of_user(user: User) -> Select[Any]:
    """Select the links that a person sent, for paging; the columns are those of LinkRow."""
    return _links().where(ShareLink.created_by_id == user.id)


def visible_link(user: User, link_id: int) -> LinkRow:
    """Return a link that a person sent or whose deal they may see, or raise NotFound."""
    mine = ShareLink.created_by_id == user.id
    if not user.sees_all_deals:
        mine |= ShareLink.deal_id.in_(visible_deals(user).with_only_columns(Deal.id))
        found = _links().where(ShareLink.id == link_id, mine)
    else:
        found = _links().where(ShareLink.id == link_id)
    pieces = selectinload(ShareLink.items)
    versions = (
        pieces.joinedload(ShareItem.asset).joinedload(Asset.current_version),
        pieces.joinedload(ShareItem.version),
    )
    rows = _rows(found.options(*versions))
    if not rows:
        raise NotFound
    return rows[0]


def sending_panel(asset: Asset, user: User) -> SendingPanel:
    """Return what the page of an asset shows of sending."""
    there = leads_to(asset.id)
    links = _rows(_links().where(there, ShareLink.created_by_id == user.id).limit(5))
    version = asset.current_version
    return SendingPanel(asset.is_live and version is not None and version.state != "refused", links)


def leads_to(asset_id: int) -> ColumnElement[bool]:
    """Say in SQL that a link leads to content, alone or among other pieces."""
    return exists().where(ShareItem.link_id == ShareLink.id, ShareItem.asset_id == asset_id)


def open_links_of(asset_id: int) -> int:
    """Return how many links that lead to this content alone still open for buyers."""
    others = exists().where(ShareItem.link_id == ShareLink.id, ShareItem.asset_id != asset_id)
    still_open = select(func.count(ShareLink.id)).where(
        leads_to(asset_id), ~others, ShareLink.revoked_at.is_(None), ShareLink.expires_at > now()
    )
    return db.session.scalar(still_open) or 0


def known_visit(link_id: int, key: str) -> bool:
    """Say whether a browser's visit to a link is on record."""
    return db.session.scalar(select(Visit.id).where(Visit.link_id == link_id, Visit.key == key)) is not None


def opened_since(moment: datetime) -> set[int]:
    """Return the ids of content that buyers have looked at, by any link, since a moment."""
    seen = select(ShareItem.asset_id).join(Visit, Visit.link_id == ShareItem.link_id)
    return set(db.session.scalars(seen.where(Visit.seen_at >= moment, was_looked_at()).distinct()))


def was_looked_at() -> ColumnElement[bool]:
    """Say in SQL that a piece was shown in a visit of its link; of a visit with nothing noted, that was the first."""
    shown = exists().where(PageView.visit_id == Visit.id, PageView.item_id == ShareItem.id)
    nothing_noted = ~exists().where(PageView.visit_id == Visit.id)
    return or_(shown, and_(ShareItem.position == 1, nothing_noted))
