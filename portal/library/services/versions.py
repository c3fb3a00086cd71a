"""Versions of content: added, read again, and put in the place of the one in use."""

from __future__ import annotations

from sqlalchemy import func, select

from portal.db import db, now
from portal.errors import Conflict, Invalid
from portal.jobs import enqueue
from portal.library import history
from portal.library.following import tell_of_version
from portal.library.life.dates import next_review
from portal.library.models import Asset, Contribution, Version
from portal.library.reviewing.ending import end_reviews
from portal.library.services.checking import MAX_NOTE, checked_link, checked_text, clean_filename
from portal.library.services.content import touch
from portal.richtext import MAX_CHARACTERS
from portal.storage import Stored
from portal.users.models import User


def add_file_version(
    asset: Asset,
    *,
    by: User | None,
    stored: Stored,
    filename: str,
    note: str = "",
    publish_when_read: bool = False,
) -> Version:
    """Add a version that is a file in the store; a job reads it.

    In published content it waits for publish_version, unless it is to take its place as soon as it is read.
    """
    if stored.size == 0:
        raise Invalid("The file is empty.", field="file")
    if asset.current_version and asset.current_version.sha256 == stored.sha256:
        number = asset.current_version.number
        raise Conflict(f"This is the same file as version {number}.", field="file")
    name = clean_filename(filename)
    version = Version(source="file", sha256=stored.sha256, size=stored.size, filename=name)
    return add_version(asset, version, by, note, publish_when_read)


def add_markdown_version(
    asset: Asset, *, by: User | None, body: str, note: str = "", publish_when_read: bool = False
) -> Version:
    """Add a version that was written in the portal; a job renders and reads it."""
    body = body.replace("\r\n", "\n").strip()
    if not body:
        raise Invalid("Please write something.", field="body")
    if len(body) > MAX_CHARACTERS:
        raise Invalid(f"A text has at most {MAX_CHARACTERS:,} characters.", field="body")
    size = len(body.encode("utf-8", "replace"))
    return add_version(asset, Version(source="markdown", body=body, size=size), by, note, publish_when_read)


def add_link_version(
    asset: Asset, *, by: User | None, link: str, note: str = "", publish_when_read: bool = False
) -> Version:
    """Add a version that lives elsewhere; only its title and summary can be searched."""
    version = Version(source="link", link=checked_link(link), state="stored_no_text", preview_kind="none")
    version.state_reason = "It is a link: the text behind it is not read."
    version.preview_reason = "This content lives at another address."
    return add_version(asset, version, by, note, publish_when_read)


def add_version(
    asset: Asset,
    version: Version,
    by: User | None,
    note: str,
    at_once: bool,
    *,
    restored_from: Version | None = None,
) -> Version:
    """Give a version the next number and have it read, unless that was done for the one it was restored from."""
    if asset.state == "archived":
        raise Conflict("It is archived. Restore it first.")
    _check_undecided(asset, by)
    last = db.session.scalar(select(func.max(Version.number)).where(Version.asset_id == asset.id)) or 0
    version.asset_id, version.number = asset.id, last + 1
    version.created_by_id = by.id if by else None
    version.note = checked_text(note, MAX_NOTE, "note")
    # Published content without any waits for one: an import only named it, and figures speak of it.
    awaited = asset.current_version_id is None
    version.publish_when_read = (at_once or awaited) and asset.state == "published"
    db.session.add(version)
    db.session.flush()
    if asset.state != "published":
        asset.current_version, asset.is_placeholder = version, False
    if last or asset.state == "published":
        end_reviews(asset, by, why=f"Version {version.number} was added since.")
        if asset.state == "in_review":
            asset.state = "draft"
        if restored_from is None:
            history.note(asset, by, "version_added", version=version, why=version.note)
        else:
            history.note(
                asset, by, "version_restored", version=version, why=version.note, earlier=restored_from.number
            )
        touch(asset)
    if version.state == "waiting":
        enqueue("read_version", version.id)
    elif version.publish_when_read:
        publish_version(asset, version, by)
    return version


def _check_undecided(asset: Asset, by: User | None) -> None:
    """Refuse to change what a rep brought before it is decided on, but to the rep: it is theirs as it is."""
    if asset.state != "from_sales":
        return
    maker_id = db.session.scalar(
        select(Contribution.contributed_by_id).where(Contribution.asset_id == asset.id)
    )
    if by is None or by.id != maker_id:
        raise Conflict("It is from sales and was not decided on. Adopt it first.")


def publish_version(asset: Asset, version: Version, by: User | None) -> None:
    """Put a newer version in the place of the one that everyone uses; the others are kept."""
    if asset.state != "published":
        raise Conflict("Publish the content first: its newest version comes with it.")
    if version.asset_id != asset.id or version.id == asset.current_version_id:
        raise Conflict("This version is in use already.")
    current = asset.current_version
    if current is not None and version.number < current.number:
        raise Conflict("This version is older than the one in use. Bring it back as a new version.")
    if version.state == "waiting":
        raise Conflict("It is still being read. Try again in a moment.")
    if version.state == "refused":
        raise Invalid(f"Its file was refused. {version.state_reason} Replace the file first.")
    put_in_place(asset, version, by)
    history.note(asset, by, "version_published", version=version)
    touch(asset)
    tell_of_version(asset, version, by, is_first=current is None)


def put_in_place(asset: Asset, version: Version, by: User | None) -> None:
    """Make a version the one that everyone uses, and write down who saw to it."""
    end_reviews(asset, by, why="It was published.", up_to=version)
    is_newer = asset.current_version_id is not None and asset.current_version_id != version.id
    asset.current_version, asset.is_placeholder = version, False
    version.publish_when_read = False
    if asset.review_by is None or is_newer:
        # Whoever puts a new version in place has looked at it just now.
        asset.review_by = next_review(asset)
    if version.published_at is None:
        version.published_at, version.published_by_id = now(), by.id if by else None
    if asset.rating_mean is not None:
        # What people said of the version before is not said of this one. A draft may have changed it earlier than here.
        enqueue("refresh_ratings", once=True)


def read_again(version: Version) -> None:
    """Have a version read and drawn once more, as far as that failed before."""
    if version.is_being_read:
        return
    if not version.ended_unread:
        raise Conflict("It has been read and drawn already.")
    if version.state == "stored_no_text":
        version.state, version.state_reason = "waiting", ""
    if version.preview_kind == "none":
        version.preview_kind, version.preview_reason = "waiting", ""
    db.session.flush()
    enqueue("read_version" if version.state == "waiting" else "draw_version", version.id, once=True)
