"""Links for buyers, what stands behind them, and what is measured there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.deals.models import Deal
from portal.library.models import Asset, Version
from portal.users.models import User


class ShareLink(Model):
    """A tokened address for one recipient, which leads to one piece of content or several.

    The token is made from the stored salt and the portal's secret key, so that its sender can be shown it again, and is
    found by its hash: a copy of the database alone opens nothing, the database together with the key opens every link.
    """

    __tablename__ = "share_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    salt: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200), default="")
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(254), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    may_download: Mapped[bool] = mapped_column(default=True)
    asks_email: Mapped[bool] = mapped_column(default=False)
    notify_when_opened: Mapped[bool] = mapped_column(default=False)
    # Whether it stays with the versions that were sent; otherwise it shows what is current.
    is_pinned: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What is kept of visits that were forgotten for their age.
    past_opens: Mapped[int] = mapped_column(default=0)
    past_downloads: Mapped[int] = mapped_column(default=0)
    past_first_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    past_last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    items: Mapped[list[ShareItem]] = relationship(
        order_by="ShareItem.position", cascade="all, delete-orphan", back_populates="link"
    )
    deal: Mapped[Deal | None] = relationship()
    created_by: Mapped[User] = relationship()

    @property
    def state(self) -> str:
        """Say whether the link still opens: open, revoked, expired, or outdated when all its content has expired."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= now():
            return "expired"
        return "open" if any(item.opens for item in self.items) else "outdated"

    @property
    def name(self) -> str:
        """Return what the link is called: its title, or what it leads to."""
        first = self.items[0].asset.title if self.items else ""
        more = len(self.items) - 1
        return self.title or (f"{first} and {more} more" if more > 0 else first)


class ShareItem(Model):
    """One piece of content behind a link, with the version that it showed last."""

    __tablename__ = "share_items"
    __table_args__ = (UniqueConstraint("link_id", "asset_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("share_links.id", ondelete="CASCADE"))
    position: Mapped[int]
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"), index=True)
    usage_event_id: Mapped[int | None] = mapped_column(ForeignKey("usage_events.id"), index=True)

    link: Mapped[ShareLink] = relationship(back_populates="items")
    asset: Mapped[Asset] = relationship()
    version: Mapped[Version] = relationship()

    @property
    def opens(self) -> bool:
        """Say whether buyers may still look: not once it has expired, nor, among other pieces, once it is archived."""
        archived = self.asset.state == "archived" and len(self.link.items) > 1
        return not self.asset.is_expired and not archived

    @property
    def shown_version(self) -> Version:
        """The version that whoever opens it now is shown: the current one, unless the link stays with what was sent."""
        current = self.asset.current_version
        return self.version if self.link.is_pinned or current is None else current


class ShareSwitch(Model):
    """The moment from which a piece behind a link showed another version than before."""

    __tablename__ = "share_switches"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("share_items.id", ondelete="CASCADE"), index=True)
    from_version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    to_version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Visit(Model):
    """One opening of a link; it counts once a browser has shown the page, which robots do not do."""

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("share_links.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    # What the visitor typed in where the link asks for it; nobody checks it.
    email: Mapped[str] = mapped_column(String(254), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    downloaded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PageView(Model):
    """How long one page was in sight during one visit."""

    __tablename__ = "page_views"
    __table_args__ = (UniqueConstraint("visit_id", "version_id", "page_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id", ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(ForeignKey("share_items.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    page_number: Mapped[int]
    milliseconds: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
