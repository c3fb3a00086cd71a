"""The CSV file beside a folder: what it says is read whatever its spelling, and wrong rows are named one by one."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from portal.library.importing.sidecar import read_sidecar
from portal.tabular.decoding import TableUnreadable


@pytest.fixture
def read(tmp_path):
    """Read a sidecar in a folder with a few files: read(text or bytes) gives rows by name, and the sidecar."""
    folder = tmp_path / "content"
    names = ("a.docx", "b.pdf", "sub/c.md", "two  spaces.txt", unicodedata.normalize("NFD", "Büro.pdf"))
    files = []
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        files.append(path)

    def reading(content, encoding="utf-8"):
        path = folder / "tandem.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        sidecar = read_sidecar(path, [folder], files)
        prefix = len(str(folder)) + 1
        return {place[prefix:]: row for place, row in sidecar.rows.items()}, sidecar

    return reading


def faults(sidecar):
    return [(fault.line, fault.path, fault.reason) for fault in sidecar.faults]


def test_everything_a_row_can_say_is_read(read):
    rows, sidecar = read(
        "path,title,kind,terms,owner,expires\n"
        'a.docx,"Our story, told",case_study,"industry=Energy; stage = Discovery",ana@example.com,2026-12-31\n'
    )
    row = rows["a.docx"]
    assert (row.line, row.title, row.kind, row.owner) == (
        2,
        "Our story, told",
        "case_study",
        "ana@example.com",
    )
    assert row.terms == (("industry", "Energy"), ("stage", "Discovery"))
    assert row.expires == date(2026, 12, 31)
    assert row.faults == []
    assert sidecar.faults == ()
    assert sidecar.notes == ("Expiry dates were read as year-month-day.",)


@pytest.mark.parametrize(
    "header",
    ["File;Name;Type;Tags;Content owner;Expiry date", "FILE PATH;Title;Kind;Filters;owner_email;Valid until"],
)
def test_columns_go_by_many_names_and_semicolons_separate_too(read, header):
    rows, _ = read(f'{header}\nb.pdf;Prices;Presentation;"industry=Energy; region=EMEA";a@b.co;31.12.2026\n')
    row = rows["b.pdf"]
    assert (row.title, row.kind, row.owner, row.expires) == ("Prices", "deck", "a@b.co", date(2026, 12, 31))
    assert row.terms == (("industry", "Energy"), ("region", "EMEA"))


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        *(("Case study", "case_study"), ("case studies", "case_study"), ("ONE-SHEETER", "one_sheeter")),
        *(("Datasheet", "one_sheeter"), ("battle cards", "battle_card"), ("Other", "other"), ("n/a", "")),
    ],
)
def test_kinds_are_known_by_what_people_call_them(read, written, kind):
    rows, _ = read(f"path,kind\na.docx,{written}\n")
    assert (rows["a.docx"].kind, rows["a.docx"].faults) == (kind, [])


def test_paths_are_found_from_the_files_folder_with_either_slash_and_in_any_spelling(read):
    rows, sidecar = read("path\n./a.docx\nsub\\c.md\ntwo  spaces.txt\nsub/../b.pdf\nBüro.pdf\n")
    assert list(rows) == ["a.docx", "sub/c.md", "two  spaces.txt", "b.pdf", "Büro.pdf"]
    assert sidecar.faults == ()


def test_rows_that_lead_nowhere_are_named_with_line_and_reason_and_the_others_stand(read, tmp_path):
    (tmp_path / "secret.txt").write_text("outside")
    rows, sidecar = read(
        "path,title\nmissing.pdf,A\n../secret.txt,B\n/etc/passwd,C\n,D\na.docx,E\nsub/../a.docx,F\nb.pdf,G,H\n"
    )
    assert [(name, row.title) for name, row in rows.items()] == [("a.docx", "E")]
    assert faults(sidecar) == [
        (2, "missing.pdf", "There is no such file."),
        (3, "../secret.txt", "The path leads outside the folder."),
        (4, "/etc/passwd", "The path leads outside the folder."),
        (5, "", "The path is empty."),
        (7, "sub/../a.docx", "The same file is on line 6 already; that line counts."),
        (8, "b.pdf", "The row has 3 cells where the header has 2."),
    ]


def test_cells_that_make_no_sense_are_left_out_and_the_rest_of_the_row_is_kept(read):
    rows, sidecar = read(
        "path,title,kind,terms,expires\n"
        f"a.docx,{'x' * 301},novel,Energy; industry=; stage=Discovery,2026-02-30\n"
        "b.pdf,Fine,deck,,soon\n"
        "sub/c.md,Fine too,,,2027-01-01\n"
    )
    assert sidecar.faults == ()
    assert (rows["a.docx"].title, rows["a.docx"].kind, rows["a.docx"].expires) == ("", "", None)
    assert rows["a.docx"].terms == (("stage", "Discovery"),)
    found = "\n".join(rows["a.docx"].faults)
    for words in (
        "The title has 301 characters",
        "There is no kind “novel”",
        "this is “Energy”",
        "this is “industry=”",
        "Expires “2026-02-30”: There is no such day",
    ):
        assert words in found
    assert rows["b.pdf"].faults == [
        "Expires “soon”: This is no date that can be read; 2017-03-01 is sure to be."
    ]
    assert (rows["b.pdf"].title, rows["b.pdf"].kind) == ("Fine", "deck")
    assert rows["sub/c.md"].expires == date(2027, 1, 1)


def test_one_format_of_dates_is_settled_for_the_column(read):
    rows, sidecar = read("path,expires\na.docx,03/04/2027\nb.pdf,25/04/2027\nsub/c.md,2027-04-26\n")
    assert rows["a.docx"].expires == date(2027, 4, 3)
    assert rows["b.pdf"].expires == date(2027, 4, 25)
    assert "The other dates of this column are written day/month/year" in rows["sub/c.md"].faults[0]
    assert "Expiry dates were read as day/month/year." in sidecar.notes


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_encodings_of_spreadsheets_are_read(read, encoding):
    rows, _ = read("path;title\na.docx;Über Größe – ein “Märchen”\n", encoding)
    assert rows["a.docx"].title == "Über Größe – ein “Märchen”"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n\n", "is empty"),
        (b"path,title\na.docx,One\0two\n", "is not text"),
        (b"PK\x03\x04 not a csv", "is a damaged workbook"),
        (b"title,kind\nOne,deck\n", "has no column for the file's path"),
        (b"path,Path\na.docx,b.pdf\n", "twice"),
        (b'"path,title\na.docx,One\n', "quote in its header line is never closed"),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(read, content, words):
    with pytest.raises(TableUnreadable, match=words):
        read(content)


def test_a_folder_or_a_missing_file_is_no_sidecar(tmp_path):
    with pytest.raises(TableUnreadable, match="directory"):
        read_sidecar(tmp_path)
    with pytest.raises(TableUnreadable, match="no such file"):
        read_sidecar(tmp_path / "none.csv")


def test_only_a_header_says_nothing_and_that_is_noted(read):
    rows, sidecar = read("path,title\n")
    assert (rows, sidecar.faults, sidecar.notes) == ({}, (), ("It names no file.",))


def test_columns_that_nobody_reads_are_named(read):
    _, sidecar = read("path,file,colour\na.docx,a.docx,red\n")
    assert "“path” was taken" in sidecar.notes[0]
    assert sidecar.notes[-1] == "Columns that nobody reads: “file”, “colour”."


def test_a_hundred_thousand_rows_are_judged_one_by_one(read):
    lines = [f"none/{number}.pdf,Title {number}" for number in range(100_000)]
    lines[50_000] = "a.docx,Found"
    rows, sidecar = read("path,title\n" + "\n".join(lines) + "\n")
    assert [(name, row.line, row.title) for name, row in rows.items()] == [("a.docx", 50_002, "Found")]
    assert len(sidecar.faults) == 99_999
    assert (sidecar.faults[-1].line, sidecar.faults[-1].reason) == (100_001, "There is no such file.")
