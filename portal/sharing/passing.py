"""Proofs that a visitor gave a link's password or an email: made with the portal's key, for that link alone."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import func, select

from portal.db import db, now, record_apart
from portal.errors import Invalid, TooMany
from portal.sharing.models import ShareLink
from portal.users.models import Attempt
from portal.users.passwords import verify_password

# From one address, and from all together: so many that a buyer is not kept out by one stranger's tries.
MOST_TRIES, MOST_TRIES_IN_ALL = 10, 100
WINDOW = timedelta(minutes=15)


def password_proof(link: ShareLink) -> str:
    """Return what a browser keeps once the password was right; another password makes another one."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"password:{link.id}:{link.password_hash}".encode(), hashlib.sha256).hexdigest()


def proves(kept: str, proof: str) -> bool:
    """Say whether what a browser kept is the proof, in the same time whatever it is."""
    return hmac.compare_digest(kept.encode("utf-8", "replace"), proof.encode())


def check_password(link: ShareLink, password: str, remote: str) -> None:
    """Refuse a wrong password, and any more tries after too many wrong ones: from one address, or at all.

    Of an address, `remote`, a hash is kept that only the portal's key can make; the next night it goes.
    """
    keys = (_tries_key(link, _network(remote)), _tries_key(link, ""))
    for key, most in zip(keys, (MOST_TRIES, MOST_TRIES_IN_ALL), strict=True):
        tries = select(func.count()).select_from(Attempt)
        tries = tries.where(Attempt.key_hash == key, Attempt.at > now() - WINDOW)
        if (db.session.scalar(tries) or 0) >= most:
            raise TooMany("Too many wrong passwords. Please wait 15 minutes, or ask for a new link.")
    if not verify_password(link.password_hash, password[:1000]):
        record_apart(lambda: _count_try(keys))
        raise Invalid("That is not the password of this link.", field="password")


def _tries_key(link: ShareLink, network: str) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"tries:{link.id}:{link.salt}:{network}".encode(), hashlib.sha256).hexdigest()


def _network(remote: str) -> str:
    """Return what counts as one address: with IPv6 a line has more of them than could be counted."""
    try:
        address = ip_address(remote)
    except ValueError:
        return remote or "unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        # A server that listens on both writes every address of the old kind in one line of the new.
        address = address.ipv4_mapped
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def _count_try(keys: Sequence[str]) -> None:
    db.session.add_all([Attempt(key_hash=key) for key in keys])


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
