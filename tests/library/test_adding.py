"""New content: files, a text or a link, and what happens to those that cannot be taken."""

from __future__ import annotations

import sqlite3
from io import BytesIO

import pytest
from sqlalchemy import select

from portal.jobs import Job
from portal.library.models import Asset, Version
from portal.storage import FolderStorage
from tests.library import samples


def drop(client, *uploads, **fields):
    return client.post("/library/new", data={"as": "files", "files": list(uploads), **fields})


def test_each_file_of_a_drop_becomes_a_draft_of_its_own(make, sign_in, rows, run_jobs):
    marketer = make.user("marketer")
    client = sign_in(marketer)
    answer = drop(client, samples.pdf("Riverside case study.pdf"), samples.plain("Hello there.", "notes.txt"))
    assert answer.status_code == 303
    assets = rows(select(Asset).order_by(Asset.id))
    assert [(a.title, a.kind, a.state, a.owner_id) for a in assets] == [
        ("Riverside case study", "case_study", "draft", marketer.id),
        ("Notes", "other", "draft", marketer.id),
    ]
    assert client.get(answer.location).text.count("Text is being read…") == 2
    run_jobs()
    versions = rows(select(Version).order_by(Version.id))
    assert [(v.state, v.page_count, v.preview_kind) for v in versions] == [
        ("indexed", 1, "pages"),
        ("indexed", 1, "cards"),
    ]
    assert "Text is being read…" not in client.get(answer.location).text


def test_a_file_that_cannot_be_taken_is_told_of_and_the_others_are_kept(app, make, sign_in, rows):
    app.config["MAX_UPLOAD_MB"] = 1
    client = sign_in(make.user("marketer"))
    answer = drop(
        client,
        (BytesIO(b"%PDF-" + b"x" * 1024 * 1024), "huge.pdf"),
        (BytesIO(b""), "nothing.pdf"),
        samples.plain("<html>not a pdf</html>", "page.pdf"),
        samples.plain("Good text.", "good.txt"),
    )
    assert [asset.title for asset in rows(select(Asset))] == ["Good"]
    page = client.get(answer.location).text
    assert "huge.pdf: The file is larger than 1 MB." in page
    assert "nothing.pdf: The file is empty." in page
    assert "page.pdf: The name ends in .pdf, but the file looks like a web page (HTML)." in page
    assert "Not added" not in client.get(answer.location).text


def test_a_large_drop_leads_to_all_drafts_for_addresses_have_an_end(make, sign_in, rows):
    client = sign_in(make.user("marketer"))
    answer = drop(client, *(samples.plain(f"Words {n}.", f"{'long name ' * 8}{n}.txt") for n in range(25)))
    assert answer.location == "/library/review"
    assert len(rows(select(Asset.id))) == 25
    assert client.get("/library/review").text.count("Text is being read…") == 25


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        ((BytesIO(b""), "empty.docx"), "empty.docx: The file is empty."),
        ((BytesIO(b"MZ\x90\x00"), "program.docx"), "looks like a Windows program"),
        ((BytesIO(b"PK\x03\x04 no zip"), "broken.png"), "looks like a ZIP archive"),
    ],
)
def test_when_no_file_can_be_taken_the_form_says_why(make, sign_in, rows, upload, words):
    answer = drop(sign_in(make.user("marketer")), upload)
    assert answer.status_code == 422
    assert "None of the files was added." in answer.text
    assert words in answer.text
    assert rows(select(Asset)) == []


def test_sending_no_file_asks_for_one(make, sign_in):
    answer = drop(sign_in(make.user("marketer")), (BytesIO(b""), ""))
    assert answer.status_code == 422
    assert "Please choose at least one file." in answer.text


def test_the_same_file_again_adds_nothing_and_names_what_is_there(make, sign_in, rows, add_file):
    marketer = make.user("marketer")
    add_file(samples.plain("One and only.", "first.txt"), by=marketer)
    answer = drop(sign_in(marketer), samples.plain("One and only.", "second.txt"))
    assert answer.status_code == 422
    assert "This very file is in the library as “First”." in answer.text
    assert len(rows(select(Asset))) == 1


def test_a_form_posted_twice_adds_its_files_once(make, sign_in, rows):
    client = sign_in(make.user("marketer"))
    first = drop(client, samples.plain("Twice.", "twice.txt"), nonce="abcdefgh")
    second = drop(client, samples.plain("Twice.", "twice.txt"), nonce="abcdefgh")
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert len(rows(select(Asset))) == 1


