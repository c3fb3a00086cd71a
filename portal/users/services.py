"""What is done to people: created, changed, signed in and out, given a new password."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

from flask import current_app
from sqlalchemy import delete, func, select, update

from portal.db import db, now, record_apart
from portal.errors import Conflict, Invalid, TooMany
from portal.users.models import ROLES, Attempt, AuditEntry, PasswordLink, Team, User, UserSession
from portal.users.passwords import (
    MAX_LENGTH,
    MIN_LENGTH,
    hash_password,
    new_token,
    token_hash,
    verify_password,
)

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+|[^@\s]{1,64}@localhost")
PASSWORD_LINK_LIFE = timedelta(days=7)
THROTTLE_WINDOW = timedelta(minutes=15)
MAX_PER_EMAIL = 8
MAX_PER_ADDRESS = 60
WRONG = "That email and password do not belong together."


def normal_email(email: str) -> str:
    """Return an email as it is compared and stored, or refuse what is not one."""
    text = email.strip().lower()
    if len(text) > 254 or not EMAIL.fullmatch(text):
        raise Invalid("This does not look like an email address.", field="email")
    return text


def check_password(password: str) -> None:
    """Refuse a password that is too short to be safe, or too long to be hashed in good time."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Invalid(f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters.", field="password")


def create_team(name: str) -> Team:
    """Create a team, or return the one of that name."""
    name = name.strip()
    if not name or len(name) > 120:
        raise Invalid("A team's name has 1 to 120 characters.", field="team")
    team = db.session.scalar(select(Team).where(Team.name == name))
    if team is None:
        team = Team(name=name)
        db.session.add(team)
        db.session.flush()
    return team


def create_user(
    email: str | None,
    *,
    name: str,
    role: str,
    team: Team | None = None,
    password: str | None = None,
    status: str = "active",
    by: User | None = None,
) -> User:
    """Create a person; an email that is taken is a Conflict."""
    user = _add_user(email, name, role, team, password, status)
    audit(by, "created a person", f"{user.name} ({role})")
    return user


def set_up(email: str, *, name: str, password: str) -> User:
    """Create the first admin, who sets the portal up."""
    admin = _add_user(email, name, "admin", None, password, "active")
    audit(admin, "set up the portal", admin.name)
    return admin


def _add_user(
    email: str | None, name: str, role: str, team: Team | None, password: str | None, status: str
) -> User:
    if role not in ROLES:
        raise Invalid(f"A role is one of {', '.join(ROLES)}.", field="role")
    if email is not None:
        email = normal_email(email)
        if db.session.scalar(select(User.id).where(User.email == email)) is not None:
            raise Conflict(f"There is already a person with the email {email}.", field="email")
    if password is not None:
        check_password(password)
    name = name.strip() or (email or "").split("@")[0]
    if not name or len(name) > 200:
        raise Invalid("A name has 1 to 200 characters.", field="name")
    user = User(email=email, name=name, role=role, status=status, team_id=team.id if team else None)
    user.password_hash = hash_password(password) if password else None
    db.session.add(user)
    db.session.flush()
    return user


def change_user(
    user: User, *, by: User, name: str, role: str, team_id: int | None, is_test: bool = False
) -> None:
    """Change a person's name, role or team; another role ends the sessions that had the old one.

    What somebody who `is_test` does from now on is counted nowhere.
    """
    if role not in ROLES:
        raise Invalid(f"A role is one of {', '.join(ROLES)}.", field="role")
    if user.role != role:
        _keep_an_admin(user, "change the role of")
        end_sessions(user)
        audit(by, "changed a role", f"{user.name}: {user.role} to {role}")
    if user.is_test != is_test:
        audit(by, "marked as a test user" if is_test else "counted again", user.name)
    user.name, user.role, user.team_id = name.strip() or user.name, role, team_id
    user.is_test = is_test


def give_email(user: User, email: str) -> None:
    """Give a person the email they sign in with; one that is taken is a Conflict."""
    email = normal_email(email)
    taken = select(User.id).where(User.email == email, User.id != user.id)
    if db.session.scalar(taken) is not None:
        raise Conflict(f"There is already a person with the email {email}.", field="email")
    user.email = email


def set_status(user: User, status: str, *, by: User | None) -> None:
    """Disable or enable a person; a disabled one is signed out everywhere and nothing of theirs is lost."""
    if status == "disabled":
        _keep_an_admin(user, "disable")
        end_sessions(user)
        db.session.execute(delete(PasswordLink).where(PasswordLink.user_id == user.id))
    user.status = status
    audit(by, f"set a person to {status}", user.name)


