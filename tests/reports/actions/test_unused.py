"""What to retire: content that nobody meets is told apart from content that people meet and leave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.db import db, now
from portal.discovery.learning.services import group_of
from portal.discovery.models import SearchClick
from portal.library.models import Asset
from portal.usage.models import UsageDay
from portal.usage.sums import local_day
from tests.reports.actions.reading import rows_of

LONG_AGO = timedelta(days=200)


@pytest.fixture
def aged(make):
    """Content that has been out for long: aged("Title")."""

    def store(title, **fields):
        fields.setdefault("published_at", now() - LONG_AGO)
        return make.asset(title, **fields)

    return store


@pytest.fixture
def looked_at(make, app):
    def store(asset, user, *, days_ago=5, times=3, kind="viewed"):
        with app.app_context():
            day = local_day(now()) - timedelta(days=days_ago)
        make.store(UsageDay(day=day, asset_id=asset.id, user_id=user.id, kind=kind, uses=times))

    return store


def titles(client, name):
    return [row.title for row in rows_of(client, name)]


def test_unseen_and_untrusted_content_are_told_apart(make, sign_in, aged, looked_at):
    rep = make.user("rep")
    aged("Nobody meets this")
    looked_at(aged("Looked at and left"), rep)
    opened = aged("Opened from a search")
    search = make.search(rep, "something", results=3)
    make.store(SearchClick(search_id=search.id, asset_id=opened.id, place=1))
    aged("Rated low", rating_mean=2.0, rating_count=3)
    client = sign_in(make.user("marketer"))
    assert titles(client, "not-found") == ["Nobody meets this"]
    assert titles(client, "not-trusted") == ["Looked at and left", "Opened from a search", "Rated low"]


def test_the_reasons_carry_their_numbers(make, sign_in, aged, looked_at):
    rep = make.user("rep")
    looked_at(aged("Left", rating_mean=2.3, rating_count=4, last_used_on=local_day_of(400)), rep, times=7)
    client = sign_in(make.user("marketer"))
    (row,) = rows_of(client, "not-trusted")
    assert "Looked at 7 times in 90 days, and not used: last used on" in row.text
    assert "rated 2.3 of 5 by 4 people." in row.text
    assert (row.button, row.leads_to) == ("Archive it", row.path)
    assert row.path.endswith("/archive")
    assert client.get(row.leads_to).status_code == 200


def local_day_of(days):
    return (now() - timedelta(days=days)).date()


@pytest.mark.parametrize(
    "fields",
    [
        {"published_at": now() - timedelta(days=80)},
        {"last_used_on": (now() - timedelta(days=30)).date()},
        {"state": "archived"},
        {"state": "draft"},
        {"expires_on": (now() - timedelta(days=3)).date()},
        {"is_placeholder": True},
    ],
)
def test_young_used_and_withdrawn_content_is_on_neither_list(make, sign_in, aged, fields):
    aged("Not here", **fields)
    client = sign_in(make.user("marketer"))
    assert titles(client, "not-found") == titles(client, "not-trusted") == []


def test_old_looks_and_those_of_marketing_are_no_looks(make, sign_in, aged, looked_at):
    marketer = make.user("marketer")
    piece = aged("Only marketing met it")
    looked_at(piece, make.user("rep"), days_ago=120)
    search = make.search(marketer, "something", results=3)
    make.store(SearchClick(search_id=search.id, asset_id=piece.id, place=1))
    assert titles(sign_in(marketer), "not-found") == ["Only marketing met it"]


def test_what_is_not_found_names_the_searches_that_share_its_words(make, sign_in, aged):
    rep = make.user("rep")
    aged("Deck: hospital rollouts", kind="deck")
    for text in ("hospitals rollout plan", "hospital", "hospital", "deck", "energy"):
        make.search(rep, text, words=group_of(text))
    make.search(make.user("marketer"), "hospital test", words=group_of("hospital test"))
    make.search(rep, "old hospital", words=group_of("old hospital"), at=now() - timedelta(days=100))
    (row,) = rows_of(sign_in(make.user("marketer")), "not-found")
    assert "“hospitals rollout plan” (1), “hospital” (2)." in row.text
    assert "deck”" not in row.text
    assert row.button == "Improve title and filters"
    assert row.path.endswith("/edit")


def test_no_search_like_it_is_said_too(make, sign_in, aged):
    aged("Hospital rollouts")
    (row,) = rows_of(sign_in(make.user("marketer")), "not-found")
    assert "No search of that time shares a word with its title." in row.text


def test_a_manager_asks_marketing_for_what_only_marketing_does(make, sign_in, aged, looked_at):
    aged("Unmet", slug="unmet")
    looked_at(aged("Left", slug="left"), make.user("rep"))
    client = sign_in(make.user("manager"))
    for name, slug in (("not-found", "unmet"), ("not-trusted", "left")):
        (row,) = rows_of(client, name)
        assert (row.path, row.filled_in["like"]) == ("/requests/new", slug)
        assert client.get(row.leads_to).status_code == 200
        assert not row.leads_to.startswith("/library")


def test_archiving_takes_it_off_the_list(make, sign_in, aged, looked_at, rows):
    looked_at(aged("Left"), make.user("rep"))
    client = sign_in(make.user("marketer"))
    (row,) = rows_of(client, "not-trusted")
    client.post(row.path, data={"replaced_by": ""})
    assert rows(db.select(Asset.state)) == ["archived"]
    assert rows_of(client, "not-trusted") == []
