"""`flask library add` with a sidecar: facts come with the files, wrong rows cost nobody a file, nothing is doubled."""

from __future__ import annotations

import csv
import json
from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import func, select, update

from portal.db import db
from portal.jobs import Job
from portal.library import services
from portal.library.adding import receive_file, take_file
from portal.library.importing import running
from portal.library.indexing import engine
from portal.library.models import Asset, AssetEvent, Term, Version
from portal.library.queries import asset_or_404
from portal.search.query import read_query
from portal.search.whoosh_engine import WhooshEngine
from portal.storage import storage
from tests.library import samples

HEADER = "path,title,kind,terms,owner,expires\n"


@pytest.fixture
def folder(tmp_path):
    """A folder with three files."""
    path = tmp_path / "content"
    for stream, name in (
        samples.docx("a.docx", "Turbines turn slowly."),
        samples.plain("Some notes.", "sub/b.txt"),
        samples.pdf("c.pdf", "Prices of parts."),
    ):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(stream.getvalue())
    return path


@pytest.fixture
def add(app):
    """Run the command: exit code, lines by file name (or "line N" of a row), and what it said beside."""

    def run(*arguments):
        result = app.test_cli_runner().invoke(args=["library", "add", "--json", *map(str, arguments)])
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        return result.exit_code, {line["path"].rpartition("/")[2]: line for line in lines}, result.stderr

    return run


def sidecar(folder, *rows, header=HEADER):
    (folder / "tandem.csv").write_text(header + "\n".join(rows))


def test_what_the_sidecar_says_comes_with_the_files(app, make, rows, add, folder):
    owner = make.user("marketer", email="ana@example.com")
    sidecar(
        folder,
        "a.docx,How turbines turn,Case study,industry=Energy; stage=Discovery,ANA@example.com,2031-05-01",
        "sub/b.txt,,,industry=energy,,",
    )
    code, lines, beside = add(folder, "--publish", "--term", "region=EMEA")
    assert code == 0
    assert f"What {folder}/tandem.csv says of the files is used: 2 rows. Expiry dates were read as" in beside
    assert "3 files: 3 added." in beside
    assert set(lines) == {"a.docx", "b.txt", "c.pdf"}
    by_file = {
        version.filename: make.inside(lambda version=version: asset_or_404(version.asset_id))
        for version in rows(select(Version))
    }
    first, notes = by_file["a.docx"], by_file["b.txt"]
    assert (first.title, first.kind, first.owner_id) == ("How turbines turn", "case_study", owner.id)
    assert first.expires_on == date(2031, 5, 1)
    assert {term.name for term in first.terms} == {"Energy", "Discovery", "EMEA"}
    assert {term.name for term in notes.terms} == {"Energy", "EMEA"}
    assert {asset.state for asset in by_file.values()} == {"published"}
    assert len(rows(select(Term))) == 3
    with app.app_context():
        assert [hit.id for hit in engine().rank(read_query("turbines turn"))] == [first.id]
    assert set(rows(select(Job.state).where(Job.kind.in_(("read_version", "index_asset"))))) == {"done"}
    assert "Left to the worker (flask worker): 3 previews to draw" in beside
    assert rows(select(Version.preview_kind)) == ["waiting"]


def test_with_draw_the_previews_are_made_at_once(rows, add, folder):
    assert add(folder, "--draw")[0] == 0
    assert set(rows(select(Version.preview_kind))) == {"html", "cards", "pages"}


def test_bad_rows_are_reported_and_cost_no_file(make, rows, add, folder):
    make.user("rep", email="gone@example.com", status="disabled", name="Gone Person")
    sidecar(
        folder,
        "a.docx,Kept title,novel,colour=red; industry=Energy,nobody@example.com,31.02.2031",
        "missing.docx,,,,,",
        "../outside.docx,,,,,",
        "sub/b.txt,,,,gone@example.com,01.02.2031",
        "a.docx,Twice,,,,",
    )
    code, lines, beside = add(folder)
    assert code == 1
    assert lines["missing.docx"]["reason"] == "tandem.csv, line 3: There is no such file."
    assert lines["outside.docx"]["reason"] == "tandem.csv, line 4: The path leads outside the folder."
    assert lines["missing.docx"]["outcome"] == "row refused"
    faults = "\n".join(lines["a.docx"]["faults"])
    for words in (
        "Line 2: There is no kind “novel”",
        "Line 2: There is no filter “colour”",
        "Line 2: There is no person with the email nobody@example.com",
        "Line 2: Expires “31.02.2031”: There is no such day",
    ):
        assert words in faults
    assert lines["b.txt"]["faults"] == ["Line 5: Gone Person can't sign in, and so can't own content."]
    assert "5 rows of the sidecar could not be taken as written" in beside
    kept = rows(select(Asset).where(Asset.title == "Kept title"))[0]
    assert (kept.owner_id, kept.expires_on) == (None, None)
    assert rows(select(Term.name)) == ["Energy"]
    assert len(rows(select(Asset))) == 3


