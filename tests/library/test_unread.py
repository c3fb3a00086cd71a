"""Versions on the way to being read: nobody is shown one that nobody published, and a refusal is told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.library import keeping, services
from portal.library.documents.extract import Extraction
from portal.library.documents.kinds import FileKind
from portal.library.models import Asset, AssetEvent, Version
from portal.library.queries import asset_or_404
from portal.notifications.models import OutboxMessage
from tests.library import samples

BOMB = Extraction("refused", "It is not accepted: it is a bomb.", FileKind.PDF, "application/pdf", title="")


@pytest.fixture
def marketer(make):
    return make.user("marketer", name="Mara Marketer")


@pytest.fixture
def client(sign_in, marketer):
    return sign_in(marketer)


def add(client, slug, name="new.pdf", **data):
    form = {"file": samples.pdf(name, "Secret new words."), "source": "file", **data}
    assert client.post(f"/library/{slug}/versions", data=form).status_code == 303


def refuse(make, rows, number):
    (version_id,) = rows(select(Version.id).where(Version.number == number))
    make.inside(lambda: keeping.keep_text(version_id, BOMB))


def told(rows):
    return rows(select(OutboxMessage.title).order_by(OutboxMessage.id))


def actions(rows):
    return [event.action for event in rows(select(AssetEvent).order_by(AssetEvent.id))]


@pytest.mark.parametrize("do", ["", "publish"])
def test_archiving_before_a_version_is_read_leaves_the_one_that_was_in_use(
    make, sign_in, client, rows, run_jobs, do
):
    asset = make.asset("Plan", slug="plan", pages=("Old words.",))
    add(client, "plan", do=do)
    client.post("/library/plan/archive")
    run_jobs()
    client.post("/library/plan/restore")
    assert rows(select(Asset.current_version_id)) == [asset.current_version_id]
    assert rows(select(Version.id).where(Version.publish_when_read)) == []
    rep = sign_in(make.user("rep"))
    assert "Secret" not in rep.get("/library/plan").text
    assert rep.get("/library/plan/v/2/file").status_code == 404
    client.post("/library/plan/v/2/publish")
    assert rep.get("/library/plan/v/2/file").status_code == 200


def test_a_file_is_published_once_it_is_read(client, rows, run_jobs):
    client.post("/library/new", data={"source": "files", "files": samples.pdf("plan.pdf", "Words.")})
    (slug,) = rows(select(Asset.slug))
    assert 'action="/library/' + slug + '/publish"' not in client.get(f"/library/{slug}").text
    answer = client.post(f"/library/{slug}/publish")
    assert (answer.status_code, "still being read" in answer.text) == (409, True)
    assert rows(select(Asset.state)) == ["draft"]
    run_jobs()
    assert client.post(f"/library/{slug}/publish").status_code == 303
    assert rows(select(Asset.state)) == ["published"]


def test_a_file_in_use_that_is_refused_when_read_again_is_a_draft_again_and_both_are_told(
    make, client, marketer, rows, add_file, run_jobs
):
    maker = make.user("marketer")
    asset = add_file(samples.pdf("plan.pdf", "Words."), by=maker)
    client.post(f"/library/{asset.slug}/publish")
    make.inside(lambda: setattr(asset_or_404(asset.id).current_version, "state", "waiting"))
    refuse(make, rows, 1)
    assert rows(select(Asset.state)) == ["draft"]
    assert rows(select(Version.published_at)) == [None]
    assert actions(rows)[-1] == "version_refused"
    assert "refused the file of version 1" in client.get(f"/library/{asset.slug}/history").text
    people = rows(
        select(OutboxMessage.recipient_id).where(OutboxMessage.title.contains("It is a draft again"))
    )
    assert sorted(people) == sorted([maker.id, marketer.id])


def test_what_was_to_go_live_by_itself_and_is_refused_does_not_wait_any_more_and_is_told(
    make, client, marketer, rows
):
    asset = make.asset("Plan", slug="plan")
    add(client, "plan", do="publish")
    refuse(make, rows, 2)
    assert rows(select(Asset.current_version_id)) == [asset.current_version_id]
    assert rows(select(Version.id).where(Version.publish_when_read)) == []
    assert told(rows) == ["Version 2 of “Plan” was refused. It is not accepted: it is a bomb."]
    assert rows(select(OutboxMessage.recipient_id)) == [marketer.id]
    page = client.get("/library/plan").text
    assert "Goes live as soon as it is read" not in page
    assert "Version 1 stays in use." in page


@pytest.fixture
def named(make, marketer):
    return make.inside(lambda: services.create_asset(by=None, title="Named", kind="deck", placeholder=True))


def test_what_an_import_named_goes_live_once_its_first_file_is_read(
    make, sign_in, client, rows, run_jobs, named
):
    rep = sign_in(make.user("rep"))
    add(client, "named")
    assert rows(select(Asset.current_version_id)) == [None]
    assert "Everyone can use version 1 as soon as it is read." in client.get("/library/named").text
    assert "Named" not in rep.get("/library").text
    assert rep.get("/library/named/v/1/file").status_code == 404
    run_jobs()
    (after,) = rows(select(Asset))
    assert (after.current_version_id is not None, after.is_placeholder) == (True, False)
    assert after.review_by is not None
    assert actions(rows) == ["created", "version_added", "version_published"]
    assert "Secret new words." in rep.get("/library/named").text


def test_what_an_import_named_stays_so_when_its_first_file_is_refused(make, client, rows, named):
    add(client, "named")
    refuse(make, rows, 1)
    (after,) = rows(select(Asset))
    assert (after.state, after.is_placeholder, after.current_version_id) == ("published", True, None)
    assert after.published_at is not None
    assert len(told(rows)) == 1
    page = client.get("/library/named")
    assert (page.status_code, "Version 1 was refused" in page.text) == (200, True)
    add(client, "named", "other.pdf")


def test_a_link_is_the_first_version_of_what_an_import_named_at_once(sign_in, make, client, named):
    client.post("/library/named/versions", data={"source": "link", "link": "https://example.com/film"})
    assert "https://example.com/film" in sign_in(make.user("rep")).get("/library/named").text