def _keep_an_admin(user: User, verb: str) -> None:
    others = select(func.count()).where(User.role == "admin", User.status == "active", User.id != user.id)
    if user.role == "admin" and user.status == "active" and not db.session.scalar(others):
        raise Conflict(f"You cannot {verb} the only admin.")


def issue_password_link(user: User, *, by: User | None) -> str:
    """Return a token with which the person sets a password once; earlier links stop working."""
    if user.status == "disabled":
        raise Conflict("A disabled person cannot get a password link. Enable them first.")
    db.session.execute(delete(PasswordLink).where(PasswordLink.user_id == user.id))
    token = new_token()
    expires_at = now() + PASSWORD_LINK_LIFE
    db.session.add(PasswordLink(user_id=user.id, token_hash=token_hash(token), expires_at=expires_at))
    audit(by, "made a password link", user.name)
    return token


def use_password_link(token: str, password: str) -> User:
    """Set the password of the link's person; the link is used up and older sessions end."""
    link = db.session.scalar(select(PasswordLink).where(PasswordLink.token_hash == token_hash(token)))
    if link is None or link.used_at is not None or link.expires_at <= now():
        raise Invalid("This link has been used or is too old. Ask an admin for a new one.")
    user = db.session.get_one(User, link.user_id)
    if user.status == "disabled":
        raise Invalid("This link has been used or is too old. Ask an admin for a new one.")
    set_password(user, password)
    if user.status == "placeholder":
        user.status = "active"
    link.used_at = now()
    return user


def set_password(user: User, password: str) -> None:
    """Give a person a new password and end all their sessions."""
    check_password(password)
    user.password_hash = hash_password(password)
    end_sessions(user)


def sign_in(email: str, password: str, *, remote: str) -> tuple[User, str]:
    """Check a sign-in and open a session; return the person and the session's token."""
    email = email.strip().lower()[:254]
    keys = (_key("email", email), _key("remote", remote))
    _throttle(keys[0], MAX_PER_EMAIL)
    _throttle(keys[1], MAX_PER_ADDRESS)
    user = db.session.scalar(select(User).where(User.email == email))
    stored = user.password_hash if user else None
    if not verify_password(stored, password) or user is None or not user.is_active:
        record_apart(lambda: db.session.add_all([Attempt(key_hash=key) for key in keys]))
        raise Invalid(WRONG)
    db.session.execute(delete(Attempt).where(Attempt.key_hash == keys[0]))
    return user, open_session(user)


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()


def _throttle(key: str, limit: int) -> None:
    since = now() - THROTTLE_WINDOW
    tries = select(func.count()).select_from(Attempt).where(Attempt.key_hash == key, Attempt.at > since)
    if (db.session.scalar(tries) or 0) >= limit:
        raise TooMany(
            "Too many failed sign-ins. Please wait 15 minutes, or ask an admin for a password link."
        )


def open_session(user: User) -> str:
    """Open a session for a person and return its token, of which only the hash is stored."""
    token = new_token()
    life = timedelta(days=current_app.config["SESSION_DAYS"])
    db.session.add(UserSession(user_id=user.id, token_hash=token_hash(token), expires_at=now() + life))
    return token


def end_session(token: str) -> None:
    """End one session, so that a copied cookie is worth nothing."""
    db.session.execute(delete(UserSession).where(UserSession.token_hash == token_hash(token)))


def end_sessions(user: User) -> None:
    """End all sessions of a person."""
    db.session.execute(delete(UserSession).where(UserSession.user_id == user.id))


def forget_what_is_over() -> None:
    """Delete sessions and password links that no longer open anything, and tries that no longer slow anybody."""
    moment = now()
    db.session.execute(delete(UserSession).where(UserSession.expires_at < moment))
    db.session.execute(delete(PasswordLink).where(PasswordLink.expires_at < moment - PASSWORD_LINK_LIFE))
    db.session.execute(delete(Attempt).where(Attempt.at < moment - THROTTLE_WINDOW))


def choose_working_deal(token: str, deal_id: int | None) -> None:
    """Remember which deal a session works on, for a limited time; None ends that."""
    hours = timedelta(hours=current_app.config["WORKING_DEAL_HOURS"])
    values = {"working_deal_id": deal_id, "working_until": now() + hours if deal_id else None}
    db.session.execute(
        update(UserSession).where(UserSession.token_hash == token_hash(token)).values(**values)
    )


def audit(actor: User | None, action: str, subject: str, detail: dict[str, object] | None = None) -> None:
    """Write down who did what, in the transaction that does it."""
    db.session.add(
        AuditEntry(actor_id=actor.id if actor else None, action=action, subject=subject[:200], detail=detail)
    )
