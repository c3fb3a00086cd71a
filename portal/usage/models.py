"""Uses of content: append-only events, the first use per asset and deal, and a daily roll-up."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model, UtcDateTime, now

KINDS = ("viewed", "downloaded", "presented", "sent")
DEAL_KNOWN_BY = ("named", "sticky", "inferred", "imported")
# Somebody said that it was for this deal; otherwise it merely happened to be chosen.
SAID_SO = ("named", "imported")
# What an inferred use was inferred from: a mail, a meeting, or the deal that was worked on that day.
INFERRED_FROM = ("mail", "meeting", "same_day")


class UsageEvent(Model):
    """One person did one thing with one version, maybe on a deal; never changed.

    A correcting event repeats the one it corrects with another deal, or none; only events that no other one
    corrects count.
    """

    __tablename__ = "usage_events"
    __table_args__ = (
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        CheckConstraint("corrects_id is null or corrects_id <> id", name="corrects_another"),
        Index("ix_usage_events_asset_at", "asset_id", "at"),
        Index("ix_usage_events_deal_at", "deal_id", "at"),
        Index("ix_usage_events_user_at", "user_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id"), index=True)
    page_number: Mapped[int | None]
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id"))
    kind: Mapped[str] = mapped_column(String(20))
    deal_known_by: Mapped[str | None] = mapped_column(String(20))
    inferred_from: Mapped[str | None] = mapped_column(String(20))
    # Confirmed when the deal's end was known: kept, but no estimate of effect may read it.
    is_late: Mapped[bool] = mapped_column(default=False)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("deal_imports.id"), index=True)
    source_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("usage_events.id"), unique=True)
    corrected_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class FirstUse(Model):
    """When a deal first used an asset; kept as events arrive, so that impact need not sort them all."""

    __tablename__ = "first_uses"

    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), primary_key=True, index=True)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uses: Mapped[int] = mapped_column(default=1)


class UsageDay(Model):
    """How often one person did one kind of thing with one asset on one day of the organisation's calendar."""

    __tablename__ = "usage_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), primary_key=True, index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    uses: Mapped[int] = mapped_column(default=1)
