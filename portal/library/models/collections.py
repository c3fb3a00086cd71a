"""Collections: content in an order, with a name, a purpose and a cover."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.library.models.content import Asset
from portal.users.models import User


class Collection(Model):
    """Content that belongs together; its owner's alone until it is published, or proposed to marketing."""

    __tablename__ = "collections"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(default="")
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    cover_asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id", ondelete="SET NULL"))
    # Kept when marketing publishes it: so it goes back to whoever proposed it.
    proposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    owner: Mapped[User] = relationship()
    cover: Mapped[Asset | None] = relationship()

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def is_proposed(self) -> bool:
        """Whether it waits for marketing to publish it or not."""
        return self.proposed_at is not None and self.published_at is None


class CollectionItem(Model):
    """One piece of a collection, at its place, with a word on why it is there."""

    __tablename__ = "collection_items"

    collection_id: Mapped[int] = mapped_column(
        ForeignKey("collections.id", ondelete="CASCADE"), primary_key=True
    )
    asset_id: Mapped[int] = mapped_column(
        ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int]
    note: Mapped[str] = mapped_column(default="")

    asset: Mapped[Asset] = relationship()
