"""How what a CRM says is understood: its stages, its owners, its currencies; and the address that takes updates."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.deals.models.deals import DEAL_STATUSES
from portal.users.models import User

# Units of the base currency for one unit of another are kept as whole billionths.
NANO = 1_000_000_000


class CrmStage(Model):
    """A stage of one CRM: the portal's word for it, and what it says of a deal's end where its name does not."""

    __tablename__ = "crm_stages"
    __table_args__ = (
        UniqueConstraint("source", "name"),
        CheckConstraint(f"status is null or status in {DEAL_STATUSES}", name="status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(500))
    stage: Mapped[str | None] = mapped_column(String(500))
    status: Mapped[str | None] = mapped_column(String(10))
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)


class CrmOwner(Model):
    """Somebody whom a CRM names as owner, and who that is here; without a user it is nobody, as somebody said."""

    __tablename__ = "crm_owners"
    __table_args__ = (UniqueConstraint("source", "name", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(500), default="")
    email: Mapped[str] = mapped_column(String(500), default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    matched_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    matched_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)

    user: Mapped[User | None] = relationship(foreign_keys=user_id)


class CurrencyRate(Model):
    """What one unit of a currency is worth from a day on, in billionths of a unit of the base currency."""

    __tablename__ = "currency_rates"
    __table_args__ = (
        UniqueConstraint("currency", "valid_from"),
        CheckConstraint("rate_nano > 0", name="rate"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(String(3))
    valid_from: Mapped[date]
    rate_nano: Mapped[int] = mapped_column(BigInteger)
    loaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    loaded_by: Mapped[User | None] = relationship()

    @property
    def rate(self) -> str:
        """The rate as people write it."""
        whole, rest = divmod(self.rate_nano, NANO)
        return f"{whole:,}.{rest:09d}".rstrip("0").rstrip(".")


class DealHook(Model):
    """An address that takes single updates of deals. Its secret is made from the salt and the portal's own key."""

    __tablename__ = "deal_hooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    source: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    salt: Mapped[str] = mapped_column(String(64))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HookCall(Model):
    """A signed update that was taken, so that nobody can send it a second time."""

    __tablename__ = "hook_calls"
    __table_args__ = (UniqueConstraint("hook_id", "signature"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hook_id: Mapped[int] = mapped_column(ForeignKey("deal_hooks.id", ondelete="CASCADE"))
    signature: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("deal_imports.id", ondelete="SET NULL"))
