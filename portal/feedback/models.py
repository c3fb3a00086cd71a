"""Ratings, how useful one version was to one person; and threads, what people say about content."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.library.models import Version
from portal.users.models import User

REASONS = {
    "right_message": "Right message",
    "customer_loved_it": "Customer loved it",
    "saved_time": "Saved me time",
    "outdated": "Outdated",
    "too_long": "Too long",
    "wrong_audience": "Wrong audience",
    "not_convincing": "Not convincing",
    "mistakes": "Has mistakes",
}


class Rating(Model):
    """1 to 5 usefulness by one person for one version, with a reason and, when known, the deal."""

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("version_id", "user_id"),
        CheckConstraint("stars between 1 and 5", name="stars"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id", ondelete="SET NULL"), index=True)
    stars: Mapped[int]
    reason: Mapped[str | None] = mapped_column(String(40))
    comment: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    user: Mapped[User] = relationship()
    version: Mapped[Version] = relationship()


class Thread(Model):
    """A conversation about an asset, or about one page of the version that was shown; open until it is resolved."""

    __tablename__ = "threads"
    __table_args__ = (Index("ix_threads_asset_id_created_at", "asset_id", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id", ondelete="SET NULL"))
    page_number: Mapped[int | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    version: Mapped[Version | None] = relationship()
    resolved_by: Mapped[User | None] = relationship(foreign_keys=resolved_by_id)
    comments: Mapped[list[Comment]] = relationship(back_populates="thread", order_by="Comment.id")


class Comment(Model):
    """What one person said in a thread, in Markdown."""

    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The body is empty then: what was taken away is kept nowhere.
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    thread: Mapped[Thread] = relationship(back_populates="comments")
    author: Mapped[User | None] = relationship(foreign_keys=author_id)
    removed_by: Mapped[User | None] = relationship(foreign_keys=removed_by_id)
