"""Removing files that nothing refers to: refused uploads, replaced pictures, and what a stopped upload left."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, union

from portal.db import db, now
from portal.library.documents.workspace import workspaces
from portal.library.models import Page, Version
from portal.storage import FolderStorage

# A file is stored before the row that refers to it is written.
AGE = timedelta(days=1)
_REFERENCES = (Version.sha256, Page.image_sha256, Page.thumbnail_sha256)


def files_in_use() -> set[str]:
    """Return the sha256 of every stored file that content refers to."""
    columns = (select(column).where(column.is_not(None)) for column in _REFERENCES)
    return {row[0] for row in db.session.execute(union(*columns))}


def old_files(store: FolderStorage) -> list[str]:
    """Return the sha256 of every file that has been in the store for more than a day."""
    return [name for name in store.names() if _is_old(store.root / name[:2] / name)]


def remove_files(store: FolderStorage, names: list[str], in_use: set[str]) -> int:
    """Delete the files that are not in use, and what stopped uploads and drawings left; return how many went."""
    leftovers = [path for path in (store.root / "incoming").glob("*") if _is_old(path)]
    for path in leftovers:
        path.unlink(missing_ok=True)
    abandoned = [path for path in workspaces() if _is_old(path)]
    for path in abandoned:
        shutil.rmtree(path, ignore_errors=True)
    # One that has been sent again meanwhile is new.
    unused = [name for name in names if name not in in_use and _is_old(store.root / name[:2] / name)]
    for name in unused:
        store.delete(name)
    return len(unused) + len(leftovers) + len(abandoned)


def _is_old(path: Path) -> bool:
    try:
        changed = path.stat().st_mtime
    except FileNotFoundError:
        return False
    return datetime.fromtimestamp(changed, tz=now().tzinfo) < now() - AGE
