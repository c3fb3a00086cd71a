"""Files that are shown as text because LibreOffice was not there: drawn once it is, one by one or all of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.library.models import Page, Version
from tests.library import samples


@pytest.fixture
def office(app, tmp_path) -> Path:
    """A program in the place of LibreOffice that prints every file as the same page."""
    stream, _ = samples.pdf("printed.pdf", "Printed.")
    (tmp_path / "printed.pdf").write_bytes(stream.getvalue())
    path = tmp_path / "soffice"
    path.write_text(
        '#!/bin/sh\nwhile [ "$1" != --outdir ]; do shift; done\n'
        f'{shutil.which("cp")} {tmp_path / "printed.pdf"} "$2/document.pdf"\n'
    )
    path.chmod(0o755)
    return path


def shown(rows) -> list[tuple[str, str]]:
    return [
        (version.preview_kind, version.preview_made_by)
        for version in rows(select(Version).order_by(Version.id))
    ]


def test_a_file_that_is_shown_as_text_is_drawn_when_marketing_asks_and_libreoffice_is_there(
    app, make, sign_in, add_file, rows, run_jobs, office
):
    add_file(samples.docx(), publish=True)
    client = sign_in(make.user("marketer"))
    assert shown(rows) == [("html", "word_html")]
    assert "Draw it again" not in client.get("/library/letter").text
    assert client.post("/library/letter/v/1/draw-again").status_code == 409
    app.config["SOFFICE"] = str(office)
    assert "Draw it again" in client.get("/library/letter").text
    for _ in range(2):
        assert client.post("/library/letter/v/1/draw-again").status_code == 303
    run_jobs()
    assert shown(rows) == [("pages", "libreoffice")]
    (version,), (page,) = rows(select(Version)), rows(select(Page))
    assert (version.preview_reason, version.state) == ("", "indexed")
    assert page.image_sha256
    assert "energy prices" in page.text
    assert "Draw it again" not in client.get("/library/letter").text
    assert client.post("/library/letter/v/1/draw-again").status_code == 409


def test_a_rep_is_not_offered_to_have_it_drawn_and_may_not(app, make, sign_in, add_file, rows, office):
    add_file(samples.docx(), publish=True)
    app.config["SOFFICE"] = str(office)
    client = sign_in(make.user("rep"))
    assert "Draw it again" not in client.get("/library/letter").text
    assert client.post("/library/letter/v/1/draw-again").status_code == 403
    assert shown(rows) == [("html", "word_html")]


def test_what_other_kinds_of_files_show_is_not_drawn_again(app, make, sign_in, add_file, office):
    add_file(samples.pdf())
    app.config["SOFFICE"] = str(office)
    client = sign_in(make.user("marketer"))
    assert "Draw it again" not in client.get("/library/case-study").text
    answer = client.post("/library/case-study/v/1/draw-again")
    assert answer.status_code == 409
    assert "It has been drawn already." in answer.text


def test_the_command_draws_all_that_are_shown_as_text_and_names_those_that_still_are(
    app, add_file, rows, office
):
    for upload in (samples.docx(), samples.pptx("pitch.pptx", "Why now", "Why us"), samples.pdf()):
        add_file(upload)
    run = app.test_cli_runner().invoke
    refused = run(args=["library", "draw"])
    assert refused.exit_code == 1
    assert "LibreOffice was not found." in refused.output
    app.config["SOFFICE"] = "/bin/false"
    failed = run(args=["library", "draw"])
    assert failed.exit_code == 0
    assert failed.output.count("LibreOffice could not draw it") == 2
    assert "0 of 2 files drawn." in failed.output
    assert shown(rows) == [("html", "word_html"), ("cards", "text"), ("pages", "pdf")]
    app.config["SOFFICE"] = str(office)
    done = run(args=["library", "draw"])
    assert "2 of 2 files drawn." in done.output
    assert shown(rows) == [("pages", "libreoffice"), ("pages", "libreoffice"), ("pages", "pdf")]
    assert "0 of 0 files drawn." in run(args=["library", "draw"]).output
