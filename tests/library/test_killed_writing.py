"""kill -9 in the midst of writing: into the store, into the index, and while the real LibreOffice draws."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from portal.library.indexing import engine
from portal.library.models import Asset, Version
from portal.search.query import read_query
from tests.library import samples
from tests.library.processes import Command, is_running, until


@pytest.fixture
def start(app):
    """Start a command on the test's portal; whatever still runs at the end is killed."""
    running = []

    def run(*arguments, **settings):
        running.append(Command(app.config["DATA_DIR"], *arguments, **settings))
        return running[-1]

    yield run
    for command in running:
        command.kill()


def again(start, path):
    return [json.loads(line) for line in start("library", "add", "--json", str(path)).rest()]


def test_a_file_whose_storing_was_killed_is_added_whole_by_the_next_run(app, rows, start, tmp_path):
    path, incoming = tmp_path / "long.txt", app.config["DATA_DIR"] / "files" / "incoming"
    path.write_bytes(b"A word and another. " * 2_000_000)
    command = start("library", "add", "--json", str(path))
    until(lambda: incoming.is_dir() and list(incoming.iterdir()), "nothing was ever stored")
    command.kill()
    before = len(rows(select(Asset)))
    (line,) = again(start, path)
    assert line["outcome"] == ("already there" if before else "added")
    assert rows(select(Version.size)) == [path.stat().st_size]


def test_an_index_whose_writing_was_killed_holds_all_after_the_next_run(app, rows, start, tmp_path):
    folder, index = tmp_path / "content", app.config["DATA_DIR"] / "index"
    folder.mkdir()
    for number in range(30):
        words = " ".join(f"word{number}x{place}" for place in range(4_000))
        (folder / f"text {number:02}.txt").write_text(f"Common {words}")
    command = start("library", "add", "--json", str(folder))
    segments = {".seg", ".trm", ".pst", ".vps"}
    until(
        lambda: [path for path in index.rglob("*") if path.suffix in segments or "MAIN_" in path.name],
        "the index was never written to",
    )
    command.kill()
    assert len(rows(select(Asset))) == 30
    assert {line["outcome"] for line in again(start, folder)} == {"already there"}
    with app.app_context():
        assert engine().check() is None
        assert engine().ids() == set(rows(select(Asset.id)))
        assert len(engine().rank(read_query("common"))) == 30


def test_a_drawing_by_the_real_libreoffice_is_done_by_the_next_worker(rows, start, soffice, tmp_path):
    note, office = tmp_path / "pid", tmp_path / "soffice"
    office.write_text(f'#!/bin/sh\necho $$ > {note}.new && mv {note}.new {note}\nexec {soffice} "$@"\n')
    office.chmod(0o755)
    stream, name = samples.docx("letter.docx", "A letter that is drawn.")
    (tmp_path / name).write_bytes(stream.getvalue())
    assert again(start, tmp_path / name)[0]["outcome"] == "added"
    worker = start("worker", SOFFICE=str(office))
    until(note.exists, "LibreOffice was never started")
    worker.kill()
    until(lambda: not is_running(int(note.read_text())), "LibreOffice outlived the worker")
    start("worker", SOFFICE=soffice)
    until(lambda: rows(select(Version.preview_kind)) == ["pages"], "it was never drawn")
    assert rows(select(Version.preview_made_by)) == ["libreoffice"]
