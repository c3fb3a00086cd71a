"""The figures as files: what the page shows, with all that it takes to read it rightly and to repeat it."""

from __future__ import annotations

import io

import pytest
from docx import Document
from openpyxl import load_workbook

from portal.db import db
from portal.impact.models import ImpactRow
from tests.impact.test_choosing import HEALTHCARE, drawn, exported, world
from tests.impact.test_pages import CLEAR, TOO_FEW, snapshot, text_of

__all__ = ["world"]
FILE = HEALTHCARE.replace("/impact?", "/impact/export.csv?")


def test_a_file_has_the_rows_of_the_page_in_its_order_with_its_figures(make, sign_in, world):
    client = sign_in(make.user())
    page = drawn(client.get(f"{HEALTHCARE}&sort=-won"))
    file = exported(client, f"{FILE}&sort=-won")
    rows = file[1 : file.index([])]
    assert [row[0] for row in rows] == list(page)
    for title, kind, deals, won, lost, *_ in rows:
        for words in (title, kind, f"{deals} deals", f"{won} won", f"{lost} lost"):
            assert words in page[title]
    for row in rows:
        if row[5]:
            shown = round(float(row[5]))
            assert f" {'+' if shown > 0 else '−' if shown else ''}{abs(shown)} points" in page[row[0]]


def test_a_file_holds_all_pages_of_the_list(make, sign_in):
    snapshot(make, {make.asset(f"Deck {number:02}"): CLEAR for number in range(23)})
    file = exported(sign_in(make.user()), "/impact/export.csv?sort=content&page=2")
    assert [row[0] for row in file[1 : file.index([])]] == [f"Deck {number:02}" for number in range(23)]


def test_a_file_says_all_that_it_takes_to_read_and_repeat_it(make, sign_in, world):
    file = exported(sign_in(make.user()), f"{FILE}&kind=deck&begin=2026-01-01")
    said = dict(line for line in file[file.index([]) + 1 :] if line[0] != "Note")
    assert said["Period"] == "Deals closed: since 1 Jan 2026"
    assert said["Industry"] == "Healthcare"
    assert said["Segment"] == "Every segment"
    assert said["Kind of content"] == "Deck"
    assert said["Method"].startswith("matched-lift/")
    assert said["Figures"] == "snapshot 1, worked out 03 Nov 2026, 02:14 UTC"
    assert said["Data as of"] == "03 Nov 2026, 02:14 UTC"
    assert said["Address"].endswith("/impact?begin=2026-01-01&industry=Healthcare&kind=deck&snapshot=1")
    for heading in ("Difference, points", "Likely from, points", "Verdict", "Credited revenue, USD"):
        assert said[heading]
    assert "add up" in said["Credited revenue, USD"]
    assert "does not add up" in said["Revenue of deals, USD"]
    notes = [line[1] for line in file if line[0:1] == ["Note"]]
    assert any(note.startswith("Content is logged on 100% of the closed deals chosen") for note in notes)


def test_the_address_that_a_file_names_shows_the_same(make, sign_in, world):
    client = sign_in(make.user())
    file = exported(client, FILE)
    address = next(line[1] for line in file if line[:1] == ["Address"])
    path = address[address.index("/impact") :]
    assert list(drawn(client.get(path))) == [row[0] for row in file[1 : file.index([])]]


@pytest.mark.parametrize("choice", ["?snapshot=1", "?snapshot=1&industry=Healthcare&sort=-won"])
def test_the_same_address_gives_the_same_bytes_after_newer_figures(make, sign_in, world, choice):
    client = sign_in(make.user())
    before = client.get(f"/impact/export.csv{choice}").data
    snapshot(make, {world["assets"][0]: CLEAR})
    make.deal()
    assert client.get(f"/impact/export.csv{choice}").data == before
    assert client.get("/impact/export.csv").data != before


def test_the_command_writes_the_same_bytes(app, make, sign_in, world, tmp_path):
    out = tmp_path / "figures.csv"
    client = sign_in(make.user("admin"))
    arguments = ["--snapshot", "1", "--industry", "Healthcare", "--team", "West", "--sort", "content"]
    run = app.test_cli_runner().invoke(args=["impact", "export", *arguments, "--out", str(out)])
    assert run.exit_code == 0, run.output
    asked = f"?snapshot=1&industry=Healthcare&team={world['team'].id}&sort=content"
    assert out.read_bytes() == client.get(f"/impact/export.csv{asked}").data


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--snapshot", "9"], "not kept any more"),
        (["--segment", "Large"], "No deal here has this segment."),
        (["--from", "soon"], "Please give a day such as 2026-03-31."),
        (["--out", "figures.pdf"], "A file ends in .csv, .xlsx, .docx."),
        (["--out", "/nowhere/at/all.csv"], "could not be written"),
    ],
)
def test_the_command_refuses_what_it_can_not_take_in_words(app, world, tmp_path, arguments, words):
    usual = [] if "--out" in arguments else ["--out", str(tmp_path / "figures.csv")]
    run = app.test_cli_runner().invoke(args=["impact", "export", *arguments, *usual])
    assert run.exit_code != 0
    assert words in run.output
    assert list(tmp_path.glob("*.csv")) == []


