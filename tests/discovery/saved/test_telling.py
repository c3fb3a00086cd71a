"""Owners of saved searches are told of what is new to them: once, of what they may see, and of nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.discovery.models import SavedSearch, SavedSearchHit
from portal.discovery.saved.services import look_soon
from portal.jobs import Job, enqueue, nightly_kinds, run_job
from portal.library.indexing import engine
from portal.notifications.models import Notification
from portal.users.models import User


@pytest.fixture
def rep(make):
    return make.user("rep")


def test_an_owner_is_told_of_new_content_once_with_a_link_that_marks_it_as_seen(
    publish, save, sign_in, rep, told, rows, run_jobs, make
):
    publish("Old hospital deck")
    client = sign_in(rep)
    search = save(client, "hospital", name="Hospitals")
    assert told(rep) == []
    publish("New hospital story")
    assert told(rep) == ["New for your search “Hospitals”: “New hospital story”"]
    assert rows(select(Notification.address)) == [f"/searches/{search.id}"]
    make.inside(lambda: enqueue("look_over_saved_searches"))
    run_jobs()
    assert len(told(rep)) == 1


def test_many_new_ones_are_one_line_a_search(make, run_jobs, save, sign_in, rep, told, publish):
    publish("Other")
    save(sign_in(rep), "hospital", name="Hospitals")
    assets = [make.asset(f"Hospital piece {word}") for word in ("one", "two", "three")]
    make.inside(lambda: [enqueue("index_asset", asset.id) for asset in assets])
    run_jobs()
    assert len(told(rep)) == 1
    assert told(rep)[0].startswith("3 new for your search “Hospitals”, the first is “Hospital piece ")


def test_content_that_two_searches_find_is_told_once(publish, save, sign_in, rep, told):
    publish("Other")
    client = sign_in(rep)
    save(client, "hospital", name="Hospitals")
    save(client, kind="deck", name="Decks")
    publish("Hospital deck", kind="deck")
    assert told(rep) == ["New for your search “Hospitals”: “Hospital deck”"]
    page = client.get("/searches").text
    assert page.count("1 new") == 2


def test_nobody_is_told_of_what_they_may_not_see(publish, save, sign_in, make, told, rows):
    publish("Other")
    rep, marketer = make.user("rep"), make.user("marketer")
    save(sign_in(rep), "hospital")
    save(sign_in(marketer), "hospital")
    publish("Secret hospital draft", state="draft", owner=make.user("marketer"))
    publish("Expired hospital deck", state="archived")
    publish("Named hospital deck", is_placeholder=True)
    assert told(rep) == []
    assert told(marketer) == ["New for your search “Mine”: “Named hospital deck”"]


def test_nobody_is_told_of_what_they_look_after_themselves(publish, save, sign_in, make, told):
    publish("Other")
    marketer, colleague = make.user("marketer"), make.user("marketer")
    save(sign_in(marketer), "hospital")
    save(sign_in(colleague), "hospital")
    publish("Hospital deck", owner=marketer)
    assert told(marketer) == []
    assert told(colleague) == ["New for your search “Mine”: “Hospital deck”"]


def test_a_draft_is_news_when_it_goes_live(publish, save, sign_in, rep, told, reindex):
    publish("Other")
    client = sign_in(rep)
    save(client, "hospital")
    draft = publish("Hospital deck", state="draft")
    assert told(rep) == []
    reindex(draft, state="published", published_at=now())
    assert told(rep) == ["New for your search “Mine”: “Hospital deck”"]


def test_what_leaves_and_comes_back_is_not_new(publish, save, sign_in, rep, told, reindex, rows):
    deck = publish("Hospital deck")
    client = sign_in(rep)
    save(client, "hospital")
    reindex(deck, state="archived")
    assert rows(select(SavedSearchHit.fits)) == [False]
    assert "nothing yet" in client.get("/searches").text
    reindex(deck, state="published")
    assert rows(select(SavedSearchHit.fits)) == [True]
    assert told(rep) == []
    assert "1 fits" in client.get("/searches").text


def test_of_several_words_content_must_have_all(publish, save, sign_in, rep, told):
    publish("Pump maintenance hospital")
    save(sign_in(rep), "hospital pump maintenance")
    publish("Hospital pump")
    assert told(rep) == []
    publish("Maintenance of a pump in a hospital")
    assert len(told(rep)) == 1


def test_a_phrase_must_be_there_as_one(publish, save, sign_in, rep, told):
    publish("Remote monitoring basics")
    save(sign_in(rep), '"remote monitoring"')
    publish("Monitoring in remote places")
    assert told(rep) == []
    publish("Remote monitoring of pumps")
    assert len(told(rep)) == 1


def test_a_word_joined_of_parts_must_be_had_as_a_whole(publish, save, sign_in, rep, told):
    publish("The one-pager")
    save(sign_in(rep), "one-pager")
    publish("Number one", pages=("The one thing.",))
    assert told(rep) == []
    publish("Another one-pager")
    assert len(told(rep)) == 1


def test_filters_alone_count_all_that_fits_and_words_only_what_fits_both(
    publish, save, sign_in, rep, told, make
):
    facet = make.facet("industry", ("Healthcare", "Energy"))
    save(sign_in(rep), industry="energy", kind="deck")
    publish("Pump", kind="deck", terms=(facet.terms[0],))
    publish("Pump", kind="video", terms=(facet.terms[1],))
    assert told(rep) == []
    publish("Turbine", kind="deck", terms=(facet.terms[1],))
    assert told(rep) == ["New for your search “Mine”: “Turbine”"]


def test_a_deactivated_owner_is_told_nothing(publish, save, sign_in, rep, told, make):
    publish("Other")
    save(sign_in(rep), "hospital")
    make.inside(lambda: setattr(db.session.get_one(User, rep.id), "status", "disabled"))
    publish("Hospital deck")
    assert told(rep) == []


def test_what_fits_only_since_words_mean_the_same_is_learned_in_silence(
    publish, save, sign_in, rep, told, make, run_jobs, rows
):
    for number in "abc":
        publish(f"Clinic {number}")
    client = sign_in(rep)
    save(client, "hospital")
    sign_in(make.user("marketer")).post("/library/synonyms/new", data={"phrases": "hospital\nclinic"})
    run_jobs()
    assert told(rep) == []
    assert len(rows(select(SavedSearchHit))) == 3
    assert "3 fit" in client.get("/searches").text
    assert " new" not in client.get("/searches").text.split("saved-row")[1].split("</li>")[0]
    publish("Clinic d")
    assert told(rep) == ["New for your search “Mine”: “Clinic d”"]


def test_what_goes_live_while_words_change_is_told_all_the_same(
    make, publish, save, sign_in, rep, told, run_jobs
):
    publish("Clinic a")
    save(sign_in(rep), "hospital")
    sign_in(make.user("marketer")).post("/library/synonyms/new", data={"phrases": "hospital\nclinic"})
    asset = make.asset("Clinic b")
    make.inside(lambda: enqueue("index_asset", asset.id))
    run_jobs()
    assert told(rep) == ["New for your search “Mine”: “Clinic b”"]


def test_without_an_index_nothing_is_learned_and_nothing_told(
    make, save, sign_in, rep, told, run_jobs, app, rows
):
    asset = make.asset("Hospital deck")
    client = sign_in(rep)
    search = save(client, "hospital")
    assert search.looked_at is None
    assert "not counted yet" in client.get("/searches").text
    make.inside(lambda: enqueue("index_asset", asset.id))
    run_jobs()
    assert told(rep) == []
    assert "1 fits" in client.get("/searches").text
    with app.app_context():
        assert engine().check() is None
    assert rows(select(SavedSearch))[0].looked_at is not None


def test_written_content_is_asked_about_some_at_a_time(make, publish, told, rows, run_jobs, monkeypatch):
    monkeypatch.setattr("portal.discovery.saved.tasks.CONTENT_AT_ONCE", 2)
    people = [make.user("rep") for _ in range(3)]
    publish("Other")
    make.store(*(SavedSearch(user_id=person.id, name="Mine", text="hospital") for person in people))
    assets = [make.asset(f"Hospital {letter}") for letter in "abcde"]
    make.inside(lambda: [enqueue("index_asset", asset.id) for asset in assets])
    run_jobs()
    hits = select(SavedSearchHit).where(SavedSearchHit.found_at.is_not(None))
    assert len(rows(hits)) == 15
    assert [len(told(person)) for person in people] == [3, 3, 3]


def test_a_look_over_all_is_one_chain_that_begins_again_when_asked_for(
    make, publish, told, rows, run_jobs, monkeypatch, app
):
    monkeypatch.setattr("portal.discovery.saved.tasks.AT_ONCE", 4)
    people = [make.user("rep") for _ in range(11)]
    publish("Hospital deck")
    make.store(*(SavedSearch(user_id=person.id, name="Mine", text="hospital") for person in people))
    looks = select(Job).where(Job.kind == "look_over_saved_searches")
    make.inside(look_soon)
    make.inside(look_soon)
    with app.app_context():
        run_job(rows(looks)[0].id)
    make.inside(look_soon)
    assert [(job.subject_id is None, job.state) for job in rows(looks)] == [
        (True, "done"),
        (False, "done"),
        (True, "waiting"),
    ]
    run_jobs()
    assert len(rows(looks)) == 5
    assert len(rows(select(SavedSearchHit).where(SavedSearchHit.found_at.is_(None)))) == 11


def test_without_saved_searches_no_job_is_written(publish, rows):
    publish("Hospital deck")
    assert rows(select(Job).where(Job.kind.contains("saved_searches"))) == []


def test_it_is_done_every_night():
    assert "look_over_saved_searches" in nightly_kinds
