"""The address for blind copies: made when its person asks for it, and made anew when it got into wrong hands."""

from __future__ import annotations

import base64
import re
import secrets

from flask import current_app
from sqlalchemy import select

from portal.capture.models import CaptureAddress
from portal.db import db, now
from portal.errors import Forbidden
from portal.users.models import User

# Marketing's own uses count nowhere, so there is nothing to log for them.
LOGGING_ROLES = ("rep", "manager")
# Mail programs may change the case of an address, so that small letters have to do: 80 bits of them.
_TOKEN_BYTES = 10
_LOCAL_PART = re.compile(r"log\+([a-z2-7]{16})")


def logs_uses(user: User) -> bool:
    """Say whether what this person does with content counts, so that their mails are worth reading."""
    return user.is_active and user.role in LOGGING_ROLES and not user.is_test


def address_of(user: User) -> str | None:
    """Return the whole address of a person, or None where there is none, or no mail is received."""
    row = db.session.get(CaptureAddress, user.id)
    domain = current_app.config["CAPTURE_DOMAIN"]
    return f"log+{row.token}@{domain}" if row is not None and domain else None


def renew_address(user: User) -> None:
    """Give a person a new address; the one before, if there was one, is nobody's from now on."""
    if not logs_uses(user):
        raise Forbidden
    token = base64.b32encode(secrets.token_bytes(_TOKEN_BYTES)).decode().lower()
    row = db.session.get(CaptureAddress, user.id)
    if row is None:
        db.session.add(CaptureAddress(user_id=user.id, token=token))
    else:
        row.token, row.created_at = token, now()
    db.session.flush()


def person_at(address: str, domain: str) -> int | None:
    """Return whose address that is, as long as that person is active and logs uses."""
    local_part, _, host = address.strip().lower().rpartition("@")
    found = _LOCAL_PART.fullmatch(local_part)
    if found is None or host != domain:
        return None
    row = db.session.scalar(
        select(User)
        .join(CaptureAddress, CaptureAddress.user_id == User.id)
        .where(CaptureAddress.token == found[1])
    )
    return row.id if row is not None and logs_uses(row) else None
