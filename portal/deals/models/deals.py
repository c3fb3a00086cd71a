"""Accounts and deals as the CRM tells them, and their stage history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.users.models import User

DEAL_STATUSES = ("open", "won", "lost")


def _as_the_crm_says(context: Any) -> str:
    return str(context.get_current_parameters()["stage"])


def _as_the_crm_ends(context: Any) -> str:
    return str(context.get_current_parameters()["status"])


class Account(Model):
    """A company that is sold to; `key` is its name as compared, `name` as written.

    One that was merged stays, and points on: files that still spell it so find where its deals are now.
    """

    __tablename__ = "accounts"
    __table_args__ = (Index("ix_accounts_merged_into_id_key", "merged_into_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(500))
    key: Mapped[str] = mapped_column(String(500), unique=True)
    industry: Mapped[str | None] = mapped_column(String(500))
    region: Mapped[str | None] = mapped_column(String(500))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class AccountDomain(Model):
    """A mail domain of an account, as a file or a person said: whoever writes from there belongs to it."""

    __tablename__ = "account_domains"
    __table_args__ = (UniqueConstraint("account_id", "domain"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    domain: Mapped[str] = mapped_column(String(253), index=True)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class AccountMerge(Model):
    """One account was found to be another one: which deals moved, so that it can be taken back."""

    __tablename__ = "account_merges"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    deal_ids: Mapped[list[int]] = mapped_column(JSON)
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DistinctAccounts(Model):
    """Two accounts that somebody said are two, however alike their names are; the smaller id stands first."""

    __tablename__ = "distinct_accounts"

    one_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class AlikeAccounts(Model):
    """Two accounts that may be one, and why, as found last: the smaller id first, the surest of the lowest rank."""

    __tablename__ = "alike_accounts"

    one_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    reason: Mapped[str] = mapped_column(String(1000))
    rank: Mapped[int]


class Deal(Model):
    """One deal of one CRM. Its size is the amount known before closing, which the outcome cannot have changed.

    It is kept in the currency in which it was told; `size_minor` is what that is worth in the base currency, as the
    rates known by now say.
    `stage` is the portal's word for what the CRM calls `crm_stage`; `crm_status` is what the CRM says of the end, and
    `status` what somebody said of that stage, or the same. A deal that the CRM no longer has is kept and marked by
    `removed_at`; no list, sum or figure counts it.
    """

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
    crm_stage: Mapped[str] = mapped_column(String(500), default=_as_the_crm_says)
    status: Mapped[str] = mapped_column(String(10))
    crm_status: Mapped[str] = mapped_column(String(10), default=_as_the_crm_ends)
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    base_amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    size_amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    size_currency: Mapped[str | None] = mapped_column(String(3))
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
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account | None] = relationship()
    owner: Mapped[User | None] = relationship()

    @property
    def is_worked_on(self) -> bool:
        """Whether it is open, and still in its CRM."""
        return self.status == "open" and self.removed_at is None

    @property
    def account_name(self) -> str | None:
        return self.account.name if self.account else None


class StageEntry(Model):
    """A deal entered a stage on a day; two stages of the CRM may be one of the portal's.

    `is_seen` says that no history told it: an import saw the deal there on that day, which it entered then or before.
    """

    __tablename__ = "stage_entries"
    __table_args__ = (UniqueConstraint("deal_id", "crm_stage", "entered_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"))
    stage: Mapped[str] = mapped_column(String(500))
    crm_stage: Mapped[str] = mapped_column(String(500), default=_as_the_crm_says)
    entered_on: Mapped[date]
    is_seen: Mapped[bool] = mapped_column(default=False)
