"""The made-up company's content: real files in the store, and the library's rows for them with all their versions."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from portal.db import db
from portal.demo.loading.numbers import Numbers
from portal.demo.pieces import Piece
from portal.demo.writers import write_file
from portal.library.models import Asset, Version
from portal.library.services import add_file_version, archive, create_asset, publish, touch
from portal.storage import Stored, storage
from portal.users.models import User

Terms = dict[str, dict[str, int]]
Files = dict[tuple[str, int], Stored]
_OLD = "-old"


def write_files(pieces: Sequence[Piece], tell: Callable[[], None]) -> Files:
    """Write every version of every piece as a file into the store; `tell` is called after each piece."""
    stored = {}
    with tempfile.TemporaryDirectory(prefix="tandem-") as folder:
        for piece in pieces:
            for edition in piece.editions:
                path = write_file(piece, Path(folder), edition.number)
                stored[piece.key, edition.number] = storage().put_file(path)
            tell()
    return stored


def add_content(numbers: Numbers, pieces: Sequence[Piece], files: Files, terms: Terms) -> None:
    """Add every piece with its versions; texts and pictures are still to come."""
    for piece in pieces:
        owner = db.session.get_one(User, numbers.people[piece.owner])
        asset = create_asset(
            by=owner,
            title=piece.title,
            kind=piece.kind,
            summary=piece.summary,
            guidance=piece.guidance,
            term_ids=[terms[facet][name] for facet, names in piece.terms.items() for name in names],
            external_id=piece.key,
        )
        numbers.assets[piece.key], numbers.slugs[piece.key] = asset.id, asset.slug
        for edition in piece.editions:
            name = f"{piece.key}.{piece.format}"
            version = add_file_version(
                asset,
                by=owner,
                stored=files[piece.key, edition.number],
                filename=name,
                note=edition.note,
            )
            numbers.versions[piece.key, edition.number] = version.id
        # What the story calls it is not for its text to rename.
        touch(asset)


def put_in_the_past(numbers: Numbers, pieces: Sequence[Piece], moment: datetime) -> None:
    """Publish what has been read, give it the dates of the story, and archive what was retired."""
    for piece in pieces:
        if piece.status != "draft":
            asset = db.session.get_one(Asset, numbers.assets[piece.key])
            publish(asset, asset.owner)
    for piece in pieces:
        asset = db.session.get_one(Asset, numbers.assets[piece.key])
        if piece.status == "archived":
            successor = numbers.assets.get(piece.key.removesuffix(_OLD))
            replaced_by = db.session.get_one(Asset, successor) if successor != asset.id else None
            archive(asset, asset.owner, replaced_by)
            asset.archived_at = _weeks_before(moment, piece.retired_weeks_ago or 0)
        asset.created_at = _weeks_before(moment, piece.weeks_ago)
        asset.published_at = asset.created_at if asset.published_at else None
        asset.updated_at = _weeks_before(moment, piece.editions[-1].weeks_ago)
        for edition in piece.editions:
            made = _weeks_before(moment, edition.weeks_ago)
            dates: dict[str, Any] = {"created_at": made}
            if asset.published_at:
                dates |= {"published_at": made, "published_by_id": asset.owner_id}
            version_id = numbers.versions[piece.key, edition.number]
            db.session.execute(update(Version).where(Version.id == version_id).values(dates))
    db.session.flush()


def _weeks_before(moment: datetime, weeks: int) -> datetime:
    return moment - timedelta(weeks=weeks)
