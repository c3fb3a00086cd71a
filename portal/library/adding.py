"""Taking a file in: stored, looked at, and made a draft, or refused with a reason; for the browser and the command."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, BinaryIO, cast

from flask import current_app

from config import MEGABYTE
from portal.errors import Invalid, PortalError
from portal.library.documents.kinds import identify
from portal.library.documents.titles import title_from_name
from portal.library.models import Asset
from portal.library.proposals import propose_kind
from portal.library.queries import asset_with_file
from portal.library.services import MAX_TITLE, add_file_version, clean_filename, create_asset, touch
from portal.storage import Stored, storage
from portal.users.models import User


@dataclass(frozen=True)
class Taken:
    """What became of one file: the draft made of it, or content that is this file already (known), or why neither."""

    filename: str
    asset: Asset | None = None
    known: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Received:
    """One file that was sent, by the name it may be kept under: stored, or refused with a reason."""

    filename: str
    stored: Stored | None = None
    reason: str = ""


def receive_file(stream: IO[bytes], filename: str) -> Received:
    """Store a file and look at it; slow, and without the database, so that nobody has to wait for it to write."""
    name = clean_filename(filename)
    try:
        return Received(name, _store(stream, name))
    except PortalError as error:
        return Received(name, reason=error.message)


def take_file(
    received: Received,
    *,
    by: User | None,
    owner: User | None = None,
    title: str = "",
    kind: str = "",
    term_ids: Iterable[int] = (),
) -> Taken:
    """Make a draft of a file, unless it is refused or there already.

    A title and kind that are not given are proposed from its name, and once it is read from its text.
    """
    name, stored = received.filename, received.stored
    if stored is None:
        return Taken(name, reason=received.reason)
    known = asset_with_file(stored.sha256)
    if known is not None:
        return Taken(name, known, known=True, reason=f"This very file is in the library as “{known.title}”.")
    asset = create_asset(
        by=by,
        title=title or title_from_name(name)[:MAX_TITLE],
        kind=kind or propose_kind(name, title=title),
        owner=owner,
        term_ids=term_ids,
    )
    add_file_version(asset, by=by, stored=stored, filename=name)
    if title:
        # What a person chose is not for the text to rename.
        touch(asset)
    return Taken(name, asset)


def _store(stream: IO[bytes], filename: str) -> Stored:
    """Store a file, or raise Invalid for one that is empty, too large, or not what its name says."""
    limit = current_app.config["MAX_UPLOAD_MB"] * MEGABYTE
    stored = storage().put(cast(BinaryIO, stream), limit=limit)
    identity = identify(storage().path(stored.sha256), filename, limit=limit)
    if identity.refused:
        raise Invalid(identity.reason, field="file")
    return stored
