"""kill -9, with real processes: nothing is lost, nothing is left half-done, and nobody waits for a lease."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import Counter
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from portal.jobs import Job, drain, enqueue
from portal.library.adding import receive_file, take_file
from portal.library.indexing import engine
from portal.library.models import Asset, Page, Version
from portal.search.index_folder import IndexFolder
from portal.search.query import read_query
from portal.search.whoosh_index import SCHEMA_VERSION
from portal.storage import storage
from tests.library import samples
from tests.library.processes import Command, is_running, until

FILES = 24
PICTURES = 5
WRITERS = (
    ("md", lambda name, text: samples.plain(text, name)),
    ("docx", samples.docx),
    ("pdf", samples.pdf),
    ("pptx", samples.pptx),
)
TWO_DAYS = 2 * 24 * 3600


@pytest.fixture
def start(app):
    """Start a command on the test's portal; whatever still runs at the end is killed."""
    running = []

    def run(*arguments, **settings):
        command = Command(app.config["DATA_DIR"], *arguments, **settings)
        running.append(command)
        return command

    yield run
    for command in running:
        command.kill()


@pytest.fixture
def hand_in(make):
    """Store a file as a request would, and leave the rest to jobs."""

    def store(upload):
        stream, name = upload
        make.inside(lambda: take_file(receive_file(stream, name), by=None))

    return store


@pytest.fixture
def folder(tmp_path):
    """Two dozen files of four kinds, each with a word of its own, and a sidecar."""
    path = tmp_path / "content"
    path.mkdir()
    lines = ["file,title,terms,expires"]
    for number in range(FILES):
        ending, write = WRITERS[number % len(WRITERS)]
        stream, name = write(f"piece {number:02}.{ending}", f"Only here stands keyword{number:02}x.")
        (path / name).write_bytes(stream.getvalue())
        lines.append(f"{name},Title {number:02},industry=Energy,2031-01-{1 + number % 28:02}")
    (path / "tandem.csv").write_text("\n".join(lines))
    return path


def state_of(rows, kind):
    return rows(select(Job.state).where(Job.kind == kind))


def assert_all_is_there(app, make, rows):
    """Every file once, read, published, with its facts and found; nothing waits, nothing is left over."""
    assets = rows(select(Asset))
    assert sorted(asset.title for asset in assets) == [f"Title {number:02}" for number in range(FILES)]
    assert {asset.state for asset in assets} == {"published"}
    assert all(asset.expires_on and asset.current_version_id for asset in assets)
    versions = rows(select(Version))
    assert len(versions) == len({version.sha256 for version in versions}) == FILES
    assert {version.state for version in versions} == {"indexed"}
    assert {*state_of(rows, "read_version"), *state_of(rows, "index_asset")} == {"done"}
    with app.app_context():
        assert engine().check() is None
        assert engine().ids() == {asset.id for asset in assets}
        by_title = {asset.title: asset.id for asset in assets}
        for number in range(FILES):
            assert [hit.id for hit in engine().rank(read_query(f"keyword{number:02}x"))] == [
                by_title[f"Title {number:02}"]
            ]
        store = storage()
        assert all(is_whole(store, version.sha256) for version in versions)
        for path in store.root.rglob("*"):
            if path.is_file():
                os.utime(path, (time.time() - TWO_DAYS,) * 2)
    make.inside(lambda: enqueue("tidy_files"))
    with app.app_context():
        drain(kinds=("tidy_files",))
    assert list((store.root / "incoming").iterdir()) == []
    assert {version.sha256 for version in versions} <= set(store.names())


def is_whole(store, sha256):
    return hashlib.sha256(store.path(sha256).read_bytes()).hexdigest() == sha256


@pytest.mark.parametrize("lines_before", [1, 12])
def test_an_import_that_was_killed_goes_on_where_it_was(app, make, rows, start, folder, lines_before):
    command = start("library", "add", "--json", "--publish", str(folder))
    for _ in range(lines_before):
        assert command.line()
    command.kill()
    done = len(rows(select(Asset)))
    # How far it came besides what it said is up to the machine; all of it is whole.
    assert lines_before <= done <= FILES
    assert {version.state for version in rows(select(Version))} == {"indexed"}
    again = [json.loads(line) for line in start("library", "add", "--json", "--publish", str(folder)).rest()]
    outcomes = Counter(line["outcome"] for line in again)
    assert (outcomes["already there"], outcomes["added"], len(again)) == (done, FILES - done, FILES)
    assert_all_is_there(app, make, rows)


