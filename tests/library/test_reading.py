"""The job that reads a version: what it stores, and that doing it again changes nothing."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import func, select, update

from portal.db import db, now
from portal.jobs import MAX_ATTEMPTS, Job, drain, enqueue
from portal.library import keeping, reading
from portal.library.adding import receive_file, take_file
from portal.library.documents.kinds import FileKind
from portal.library.documents.pages import PageText
from portal.library.models import Page, Version
from portal.library.proposals import propose_kind
from tests.library import samples


def test_text_pictures_and_counts_are_stored_by_page(make, rows, add_file):
    add_file(samples.pdf("two.pdf", "First page.", "Second page."))
    (version,) = rows(select(Version))
    assert (version.state, version.page_count, version.character_count, version.media_type) == (
        "indexed",
        2,
        len("First page.") + len("Second page."),
        "application/pdf",
    )
    pages = rows(select(Page).order_by(Page.number))
    assert [page.text for page in pages] == ["First page.", "Second page."]
    assert all(page.image_sha256 and page.thumbnail_sha256 and page.width == 1200 for page in pages)


def test_reading_again_changes_nothing(make, rows, add_file, run_jobs):
    asset = add_file(samples.pdf("two.pdf", "First page.", "Second page."))
    before = [(page.id, page.image_sha256) for page in rows(select(Page).order_by(Page.id))]
    make.inside(lambda: enqueue("read_version", asset.current_version_id))
    run_jobs()
    assert [(page.id, page.image_sha256) for page in rows(select(Page).order_by(Page.id))] == before


def test_a_reading_that_stopped_half_way_goes_on_where_it_was(make, rows, add_file, run_jobs):
    asset = add_file(samples.pdf("one.pdf", "Words."))

    def forget_drawing():
        version = db.session.get_one(Version, asset.current_version_id)
        version.preview_kind = "waiting"
        for page in version.pages:
            page.image_sha256 = None
        enqueue("read_version", version.id)

    make.inside(forget_drawing)
    run_jobs()
    (version,), (page,) = rows(select(Version)), rows(select(Page))
    assert (version.preview_kind, page.text, bool(page.image_sha256)) == ("pages", "Words.", True)


def test_a_reader_that_fails_leaves_a_named_state(make, rows, add_file, monkeypatch):
    def fail(*_):
        raise OSError("disk on fire")

    monkeypatch.setattr(reading, "read_text", fail)
    add_file(samples.plain("Words.", "notes.txt"))
    (version,) = rows(select(Version))
    assert (version.state, version.state_reason) == ("stored_no_text", "It could not be read.")
    assert rows(select(func.count()).select_from(Job).where(Job.state != "done")) == [0]


def test_a_reading_that_is_given_up_says_so_and_can_be_tried_again(
    app, make, sign_in, rows, run_jobs, monkeypatch
):
    marketer = make.user("marketer")
    client, real = sign_in(marketer), keeping.keep_text
    client.post("/library/new", data={"as": "files", "files": [samples.plain("Words.", "notes.txt")]})

    def fail(version_id, found):
        if found.state == "indexed":
            raise OSError("disk full")
        real(version_id, found)

    monkeypatch.setattr(keeping, "keep_text", fail)
    for _ in range(MAX_ATTEMPTS):
        make.inside(lambda: db.session.execute(update(Job).values(run_after=now())))
        run_jobs()
    (version,) = rows(select(Version))
    assert (version.state, version.preview_kind) == ("stored_no_text", "cards")
    assert version.state_reason.startswith("It could not be read: ")
    assert "disk full" in version.state_reason
    assert "Read it again" in client.get("/library/notes").text
    monkeypatch.setattr(keeping, "keep_text", real)
    assert client.post("/library/notes/v/1/read-again").status_code == 303
    run_jobs()
    (version,) = rows(select(Version))
    assert (version.state, version.state_reason, version.preview_kind) == ("indexed", "", "cards")
    assert "Read it again" not in client.get("/library/notes").text
    assert client.post("/library/notes/v/1/read-again").status_code == 409


def test_a_drawing_that_is_given_up_keeps_the_text_and_can_be_tried_again(
    make, sign_in, rows, run_jobs, monkeypatch
):
    client, real = sign_in(make.user("marketer")), keeping.keep_drawing
    client.post("/library/new", data={"as": "files", "files": [samples.pdf("one.pdf", "Words.")]})

    def fail(version_id, drawing):
        if drawing.pages:
            raise OSError("disk full")
        real(version_id, drawing)

    monkeypatch.setattr(keeping, "keep_drawing", fail)
    for _ in range(MAX_ATTEMPTS):
        make.inside(lambda: db.session.execute(update(Job).values(run_after=now())))
        run_jobs()
    (version,) = rows(select(Version))
    assert (version.state, version.preview_kind) == ("indexed", "none")
    assert version.preview_reason.startswith("It could not be drawn: OSError: disk full")
    monkeypatch.setattr(keeping, "keep_drawing", real)
    assert client.post("/library/one/v/1/read-again").status_code == 303
    run_jobs()
    (version,), (page,) = rows(select(Version)), rows(select(Page))
    assert (version.state, version.preview_kind, page.text, bool(page.image_sha256)) == (
        "indexed",
        "pages",
        "Words.",
        True,
    )


def test_the_text_is_searchable_before_anything_is_drawn(app, make, rows):
    make.inside(lambda: take_file(receive_file(*samples.pdf("one.pdf", "Words.")), by=None))
    with app.app_context():
        drain(kinds=("read_version",))
    (version,) = rows(select(Version))
    assert (version.state, version.preview_kind) == ("indexed", "waiting")
    left = set(rows(select(Job.kind).where(Job.state == "waiting")))
    assert {"draw_version", "index_asset"} <= left


@pytest.mark.parametrize("kind", ["read_version", "draw_version"])
def test_a_job_for_a_version_that_is_gone_is_done_at_once(make, rows, run_jobs, kind):
    make.inside(lambda: enqueue(kind, 999))
    run_jobs()
    assert rows(select(Job.state)) == ["done"]


def test_words_are_spread_over_drawn_pages_in_order_and_none_is_lost():
    pages = [PageText(1, "Start", "aa\nbb\ncc"), PageText(2, "End", "dd\nee\nff")]
    found = reading.spread(pages, 3)
    assert [(page.number, page.title, page.text) for page in found] == [
        (1, "Start", "aa\nbb"),
        (2, "End", "cc\ndd"),
        (3, "", "ee\nff"),
    ]
    assert reading.spread([], 2) == [PageText(1, "", ""), PageText(2, "", "")]


@pytest.mark.parametrize(
    ("filename", "title", "text", "kind"),
    [
        ("ACME_case-study.pdf", "", "", "case_study"),
        ("Battlecard vs Rival.docx", "", "", "battle_card"),
        ("pitch.pptx", "", "", "deck"),
        ("Q3 one-pager.pptx", "", "", "one_sheeter"),
        ("demo.mp4", "", "", "video"),
        ("a.pdf", "White paper: heat", "", "white_paper"),
        ("a.docx", "", "Customer story. It began in May.", "case_study"),
        ("a.docx", "", "Decked out in blue.", "other"),
        ("a.docx", "", "", "other"),
    ],
)
def test_a_kind_is_proposed_from_name_type_and_first_words(filename, title, text, kind):
    assert propose_kind(filename, title=title, text=text) == kind


def test_markdown_is_laid_out_in_a_process_of_its_own_so_that_no_text_can_end_ours(app, monkeypatch):
    def drawing(body: str) -> reading.Drawing:
        with app.app_context():
            return reading.draw(reading.Source(1, 1, None, "text.md", body, True, True), FileKind.MD)

    # The text itself is run in the place of the renderer: nobody else may do as it says.
    monkeypatch.setattr(reading, "to_html", eval)
    where = drawing("str(__import__('os').getpid())").html
    assert where is not None
    assert where.isdecimal()
    assert where != str(os.getpid())
    ended = drawing("__import__('os').abort()")
    assert (ended.kind, ended.html) == ("cards", None)
    assert (
        ended.reason
        == "It is shown as plain text: as a page, it could not be read: the reader crashed on it."
    )
