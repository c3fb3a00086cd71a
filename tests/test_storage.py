"""The store: a file that was answered for is on the disk, name and all."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

from sqlalchemy import text

from portal.db import db
from portal.storage import FolderStorage


def _synced(monkeypatch):
    found, real = [], os.fsync

    def note(descriptor):
        found.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return found


def test_a_stored_file_is_written_to_the_disk_with_the_folders_that_name_it(tmp_path, monkeypatch):
    store, synced = FolderStorage(tmp_path), _synced(monkeypatch)
    stored = store.put(BytesIO(b"Words."))
    folder = store.path(stored.sha256).parent
    assert synced[0].parent == tmp_path / "incoming"
    assert synced[1:] == [folder, tmp_path]
    store.put(BytesIO(b"Words."))
    assert synced[4:] == [folder]


def test_what_the_database_commits_is_on_the_disk(app):
    with app.app_context(), db.engine.connect() as connection:
        # 2 is FULL: the log is written through at every commit.
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
