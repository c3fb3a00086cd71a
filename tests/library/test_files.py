"""Files and pictures as they are handed out: named, typed, kept and refused."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import select

from portal.library.models import Page
from portal.usage.models import UsageEvent
from tests.library import samples


def test_a_file_is_handed_out_as_it_came_to_be_kept_and_not_shown(make, sign_in, add_file):
    stream, name = samples.pdf("Prix – été.pdf")
    asset = add_file((BytesIO(stream.getvalue()), name), publish=True)
    answer = sign_in(make.user("rep")).get(f"/library/{asset.slug}/v/1/file")
    assert answer.data == stream.getvalue()
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "Prix%20%E2%80%93%20%C3%A9t%C3%A9.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_file_kept_for_download_has_a_type_that_no_browser_opens(make, sign_in, add_file):
    asset = add_file(samples.plain("<svg onload=alert(1)>", "logo.svg"), publish=True)
    answer = sign_in(make.user("rep")).get(f"/library/{asset.slug}/v/1/file")
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\Plan.txt", "Plan.txt"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("invoice\u202etxt.exe.txt", "invoicetxt.exe.txt"),
        (f"{'n' * 400}.txt", f"{'n' * 196}.txt"),
    ],
)
def test_names_of_files_lose_what_misleads_or_breaks(make, sign_in, add_file, typed, kept):
    asset = add_file(samples.plain("Words.", typed), publish=True)
    assert asset.current_version.filename == kept
    answer = sign_in(make.user("rep")).get(f"/library/{asset.slug}/v/1/file")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_a_picture_named_by_its_content_is_kept_for_good_by_whoever_may_see_it(make, sign_in, add_file, rows):
    asset = add_file(samples.pdf("one.pdf"), by=make.user("marketer"), publish=True)
    client = sign_in(make.user("rep"))
    (page,) = rows(select(Page))
    address = f"/library/{asset.slug}/v/1/pages/1.webp?h={page.image_sha256[:16]}"
    assert f'src="{address}"' in client.get(f"/library/{asset.slug}").text
    answer = client.get(address)
    assert answer.content_type == "image/webp"
    assert answer.data[8:12] == b"WEBP"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["ETag"] == f'"{page.image_sha256}"'
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    sign_in(make.user("marketer")).post(f"/library/{asset.slug}/archive")
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 404


@pytest.mark.parametrize("named", ["", "?h=", "?h=0123456789abcdef"])
def test_a_picture_that_is_not_named_by_its_content_is_asked_about_again(make, sign_in, add_file, named):
    asset = add_file(samples.pdf("one.pdf"), publish=True)
    answer = sign_in(make.user("rep")).get(f"/library/{asset.slug}/v/1/pages/1.webp{named}")
    assert answer.headers["Cache-Control"] == "private, max-age=3600"


def test_a_small_picture_stands_for_a_version_in_lists(make, sign_in, add_file):
    asset = add_file(samples.png("chart.png"), publish=True)
    client = sign_in(make.user("rep"))
    for address in ("thumb", "pages/1/thumb", "pages/1.webp"):
        assert client.get(f"/library/{asset.slug}/v/1/{address}").content_type == "image/webp"


@pytest.mark.parametrize(
    "address", ["v/2/file", "v/1/pages/9.webp", "v/1/pages/9/thumb", "v/1/preview", "v/0/thumb"]
)
def test_what_a_version_does_not_have_is_not_found(make, sign_in, add_file, address):
    asset = add_file(samples.plain("Words.", "notes.txt"), publish=True)
    assert sign_in(make.user("rep")).get(f"/library/{asset.slug}/{address}").status_code == 404


def test_markdown_is_downloaded_as_it_was_written(make, sign_in, run_jobs):
    marketer = sign_in(make.user("marketer"))
    form = {
        "as": "text",
        "do": "publish",
        "title": "Mail",
        "kind": "email_template",
        "body": "# Grüße\n\nBye",
    }
    marketer.post("/library/new", data=form)
    answer = sign_in(make.user("rep")).get("/library/mail/v/1/file")
    assert answer.data.decode() == "# Grüße\n\nBye"
    assert "mail.md" in answer.headers["Content-Disposition"]


def test_opening_a_link_leads_there_and_is_a_use(make, sign_in, rows):
    form = {
        "as": "link",
        "do": "publish",
        "title": "Film",
        "kind": "video",
        "link": "https://example.com/film",
    }
    sign_in(make.user("marketer")).post("/library/new", data=form)
    answer = sign_in(make.user("rep")).get("/library/film/v/1/file")
    assert answer.location == "https://example.com/film"
    assert rows(select(UsageEvent.kind)) == ["downloaded"]


def test_asking_for_the_head_of_a_file_is_no_use(make, sign_in, add_file, rows):
    asset = add_file(samples.plain("Words.", "notes.txt"), publish=True)
    assert sign_in(make.user("rep")).head(f"/library/{asset.slug}/v/1/file").status_code == 200
    assert rows(select(UsageEvent)) == []


def test_a_file_is_not_kept_by_a_browser_and_one_that_has_a_copy_uses_it_too(make, sign_in, add_file, rows):
    asset = add_file(samples.plain("Words.", "notes.txt"), publish=True)
    address = f"/library/{asset.slug}/v/1/file"
    answer = sign_in(make.user("rep")).get(address)
    assert answer.headers["Cache-Control"] == "private, no-store"
    again = sign_in(make.user("rep")).get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert len(rows(select(UsageEvent))) == 2


@pytest.mark.parametrize(
    ("part", "status", "uses"),
    [("bytes=0-", 206, 1), ("bytes=0-2", 206, 1), ("bytes=3-", 206, 0), ("bytes=900-", 416, 0)],
)
def test_of_a_file_taken_in_parts_the_first_is_the_use(make, sign_in, add_file, rows, part, status, uses):
    asset = add_file(samples.plain("Words.", "notes.txt"), publish=True)
    client = sign_in(make.user("rep"))
    assert client.get(f"/library/{asset.slug}/v/1/file", headers={"Range": part}).status_code == status
    assert len(rows(select(UsageEvent))) == uses
