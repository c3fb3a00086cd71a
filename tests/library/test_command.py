"""`flask library add`: files and folders from the command line."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.db import db
from portal.library.models import Asset, Term, Version
from tests.library import samples

STATES = {"indexed", "stored_no_text", "refused"}


def write(folder: Path, *uploads) -> list[Path]:
    paths = []
    for stream, name in uploads:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(stream.getvalue())
        paths.append(path)
    return paths


@pytest.fixture
def folder(tmp_path):
    """A folder beside that of the portal."""
    path = tmp_path / "content"
    path.mkdir()
    return path


@pytest.fixture
def add(app):
    """Run the command and return its exit code, the objects it printed, and what it said beside."""

    def run(*arguments):
        result = app.test_cli_runner().invoke(args=["library", "add", "--json", *map(str, arguments)])
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        return result.exit_code, lines, result.stderr

    return run


def test_a_folder_is_added_with_terms_and_published(make, rows, add, folder):
    owner = make.user("marketer")
    write(
        folder,
        samples.pdf("b/Riverside case study.pdf", "Two words."),
        samples.plain("Some notes.", "a/notes.txt"),
        samples.plain("hidden", ".hidden.txt"),
        samples.plain("lock", "a/~$notes.docx"),
    )
    options = ("--publish", "--term", "industry=Healthcare", "--term", "region=North America")
    code, lines, _ = add(folder, *options, "--owner", owner.email)
    assert code == 0
    assert lines == [
        {
            "path": str(folder / "a/notes.txt"),
            "outcome": "added",
            "asset": "notes",
            "state": "indexed",
            "reason": "",
            "faults": [],
            "pages": 1,
            "characters": 11,
        },
        {
            "path": str(folder / "b/Riverside case study.pdf"),
            "outcome": "added",
            "asset": "riverside-case-study",
            "state": "indexed",
            "reason": "",
            "faults": [],
            "pages": 1,
            "characters": 10,
        },
    ]
    assets = rows(select(Asset).order_by(Asset.id))
    assert [(a.state, a.kind, a.owner_id) for a in assets] == [
        ("published", "other", owner.id),
        ("published", "case_study", owner.id),
    ]
    assert sorted(rows(select(Term.name))) == ["Healthcare", "North America"]


def test_the_same_file_again_adds_nothing_and_names_what_is_there(rows, add, folder):
    (path,) = write(folder, samples.plain("Once.", "once.txt"))
    add(path)
    code, (line,), _ = add(path)
    assert (code, line["asset"], line["state"], line["characters"]) == (0, "once", "indexed", 5)
    assert "in the library as “Once”" in line["reason"]
    assert len(rows(select(Asset))) == 1


@pytest.mark.parametrize(("before", "after"), [("draft", "published"), ("archived", "archived")])
def test_publishing_a_known_file_publishes_its_draft_but_brings_nothing_back(
    make, rows, add, folder, before, after
):
    (path,) = write(folder, samples.plain("Once.", "once.txt"))
    add(path)
    make.inside(lambda: db.session.execute(update(Asset).values(state=before)))
    code, (line,), _ = add(path, "--publish")
    assert (code, line["asset"], line["state"]) == (0, "once", "indexed")
    assert rows(select(Asset.state)) == [after]


def test_bad_paths_and_files_are_told_of_and_the_others_go_on(app, rows, add, folder):
    app.config["MAX_UPLOAD_MB"] = 1
    (folder / "huge.txt").write_bytes(b"x" * (1024 * 1024 + 1))
    (folder / "empty.pdf").touch()
    write(folder, samples.plain("no pdf", "wrong.pdf"), samples.plain("Fine.", "zfine.txt"))
    code, lines, beside = add(folder / "missing.pdf", folder)
    assert code == 1
    assert "5 files: 1 missing, 3 refused, 1 added." in beside
    found = {Path(line["path"]).name: (line["asset"], line["state"], line["reason"]) for line in lines}
    assert found == {
        "missing.pdf": (None, "refused", "There is no file at this path."),
        "empty.pdf": (None, "refused", "The file is empty."),
        "huge.txt": (None, "refused", "The file is larger than 1 MB."),
        "wrong.pdf": (None, "refused", "The name ends in .pdf, but the file looks like plain text."),
        "zfine.txt": ("zfine", "indexed", ""),
    }
    assert [asset.slug for asset in rows(select(Asset))] == ["zfine"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--term", "industry"), "needs FACET=VALUE"),
        (("--term", "colour=red"), "no filter “colour”"),
        (("--owner", "nobody@example.com"), "no person with the email"),
        (("--kind", "novel"), "novel"),
    ],
)
def test_options_that_make_no_sense_add_nothing(app, rows, folder, options, words):
    (path,) = write(folder, samples.plain("Once.", "once.txt"))
    result = app.test_cli_runner().invoke(args=["library", "add", str(path), *options])
    assert result.exit_code != 0
    assert words in result.output
    assert rows(select(Asset)) == []


def test_without_json_each_file_is_one_sentence(app, folder):
    (path,) = write(folder, samples.plain("Some notes.", "notes.txt"))
    result = app.test_cli_runner().invoke(args=["library", "add", str(path)])
    assert result.stdout == f"{path} -> /library/notes: searchable (1 page, 11 characters)\n"


@pytest.mark.timeout(300)
def test_all_real_office_files_end_in_a_named_state(rows, add, shared_data):
    code, lines, _ = add(shared_data / "office", "--draw")
    files = [path for path in (shared_data / "office").rglob("*") if path.is_file()]
    assert code == 0
    assert len(lines) == len(files)
    states = Counter(line["state"] for line in lines)
    assert set(states) <= STATES
    assert states["indexed"] >= 150
    assert all(line["reason"] for line in lines if line["state"] != "indexed")
    versions = rows(select(Version))
    assert len(versions) == len({line["asset"] for line in lines if line["asset"]})
    assert {version.state for version in versions} <= STATES
    assert all(version.preview_kind != "waiting" for version in versions)
