"""Ratings: how useful one version was to one person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
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
