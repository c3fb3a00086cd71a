"""What is done to content: made, given versions, changed, published, archived and brought back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from urllib.parse import urlsplit

from sqlalchemy import func, select

from portal.db import db, now
from portal.errors import Conflict, Invalid
from portal.jobs import enqueue
from portal.library.models import ASSET_KINDS, Asset, Term, Version
from portal.library.slugs import RESERVED, slug_of
from portal.library.summaries import refresh_use as refresh_use
from portal.richtext import MAX_CHARACTERS, MAX_SHORT
from portal.storage import Stored
from portal.users.models import User
from portal.users.services import audit

MAX_TITLE = 300
MAX_SUMMARY = 2_000
MAX_NOTE = 500
MAX_LINK = 2_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def create_asset(
    *,
    by: User | None,
    title: str,
    kind: str,
    summary: str = "",
    guidance: str = "",
    term_ids: Iterable[int] = (),
    owner: User | None = None,
    external_id: str | None = None,
    placeholder: bool = False,
) -> Asset:
    """Make a draft, or a published placeholder for what an import only names; the slug never changes.

    It is owned by `owner`, or else by who makes it.
    """
    title = checked_title(title)
    owner = owner or by
    asset = Asset(
        slug=_free_slug(title),
        title=title,
        kind=_checked_kind(kind),
        summary=_checked_text(summary, MAX_SUMMARY, "summary"),
        guidance=_checked_text(guidance, MAX_SHORT, "guidance"),
        external_id=_free_external_id(external_id),
        owner_id=owner.id if owner else None,
        is_placeholder=placeholder,
    )
    # One moment for both, so that a draft which nobody has touched since can be told.
    asset.created_at = asset.updated_at = now()
    if placeholder:
        # What an import only names has been in use already, and figures speak of what is published.
        asset.state, asset.published_at = "published", asset.created_at
    asset.terms = _terms(term_ids)
    db.session.add(asset)
    db.session.flush()
    enqueue("index_asset", asset.id, once=True)
    return asset


def change_asset(
    asset: Asset,
    *,
    title: str,
    kind: str,
    summary: str,
    guidance: str,
    term_ids: Iterable[int],
    owner_id: int | None,
) -> None:
    """Change what is said about content; the address stays."""
    asset.title = checked_title(title)
    asset.kind = _checked_kind(kind)
    asset.summary = _checked_text(summary, MAX_SUMMARY, "summary")
    asset.guidance = _checked_text(guidance, MAX_SHORT, "guidance")
    asset.terms = _terms(term_ids)
    if owner_id is not None and db.session.get(User, owner_id) is None:
        raise Invalid("That person is not here any more.", field="owner_id")
    asset.owner_id = owner_id
    touch(asset)


def name_draft(asset: Asset, *, title: str, kind: str, term_ids: Iterable[int]) -> None:
    """Accept or change what was proposed for a draft."""
    asset.title, asset.kind = checked_title(title), _checked_kind(kind)
    asset.terms = _terms(term_ids)
    touch(asset)


def touch(asset: Asset) -> None:
    """Note that content has changed, and have it indexed again."""
    asset.updated_at = now()
    db.session.flush()
    enqueue("index_asset", asset.id, once=True)


def add_file_version(
    asset: Asset, *, by: User | None, stored: Stored, filename: str, note: str = ""
) -> Version:
    """Add a version that is a file in the store; a job reads it."""
    if stored.size == 0:
        raise Invalid("The file is empty.", field="file")
    if asset.current_version and asset.current_version.sha256 == stored.sha256:
        number = asset.current_version.number
        raise Conflict(f"This is the same file as version {number}.", field="file")
    name = clean_filename(filename)
    version = Version(source="file", sha256=stored.sha256, size=stored.size, filename=name)
    return _add_version(asset, version, by, note)


def add_markdown_version(asset: Asset, *, by: User | None, body: str, note: str = "") -> Version:
    """Add a version that was written in the portal; a job renders and reads it."""
    body = body.replace("\r\n", "\n").strip()
    if not body:
        raise Invalid("Please write something.", field="body")
    if len(body) > MAX_CHARACTERS:
        raise Invalid(f"A text has at most {MAX_CHARACTERS:,} characters.", field="body")
    size = len(body.encode("utf-8", "replace"))
    return _add_version(asset, Version(source="markdown", body=body, size=size), by, note)


def add_link_version(asset: Asset, *, by: User | None, link: str, note: str = "") -> Version:
    """Add a version that lives elsewhere; only its title and summary can be searched."""
    version = Version(source="link", link=checked_link(link), state="stored_no_text", preview_kind="none")
    version.state_reason = "It is a link: the text behind it is not read."
    version.preview_reason = "This content lives at another address."
    return _add_version(asset, version, by, note)


def _add_version(asset: Asset, version: Version, by: User | None, note: str) -> Version:
    last = db.session.scalar(select(func.max(Version.number)).where(Version.asset_id == asset.id)) or 0
    version.asset_id, version.number = asset.id, last + 1
    version.created_by_id = by.id if by else None
    version.note = _checked_text(note, MAX_NOTE, "note")
    db.session.add(version)
    db.session.flush()
    # What people use today stays in place until the new version has been read and found good.
    if asset.state != "published" or asset.current_version_id is None or version.source == "link":
        asset.current_version = version
    asset.is_placeholder = False
    if last:
        touch(asset)
    if version.source != "link":
        enqueue("read_version", version.id)
    return version


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
    enqueue("read_version", version.id, once=True)


def publish(asset: Asset, by: User | None) -> None:
    """Show a draft to everyone signed in; it needs a title, a kind and something to use."""
    if asset.state == "published":
        return
    if asset.state == "archived":
        raise Conflict("It is archived. Restore it first.")
    version = asset.current_version
    if version is None:
        raise Invalid("There is nothing to use in it yet: add a file, a text or a link.")
    if version.state == "refused":
        raise Invalid(f"Its file was refused. {version.state_reason} Replace the file first.")
    checked_title(asset.title)
    asset.state, asset.published_at = "published", asset.published_at or now()
    touch(asset)
    audit(by, "published", asset.title)


def archive(asset: Asset, by: User | None, replaced_by: Asset | None = None) -> None:
    """Take content out of use; whoever follows an old link is shown its replacement."""
    if asset.state == "archived":
        raise Conflict("It is archived already.")
    if replaced_by is not None and replaced_by.id == asset.id:
        raise Invalid("It cannot replace itself.", field="replaced_by")
    if replaced_by is not None and replaced_by.state != "published":
        raise Invalid("The replacement has to be published.", field="replaced_by")
    if replaced_by is not None and replaced_by.current_version_id is None:
        raise Invalid("There is nothing to use in the replacement yet.", field="replaced_by")
    asset.state, asset.archived_at = "archived", now()
    asset.replaced_by_id = replaced_by.id if replaced_by else None
    touch(asset)
    audit(by, "archived", asset.title, {"replaced_by": replaced_by.title if replaced_by else None})


def restore(asset: Asset, by: User | None) -> None:
    """Bring archived content back as it was: published if it had been, else a draft."""
    if asset.state != "archived":
        raise Conflict("Only archived content can be restored.")
    asset.state = "published" if asset.published_at else "draft"
    asset.archived_at = asset.replaced_by_id = None
    touch(asset)
    audit(by, "restored", asset.title)


def checked_title(title: str) -> str:
    """Return a title on one line, or refuse an empty or endless one."""
    title = " ".join(_CONTROL.sub(" ", title).split())
    if not title:
        raise Invalid("Please give a title.", field="title")
    if len(title) > MAX_TITLE:
        raise Invalid(
            f"A title has at most {MAX_TITLE} characters; this one has {len(title):,}.", field="title"
        )
    return title


def checked_link(link: str) -> str:
    """Return a web address that a browser may open, or refuse what is none."""
    link = link.strip()
    if len(link) > MAX_LINK:
        raise Invalid(f"An address has at most {MAX_LINK:,} characters.", field="link")
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or _CONTROL.search(link) or " " in link:
        raise Invalid("Please give a whole web address that begins with https:// or http://.", field="link")
    return link


def clean_filename(filename: str) -> str:
    """Return a name that a file may be downloaded under: its last part, without signs that mislead or break."""
    name = PurePath(_CONTROL.sub("", filename).replace("\\", "/")).name.strip().strip(".") or "file"
    stem, dot, extension = name.rpartition(".")
    if len(name) <= 200:
        return name
    return f"{stem[: 199 - len(extension)]}.{extension}" if dot and len(extension) < 20 else name[:200]


def _checked_kind(kind: str) -> str:
    if kind not in ASSET_KINDS:
        raise Invalid(f"A kind is one of {', '.join(ASSET_KINDS)}.", field="kind")
    return kind


def _checked_text(text: str, longest: int, field: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if len(text) > longest:
        raise Invalid(f"This may have {longest:,} characters; it has {len(text):,}.", field=field)
    return text


def _terms(term_ids: Iterable[int]) -> list[Term]:
    wanted = set(term_ids)
    terms = list(db.session.scalars(select(Term).where(Term.id.in_(wanted)))) if wanted else []
    if len(terms) != len(wanted):
        raise Invalid("One of the filters is not in the vocabulary any more.", field="terms")
    return terms


def _free_slug(title: str) -> str:
    base = slug_of(title)
    taken: Sequence[str] = db.session.scalars(
        select(Asset.slug).where((Asset.slug == base) | Asset.slug.startswith(f"{base}-", autoescape=True))
    ).all()
    used = RESERVED.union(taken)
    slug, number = base, 2
    while slug in used:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _free_external_id(external_id: str | None) -> str | None:
    external_id = (external_id or "").strip() or None
    if external_id is None:
        return None
    if len(external_id) > 200:
        raise Invalid("An external id has at most 200 characters.", field="external_id")
    if db.session.scalar(select(Asset.id).where(Asset.external_id == external_id)) is not None:
        raise Conflict(f"There is already content with the external id {external_id}.", field="external_id")
    return external_id
