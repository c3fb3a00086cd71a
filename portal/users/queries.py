"""Questions about people."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from portal.db import db, now
from portal.errors import NotFound
from portal.users.models import AuditEntry, PasswordLink, Team, User, UserSession
from portal.users.passwords import token_hash


def user_of_session(token: str) -> tuple[User, UserSession] | None:
    """Return the active person whose session this is, while it lasts."""
    row = db.session.execute(
        select(User, UserSession)
        .join(UserSession, UserSession.user_id == User.id)
        .where(
            UserSession.token_hash == token_hash(token),
            UserSession.expires_at > now(),
            User.status == "active",
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def any_admin() -> bool:
    """Say whether somebody can administer this portal yet."""
    admin = select(User.id).where(User.role == "admin", User.status == "active")
    return db.session.scalar(admin.limit(1)) is not None


def user_by_email(email: str) -> User:
    """Return the person with this email, or raise NotFound."""
    user = db.session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        raise NotFound(f"There is no person with the email {email}.")
    return user


def user_or_404(user_id: int) -> User:
    """Return a person by number, or raise NotFound."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def people(text: str = "", *, status: str = "") -> Select[tuple[User]]:
    """Select people by name or email, active ones first."""
    found = select(User).order_by(User.status, func.lower(User.name))
    if text:
        found = found.where(
            User.name.icontains(text, autoescape=True) | User.email.icontains(text, autoescape=True)
        )
    return found.where(User.status == status) if status else found


def active_users(*roles: str) -> list[User]:
    """Return the active people of some roles, or all, by name."""
    found = select(User).where(User.status == "active").order_by(func.lower(User.name))
    return list(db.session.scalars(found.where(User.role.in_(roles)) if roles else found))


def teams() -> list[Team]:
    """Return all teams by name."""
    return list(db.session.scalars(select(Team).order_by(func.lower(Team.name))))


def team_or_404(team_id: int) -> Team:
    """Return a team by number, or raise NotFound."""
    team = db.session.get(Team, team_id)
    if team is None:
        raise NotFound
    return team


def team_sizes() -> dict[int, int]:
    """Return how many active people each team has."""
    rows = select(User.team_id, func.count()).where(User.status == "active").group_by(User.team_id)
    return {team_id: size for team_id, size in db.session.execute(rows) if team_id}


def valid_password_link(token: str) -> User | None:
    """Return whose password link this is while it can still be used."""
    found = select(User).join(PasswordLink, PasswordLink.user_id == User.id)
    return db.session.scalar(
        found.where(
            PasswordLink.token_hash == token_hash(token),
            PasswordLink.used_at.is_(None),
            PasswordLink.expires_at > now(),
            User.status != "disabled",
        )
    )


def recent_audit() -> Select[tuple[AuditEntry]]:
    """Select the audit, newest first."""
    return select(AuditEntry).options(selectinload(AuditEntry.actor)).order_by(AuditEntry.id.desc())
