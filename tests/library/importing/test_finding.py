"""Which files of a folder are taken: each once, none from elsewhere, and nothing is passed over in silence."""

from __future__ import annotations

import errno
import json
import os

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from portal.library.importing import finding, running
from portal.library.models import Asset
from portal.storage import FolderStorage


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "content"
    (path / "sub").mkdir(parents=True)
    (path / "a.txt").write_text("The first.")
    return path


@pytest.fixture
def add(app):
    """Run the command: exit code, lines by file name, and what it said beside."""

    def run(*arguments):
        result = app.test_cli_runner().invoke(args=["library", "add", "--json", *map(str, arguments)])
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        return result.exit_code, {line["path"].rpartition("/")[2]: line for line in lines}, result.stderr

    return run


def reasons(lines):
    return {name: (line["outcome"], line["reason"]) for name, line in lines.items()}


def test_two_files_whose_names_only_look_alike_are_two(rows, add, folder):
    (folder / "caf\u00e9.txt").write_text("One letter.")
    (folder / "cafe\u0301.txt").write_text("A letter and its accent.")
    code, lines, _ = add(folder)
    assert (code, len(lines), len(rows(select(Asset)))) == (0, 3, 3)


def test_a_sidecar_names_a_file_however_its_accents_are_written(rows, add, folder):
    (folder / "cafe\u0301.txt").write_text("A letter and its accent.")
    (folder / "tandem.csv").write_text("path,title\ncaf\u00e9.txt,Coffee\n")
    assert add(folder)[0] == 0
    assert "Coffee" in rows(select(Asset.title))


def test_a_file_that_is_named_twice_is_taken_once(add, folder, tmp_path):
    (tmp_path / "other").symlink_to(folder)
    code, lines, beside = add(folder, folder / "a.txt", tmp_path / "other")
    assert (code, list(lines)) == (0, ["a.txt"])
    assert "1 file: 1 added." in beside


def test_links_out_of_the_folder_are_not_followed_and_said(rows, add, folder, tmp_path):
    (tmp_path / "secret.txt").write_text("Not for the library.")
    (tmp_path / "away").mkdir()
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "folder").symlink_to(tmp_path / "away")
    (folder / "dead.txt").symlink_to(folder / "nothing.txt")
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "again.txt").symlink_to(folder / "a.txt")
    code, lines, _ = add(folder)
    assert code == 1
    assert reasons(lines) == {
        "a.txt": ("added", ""),
        "dead.txt": ("refused", finding.LINK_NOWHERE),
        "folder": ("refused", finding.LINK_OUT),
        "loop": ("refused", finding.LINK_NOWHERE),
        "out.txt": ("refused", finding.LINK_OUT),
    }
    assert len(rows(select(Asset))) == 1


def test_a_link_that_somebody_names_is_followed(rows, add, folder, tmp_path):
    (tmp_path / "link.txt").symlink_to(folder / "a.txt")
    assert reasons(add(tmp_path / "link.txt")[1]) == {"link.txt": ("added", "")}


def test_what_is_no_file_is_said_and_not_opened(add, folder):
    os.mkfifo(folder / "pipe")
    code, lines, beside = add(folder, folder / "pipe")
    assert (code, reasons(lines)["pipe"]) == (1, ("refused", finding.NO_FILE))
    assert "3 files: 2 refused, 1 added." in beside


