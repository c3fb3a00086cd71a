"""Who sees which version of what is not published (yet, or any more): the maker, those asked, and nobody by the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.library import services
from portal.library.models import Asset
from portal.library.queries import asset_or_404, version_of
from portal.library.reviewing.services import ask_review
from portal.users.models import User
from tests.library.contributions.conftest import deck, people, share, slide

__all__ = ["people", "share"]


@pytest.fixture
def brought(people, share):
    return share(people.sam, deck("zanzibar plan.pptx", slide("zanzibar"), slide("gate")))


@pytest.fixture
def client(people, sign_in):
    return sign_in(people.marketer)


def add_second(client, slug, run_jobs, **data):
    form = {"file": deck("new.pptx", slide("secret")), "source": "file", **data}
    assert client.post(f"/library/{slug}/versions", data=form).status_code == 303
    run_jobs()


@pytest.fixture
def sees(sign_in):
    """What a person gets: the answers for the page and both files, and whether the list names it."""

    def seen(user, asset):
        sales = sign_in(user)
        address = f"/library/{asset.slug}"
        answers = [sales.get(f"{address}{part}") for part in ("", "/v/1/file", "/v/2/file", "/present")]
        for page in ("", "/present", "/present/notes", "/history", "/v/1"):
            assert "secret1" not in sales.get(address + page).text, page
        assert f'href="{address}' not in sales.get("/library?q=secret1").text
        listed = any(
            f'href="{address}' in sales.get(page).text for page in ("/library", "/library?q=zanzibar")
        )
        return [answer.status_code for answer in answers[:3]], listed

    return seen


def test_who_brought_what_was_adopted_sees_it_like_everyone_else_once_it_was_published(
    people, client, brought, sees, run_jobs, sign_in, make
):
    client.post(f"/library/{brought.slug}/adopt", data={"do": "publish"})
    add_second(client, brought.slug, run_jobs)
    assert sees(people.sam, brought) == ([200, 200, 404], True)
    make.inside(lambda: setattr(asset_or_404(brought.id), "expires_on", now().date() - timedelta(days=2)))
    assert sees(people.sam, brought) == ([410, 404, 404], False)
    client.post(f"/library/{brought.slug}/archive")
    assert sees(people.sam, brought) == ([410, 404, 404], False)


def test_who_brought_what_was_adopted_as_a_draft_opens_only_what_they_made(
    people, client, brought, sees, run_jobs, sign_in
):
    client.post(f"/library/{brought.slug}/adopt")
    add_second(client, brought.slug, run_jobs)
    assert sees(people.sam, brought) == ([200, 200, 404], False)
    assert "zanzibar1" in sign_in(people.sam).get(f"/library/{brought.slug}").text
    assert sees(people.mate, brought) == ([404, 404, 404], False)
    assert "secret1" in client.get(f"/library/{brought.slug}").text
    client.post(f"/library/{brought.slug}/archive")
    assert sees(people.sam, brought) == ([200, 200, 404], False)


def test_what_was_declined_stays_with_who_brought_it(people, client, brought, sees):
    client.post(f"/library/{brought.slug}/decline", data={"reason": "No."})
    assert sees(people.sam, brought) == ([200, 200, 404], False)
    assert sees(people.mate, brought) == ([404, 404, 404], False)


def ask(make, by, asset, person, number=1):
    def asking():
        found = asset_or_404(asset.id)
        asker = db.session.get_one(User, by.id)
        return ask_review(found, version_of(found, number), by=asker, reviewer_ids=[person.id]).id

    return make.inside(asking)


def test_who_was_asked_about_one_version_of_a_draft_sees_no_other(
    make, people, client, sees, sign_in, run_jobs
):
    draft = make.asset(
        "Plan", slug="plan", state="draft", owner=make.user("marketer"), pages=("First words.",)
    )
    ask(make, people.marketer, draft, people.stranger)
    rep = sign_in(people.stranger)
    assert 'href="/library/plan' in rep.get("/library").text
    rep.post("/library/plan/review/answer", data={"answer": "changes", "comment": "Shorter."})
    add_second(client, "plan", run_jobs)
    assert sees(people.stranger, draft)[0][::2] == [200, 404]
    assert "First words." in rep.get("/library/plan").text
    assert 'href="/library/plan' not in rep.get("/library").text


@pytest.fixture
def expired(make, people, client, run_jobs):
    """What expired, with a new version that a rep is asked about."""
    asset = make.asset("Plan", slug="plan", expires_on=now().date() - timedelta(days=2))
    by = make.user("marketer")
    make.inside(
        lambda: services.add_markdown_version(
            asset_or_404(asset.id), by=db.session.get_one(User, by.id), body="Next words."
        )
    )
    run_jobs()
    ask(make, people.marketer, asset, people.stranger, number=2)
    return asset


def test_expired_content_is_opened_but_not_listed_for_who_is_asked_about_its_next_version(
    people, sign_in, expired
):
    rep = sign_in(people.stranger)
    assert rep.get("/library/plan/v/2").status_code == 200
    for page in ("/library", "/library?q=plan", "/search/suggest?q=plan"):
        assert 'href="/library/plan' not in rep.get(page).text, page
    data = {"version": "2", "body": "Say it in one line."}
    assert rep.post("/library/plan/threads", data=data).status_code == 303
    assert sign_in(people.loner).get("/library/plan/v/2").status_code == 404


def test_who_answered_about_expired_content_is_led_to_their_reviews(people, sign_in, rows, expired):
    rep = sign_in(people.stranger)
    answer = rep.post("/library/plan/review/answer", data={"answer": "approve"})
    assert answer.location == "/reviews"
    page = rep.get(answer.location)
    assert (page.status_code, "Thank you." in page.text) == (200, True)
    assert rows(select(Asset.state)) == ["published"]
