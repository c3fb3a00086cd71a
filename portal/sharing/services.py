"""Making links for buyers, taking them back, and counting openings."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, select, update

from portal.db import db, now
from portal.errors import Conflict, Forbidden, Invalid
from portal.library.models import Asset, Version
from portal.sharing.models import ShareLink, Visit
from portal.usage.models import UsageEvent
from portal.usage.services import record
from portal.users.models import User

MAX_RECIPIENT = 254


def token_of(salt: str) -> str:
    """Return the 256-bit token that belongs to a salt; without the portal's secret key nobody can make it."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.new(key, f"share:{salt}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """Return what is stored of a token, to find its link again."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def address_of(link: ShareLink) -> str:
    """Return the whole address that the buyer opens."""
    return f"{current_app.config['BASE_URL']}/s/{token_of(link.salt)}"


def send(*, asset: Asset, by: User, recipient: str = "", deal_id: int | None = None) -> ShareLink:
    """Make a link to the current version for one recipient, and record that it was sent on the deal."""
    recipient = " ".join(recipient.split())
    if len(recipient) > MAX_RECIPIENT:
        raise Invalid(f"A recipient has up to {MAX_RECIPIENT} characters.", field="recipient")
    version = db.session.get(Version, asset.current_version_id) if asset.current_version_id else None
    if not asset.is_live or version is None:
        raise Conflict("Only published content that has not expired can be sent.")
    if version.state == "refused":
        raise Conflict("This file was refused when it was read, so it cannot be sent.")
    used = record(
        asset_id=asset.id,
        version_id=version.id,
        user_id=by.id,
        kind="sent",
        deal_id=deal_id,
        known_by="named" if deal_id else None,
    )
    salt = secrets.token_urlsafe(24)
    link = ShareLink(
        token_hash=hash_of(token_of(salt)),
        salt=salt,
        asset_id=asset.id,
        version_id=version.id,
        deal_id=deal_id,
        usage_event_id=used.id if used else None,
        recipient=recipient,
        created_by_id=by.id,
        expires_at=now() + timedelta(days=current_app.config["SHARE_LINK_DAYS"]),
    )
    db.session.add(link)
    db.session.flush()
    return link


def follow_use(corrected_id: int, correction: UsageEvent) -> None:
    """Take a link along when its use is moved or removed, so that its openings are told on the right deal."""
    of_use = update(ShareLink).where(ShareLink.usage_event_id == corrected_id)
    db.session.execute(of_use.values(deal_id=correction.deal_id, usage_event_id=correction.id))


def revoke(link: ShareLink, by: User) -> None:
    """Close a link at once; the one who sent it may, and marketing, managers and admins."""
    if link.created_by_id != by.id and not by.sees_all_deals:
        raise Forbidden("Only the person who sent this link can close it.")
    link.revoked_at = link.revoked_at or now()


def close_links_of(asset_ids: Collection[int], by: User) -> int:
    """Close all open links to content that is taken out of use, and return how many they were."""
    if not by.is_marketing:
        raise Forbidden("Only marketing can close the links of others.")
    moment = now()
    still_open = update(ShareLink).where(
        ShareLink.asset_id.in_(asset_ids), ShareLink.revoked_at.is_(None), ShareLink.expires_at > moment
    )
    return db.session.execute(still_open.values(revoked_at=moment)).rowcount  # type: ignore[attr-defined]


def begin_visit(link_id: int, key: str) -> None:
    """Note that a link was asked for; whether a person looks is not known yet."""
    db.session.add(Visit(link_id=link_id, key=key))


def see_visit(link_id: int, key: str) -> None:
    """Count a visit: its browser has shown the page, which robots and previewers do not do."""
    mine = update(Visit).where(Visit.link_id == link_id, Visit.key == key, Visit.seen_at.is_(None))
    db.session.execute(mine.values(seen_at=now()))


def note_download(link_id: int, key: str) -> None:
    """Note that the buyer took the file; that is a visit too, even where pictures are not loaded."""
    visit = db.session.scalar(select(Visit).where(Visit.link_id == link_id, Visit.key == key))
    if visit is not None:
        visit.downloaded_at = visit.downloaded_at or now()
        visit.seen_at = visit.seen_at or now()


def forget_unseen_visits(before: datetime) -> None:
    """Delete visits begun before a moment of which no page was ever shown."""
    db.session.execute(delete(Visit).where(Visit.seen_at.is_(None), Visit.at < before))
