"""Versions: added and waiting, published, looked at, brought back; who sees which, and what is refused."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import now
from portal.jobs import Job
from portal.library import services
from portal.library.models import Asset, AssetEvent, Page, Version
from portal.library.queries import asset_or_404, version_of
from portal.storage import storage
from portal.usage.models import UsageEvent
from tests.library import samples


@pytest.fixture
def waiting(make, add_file, run_jobs):
    """Published content in two versions, the second of which is read and waits to be published."""
    marketer = make.user("marketer", name="Mara Marketer")
    asset = add_file(samples.pdf("plan.pdf", "Old words here.", "Second page."), by=marketer, publish=True)

    def add():
        stored = samples.pdf("plan.pdf", "Secret new words.", "Second page.")[0]
        taken = asset_or_404(asset.id)
        services.add_file_version(
            taken, by=marketer, stored=storage().put(stored), filename="plan.pdf", note="Secret note"
        )

    make.inside(add)
    run_jobs()
    return asset


def current_number(rows) -> int:
    (number,) = rows(select(Version.number).join(Asset, Asset.current_version_id == Version.id))
    return number


PARTS = ("", "/file", "/thumb", "/preview", "/pages/1.webp", "/pages/1/thumb")


def test_a_waiting_version_stays_unseen_by_sales_in_every_part(make, sign_in, waiting):
    rep, marketer = sign_in(make.user("rep")), sign_in(make.user("marketer"))
    address = f"/library/{waiting.slug}"
    for part in PARTS:
        assert rep.get(f"{address}/v/2{part}").status_code == 404, part
        assert rep.get(f"{address}/v/1{part}").status_code == (404 if part == "/preview" else 200), part
        assert marketer.get(f"{address}/v/2{part}").status_code == (404 if part == "/preview" else 200), part
    for page in ("", "/history", "/compare", "?version=1"):
        text = rep.get(f"{address}{page}").text
        assert not any(word in text for word in ("Secret", "Version 2", "version 2")), page
    for query in ("from=1&to=2", "from=2&to=1", "to=2"):
        assert rep.get(f"{address}/compare?{query}").status_code == 404
    assert "Version 2" not in rep.get(address, headers={"HX-Request": "true"}).text
    text = marketer.get(address).text
    assert "Version 2 is not published yet" in text
    assert "waits to be published" in text
    assert "Secret note" in text


def test_publishing_a_waiting_version_is_written_down_and_shown_to_all(make, sign_in, rows, waiting):
    marketer = make.user("marketer", name="Paul Publisher")
    answer = sign_in(marketer).post(f"/library/{waiting.slug}/v/2/publish")
    assert answer.location == f"/library/{waiting.slug}"
    assert current_number(rows) == 2
    (version,) = rows(select(Version).where(Version.number == 2))
    assert (version.published_by_id, version.published_at is not None) == (marketer.id, True)
    rep = sign_in(make.user("rep"))
    assert rep.get(f"/library/{waiting.slug}/v/2/file").status_code == 200
    page = rep.get(f"/library/{waiting.slug}").text
    assert "<strong>Paul Publisher</strong> put version 2 in place" in page
    assert "<strong>Mara Marketer</strong> added version 2" in page
    assert rep.get(f"/library/{waiting.slug}/v/1").status_code == 200


@pytest.mark.parametrize(("number", "status"), [(1, 409), (9, 404)])
def test_an_older_version_or_the_one_in_use_is_not_published(make, sign_in, rows, waiting, number, status):
    client = sign_in(make.user("marketer"))
    assert client.post(f"/library/{waiting.slug}/v/{number}/publish").status_code == status
    client.post(f"/library/{waiting.slug}/v/2/publish")
    answer = client.post(f"/library/{waiting.slug}/v/1/publish")
    assert (answer.status_code, "Bring it back as a new version" in answer.text) == (409, True)
    assert client.post(f"/library/{waiting.slug}/v/2/publish").status_code == 409
    assert current_number(rows) == 2


@pytest.mark.parametrize(("state", "status"), [("waiting", 409), ("refused", 422)])
def test_a_version_that_was_not_read_or_was_refused_is_not_published(make, sign_in, rows, state, status):
    asset = make.asset("Plan", slug="plan")
    make.store(Version(asset_id=asset.id, number=2, source="file", sha256="a" * 64, state=state))
    assert sign_in(make.user("marketer")).post("/library/plan/v/2/publish").status_code == status
    assert current_number(rows) == 1


@pytest.mark.parametrize("state", ["draft", "archived"])
def test_a_version_of_what_is_not_published_is_not_put_in_place_alone(make, sign_in, state):
    asset = make.asset("Plan", slug="plan", state=state)
    make.store(Version(asset_id=asset.id, number=2, source="markdown", body="x", state="indexed"))
    assert sign_in(make.user("marketer")).post("/library/plan/v/2/publish").status_code == 409


@pytest.mark.parametrize("action", ["publish", "restore", "read-again"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_rep_changes_no_version(make, sign_in, rows, waiting, action, number):
    answer = sign_in(make.user("rep")).post(f"/library/{waiting.slug}/v/{number}/{action}")
    assert answer.status_code in (403, 404)
    assert current_number(rows) == 1
    assert rows(select(Version.number).order_by(Version.number)) == [1, 2]


def test_bringing_back_makes_a_new_version_that_waits_and_reads_nothing_again(make, sign_in, rows, waiting):
    marketer = make.user("marketer", name="Berta Back")
    client = sign_in(marketer)
    client.post(f"/library/{waiting.slug}/v/2/publish")
    assert rows(select(Job.kind).where(Job.kind == "read_version", Job.state == "waiting")) == []
    answer = client.post(f"/library/{waiting.slug}/v/1/restore")
    assert answer.location == f"/library/{waiting.slug}#versions"
    first, second, third = rows(select(Version).order_by(Version.number))
    assert (third.number, third.note, third.created_by_id) == (3, "Version 1 again", marketer.id)
    assert (third.sha256, third.filename, third.state, third.preview_kind) == (
        first.sha256,
        first.filename,
        "indexed",
        "pages",
    )
    assert (third.published_at, current_number(rows)) == (None, 2)
    copied = [(page.number, page.text, page.image_sha256) for page in rows(_pages(third))]
    assert copied == [(page.number, page.text, page.image_sha256) for page in rows(_pages(first))]
    assert rows(select(Job.kind).where(Job.kind == "read_version", Job.state == "waiting")) == []
    (event,) = rows(select(AssetEvent).where(AssetEvent.action == "version_restored"))
    assert (event.version_id, event.user_id, event.note) == (third.id, marketer.id, "Version 1 again")
    assert "brought back version 1 as version 3" in client.get(f"/library/{waiting.slug}/history").text
    assert sign_in(make.user("rep")).get(f"/library/{waiting.slug}/v/3").status_code == 404
    assert second.published_at is not None


def _pages(version):
    return select(Page).where(Page.version_id == version.id).order_by(Page.number)


def test_bringing_back_and_publishing_puts_it_in_place_at_once(make, sign_in, rows, waiting):
    client = sign_in(make.user("marketer"))
    client.post(f"/library/{waiting.slug}/v/2/publish")
    client.post(
        f"/library/{waiting.slug}/v/1/restore", data={"do": "publish", "note": "The prices were wrong."}
    )
    (third,) = rows(select(Version).where(Version.number == 3))
    assert (current_number(rows), third.note) == (3, "The prices were wrong.")
    assert third.published_at is not None
    page = sign_in(make.user("rep")).get(f"/library/{waiting.slug}").text
    assert "Old words here." in page
    assert "The prices were wrong." in page


def test_what_is_the_same_as_the_one_in_use_is_not_brought_back(make, sign_in, rows, waiting):
    client = sign_in(make.user("marketer"))
    assert client.post(f"/library/{waiting.slug}/v/1/restore").status_code == 409
    client.post(f"/library/{waiting.slug}/v/2/publish")
    client.post(f"/library/{waiting.slug}/v/1/restore", data={"do": "publish"})
    answer = client.post(f"/library/{waiting.slug}/v/1/restore")
    assert (answer.status_code, "the same as version 3" in answer.text) == (409, True)
    assert len(rows(select(Version.id))) == 3


def test_bringing_back_is_refused_for_refused_files_endless_notes_and_archived_content(
    make, sign_in, rows, waiting
):
    client = sign_in(make.user("marketer"))
    address = f"/library/{waiting.slug}"
    client.post(f"{address}/v/2/publish")
    assert client.post(f"{address}/v/1/restore", data={"note": "n" * 501}).status_code == 422
    make.inside(lambda: setattr(version_of(asset_or_404(waiting.id), 1), "state", "refused"))
    assert client.post(f"{address}/v/1/restore").status_code == 422
    make.inside(lambda: setattr(version_of(asset_or_404(waiting.id), 1), "state", "indexed"))
    client.post(f"{address}/archive")
    assert client.post(f"{address}/v/1/restore").status_code == 409
    assert len(rows(select(Version.id))) == 2


def test_a_text_and_a_link_are_brought_back_too(make, sign_in, rows, run_jobs):
    make.asset("Mail", slug="mail", pages=("First words.",))
    client = sign_in(make.user("marketer"))
    form = {"source": "link", "link": "https://example.com/film", "do": "publish"}
    client.post("/library/mail/versions", data=form)
    assert current_number(rows) == 2
    client.post("/library/mail/v/1/restore", data={"do": "publish"})
    assert current_number(rows) == 3
    rep = sign_in(make.user("rep"))
    assert "First words." in rep.get("/library/mail").text
    client.post("/library/mail/v/2/restore", data={"do": "publish"})
    assert "https://example.com/film" in rep.get("/library/mail").text
    assert "the addresses" in rep.get("/library/mail/compare?from=3&to=4").text


def test_a_version_is_looked_at_on_a_page_that_says_which_one_is_in_use(make, sign_in, waiting):
    client = sign_in(make.user("marketer"))
    page = client.get(f"/library/{waiting.slug}/v/2").text
    assert "This is version 2 of 2; it is not published yet." in page
    assert f"/library/{waiting.slug}/v/2/pages/1.webp" in page
    client.post(f"/library/{waiting.slug}/v/2/publish")
    rep = sign_in(make.user("rep"))
    page = rep.get(f"/library/{waiting.slug}/v/1?page=2").text
    assert "This is version 1 of 2; version 2 is in use." in page
    assert 'data-page="1" hidden' in page
    assert f"/library/{waiting.slug}/v/1/file" in page
    assert "Bring it back" not in page
    assert "This is version 2 of 2; it is the one in use." in rep.get(f"/library/{waiting.slug}/v/2").text


def test_looking_at_an_earlier_version_is_no_use_and_taking_a_waiting_one_neither(
    make, sign_in, rows, waiting
):
    client = sign_in(make.user("marketer"))
    client.get(f"/library/{waiting.slug}/v/1")
    client.get(f"/library/{waiting.slug}/v/2/file")
    assert rows(select(UsageEvent)) == []


@pytest.mark.parametrize("address", ["v/1", "compare", "history", "compare?from=1&to=1"])
def test_versions_of_what_one_may_not_see_are_not_found(make, sign_in, address):
    make.asset("Secret plan", slug="plan", state="draft", owner=make.user("marketer"))
    assert sign_in(make.user("rep")).get(f"/library/plan/{address}").status_code == 404


def test_what_changed_is_marked_page_by_page_and_summed_up(make, sign_in, waiting):
    page = sign_in(make.user("marketer")).get(f"/library/{waiting.slug}/compare").text
    assert "1 of 2 pages changed, 1 gone." not in page
    assert '<ins><span class="sr-only">added: </span>' in page
    assert '<del><span class="sr-only">removed: </span>' in page
    assert "Page 2 is unchanged" in page


@pytest.mark.parametrize("query", ["from=²&to=x", "from=&to=", "from=1&to=1", "from=-1", "from=1"])
def test_odd_choices_of_versions_are_answered_calmly(make, sign_in, waiting, query):
    answer = sign_in(make.user("marketer")).get(f"/library/{waiting.slug}/compare?{query}")
    assert answer.status_code in (200, 404)


def test_one_version_alone_and_versions_without_text_say_so(make, sign_in, add_file, run_jobs):
    asset = make.asset("Plan", slug="plan")
    client = sign_in(make.user("marketer"))
    assert "There is only one version" in client.get("/library/plan/compare").text
    for number in (2, 3):
        make.store(
            Version(
                asset_id=asset.id, number=number, source="file", state="stored_no_text", published_at=now()
            )
        )
    assert "There is no text to compare" in client.get("/library/plan/compare?from=2&to=3").text


def test_the_history_shows_ten_and_the_rest_on_its_own_page_and_tells_editing_from_verifying(make, sign_in):
    asset, marketer = make.asset("Plan", slug="plan"), make.user("marketer", name="Edda Editor")
    actions = ["edited"] * 11 + ["verified"]
    make.store(
        *(AssetEvent(asset_id=asset.id, user_id=marketer.id, action=action, note="") for action in actions)
    )
    client = sign_in(make.user("rep"))
    page = client.get("/library/plan").text
    assert page.count("edited what is said about it") == 9
    assert page.count("checked it: still right") == 1
    assert 'href="/library/plan/history"' in page
    assert client.get("/library/plan/history").text.count("edited what is said about it") == 11
