"""Making links for buyers, and taking them back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import exists, select, update
from sqlalchemy.orm import aliased

from portal.db import db, now
from portal.errors import Conflict, Forbidden, Invalid
from portal.library.models import Asset, Version
from portal.sharing.models import ShareItem, ShareLink, ShareSwitch
from portal.usage.models import UsageEvent
from portal.usage.services import record
from portal.users.models import User
from portal.users.passwords import hash_password

MAX_RECIPIENT = 254
MAX_TITLE = 200
MAX_PIECES = 20
MIN_PASSWORD, MAX_PASSWORD = 6, 200


@dataclass(frozen=True)
class Options:
    """What the sender of a link may choose, and what it is where nothing is chosen."""

    title: str = ""
    password: str = ""
    may_download: bool = True
    asks_email: bool = False
    notify_when_opened: bool = False
    is_pinned: bool = False


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


def send(
    *,
    assets: Sequence[Asset],
    by: User,
    recipient: str = "",
    deal_id: int | None = None,
    options: Options | None = None,
) -> ShareLink:
    """Make a link to some content for one recipient, and record that each piece was sent on the deal."""
    options = options or Options()
    link = _new_link(by, " ".join(recipient.split()), " ".join(options.title.split()), options)
    link.deal_id = deal_id
    pieces = list({asset.id: asset for asset in assets}.values())
    if not pieces or len(pieces) > MAX_PIECES:
        raise Invalid(f"A link leads to one to {MAX_PIECES} pieces.")
    sendable = [(asset, _sendable_version(asset)) for asset in pieces]
    for position, (asset, version) in enumerate(sendable, 1):
        used = record(
            asset_id=asset.id,
            version_id=version.id,
            user_id=by.id,
            kind="sent",
            deal_id=deal_id,
            known_by="named" if deal_id else None,
        )
        event_id = used.id if used else None
        link.items.append(ShareItem(position=position, asset=asset, version=version, usage_event_id=event_id))
    db.session.add(link)
    db.session.flush()
    return link


def _new_link(by: User, recipient: str, title: str, options: Options) -> ShareLink:
    if len(recipient) > MAX_RECIPIENT:
        raise Invalid(f"A recipient has up to {MAX_RECIPIENT} characters.", field="recipient")
    if len(title) > MAX_TITLE:
        raise Invalid(f"A title has up to {MAX_TITLE} characters.", field="title")
    if options.password and not MIN_PASSWORD <= len(options.password) <= MAX_PASSWORD:
        raise Invalid(f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters.", field="password")
    salt = secrets.token_urlsafe(24)
    return ShareLink(
        token_hash=hash_of(token_of(salt)),
        salt=salt,
        title=title,
        recipient=recipient,
        password_hash=hash_password(options.password) if options.password else None,
        may_download=options.may_download,
        asks_email=options.asks_email,
        notify_when_opened=options.notify_when_opened,
        is_pinned=options.is_pinned,
        created_by_id=by.id,
        expires_at=now() + timedelta(days=current_app.config["SHARE_LINK_DAYS"]),
    )


def _sendable_version(asset: Asset) -> Version:
    version = db.session.get(Version, asset.current_version_id) if asset.current_version_id else None
    if not asset.is_live or version is None:
        raise Conflict(f"Only published content that has not expired can be sent: “{asset.title}” cannot.")
    if version.state == "refused":
        raise Conflict(f"The file of “{asset.title}” was refused when it was read, so it cannot be sent.")
    return version


def note_switch(item_id: int, from_version_id: int, to_version_id: int) -> None:
    """Note once that a piece behind a link shows another version from now on."""
    mine = update(ShareItem).where(ShareItem.id == item_id, ShareItem.version_id == from_version_id)
    if db.session.execute(mine.values(version_id=to_version_id)).rowcount:  # type: ignore[attr-defined]
        switch = ShareSwitch(item_id=item_id, from_version_id=from_version_id, to_version_id=to_version_id)
        db.session.add(switch)


def follow_use(corrected_id: int, correction: UsageEvent) -> None:
    """Take a link along when its use is moved or removed, so that its openings are told on the right deal.

    A link with several pieces stays while another of them is still used on its deal.
    """
    moved = list(db.session.scalars(select(ShareItem).where(ShareItem.usage_event_id == corrected_id)))
    for item in moved:
        item.usage_event_id = correction.id
        other = aliased(ShareItem)
        stays = exists().where(
            other.link_id == ShareLink.id,
            other.id != item.id,
            other.usage_event_id == UsageEvent.id,
            UsageEvent.deal_id == ShareLink.deal_id,
        )
        of_use = update(ShareLink).where(ShareLink.id == item.link_id, ~stays)
        db.session.execute(of_use.values(deal_id=correction.deal_id))


def revoke(link: ShareLink, by: User) -> None:
    """Close a link at once; the one who sent it may, and marketing, managers and admins."""
    if link.created_by_id != by.id and not by.sees_all_deals:
        raise Forbidden("Only the person who sent this link can close it.")
    link.revoked_at = link.revoked_at or now()


def close_links_of(asset_ids: Collection[int], by: User) -> int:
    """Close all open links to nothing but content that is taken out of use, and return how many they were.

    A link that leads to other pieces too stays open for those.
    """
    if not by.is_marketing:
        raise Forbidden("Only marketing can close the links of others.")
    moment = now()
    elsewhere = exists().where(ShareItem.link_id == ShareLink.id, ShareItem.asset_id.not_in(asset_ids))
    there = exists().where(ShareItem.link_id == ShareLink.id, ShareItem.asset_id.in_(asset_ids))
    still_open = update(ShareLink).where(
        there, ~elsewhere, ShareLink.revoked_at.is_(None), ShareLink.expires_at > moment
    )
    done = db.session.execute(still_open.values(revoked_at=moment), execution_options=_APART)
    return done.rowcount  # type: ignore[attr-defined]


# The links are not read again in the same unit.
_APART = {"synchronize_session": False}
