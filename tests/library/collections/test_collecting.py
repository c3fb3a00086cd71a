"""Adding a piece to a collection from its own page, to one that is there or to a new one, in one step."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.library.models import Collection, CollectionItem


@pytest.mark.parametrize("role", ["rep", "manager", "marketer", "admin"])
def test_one_step_makes_a_collection_and_adds_to_it(make, sign_in, rows, role):
    asset, user = make.asset(slug="deck"), make.user(role)
    client = sign_in(user)
    assert 'action="/library/deck/collect"' in client.get("/library/deck").text
    answer = client.post("/library/deck/collect", data={"collection": "", "name": "First meeting"})
    assert answer.location == "/library/deck#collections"
    (made,) = rows(select(Collection))
    assert (made.name, made.owner_id, made.is_published) == ("First meeting", user.id, False)
    assert rows(select(CollectionItem.asset_id)) == [asset.id]


def test_it_goes_to_the_end_of_one_that_is_there(make, sign_in, rows, collect):
    owner, last = make.user("rep"), make.asset(slug="deck")
    first = make.asset()
    collect("Mine", owner, first)
    sign_in(owner).post("/library/deck/collect", data={"collection": "mine", "name": ""})
    assert rows(select(CollectionItem.asset_id).order_by(CollectionItem.position)) == [first.id, last.id]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"collection": "", "name": ""}, "Please give it a name."),
        ({"collection": "", "name": "x" * 201}, "A name has at most 200 characters."),
        ({"collection": "mine", "name": "And a new one"}, "not both"),
        ({"collection": "of-others"}, "There is no such collection any more."),
        ({"collection": "nowhere"}, "There is no such collection any more."),
        ({"collection": "shared"}, "A published collection is changed by marketing."),
        ({"collection": "holding"}, "“Deck” is already in “Holding”."),
    ],
)
def test_what_cannot_be_is_said_where_it_was_typed_and_nothing_is_kept(
    make, sign_in, rows, collect, typed, said
):
    owner, asset = make.user("rep"), make.asset("Deck", slug="deck")
    collect("Mine", owner)
    collect("Of others", make.user("rep"))
    collect("Shared", make.user("marketer"), published=True)
    collect("Holding", owner, asset)
    answer = sign_in(owner).post("/library/deck/collect", data=typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert typed.get("name", "") in answer.text
    assert len(rows(select(Collection))) == 4
    assert len(rows(select(CollectionItem))) == 1


def test_marketing_adds_to_what_is_published(make, sign_in, rows, collect):
    make.asset(slug="deck")
    collect("Shared", make.user("marketer"), published=True)
    client = sign_in(make.user("admin"))
    assert "Shared (published)" in client.get("/library/deck").text
    assert client.post("/library/deck/collect", data={"collection": "shared"}).status_code == 303
    assert len(rows(select(CollectionItem))) == 1


def test_a_draft_of_others_cannot_be_added(make, sign_in, rows):
    make.asset(slug="draft", state="draft", owner=make.user("marketer"))
    answer = sign_in(make.user("rep")).post("/library/draft/collect", data={"name": "Mine"})
    assert answer.status_code == 404
    assert rows(select(Collection)) == []


def test_posted_twice_it_is_added_once(make, sign_in, rows):
    make.asset(slug="deck")
    client = sign_in(make.user("rep"))
    sent = {"name": "Mine", "nonce": "n" * 32}
    first, second = (client.post("/library/deck/collect", data=sent) for _ in range(2))
    assert (first.location, second.location) == ("/library/deck#collections",) * 2
    assert len(rows(select(Collection))) == 1
