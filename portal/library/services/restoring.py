"""An earlier version brought back: as a new one, so that what was in use when can always be told."""

from __future__ import annotations

from sqlalchemy import insert, literal, select

from portal.db import db
from portal.errors import Conflict, Invalid
from portal.jobs import enqueue
from portal.library.models import Asset, Page, Version
from portal.library.services.versions import add_version
from portal.users.models import User

# What a version is made of and what was found in it; who made and published it, and when, is its own.
_COPIED = (
    *("source", "sha256", "filename", "media_type", "size", "body", "link", "state", "state_reason"),
    *("has_macros", "proposed_title", "page_count", "character_count"),
    *("preview_kind", "preview_made_by", "preview_reason", "preview_html"),
)
_PAGE = (
    *("number", "title", "text", "notes", "is_hidden"),
    *("image_sha256", "thumbnail_sha256", "width", "height"),
)


def restore_version(
    asset: Asset, version: Version, by: User | None, note: str = "", *, publish_when_read: bool = False
) -> Version:
    """Add an earlier version once more as the newest; its pages come along, so nothing is read again."""
    if version.asset_id != asset.id:
        raise Invalid("This version belongs to other content.")
    if version.state == "refused":
        raise Invalid(f"Its file was refused. {version.state_reason}")
    if version.is_being_read:
        raise Conflict("It is still being read. Try again in a moment.")
    current = asset.current_version
    if current is not None and _is_same(version, current):
        raise Conflict(f"This is the same as version {current.number}, which is in use.")
    copy = Version(**{name: getattr(version, name) for name in _COPIED})
    note = note.strip() or f"Version {version.number} again"
    add_version(asset, copy, by, note, publish_when_read, restored_from=version)
    columns = [getattr(Page, name) for name in _PAGE]
    pages = select(literal(copy.id), *columns).where(Page.version_id == version.id)
    db.session.execute(insert(Page).from_select(["version_id", *_PAGE], pages))
    if copy.page_count:
        enqueue("compare_version", copy.id, once=True)
    return copy


def _is_same(version: Version, other: Version) -> bool:
    if version.source == "file":
        return version.sha256 == other.sha256
    return (version.source, version.body, version.link) == (other.source, other.body, other.link)
