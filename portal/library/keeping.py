"""Writing down what reading and drawing a version found; each may be repeated without harm."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete, insert, or_, select

from portal.db import db
from portal.jobs import enqueue
from portal.library import history
from portal.library.documents.extract import Extraction
from portal.library.documents.pages import PageText
from portal.library.models import Asset, Page, Version
from portal.library.proposals import propose_kind
from portal.library.reading import UNDRAWN, Drawing, Source, spread, unread
from portal.library.services import MAX_TITLE, publish_version, touch
from portal.notifications.services import notify_many
from portal.users.models import User

_TO_OPENING = 3
# Here the newest version is what is worked on; archived content keeps the one that was in use.
_NOT_YET_IN_USE = ("draft", "in_review", "from_sales")
MAX_REASON = 300
NOT_MATCHED = Drawing(
    "cards", "text", reason="It is shown as text: LibreOffice drew more or fewer pages than it has slides."
)


def source_of(version_id: int) -> Source | None:
    """Return what there is to read of a version, or None when nothing is due (any more)."""
    version = db.session.get(Version, version_id)
    if version is None or version.source not in ("file", "markdown"):
        return None
    text_is_due, preview_is_due = version.state == "waiting", version.preview_kind == "waiting"
    if not text_is_due and not preview_is_due:
        return None
    return _source(version, text_is_due, preview_is_due)


def deck_of(version_id: int) -> Source | None:
    """Return a presentation that has been read, to be read for its notes and hidden slides, or None if it is none."""
    version = db.session.get(Version, version_id)
    if version is None or version.state != "indexed" or version.sha256 is None:
        return None
    return _source(version, False, False) if (version.filename or "").lower().endswith(".pptx") else None


def _source(version: Version, text_is_due: bool, preview_is_due: bool) -> Source:
    name = version.filename or "text.md"
    return Source(
        version.id, version.asset_id, version.sha256, name, version.body, text_is_due, preview_is_due
    )


def keep_text(version_id: int, found: Extraction) -> None:
    """Store a version's pages and state, name an untouched draft, and put a good new version in place."""
    version = db.session.get(Version, version_id)
    if version is None or version.state != "waiting":
        return
    version.state, version.state_reason = found.state, found.reason
    version.has_macros, version.proposed_title = found.macros, found.title[:MAX_TITLE]
    version.media_type = found.media_type
    version.page_count, version.character_count = len(found.pages), found.characters
    if found.state == "refused":
        version.preview_kind, version.preview_reason = "none", found.reason
    _store_pages(version.id, found.pages)
    if found.pages:
        enqueue("compare_version", version.id, once=True)
    have_drawn(version.id)
    _settle_asset(db.session.get_one(Asset, version.asset_id), version, found)


def keep_notes_apart(version_id: int, found: Extraction) -> None:
    """Store a deck's notes and hidden slides, which were not told apart when it was read; its pictures stay."""
    version = db.session.get(Version, version_id)
    if version is None or found.state != "indexed":
        return
    known = list(db.session.scalars(select(Page).where(Page.version_id == version_id).order_by(Page.number)))
    if len(known) != len(found.pages):
        _store_pages(version_id, found.pages)
        version.page_count = len(found.pages)
        _show_as(version, NOT_MATCHED)
        return
    for page, read in zip(known, found.pages, strict=True):
        page.text, page.notes, page.is_hidden = read.text, read.notes, read.is_hidden


def have_drawn(version_id: int) -> None:
    """Leave a version to the job that draws, unless it has been drawn or is not to be."""
    version = db.session.get(Version, version_id)
    if version is not None and version.preview_kind == "waiting":
        enqueue("draw_version", version_id, once=True)


def keep_unread(version_id: int, error: str) -> None:
    """End the waiting of a version whose reading was given up; it can be downloaded, drawn, and read again."""
    source = source_of(version_id)
    if source is not None and source.text_is_due:
        keep_text(version_id, replace(unread(source.filename), reason=_given_up("read", error)))


def keep_undrawn(version_id: int, error: str) -> None:
    """End the waiting of a version whose drawing was given up; it can be downloaded, and drawn again."""
    keep_drawing(version_id, replace(UNDRAWN, reason=_given_up("drawn", error)))


def _given_up(verb: str, error: str) -> str:
    return f"It could not be {verb}: {error.rstrip('.')[:MAX_REASON]}."


