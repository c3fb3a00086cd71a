"""Proofs that a visitor gave a link's password or an email: made with the portal's key, for that link alone."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import func, select

from portal.db import db, now, record_apart
from portal.errors import Invalid, TooMany
from portal.sharing.models import ShareLink
from portal.users.models import Attempt
from portal.users.passwords import verify_password

MOST_TRIES = 10
WINDOW = timedelta(minutes=15)


def password_proof(link: ShareLink) -> str:
    """Return what a browser keeps once the password was right; another password makes another one."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"password:{link.id}:{link.password_hash}".encode(), hashlib.sha256).hexdigest()


def proves(kept: str, proof: str) -> bool:
    """Say whether what a browser kept is the proof, in the same time whatever it is."""
    return hmac.compare_digest(kept.encode("utf-8", "replace"), proof.encode())


def check_password(link: ShareLink, password: str) -> None:
    """Refuse a wrong password, and any more tries after too many wrong ones, from wherever they come.

    Tries are counted by link: no address of a visitor is kept, and no second machine gives more of them.
    """
    link_key = hashlib.sha256(f"share:{link.id}:{link.salt}".encode()).hexdigest()
    tries = select(func.count()).select_from(Attempt)
    tries = tries.where(Attempt.key_hash == link_key, Attempt.at > now() - WINDOW)
    if (db.session.scalar(tries) or 0) >= MOST_TRIES:
        raise TooMany("Too many wrong passwords. Please wait 15 minutes, or ask for a new link.")
    if not verify_password(link.password_hash, password[:1000]):
        record_apart(lambda: db.session.add(Attempt(key_hash=link_key)))
        raise Invalid("That is not the password of this link.", field="password")


def _emails() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], "share email")


def email_proof(link: ShareLink, email: str) -> str:
    """Return what a browser keeps of the email that a visitor gave at this link."""
    return str(_emails().dumps([link.id, email]))


def email_in(kept: str, link: ShareLink) -> str:
    """Return the email that was given at this link according to what a browser kept, or nothing."""
    try:
        link_id, email = _emails().loads(kept)
    except (BadSignature, ValueError, TypeError):
        return ""
    return str(email) if link.asks_email and link_id == link.id else ""