def test_a_row_that_is_there_twice_is_told_of_and_the_first_counts(rows, add, folder):
    sidecar(folder, "a.docx,First,,,,", "./a.docx,Second,,,,")
    result = add(folder)
    assert result[0] == 1
    assert "1 row of the sidecar could not be taken" in result[2]
    assert "First" in rows(select(Asset.title))
    assert "Second" not in rows(select(Asset.title))


@pytest.mark.parametrize("content", [b"", b"title\nNo path\n", b"PK\x03\x04", b"path\na\0b\n"])
def test_a_sidecar_that_can_not_be_read_adds_nothing_and_says_why(app, rows, folder, content):
    (folder / "tandem.csv").write_bytes(content)
    result = app.test_cli_runner().invoke(args=["library", "add", str(folder)])
    assert result.exit_code == 1
    assert "Error: tandem.csv" in result.output
    assert rows(select(Asset)) == []


def test_a_folder_as_sidecar_and_a_report_that_can_not_be_written_are_refused(app, rows, folder):
    for options, words in (
        (("--sidecar", str(folder)), "directory"),
        (("--report", str(folder / "none" / "report.csv")), "The report can't be written"),
    ):
        result = app.test_cli_runner().invoke(args=["library", "add", str(folder), *options])
        assert (result.exit_code, words in result.output) == (1, True)
    assert rows(select(Asset)) == []


def test_a_sidecar_may_be_elsewhere_and_then_it_alone_counts(rows, add, folder, tmp_path):
    sidecar(folder, "a.docx,From inside,,,,")
    (tmp_path / "list.csv").write_text("file;title\na.docx;From outside\nsub/b.txt;Notes\n")
    code, _, beside = add(folder / "a.docx", folder / "sub", "--sidecar", tmp_path / "list.csv")
    assert (code, "2 rows of the sidecar could not be taken" in beside) == (1, True)
    code, _, beside = add(folder, "--sidecar", tmp_path / "list.csv", "--update-facts")
    assert code == 0
    assert "list.csv says of the files is used: 2 rows." in beside
    assert {"From outside", "Notes"} <= set(rows(select(Asset.title)))


def test_rows_about_files_that_were_not_asked_for_are_no_fault(add, folder):
    sidecar(folder, "a.docx,One,,,,", "c.pdf,Two,,,,")
    code, _, beside = add(folder / "c.pdf", "--sidecar", folder / "tandem.csv")
    assert code == 0
    assert "1 row of it are about files that were not asked for." in beside


def test_a_dry_run_says_what_would_happen_and_writes_nothing(app, rows, add, folder):
    add(folder / "c.pdf")
    (folder / "same.docx").write_bytes((folder / "a.docx").read_bytes())
    (folder / "empty.pdf").touch()
    sidecar(folder, "a.docx,T,novel,industry=New,,")
    with app.app_context():
        files = set(storage().names())
    code, lines, beside = add(folder, "--dry-run", "--publish", "--term", "region=Nowhere")
    assert code == 1
    assert {name: line["outcome"] for name, line in lines.items()} == {
        "a.docx": "would be added",
        "b.txt": "would be added",
        "c.pdf": "already there",
        "empty.pdf": "refused",
        "same.docx": "already there",
    }
    assert "no kind “novel”" in lines["a.docx"]["faults"][0]
    assert lines["same.docx"]["reason"].endswith("/a.docx.")
    assert "Nothing was written." in beside
    assert rows(select(Asset.state)) == ["draft"]
    assert rows(select(Term)) == []
    with app.app_context():
        assert set(storage().names()) == files