def test_office_files_hold_the_same_rows_and_definitions(make, sign_in, world):
    client = sign_in(make.user())
    rows = exported(client, FILE)
    names = [row[0] for row in rows[1 : rows.index([])]]
    book = load_workbook(io.BytesIO(client.get(FILE.replace("csv", "xlsx")).data))
    sheet, about = book.worksheets
    assert [cell.value for cell in sheet["A"]][1:] == names
    assert {"Method", "Address", "Industry", "Note"} <= {cell.value for cell in about["A"]}
    document = Document(io.BytesIO(client.get(FILE.replace("csv", "docx")).data))
    assert [row.cells[0].text for row in document.tables[-1].rows][1:] == names
    assert any("Address: " in paragraph.text for paragraph in document.paragraphs)


def test_no_estimate_and_no_price_leave_where_the_data_cannot_carry_them(make, sign_in):
    unclear = CLEAR | {"verdict": "no_clear_difference"}
    snapshot(make, {make.asset("Few"): TOO_FEW, make.asset("Open"): unclear})
    client = sign_in(make.user())
    file = exported(client, "/impact/export.csv?sort=content")
    few, unclear_row = (dict(zip(file[0], row, strict=True)) for row in file[1:3])
    assert few["Difference, points"] == few["Likely from, points"] == ""
    assert unclear_row["Difference, points"] == "7.0"
    for row in (few, unclear_row):
        assert row["What it is worth, USD"] == row["Worth to, USD"] == ""
    assert "$700" not in text_of(client, "/impact")


def test_a_place_that_depends_on_the_rule_and_a_second_opinion_are_flagged(app, make, sign_in):
    joint = {"joint_effect": 0.01, "joint_ci_low": -0.02, "joint_ci_high": 0.04, "joint_q": 0.4}
    flagged = CLEAR | joint | {"rank_best": 2, "rank_worst": 19}
    snapshot(
        make,
        {make.asset("Steady"): CLEAR | {"rank_best": 1, "rank_worst": 2}, make.asset("Flipping"): flagged},
    )
    client = sign_in(make.user())
    page = client.get("/impact")
    assert 'title="Its place is 2nd to 19th, depending on the rule."' in page.text
    assert page.text.count("depending on the rule.") == 1
    assert "Second opinion: no clear difference (+1, −2 to +4)." in drawn(page)["Flipping"]
    assert "Second opinion" not in drawn(page)["Steady"]
    with app.app_context():
        row = db.session.get_one(ImpactRow, 2)
        row.joint_q, row.joint_effect = 0.001, 0.08
        db.session.commit()
    assert "Second opinion" not in client.get("/impact").text.split("<tbody")[1]


def test_a_file_for_a_meeting_begins_with_the_sentence_of_the_page(make, sign_in):
    snapshot(make, {make.asset("More"): CLEAR, make.asset("Few"): TOO_FEW})
    client = sign_in(make.user())
    sentence = (
        "1 piece of content won more often than other content on similar deals; 1 has not enough deals yet."
    )
    assert sentence in text_of(client, "/impact")
    document = Document(io.BytesIO(client.get("/impact/export.docx").data))
    said = [paragraph.text for paragraph in document.paragraphs]
    assert said[:2] == ["Impact of content", sentence]
    assert sum(sentence in words for words in said) == 1
    assert ["In short", sentence] in exported(client, "/impact/export.csv")


def test_a_word_file_draws_each_difference_with_its_range_and_says_it_in_words(make, sign_in):
    less = CLEAR | {"verdict": "no_clear_difference", "lift": -0.05, "ci_low": -0.09, "ci_high": -0.01}
    snapshot(make, {make.asset("More"): CLEAR, make.asset("Less"): less, make.asset("Few"): TOO_FEW})
    file = sign_in(make.user()).get("/impact/export.docx").data
    document = Document(io.BytesIO(file))
    plot = document.tables[0]
    assert [(row.cells[0].text, row.cells[2].text) for row in plot.rows] == [
        ("More", "+7 (+2 to +12)"),
        ("Less", "−5 (−9 to −1)"),
        ("", ""),
    ]
    assert plot.rows[2].cells[1].text.split() == ["−10", "−5", "0", "+5", "+10", "+15"]
    assert "a range can leave out zero by chance" in " ".join(one.text for one in document.paragraphs)
    described = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert described == ["More: +7 (+2 to +12)", "Less: −5 (−9 to −1)"]


def test_a_word_file_without_any_verdict_draws_no_bars_of_deals(make, sign_in):
    snapshot(make, {make.asset("Few"): TOO_FEW})
    document = Document(io.BytesIO(sign_in(make.user()).get("/impact/export.docx").data))
    assert len(document.inline_shapes) == 0
