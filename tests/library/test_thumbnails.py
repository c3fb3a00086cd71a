"""Small pictures in lists: their addresses name what they show, so a browser asks for each only once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.db import db
from portal.library.models import Page
from portal.library.page_queries import with_thumbnails
from tests.library import samples

ADDRESS = re.compile(r'src="(/library/[^"]+/thumb[^"]*)"')


@pytest.fixture
def pictured(make, sign_in, add_file):
    """A marketer's client, with a draft, and with content in use that is in a collection."""
    marketer = make.user("marketer")
    add_file(samples.pdf("draft.pdf", "A draft."), by=marketer)
    add_file(samples.pdf("plan.pdf", "A plan for turbines.", "More of it."), by=marketer, publish=True)
    client = sign_in(marketer)
    client.post("/collections/new", data={"name": "Mine"})
    client.post("/collections/mine/items", data={"asset": "plan"})
    return client


@pytest.mark.parametrize(
    "page",
    [
        "/library",
        "/library?q=turbines",
        "/library/review",
        "/collections",
        "/collections/mine",
        "/collections/mine/edit",
    ],
)
def test_pictures_in_lists_are_kept_for_good(pictured, page):
    addresses = ADDRESS.findall(pictured.get(page).text)
    assert addresses, page
    for address in addresses:
        answer = pictured.get(address.replace("&amp;", "&"))
        assert (answer.status_code, answer.headers["Cache-Control"]) == (
            200,
            "private, max-age=31536000, immutable",
        )


def test_a_version_is_shown_by_its_first_picture_that_is_not_hidden(make, rows, add_file, count_queries):
    asset = add_file(samples.pdf("plan.pdf", "One.", "Two.", "Three."), publish=True)
    first, second, _ = rows(select(Page).order_by(Page.number))
    assert make.inside(lambda: with_thumbnails([asset.current_version_id, None, 999])) == {
        asset.current_version_id: first.thumbnail_sha256[:16]
    }

    def look():
        db.session.execute(update(Page).where(Page.id == first.id).values(is_hidden=True))
        with count_queries() as queries:
            found = with_thumbnails([asset.current_version_id])
        return found, len(queries)

    assert make.inside(look) == ({asset.current_version_id: second.thumbnail_sha256[:16]}, 1)
    assert make.inside(lambda: with_thumbnails([None])) == {}


def test_no_list_links_a_small_picture_without_its_name():
    folder = Path(__file__).resolve().parents[2] / "templates"
    calls = [
        call
        for path in sorted(folder.rglob("*.html"))
        for call in re.findall(r"url_for\('library_files\.thumbnail'[^)]*\)", path.read_text())
    ]
    assert len(calls) >= 7
    assert [call for call in calls if " h=" not in call] == []
