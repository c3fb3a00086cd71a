"""People, teams, their sessions, and what was done to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now

ROLES = ("rep", "marketer", "manager", "admin")
STATUSES = ("active", "placeholder", "disabled")
SEE_ALL_DEALS = ("marketer", "manager", "admin")


class Team(Model):
    """A team; everybody is in at most one."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)


class User(Model):
    """A person: active, a placeholder that an import named, or disabled."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(f"role in {ROLES}", name="role"),
        CheckConstraint(f"status in {STATUSES}", name="status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20), default="rep")
    status: Mapped[str] = mapped_column(String(20), default="active")
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), index=True)
    time_zone: Mapped[str | None] = mapped_column(String(64))
    password_hash: Mapped[str | None]
    # Somebody who tries things out: what they do is counted nowhere.
    is_test: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    team: Mapped[Team | None] = relationship(lazy="joined")

    # What Flask-Login asks of a user; the session's own token is what the cookie carries.
    is_authenticated = True
    is_anonymous = False
    session_token = None  # type: str | None

    @property
    def is_active(self) -> bool:
        return self.status == "active"

    def get_id(self) -> str | None:
        return self.session_token

    @property
    def is_marketing(self) -> bool:
        """Whether this person looks after content: marketers, and admins who stand in for them."""
        return self.role in ("marketer", "admin")

    @property
    def sees_all_deals(self) -> bool:
        return self.role in SEE_ALL_DEALS

    @property
    def initials(self) -> str:
        parts = self.name.split()
        return "".join(part[0] for part in (parts[:1] + parts[-1:])[: len(parts)]).upper() or "?"


class UserSession(Model):
    """A sign-in: the hash of its token, and the deal that is being worked on meanwhile."""

    __tablename__ = "user_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    working_deal_id: Mapped[int | None] = mapped_column(
        ForeignKey("deals.id", ondelete="SET NULL"), index=True
    )
    working_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PasswordLink(Model):
    """A link with which a person sets their password, once and for a limited time."""

    __tablename__ = "password_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempt(Model):
    """A failed try of something that is guarded by a secret, kept to slow the next ones down."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class AuditEntry(Model):
    """Who did what to whom or what, for the admin to read."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    action: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    actor: Mapped[User | None] = relationship()