def test_a_text_is_published_in_one_step(make, sign_in, rows, run_jobs):
    client = sign_in(make.user("marketer"))
    form = {
        "as": "text",
        "do": "publish",
        "title": "After the demo",
        "kind": "email_template",
        "body": "# Hello\n\nThank **you** <script>alert(1)</script>",
        "when_to_use": "Send it within a day.",
    }
    answer = client.post("/library/new", data=form)
    assert answer.location == "/library/after-the-demo"
    run_jobs()
    (asset,) = rows(select(Asset))
    assert (asset.state, asset.kind, asset.guidance.when_to_use) == (
        "published",
        "email_template",
        "Send it within a day.",
    )
    page = client.get(answer.location).text
    assert "<strong>you</strong>" in page
    assert "<script>alert" not in page


def test_a_link_is_kept_and_its_text_is_not_read(make, sign_in, rows):
    client = sign_in(make.user("marketer"))
    form = {"as": "link", "title": "Our film", "kind": "video", "link": "https://example.com/film?a=1"}
    answer = client.post("/library/new", data=form)
    assert answer.location == "/library/our-film"
    (version,) = rows(select(Version))
    assert (version.source, version.link, version.state) == (
        "link",
        "https://example.com/film?a=1",
        "stored_no_text",
    )
    assert rows(select(Job.kind).where(Job.kind == "read_version")) == []
    assert "Open the link" in client.get(answer.location).text


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "ftp://example.com", "example.com", "https://", "http://[bad", "/local"]
)
def test_a_link_that_no_browser_should_open_is_refused_at_its_field(make, sign_in, rows, link):
    form = {"as": "link", "title": "Kept title", "kind": "video", "link": link}
    answer = sign_in(make.user("marketer")).post("/library/new", data=form)
    assert answer.status_code == 422
    assert "whole web address" in answer.text
    assert "Kept title" in answer.text
    assert rows(select(Asset)) == []


def test_an_endless_title_is_refused_and_the_rest_is_kept(make, sign_in, rows):
    form = {"as": "text", "title": "x" * 10_000, "kind": "deck", "body": "Kept words"}
    answer = sign_in(make.user("marketer")).post("/library/new", data=form)
    assert answer.status_code == 422
    assert "300 characters at most" in answer.text
    assert "Kept words" in answer.text
    assert rows(select(Asset)) == []


def test_markup_and_emoji_in_words_are_shown_as_typed(make, sign_in):
    client = sign_in(make.user("marketer"))
    form = {"as": "text", "title": "<b>Bold</b> 🚀 & more", "kind": "deck", "body": "Words 🎉"}
    answer = client.post("/library/new", data=form)
    assert answer.location == "/library/b-bold-b-more"
    page = client.get(answer.location).text
    assert "&lt;b&gt;Bold&lt;/b&gt; 🚀 &amp; more" in page
    assert "<b>Bold</b>" not in page


def test_titles_that_are_alike_get_addresses_of_their_own(make, sign_in):
    client = sign_in(make.user("marketer"))
    form = {"as": "link", "kind": "video", "link": "https://example.com"}
    titles = ("Übersicht", "Übersicht", "New", "产品", "产品")
    found = [client.post("/library/new", data={**form, "title": title}).location for title in titles]
    assert found == [
        "/library/ubersicht",
        "/library/ubersicht-2",
        "/library/new-2",
        "/library/content",
        "/library/content-2",
    ]


@pytest.mark.parametrize("role", ["rep", "manager"])
@pytest.mark.parametrize("address", ["/library/new", "/library/review", "/library/vocabulary"])
def test_only_marketing_adds_content(make, sign_in, role, address):
    assert sign_in(make.user(role)).get(address).status_code == 403
    assert sign_in(make.user("admin")).get(address).status_code == 200


@pytest.mark.parametrize(
    ("address", "form"),
    [("/library/new", {"as": "files"}), ("/library/plan/versions", {"source": "file"})],
)
def test_others_can_write_while_a_file_is_stored(app, make, sign_in, rows, monkeypatch, address, form):
    make.asset("Plan", slug="plan")
    client, real, written = sign_in(make.user("marketer")), FolderStorage.put, []

    def put(store, stream, **limits):
        other = sqlite3.connect(app.config["DATA_DIR"] / "tandem.db", timeout=0, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        written.append(True)
        other.close()
        return real(store, stream, **limits)

    monkeypatch.setattr(FolderStorage, "put", put)
    field = "files" if form.get("as") else "file"
    assert (
        client.post(address, data={**form, field: samples.plain("New words.", "new.txt")}).status_code == 303
    )
    assert written == [True]
    assert "new.txt" in rows(select(Version.filename))