def test_an_import_that_was_killed_while_it_wrote_to_the_index_is_found_whole_after_the_next_run(
    app, make, rows, start, folder
):
    index = IndexFolder(app.config["DATA_DIR"] / "index", "whoosh", SCHEMA_VERSION)
    command = start("library", "add", "--json", "--publish", str(folder))
    with app.app_context(), index.locked(patience=10):
        until(lambda: "running" in state_of(rows, "index_asset"), "the index was never written to")
        command.kill()
    assert index.live() is None
    again = [json.loads(line) for line in start("library", "add", "--json", "--publish", str(folder)).rest()]
    assert Counter(line["outcome"] for line in again) == {"already there": FILES}
    assert_all_is_there(app, make, rows)


def long_document():
    """A Word file with so much text that reading it takes a while."""
    return samples.docx("long.docx", "\n".join(f"Line {number} of a long story." for number in range(20_000)))


def kill_while_reading(rows, start):
    worker = start("worker")
    until(lambda: "running" in state_of(rows, "read_version"), "the worker never began to read")
    worker.kill()
    assert rows(select(Version.state)) == ["waiting"]
    assert rows(select(Page)) == []


def test_a_reading_whose_worker_was_killed_is_done_by_the_next(app, rows, start, hand_in):
    hand_in(long_document())
    kill_while_reading(rows, start)
    start("worker")
    until(lambda: rows(select(Version.state)) == ["indexed"], "it was never read")
    until(lambda: state_of(rows, "read_version") == ["done"], "its job never ended")
    assert "Line 19999 of a long story." in rows(select(Page.text).order_by(Page.number.desc()))[0]
    assert rows(select(Job.attempts).where(Job.kind == "read_version")) == [2]
    until(lambda: set(state_of(rows, "index_asset")) == {"done"}, "it was never indexed")
    with app.app_context():
        assert [hit.id for hit in engine().rank(read_query("story"))] == rows(select(Asset.id))


def test_a_reading_whose_worker_was_killed_is_done_by_an_import_of_the_same_file(
    rows, start, hand_in, tmp_path
):
    stream, name = long_document()
    hand_in((BytesIO(stream.getvalue()), name))
    kill_while_reading(rows, start)
    (tmp_path / name).write_bytes(stream.getvalue())
    (line,) = start("library", "add", "--json", "--publish", str(tmp_path / name)).rest()
    told = json.loads(line)
    assert (told["outcome"], told["state"]) == ("already there", "indexed")
    assert rows(select(Asset.state)) == ["published"]


def test_a_preview_whose_worker_was_killed_is_drawn_by_the_next_and_libreoffice_ends_with_it(
    rows, start, hand_in, tmp_path
):
    note, office = tmp_path / "pid", tmp_path / "soffice"
    office.write_text(f"#!/bin/sh\necho $$ > {note}.new && mv {note}.new {note}\nexec sleep 600\n")
    office.chmod(0o755)
    hand_in(samples.docx("letter.docx", "A letter that is drawn."))
    worker = start("worker", SOFFICE=str(office))
    until(note.exists, "LibreOffice was never started")
    worker.kill()
    pid = int(note.read_text())
    until(lambda: not is_running(pid), "LibreOffice outlived the worker")
    assert [(v.state, v.preview_kind) for v in rows(select(Version))] == [("indexed", "waiting")]
    start("worker")
    until(lambda: rows(select(Version.preview_kind)) == ["html"], "it was never drawn")
    until(lambda: state_of(rows, "draw_version") == ["done"], "its job never ended")


def test_pictures_whose_worker_was_killed_are_whole_after_the_next(app, make, rows, start, hand_in):
    hand_in(samples.pdf("long.pdf", *(f"This is page {number}." for number in range(24))))
    worker = start("worker")
    with app.app_context():
        store = storage()
    # The file itself is one; pictures are in the store before any page names them.
    until(lambda: len(list(store.names())) > PICTURES, "no picture was ever stored")
    worker.kill()
    # Some of the work may have been done by then; whatever a page names is whole.
    for name in filter(None, rows(select(Page.image_sha256))):
        assert is_whole(store, name)
    assert all(is_whole(store, name) for name in store.names())
    start("worker")
    until(lambda: rows(select(Version.preview_kind)) == ["pages"], "it was never drawn")
    pages = rows(select(Page).order_by(Page.number))
    assert [page.number for page in pages] == list(range(1, 25))
    for page in pages:
        for sha256 in (page.image_sha256, page.thumbnail_sha256):
            assert is_whole(store, sha256)
            with Image.open(store.path(sha256)) as picture:
                picture.load()
