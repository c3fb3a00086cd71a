"""The signed addresses with which a person stops mail without signing in, and takes that back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from portal.db import db
from portal.errors import NotFound
from portal.notifications.kinds import KINDS
from portal.users.models import User

ALL = "all"
UNKNOWN = "This address to stop mail is not complete. Please copy all of it, or use the link in another mail."


def unsubscribe_token(user_id: int, kinds: Iterable[str]) -> str:
    """Return what names a person and the kinds of mail to stop, or all of them with "all"; it never expires."""
    return _signer("stop mail").dumps([user_id, *kinds])


def read_unsubscribe_token(token: str) -> tuple[int, list[str]]:
    """Return whose mail of which kinds a token stops, or raise NotFound."""
    user_id, *kinds = _read("stop mail", token)
    stopped = list(KINDS) if ALL in kinds else [kind for kind in kinds if kind in KINDS]
    if not stopped or db.session.get(User, user_id) is None:
        raise NotFound(UNKNOWN)
    return user_id, stopped


def undo_token(user_id: int, before: Mapping[str, str]) -> str:
    """Return what brings mail back as it was before: when each kind came."""
    return _signer("bring mail back").dumps([user_id, dict(before)])


def read_undo_token(token: str) -> tuple[int, dict[str, str]]:
    """Return whose mail is to come as when before, or raise NotFound."""
    user_id, before = _read("bring mail back", token)
    if db.session.get(User, user_id) is None:
        raise NotFound(UNKNOWN)
    return user_id, {kind: when for kind, when in before.items() if kind in KINDS}


def _signer(salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=salt)


def _read(salt: str, token: str) -> Any:
    try:
        return _signer(salt).loads(token)
    except BadSignature:
        raise NotFound(UNKNOWN) from None
