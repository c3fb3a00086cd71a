"""Accounts and deals as the CRM tells them, their stage history, and what each import changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.users.models import User

DEAL_STATUSES = ("open", "won", "lost")


class Account(Model):
    """A company that is sold to; `key` is its name as compared, `name` as written."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(500))
    key: Mapped[str] = mapped_column(String(500), unique=True)
    industry: Mapped[str | None] = mapped_column(String(500))
    region: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Deal(Model):
    """One deal of one CRM. `size_minor` is the amount known before closing, which the outcome cannot have changed."""

    __tablename__ = "deals"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint(f"status in {DEAL_STATUSES}", name="status"),
        Index("ix_deals_status_closed_on", "status", "closed_on"),
        Index("ix_deals_owner_status", "owner_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    external_id: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(500), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    owner_name: Mapped[str | None] = mapped_column(String(500))
    owner_email: Mapped[str | None] = mapped_column(String(500))
    stage: Mapped[str] = mapped_column(String(500))
    status: Mapped[str] = mapped_column(String(10))
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    base_amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    size_minor: Mapped[int | None] = mapped_column(BigInteger)
    created_on: Mapped[date | None]
    expected_close: Mapped[date | None]
    closed_on: Mapped[date | None]
    industry: Mapped[str | None] = mapped_column(String(500))
    segment: Mapped[str | None] = mapped_column(String(500))
    region: Mapped[str | None] = mapped_column(String(500))
    product: Mapped[str | None] = mapped_column(String(500))
    lead_source: Mapped[str | None] = mapped_column(String(500))
    loss_reason: Mapped[str | None] = mapped_column(String(500))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    account: Mapped[Account | None] = relationship()
    owner: Mapped[User | None] = relationship()

    @property
    def account_name(self) -> str | None:
        return self.account.name if self.account else None


class StageEntry(Model):
    """A deal entered a stage on a day."""

    __tablename__ = "stage_entries"
    __table_args__ = (UniqueConstraint("deal_id", "stage", "entered_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"))
    stage: Mapped[str] = mapped_column(String(500))
    entered_on: Mapped[date]


class DealImport(Model):
    """One import: which file, by whom, and what came of it, row by row where rows were refused."""

    __tablename__ = "deal_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(40))
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    accounts_filename: Mapped[str | None] = mapped_column(String(255))
    accounts_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    users_filename: Mapped[str | None] = mapped_column(String(255))
    users_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    created_by: Mapped[User | None] = relationship()


class DealChange(Model):
    """What one import changed on one deal: the fields as they were before, or nothing when the deal was new."""

    __tablename__ = "deal_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("deal_imports.id", ondelete="CASCADE"), index=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"), index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