def test_a_folder_that_can_not_be_opened_is_said_and_the_others_go_on(add, folder, monkeypatch):
    (folder / "z.txt").write_text("The last.")
    real = os.scandir

    def refuse(path):
        if str(path).endswith("sub"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    code, lines, _ = add(folder)
    assert (code, list(lines)) == (1, ["sub", "a.txt", "z.txt"])
    assert lines["sub"]["reason"] == "This folder could not be opened: Permission denied."


def test_a_sidecar_in_a_folder_below_speaks_of_that_folder_and_is_no_content(rows, add, folder):
    (folder / "sub" / "b.txt").write_text("The second.")
    (folder / "tandem.csv").write_text("path,title\na.txt,First\nsub/b.txt,From above\n")
    (folder / "sub" / "tandem.csv").write_text("path,title\nb.txt,From beside\nc.txt,None\n")
    code, lines, _ = add(folder)
    assert (code, sorted(lines)) == (1, ["a.txt", "b.txt", "c.txt"])
    assert lines["c.txt"]["reason"] == f"{folder}/sub/tandem.csv, line 3: There is no such file."
    assert sorted(rows(select(Asset.title))) == ["First", "From beside"]


def test_a_sidecar_below_that_can_not_be_read_is_named_with_its_folder(rows, add, folder):
    (folder / "sub" / "tandem.csv").write_text("title\nNo path\n")
    code, _, beside = add(folder)
    assert (code, rows(select(Asset))) == (1, [])
    assert f"(in {folder}/sub)" in beside


def test_where_another_sidecar_is_named_those_in_the_folders_are_left_out_and_said(
    rows, add, folder, tmp_path
):
    (folder / "sub" / "tandem.csv").write_text("path,title\na.txt,Wrong\n")
    (tmp_path / "list.csv").write_text("path,title\na.txt,Right\n")
    code, lines, beside = add(folder, "--sidecar", tmp_path / "list.csv")
    assert (code, list(lines), rows(select(Asset.title))) == (0, ["a.txt"], ["Right"])
    assert f"{folder}/sub/tandem.csv is not used and not added" in beside


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00 a program"])
def test_a_file_that_is_refused_is_told_of_by_the_exit_code(add, folder, content):
    (folder / "b.pdf").write_bytes(content)
    code, lines, _ = add(folder)
    assert (code, lines["b.pdf"]["outcome"], lines["a.txt"]["outcome"]) == (1, "refused", "added")


def test_a_full_disk_is_told_of_by_the_exit_code(add, folder, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FolderStorage, "put", refuse)
    code, lines, _ = add(folder)
    assert (code, lines["a.txt"]["reason"]) == (
        1,
        "It could not be read and stored: No space left on device.",
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            OperationalError("…", {}, Exception("database is locked")),
            "the database said “database is locked”",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (ZeroDivisionError(), "ZeroDivisionError, which nobody foresaw"),
    ],
)
def test_a_run_that_has_to_stop_says_so_in_a_sentence_and_keeps_its_report(
    rows, add, folder, monkeypatch, error, words
):
    for name in "bc":
        (folder / f"{name}.txt").write_text(f"This is {name}.")
    real = running.take_file

    def take(received, **facts):
        if received.filename == "b.txt":
            raise error
        return real(received, **facts)

    with monkeypatch.context() as broken:
        broken.setattr(running, "take_file", take)
        code, lines, beside = add(folder, "--report", folder.parent / "report.csv")
    assert (code, list(lines), "Traceback" in beside) == (1, ["a.txt"], False)
    assert f"Then the run stopped: {words}." in beside
    assert "Run the same command again" in beside
    assert (folder.parent / "report.csv").read_text().count("a.txt") == 1
    code, lines, _ = add(folder)
    assert [line["outcome"] for line in lines.values()] == ["already there", "added", "added"]


def test_a_name_that_is_no_utf_8_is_shown_by_its_bytes(app, add, folder):
    (folder / os.fsdecode(b"bad\xff.txt")).write_text("Words.")
    assert set(add(folder)[1]) == {"a.txt", "bad\\xff.txt"}


@pytest.fixture
def twice(folder):
    """The same file at two paths, each with a row of its own."""
    (folder / "sub" / "b.txt").write_text("The first.")
    (folder / "tandem.csv").write_text("path,title\na.txt,As it is here\nsub/b.txt,As it is there\n")
    return folder


def test_of_one_file_at_two_paths_the_first_row_counts_and_the_second_is_named(rows, add, twice):
    for options, outcome in (((), "added"), (("--update-facts",), "already there")):
        code, lines, _ = add(twice, *options)
        assert (code, lines["a.txt"]["outcome"], lines["b.txt"]["outcome"]) == (0, outcome, "already there")
        assert lines["b.txt"]["reason"] == (
            f"It is the same content as {twice}/a.txt. "
            "What is said of that one counts, and what is said of this one was left out."
        )
        assert rows(select(Asset.title)) == ["As it is here"]


def test_a_dry_run_names_the_second_path_too_whether_the_file_is_there_already_or_not(add, twice):
    for _ in range(2):
        assert (
            f"It is the same file as {twice}/a.txt. What is" in add(twice, "--dry-run")[1]["b.txt"]["reason"]
        )
        add(twice)
