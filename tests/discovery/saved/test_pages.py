"""The pages of saved searches: saving from the results, the list, and what is refused."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from portal.db import db
from portal.discovery.models import SavedSearch, SavedSearchHit
from portal.discovery.saved.services import MOST
from portal.library.models import Asset

ALL = select(SavedSearch).order_by(SavedSearch.id)


@pytest.fixture
def rep(make):
    return make.user("rep")


@pytest.fixture
def client(sign_in, rep):
    return sign_in(rep)


def test_a_search_is_saved_from_its_results_under_a_name_that_is_proposed(client, rows, rep):
    page = client.get("/library?q=hospital+pumps").text
    assert "/searches/new?q=hospital+pumps" in page
    assert 'value="hospital pumps"' in client.get("/searches/new?q=hospital+pumps").text
    answer = client.post("/searches/new?q=hospital+pumps", data={"name": " My  pumps "})
    assert answer.location == "/library?q=hospital+pumps"
    saved = rows(ALL)[0]
    assert (saved.user_id, saved.name, saved.text, saved.filters) == (
        rep.id,
        "My pumps",
        "hospital pumps",
        {},
    )
    after = client.get("/library?q=hospital+pumps").text
    assert "/searches/new" not in after
    assert f"/searches#search-{saved.id}" in after


def test_a_search_that_is_saved_already_is_linked_instead_of_saved_again(client, rows):
    client.post("/searches/new?q=hospital+pumps", data={"name": "My <pumps>"})
    page = client.get("/searches/new?q=hospital+pumps").text
    assert "You saved this search already" in page
    assert f'href="/searches#search-{rows(ALL)[0].id}">My &lt;pumps&gt;</a>' in page
    assert 'name="name"' not in page
    assert 'name="name"' in client.get("/searches/new?q=hospital").text


def test_the_list_says_what_is_asked_for_only_where_the_name_does_not(client):
    client.post("/searches/new?q=hospital+pumps", data={"name": "My own"})
    client.post("/searches/new?q=clinic", data={"name": "clinic"})
    page = client.get("/searches").text
    assert "“hospital pumps” · saved" in page
    assert "“clinic” · saved" not in page
    assert page.count("· saved") == 1


def test_filters_are_saved_and_named_in_words(make, client, rows):
    make.facet("industry", ("Healthcare", "Energy"))
    address = "/searches/new?kind=deck&industry=healthcare&industry=energy&nonsense=1"
    assert (
        "Deck · Energy or Healthcare" in client.get(address).text or "or Energy" in client.get(address).text
    )
    client.post(address, data={"name": "Both"})
    assert rows(ALL)[0].filters == {"industry": ["energy", "healthcare"], "kind": ["deck"]}
    assert "Energy or Healthcare · Deck" in client.get("/searches").text
    assert "/searches/new" not in client.get("/library?kind=deck&industry=energy&industry=healthcare").text


def test_nothing_to_save_leads_to_the_library(client, rows):
    assert "/searches/new" not in client.get("/library").text
    for answer in (client.get("/searches/new"), client.post("/searches/new", data={"name": "All"})):
        assert answer.location == "/library"
    assert rows(ALL) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "Please give it a name"), ("\x00 ", "Please give it a name"), ("n" * 121, "at most 120")],
)
def test_a_name_that_is_none_is_refused_at_the_field(client, rows, name, words):
    answer = client.post("/searches/new?q=hospital", data={"name": name})
    assert answer.status_code == 422
    assert words in answer.text
    assert rows(ALL) == []


def test_the_same_search_is_saved_once(client, rows):
    client.post("/searches/new?q=hospital&kind=deck&kind=video", data={"name": "First"})
    answer = client.post("/searches/new?kind=video&kind=deck&q=hospital", data={"name": "Second"})
    assert answer.status_code == 422
    assert "You saved this search already, as “First”." in answer.text
    assert len(rows(ALL)) == 1


def test_there_is_a_bound_to_how_many_a_person_saves(client, rows, make, rep):
    make.store(*(SavedSearch(user_id=rep.id, name="N", text=f"t{number}") for number in range(MOST)))
    answer = client.post("/searches/new?q=hospital", data={"name": "One more"})
    assert answer.status_code == 422
    assert f"You have {MOST} saved searches" in answer.text
    assert len(rows(ALL)) == MOST


def test_what_is_new_is_counted_until_the_search_is_opened_and_marked_there(publish, save, client):
    publish("Old hospital deck")
    saved = save(client, "hospital", name="Hospitals")
    publish("New hospital story")
    listed = client.get("/searches").text
    assert "1 new" in listed
    assert "2 fit" in listed
    assert "1 new" in client.get("/searches").text, "the list alone does not take it away"
    opened = client.get(f"/searches/{saved.id}")
    assert opened.location.startswith("/library?q=hospital&since=")
    for _ in range(2):
        page = client.get(opened.location).text
        assert "1 new since" in page
        assert page.count("New since you last opened this search") == 1
    assert "1 new" not in client.get("/searches").text
    again = client.get(client.get(f"/searches/{saved.id}").location).text
    assert "nothing new since" in again


@pytest.mark.parametrize("since", ["", "x", "-1", "0", "9" * 30, "1e9"])
def test_any_moment_in_the_address_is_answered(publish, save, client, since):
    publish("Hospital deck")
    save(client, "hospital")
    assert client.get(f"/library?q=hospital&since={since}").status_code == 200


def test_a_saved_search_is_renamed_and_deleted(publish, save, client, rows):
    publish("Hospital deck")
    saved = save(client, "hospital", name="Old name")
    assert 'value="Old name"' in client.get(f"/searches?rename={saved.id}").text
    client.post(f"/searches/{saved.id}", data={"name": "New name"})
    assert rows(ALL)[0].name == "New name"
    refused = client.post(f"/searches/{saved.id}", data={"name": " "})
    assert refused.status_code == 422
    assert "Please give it a name" in refused.text
    assert client.post(f"/searches/{saved.id}/delete").location == "/searches"
    assert rows(ALL) == []
    assert rows(select(SavedSearchHit.asset_id)) == []
    assert "You have saved no search yet" in client.get("/searches").text


def test_those_of_others_do_not_exist(save, client, sign_in, make, rows):
    saved = save(client, "hospital", name="Quiet search")
    for role in ("rep", "marketer", "manager", "admin"):
        other = sign_in(make.user(role))
        assert other.get(f"/searches/{saved.id}").status_code == 404
        assert other.post(f"/searches/{saved.id}", data={"name": "Mine now"}).status_code == 404
        assert other.post(f"/searches/{saved.id}/delete").status_code == 404
        assert "Quiet search" not in other.get("/searches").text
        assert "/searches/new?q=hospital" in other.get("/library?q=hospital").text
    assert [one.name for one in rows(ALL)] == ["Quiet search"]


def test_counts_hold_only_what_its_owner_may_still_see(publish, save, client, make):
    deck = publish("Hospital deck")
    publish("Hospital story")
    save(client, "hospital")
    assert "2 fit" in client.get("/searches").text
    make.inside(lambda: db.session.execute(update(Asset).where(Asset.id == deck.id).values(state="draft")))
    assert "1 fits" in client.get("/searches").text


def test_the_list_costs_the_same_few_statements_however_long(make, client, rep, count_queries):
    make.facet("industry", ("Healthcare",))
    for number in range(MOST):
        make.store(
            SavedSearch(
                user_id=rep.id, name="N" * 120, text=f"t{number}" * 60, filters={"industry": ["healthcare"]}
            )
        )
    with count_queries() as queries:
        assert client.get("/searches").status_code == 200
    assert len(queries) <= 12


def test_words_that_are_markup_stay_words(save, client):
    saved = save(client, "<script>alert(1)</script>", name="<b>bold</b>")
    page = client.get("/searches").text
    assert "<script>alert" not in page
    assert "&lt;b&gt;bold" in page
    assert client.get(client.get(f"/searches/{saved.id}").location).status_code == 200
