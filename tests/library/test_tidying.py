"""The nightly removal of files: what is referred to or new stays, all else goes."""

from __future__ import annotations

import os
import tempfile
import time
from io import BytesIO

from portal.deals.models import DealImport
from portal.jobs import enqueue
from portal.storage import storage
from tests.library import samples

TWO_DAYS = 2 * 24 * 3600


def test_old_files_that_nothing_refers_to_are_removed(app, make, run_jobs, add_file, tmp_path, monkeypatch):
    add_file(samples.pdf("one.pdf", "Words."))
    with app.app_context():
        store = storage()
        imported = {
            field: store.put(BytesIO(field.encode())).sha256
            for field in ("sha256", "accounts_sha256", "users_sha256")
        }
        kept = set(store.names())
        unused, new = (store.put(BytesIO(data)).sha256 for data in (b"unused", b"new"))
    make.store(DealImport(kind="deals", source="csv", filename="deals.csv", state="refused", **imported))
    (store.root / "incoming" / "left").write_bytes(b"half a file")
    (store.root / "incoming" / "arriving").write_bytes(b"half a file")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed, busy, other = (tmp_path / name for name in ("tandem-work-1", "tandem-work-2", "tandem-backup"))
    for folder in (killed, busy, other):
        (folder / "out").mkdir(parents=True)
    for path in (*tmp_path.glob("tandem-*"), *store.root.rglob("*")):
        if path not in (busy, store.root / "incoming") and path.name not in (new, "arriving"):
            os.utime(path, (time.time() - TWO_DAYS,) * 2)
    make.inside(lambda: enqueue("tidy_files"))
    run_jobs()
    assert len(kept) == 3 + 3  # a file with two pictures of its page, and the import's three
    assert set(store.names()) == kept | {new}
    assert unused not in kept
    assert [path.name for path in (store.root / "incoming").iterdir()] == ["arriving"]
    assert sorted(tmp_path.glob("tandem-*")) == [other, busy]
