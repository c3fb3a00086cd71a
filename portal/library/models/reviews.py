"""Reviews: one version, who was asked about it, and what they said."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.library.models.content import Asset, Version
from portal.users.models import User

REVIEW_STATES = ("open", "approved", "sent_back", "withdrawn")
ANSWERS = ("approve", "changes")


class Review(Model):
    """A question about one version, put to named people; open until all approve or one asks for changes."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint(f"state in {REVIEW_STATES}", name="state"),
        Index("ix_reviews_version_id_open", "version_id", unique=True, sqlite_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"), index=True)
    question: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(String(20), default="open")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    asset: Mapped[Asset] = relationship()
    version: Mapped[Version] = relationship()
    asked_by: Mapped[User | None] = relationship(foreign_keys=asked_by_id)
    reviewers: Mapped[list[Reviewer]] = relationship(back_populates="review", order_by="Reviewer.user_id")


class Reviewer(Model):
    """One person who was asked, or who approved unasked, and their answer."""

    __tablename__ = "reviewers"
    __table_args__ = (CheckConstraint(f"answer in {ANSWERS}", name="answer"),)

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    answer: Mapped[str | None] = mapped_column(String(20))
    comment: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    review: Mapped[Review] = relationship(back_populates="reviewers")
    user: Mapped[User] = relationship()
