"""What sales asks marketing to make, who else needs it, and which deals wait for it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.library.models import Asset
from portal.users.models import User

# The columns of the board; what was merged into another request stands with that one.
COLUMNS = ("new", "accepted", "in_progress", "in_review", "delivered", "declined")
STATUSES = (*COLUMNS, "merged")
# The need of a request that marketing made of searches and has not put into words yet.
UNWORDED = "Something that was searched for and not found"
# The same, of what a buyer asked: the owner of the deal said it for those who see the deal alone.
UNWORDED_QUESTION = "Something that a buyer asked and nothing answered"
OPEN_STATUSES = ("new", "accepted", "in_progress", "in_review")


class ContentRequest(Model):
    """One request: a sentence by the one who asks, the rest by marketing.

    `revision` grows with every change, so that who acts on what they saw before it is told. The columns from
    `waiting_minor` on are its worth as last reckoned, which lists sort on: minor units of the base currency, weighted
    by stage and faded; distinct open deals that wait; people who need it; open deals that look like those.
    """

    __tablename__ = "content_requests"
    __table_args__ = (
        CheckConstraint(f"status in {STATUSES}", name="status"),
        CheckConstraint("merged_into_id is null or merged_into_id <> id", name="merged_into_another"),
        Index("ix_content_requests_status_waiting", "status", "waiting_minor"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    need: Mapped[str] = mapped_column(String(500))
    details: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(String(20), default="new", index=True)
    revision: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str | None] = mapped_column(String(20))
    audience: Mapped[str] = mapped_column(String(300), default="")
    examples: Mapped[str] = mapped_column(default="")
    needed_by: Mapped[date | None]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    search_id: Mapped[int | None] = mapped_column(ForeignKey("searches.id", ondelete="SET NULL"), index=True)
    # What it is to be like ("this, but for banks"): published content, or what was declined when a rep brought it.
    like_asset_id: Mapped[int | None] = mapped_column(
        ForeignKey("assets.id", ondelete="SET NULL"), index=True
    )
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("content_requests.id"), index=True)
    delivered_asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id"), index=True)
    decline_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When those who asked were told what became of what was delivered.
    outcome_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waiting_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    waiting_deals: Mapped[int] = mapped_column(default=0)
    supporter_count: Mapped[int] = mapped_column(default=0)
    alike_deals: Mapped[int] = mapped_column(default=0)

    asked_by: Mapped[User] = relationship(foreign_keys=asked_by_id)
    assigned_to: Mapped[User | None] = relationship(foreign_keys=assigned_to_id)
    delivered_asset: Mapped[Asset | None] = relationship(foreign_keys=delivered_asset_id)
    like_asset: Mapped[Asset | None] = relationship(foreign_keys=like_asset_id)
    merged_into: Mapped[ContentRequest | None] = relationship(remote_side=id)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def is_worded(self) -> bool:
        return self.need not in (UNWORDED, UNWORDED_QUESTION)


class Supporter(Model):
    """Somebody who also needs it; the one who asked is the first."""

    __tablename__ = "supporters"

    request_id: Mapped[int] = mapped_column(
        ForeignKey("content_requests.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    user: Mapped[User] = relationship()


class WaitingDeal(Model):
    """A deal that waits for the content that was asked for."""

    __tablename__ = "waiting_deals"

    request_id: Mapped[int] = mapped_column(
        ForeignKey("content_requests.id", ondelete="CASCADE"), primary_key=True
    )
    deal_id: Mapped[int] = mapped_column(
        ForeignKey("deals.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class RequestContent(Model):
    """Content that was begun for a request; it answers the request only once it is published and delivered."""

    __tablename__ = "request_contents"

    request_id: Mapped[int] = mapped_column(
        ForeignKey("content_requests.id", ondelete="CASCADE"), primary_key=True
    )
    asset_id: Mapped[int] = mapped_column(
        ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class RequestChange(Model):
    """One step of a request's history: who moved it where, when, and in which words."""

    __tablename__ = "request_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("content_requests.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    by: Mapped[User | None] = relationship()


class RequestDraft(Model):
    """A review of a draft that answers a request: those who need it were asked whether this is it."""

    __tablename__ = "request_drafts"

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id", ondelete="CASCADE"), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("content_requests.id", ondelete="CASCADE"), index=True)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
