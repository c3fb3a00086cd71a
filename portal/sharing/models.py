"""Links for buyers, and what they did with them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.deals.models import Deal
from portal.library.models import Asset, Version
from portal.users.models import User


class ShareLink(Model):
    """A tokened address for one recipient.

    The token is made from the stored salt and the portal's secret key, so that its sender can be shown it again, and is
    found by its hash: a copy of the database alone opens nothing, the database together with the key opens every link.
    """

    __tablename__ = "share_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    salt: Mapped[str] = mapped_column(String(64))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id"), index=True)
    usage_event_id: Mapped[int | None] = mapped_column(ForeignKey("usage_events.id"))
    recipient: Mapped[str] = mapped_column(String(254), default="")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    asset: Mapped[Asset] = relationship()
    version: Mapped[Version] = relationship()
    deal: Mapped[Deal | None] = relationship()
    created_by: Mapped[User] = relationship()

    @property
    def state(self) -> str:
        """Say whether the link still opens: open, revoked, expired, or outdated when its content has expired."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= now():
            return "expired"
        return "outdated" if self.asset.is_expired else "open"


class Visit(Model):
    """One opening of a link; it counts once a browser has shown the page, which robots do not do."""

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("share_links.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    downloaded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
