"""What uses are inferred from, mails and meetings, and the uses that are proposed to their person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.deals.models import Deal
from portal.library.models import Asset, Version
from portal.usage.models import INFERRED_FROM, KINDS
from portal.users.models import User

MAIL_STATES = ("waiting", "read", "refused")
PROPOSAL_STATES = ("waiting", "confirmed", "refused")


class CaptureAddress(Model):
    """The address at the portal's own domain to which a person sends a blind copy of their mails."""

    __tablename__ = "capture_addresses"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    user: Mapped[User] = relationship()


class ReceivedMail(Model):
    """A mail that somebody sent a copy of. Its text is kept nowhere; the file goes once its attachments were read.

    `message_key` is the sha256 of its message id, or of all of it, so that a copy that comes twice counts once.
    """

    __tablename__ = "received_mails"
    __table_args__ = (
        UniqueConstraint("user_id", "message_key"),
        CheckConstraint(f"state in {MAIL_STATES}", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    message_key: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    subject: Mapped[str] = mapped_column(String(300), default="")
    recipients: Mapped[list[str]] = mapped_column(JSON)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    outcome: Mapped[str] = mapped_column(String(500), default="")

    user: Mapped[User] = relationship()


class Meeting(Model):
    """A meeting out of somebody's calendar: when it was, and which mail domains were invited."""

    __tablename__ = "meetings"
    __table_args__ = (
        UniqueConstraint("user_id", "uid", "starts_at"),
        Index("ix_meetings_ends_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    uid: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(300), default="")
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    domains: Mapped[list[str]] = mapped_column(JSON)
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id", ondelete="SET NULL"), index=True)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ProposedUse(Model):
    """A use that probably was: its person confirms it, on this deal or another one, or refuses it.

    `origin_key` says what it follows from, so that nothing is proposed twice; `reason` are the facts in it that the
    page puts in words.
    """

    __tablename__ = "proposed_uses"
    __table_args__ = (
        UniqueConstraint("user_id", "origin_key"),
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        CheckConstraint(f"origin in {INFERRED_FROM}", name="origin"),
        CheckConstraint(f"state in {PROPOSAL_STATES}", name="state"),
        Index("ix_proposed_uses_user_state", "user_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    origin: Mapped[str] = mapped_column(String(10))
    origin_key: Mapped[str] = mapped_column(String(200))
    reason: Mapped[dict[str, Any]] = mapped_column(JSON)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("received_mails.id", ondelete="SET NULL"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id", ondelete="SET NULL"))
    # The use without a deal that is proposed for one, where there is one already.
    of_event_id: Mapped[int | None] = mapped_column(
        ForeignKey("usage_events.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    usage_event_id: Mapped[int | None] = mapped_column(
        ForeignKey("usage_events.id", ondelete="SET NULL"), index=True
    )

    asset: Mapped[Asset] = relationship()
    version: Mapped[Version | None] = relationship()
    deal: Mapped[Deal | None] = relationship()
