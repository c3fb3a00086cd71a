"""Content that has expired, published, archived and brought back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import now
from portal.library.models import Asset, AssetEvent


@pytest.fixture
def client(make, sign_in):
    return sign_in(make.user("marketer"))


def test_expired_content_is_not_published_and_the_answer_points_to_its_dates(make, client, rows):
    make.asset("Plan", slug="plan", state="draft", expires_on=now().date())
    assert 'action="/library/plan/publish"' not in client.get("/library/plan").text
    answer = client.post("/library/plan/publish")
    assert (answer.status_code, "Change that under Dates first" in answer.text) == (422, True)
    assert rows(select(Asset.state)) == ["draft"]


@pytest.mark.parametrize(("days", "kept"), [(0, True), (9, False), (None, False)])
def test_what_replaces_restored_content_is_kept_while_that_has_expired(
    make, client, sign_in, rows, days, kept
):
    other = make.asset("Newer", slug="newer")
    day = None if days is None else now().date() + timedelta(days=days)
    make.asset("Plan", slug="plan", replaced_by_id=other.id, expires_on=day)
    client.post("/library/plan/archive")
    page = client.post("/library/plan/restore", follow_redirects=True).text
    assert ("It has expired: sales finds it again once you change that" in page) is kept
    (replaced_by,) = rows(select(Asset.replaced_by_id).where(Asset.slug == "plan"))
    assert (replaced_by == other.id) is kept
    (event,) = rows(select(AssetEvent).where(AssetEvent.action == "restored"))
    assert event.detail == (None if kept else {"replaced_by": ["newer", None]})
    answer = sign_in(make.user("rep")).get("/library/plan")
    assert (answer.status_code, "Newer" in answer.text) == ((410, True) if kept else (200, False))