def _store_pages(version_id: int, pages: tuple[PageText, ...] | list[PageText]) -> None:
    db.session.execute(delete(Page).where(Page.version_id == version_id))
    rows = [
        {
            "version_id": version_id,
            "number": page.number,
            "title": page.title,
            "text": page.text,
            "notes": page.notes,
            "is_hidden": page.is_hidden,
        }
        for page in pages
    ]
    if rows:
        db.session.execute(insert(Page), rows)


def _settle_asset(asset: Asset, version: Version, found: Extraction) -> None:
    current = asset.current_version
    if found.state == "refused":
        _refuse(asset, version)
    elif asset.state == "published" and version.publish_when_read:
        version.publish_when_read = False
        if current is None or version.number > current.number:
            by = db.session.get(User, version.created_by_id) if version.created_by_id else None
            publish_version(asset, version, by)
    elif asset.state in _NOT_YET_IN_USE and (current is None or version.number > current.number):
        asset.current_version = version
    if _is_untouched(asset) and version.number == 1 and version.source == "file":
        asset.title = version.proposed_title or asset.title
        if asset.kind == "other":
            opening = "\n".join(page.words for page in found.pages[:_TO_OPENING])
            asset.kind = propose_kind(version.filename or "", title=asset.title, text=opening)
        db.session.flush()
        enqueue("index_asset", asset.id, once=True)
    else:
        touch(asset)


def _refuse(asset: Asset, version: Version) -> None:
    """Write down that a file was refused; tell who counted on it, and take content out of use that has no other."""
    awaited, in_use = version.publish_when_read, asset.is_published and asset.current_version_id == version.id
    version.publish_when_read = False
    history.note(asset, None, "version_refused", version=version, why=version.state_reason)
    if not awaited and not in_use:
        return
    people = {version.created_by_id, version.published_by_id} if in_use else {version.created_by_id}
    title, what = asset.title[:120], f"Version {version.number} of"
    if in_use:
        asset.state, asset.published_at = "draft", None
        version.published_at = version.published_by_id = None
        what = "It is a draft again: the file of"
    notify_many(
        sorted(person for person in people if person is not None),
        kind="content",
        title=f"{what} “{title}” was refused. {version.state_reason}",
        address=f"/library/{asset.slug}",
        event_key=f"version:{version.id}:refused",
    )


def _is_untouched(asset: Asset) -> bool:
    return asset.state == "draft" and asset.updated_at == asset.created_at


def keep_drawing(version_id: int, drawing: Drawing) -> None:
    """Store how a version can be shown; its words are spread over drawn pages that are more or fewer than expected."""
    version = db.session.get(Version, version_id)
    if version is None or version.preview_kind != "waiting":
        return
    is_complete = drawing.made_by == "libreoffice" and not drawing.reason
    if is_complete and len(drawing.pages) != version.page_count:
        if _has_private_slides(version_id):
            drawing = NOT_MATCHED
        else:
            _spread_pages(version, len(drawing.pages))
    _show_as(version, drawing)
    known = {
        page.number: page for page in db.session.scalars(select(Page).where(Page.version_id == version_id))
    }
    for drawn in drawing.pages:
        page = known.get(drawn.number) or Page(version_id=version_id, number=drawn.number)
        page.image_sha256, page.thumbnail_sha256 = drawn.image_sha256, drawn.thumbnail_sha256
        page.width, page.height = drawn.width, drawn.height
        db.session.add(page)
    db.session.flush()


def _show_as(version: Version, drawing: Drawing) -> None:
    version.preview_kind, version.preview_made_by = drawing.kind, drawing.made_by
    version.preview_reason, version.preview_html = drawing.reason, drawing.html


def _has_private_slides(version_id: int) -> bool:
    """Return whether there is something that an audience is not shown, so that each picture must be its slide's."""
    found = select(Page.id).where(Page.version_id == version_id, or_(Page.notes != "", Page.is_hidden))
    return db.session.scalar(found.limit(1)) is not None


def _spread_pages(version: Version, count: int) -> None:
    found = select(Page.number, Page.title, Page.text).where(Page.version_id == version.id)
    rows = db.session.execute(found.order_by(Page.number)).tuples().all()
    _store_pages(version.id, spread([PageText(*row) for row in rows], count))
    version.page_count = count
    enqueue("index_asset", version.asset_id, once=True)
    enqueue("compare_version", version.id, once=True)