def test_known_files_are_left_alone_unless_their_facts_are_to_be_said_anew(make, rows, add, folder):
    owner = make.user("marketer", email="ana@example.com")
    add(folder)
    sidecar(folder, "a.docx,New title,deck,industry=Energy,ana@example.com,2031-05-01")
    code, lines, _ = add(folder)
    assert (code, lines["a.docx"]["outcome"]) == (0, "already there")
    assert "New title" not in rows(select(Asset.title))
    code, lines, _ = add(folder, "--update-facts")
    assert (code, lines["a.docx"]["outcome"], lines["c.pdf"]["outcome"]) == (0, "updated", "already there")
    changed = rows(select(Asset).where(Asset.title == "New title"))[0]
    assert (changed.kind, changed.owner_id, changed.expires_on) == ("deck", owner.id, date(2031, 5, 1))
    happened = rows(
        select(AssetEvent.action).where(AssetEvent.asset_id == changed.id).order_by(AssetEvent.id)
    )
    assert happened == ["created", "edited", "owner_changed", "dates_changed"]
    code, lines, _ = add(folder, "--update-facts")
    assert lines["a.docx"]["outcome"] == "already there"
    assert len(rows(select(Asset))) == 3


def test_the_file_of_an_earlier_version_is_known_too(make, rows, add, folder):
    add(folder / "a.docx")
    (asset_id,) = rows(select(Asset.id))

    def replace():
        stored = storage().put(BytesIO(b"A newer text."))
        services.add_file_version(asset_or_404(asset_id), by=None, stored=stored, filename="a.txt")

    make.inside(replace)
    code, lines, _ = add(folder / "a.docx")
    assert (code, lines["a.docx"]["outcome"]) == (0, "already there")
    assert rows(select(func.count()).select_from(Asset)) == [1]


@pytest.mark.parametrize("state", ["in_review", "from_sales", "archived"])
def test_publishing_leaves_alone_what_people_have_to_decide_on(make, rows, add, folder, state):
    add(folder / "a.docx")
    make.inside(lambda: db.session.execute(update(Asset).values(state=state)))
    add(folder / "a.docx", "--publish")
    assert rows(select(Asset.state)) == [state]


def test_a_known_file_that_nobody_has_read_yet_is_read_and_published(make, rows, add, folder):
    with (folder / "a.docx").open("rb") as stream:
        received = make.inside(lambda: receive_file(stream, "a.docx"))
    make.inside(lambda: take_file(received, by=None))
    code, lines, _ = add(folder / "a.docx", "--publish")
    assert (code, lines["a.docx"]["outcome"], lines["a.docx"]["state"]) == (0, "already there", "indexed")
    assert rows(select(Asset.state)) == ["published"]


def test_a_day_that_has_passed_is_kept_and_said(rows, add, folder):
    sidecar(folder, "a.docx,Old,,,,2020-01-01")
    code, lines, _ = add(folder / "a.docx", "--sidecar", folder / "tandem.csv", "--publish")
    assert code == 0
    assert lines["a.docx"]["reason"].startswith("It expired on 1 Jan 2020")
    assert rows(select(Asset.expires_on)) == [date(2020, 1, 1)]


def test_the_report_is_a_csv_file_without_formulas_and_never_content(rows, add, folder):
    (folder / "=cmd.txt").write_text("A formula for a name.")
    report = folder / "report.csv"
    for _ in range(2):
        result = add(folder, "--report", report)
        assert result[0] == 0
    lines = list(csv.DictReader(report.open(encoding="utf-8-sig", newline="")))
    assert [line["outcome"] for line in lines] == ["already there"] * 4
    assert lines[0]["address"].startswith("/library/")
    assert len(rows(select(Asset))) == 4
    sidecar(folder, "=HYPERLINK(1),,,,,")
    add(folder, "--report", report)
    first = next(csv.DictReader(report.open(encoding="utf-8-sig", newline="")))
    assert (first["path"], first["outcome"]) == ("'=HYPERLINK(1)", "row refused")


def test_the_index_is_written_in_batches(add, folder, monkeypatch):
    monkeypatch.setattr(running, "_INDEX_EVERY", 8)
    for number in range(20):
        (folder / f"more {number}.md").write_text(f"Text number {number}.")
    batches = []
    put = WhooshEngine.put
    monkeypatch.setattr(
        WhooshEngine, "put", lambda self, batch: (batches.append(len(list(batch))), put(self, batch))
    )
    add(folder)
    assert sum(batches) == 23
    assert 2 <= len(batches) <= 4


def test_a_file_that_no_reader_foresaw_is_kept_without_text(rows, add, folder, monkeypatch):
    monkeypatch.setattr(running, "extract", lambda *_: 1 / 0)
    code, lines, _ = add(folder / "a.docx")
    assert (code, lines["a.docx"]["state"], lines["a.docx"]["reason"]) == (
        0,
        "stored_no_text",
        "It could not be read.",
    )
