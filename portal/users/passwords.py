"""Passwords and secret tokens: argon2 for what people choose, sha256 for what the portal draws at random."""

from __future__ import annotations

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

MIN_LENGTH = 10
MAX_LENGTH = 200


def _hasher() -> PasswordHasher:
    config = current_app.config
    return PasswordHasher(
        time_cost=config["ARGON2_ROUNDS"], memory_cost=config["ARGON2_MEMORY_KIB"], parallelism=1
    )


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _hasher().hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Say whether the password fits; an unknown person costs as much time as a known one."""
    try:
        return _hasher().verify(stored or _decoy(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def _decoy() -> str:
    key = "decoy_hash"
    if key not in current_app.extensions:
        current_app.extensions[key] = hash_password(secrets.token_urlsafe(16))
    return str(current_app.extensions[key])


def new_token() -> str:
    """Return 256 random bits that fit an address."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is stored of a token, from which it cannot be made again."""
    return hashlib.sha256(token.encode()).hexdigest()
