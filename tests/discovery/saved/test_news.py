"""What is news to the owner of a saved search, however much fits it, and what is learned in silence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.db import db, now
from portal.discovery.models import SavedSearch, SavedSearchHit, SynonymGroup
from portal.jobs import enqueue
from portal.library.models import Asset, Version
from portal.users.models import Team, User


@pytest.fixture
def rep(make):
    return make.user("rep")


def test_a_bulk_publish_is_told_to_the_last_batch_though_more_fits_than_is_ranked(
    publish, save, sign_in, rep, told, make, run_jobs, monkeypatch
):
    for module in ("finding.wanted", "saved.fitting"):
        monkeypatch.setattr(f"portal.discovery.{module}.MOST_FOUND", 3)
    for number in range(6):
        publish(f"Hospital {number}")
    save(sign_in(rep), "hospital")
    at = now()
    assets = [
        make.asset(f"Text {number}", pages=("One hospital among many words.",), published_at=at)
        for number in range(6)
    ]
    for asset in assets:  # each is a batch of its own, and a look comes after each
        make.inside(lambda number=asset.id: enqueue("index_asset", number))
        run_jobs()
    assert len(told(rep)) == 6


def test_what_its_owner_sees_only_since_they_changed_role_or_team_is_no_news(
    publish, save, sign_in, rep, told, make, reindex, rows
):
    team = make.store(Team(name="South"))
    publish("Other")
    save(sign_in(rep), "hospital")
    hidden = publish("Hospital plan", is_placeholder=True)
    change = {"role": "marketer", "team_id": team.id}
    make.inside(lambda: db.session.execute(update(User).where(User.id == rep.id).values(**change)))
    reindex(hidden, summary="Edited.")
    assert told(rep) == []
    assert [hit.found_at for hit in rows(select(SavedSearchHit))] == [None]
    publish("Hospital deck")
    assert told(rep) == ["New for your search “Mine”: “Hospital deck”"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"state": "archived"}, {"state": "published"}),
        ({"expires_on": (now() - timedelta(days=2)).date()}, {"expires_on": None}),
        ({"title": "Clinic deck"}, {"title": "Hospital deck"}),
        ({"kind": "video"}, {"kind": "deck"}),
    ],
)
def test_old_content_that_fits_since_it_was_changed_is_learned_in_silence(
    publish, save, sign_in, rep, told, reindex, rows, before, after
):
    publish("Other")
    save(sign_in(rep), "hospital", kind="deck")
    asset = publish(**({"title": "Hospital deck", "kind": "deck"} | before), published_at=now())
    assert told(rep) == []
    reindex(asset, **after)
    assert told(rep) == []
    assert [hit.fits for hit in rows(select(SavedSearchHit))] == [True]


def test_what_was_live_before_a_search_was_saved_is_no_news_when_it_is_edited(
    publish, save, sign_in, rep, told, reindex
):
    asset = publish("Clinic deck")
    save(sign_in(rep), "hospital")
    reindex(asset, title="Hospital deck")
    assert told(rep) == []


def test_a_new_version_that_fits_is_news(publish, save, sign_in, rep, told, reindex, make):
    asset = publish("Deck")
    save(sign_in(rep), "hospital")
    newer = update(Version).where(Version.asset_id == asset.id).values(published_at=now())
    make.inside(lambda: db.session.execute(newer))
    reindex(asset, summary="For each hospital.")
    assert told(rep) == ["New for your search “Mine”: “Deck”"]


def test_words_that_are_read_later_than_their_file_is_published_are_news(
    make, publish, save, sign_in, rep, told, reindex
):
    def state_of(asset, state):
        changed = update(Version).where(Version.asset_id == asset.id).values(state=state)
        make.inside(lambda: db.session.execute(changed))

    publish("Other")
    save(sign_in(rep), "hospital")
    asset = make.asset("Deck")
    state_of(asset, "waiting")
    reindex(asset)
    assert told(rep) == []
    state_of(asset, "indexed")
    reindex(asset, summary="For each hospital.")
    assert told(rep) == ["New for your search “Mine”: “Deck”"]


def test_with_three_words_content_without_one_that_nothing_has_is_no_hit(
    publish, save, sign_in, rep, told, rows
):
    publish("Hospital pump")
    client = sign_in(rep)
    save(client, "hospital pump zeppelin")
    publish("Another hospital pump")
    assert told(rep) == []
    assert rows(select(SavedSearchHit)) == []
    assert "nothing yet" in client.get("/searches").text


def test_a_look_over_all_leaves_to_be_told_what_was_not_asked_about_yet(
    make, publish, save, sign_in, rep, told, run_jobs
):
    publish("Other")
    save(sign_in(rep), kind="deck")
    asset = make.asset("Deck", kind="deck")
    make.inside(lambda: enqueue("look_over_saved_searches"))
    run_jobs()
    make.inside(lambda: enqueue("index_asset", asset.id))
    run_jobs()
    assert told(rep) == ["New for your search “Mine”: “Deck”"]


def test_a_search_that_got_the_number_of_a_deleted_one_tells_of_the_same_content_again(
    publish, save, sign_in, rep, told, rows, make
):
    publish("Other")
    client = sign_in(rep)
    first = save(client, "hospital")
    asset = publish("Hospital deck")
    client.post(f"/searches/{first.id}/delete")
    again = save(client, "hospital", name="Again")
    assert again.id == first.id
    newer = update(Asset).where(Asset.id == asset.id).values(published_at=now())
    make.inside(lambda: (db.session.execute(newer), db.session.query(SavedSearchHit).delete()))
    make.inside(lambda: enqueue("index_asset", asset.id))
    publish("Unrelated")
    assert told(rep) == [f"New for your search “{name}”: “Hospital deck”" for name in ("Mine", "Again")]


def test_whoever_asks_for_what_is_not_in_use_yet_is_told_of_what_comes_into_that_state(
    make, publish, save, sign_in, told, reindex
):
    marketer = make.user("marketer")
    publish("Other")
    save(sign_in(marketer), state="in_review")
    draft = publish("Deck", state="draft")
    assert told(marketer) == []
    reindex(draft, state="in_review")
    assert told(marketer) == ["New for your search “Mine”: “Deck”"]


def test_one_edited_title_costs_the_same_few_statements_however_many_searches_are_saved(
    make, publish, reindex, count_queries, rep
):
    asset = publish("Hospital deck")
    make.store(SynonymGroup(phrases=["hospital", "clinic"]))
    costs = []
    for _ in range(2):
        make.store(
            *(SavedSearch(user_id=rep.id, name="N", text=f"word{n}", looked_at=now()) for n in range(40))
        )
        with count_queries() as queries:
            reindex(asset, summary="Edited.")
        costs.append(len(queries))
    assert costs[1] <= costs[0]
