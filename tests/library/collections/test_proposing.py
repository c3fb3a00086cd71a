"""A collection that sales proposes to marketing, and whose it is when it is taken back from everyone."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from portal.db import db
from portal.library.models import Collection
from portal.notifications.models import OutboxMessage
from portal.users.models import User

MINE = "/collections/mine"


@pytest.fixture
def rep(make):
    return make.user("rep", name="Rob Rep")


@pytest.fixture
def marketer(make):
    return make.user("marketer", name="Mia Marketer")


@pytest.fixture
def proposed(make, sign_in, collect, rep, marketer):
    collection = collect("Mine", rep, make.asset("Deck"))
    assert sign_in(rep).post(f"{MINE}/propose").location == MINE
    return collection


def _told(rows, person):
    return rows(select(OutboxMessage.title).where(OutboxMessage.recipient_id == person.id))


def _state(rows):
    (stored,) = rows(select(Collection))
    return stored.owner_id, stored.is_proposed, stored.is_published


def test_what_a_rep_proposes_marketing_is_told_of_sees_and_publishes(
    make, sign_in, rows, rep, marketer, proposed
):
    assert _told(rows, marketer) == ["Rob Rep proposes the collection “Mine” for everyone"]
    client, other = sign_in(marketer), sign_in(make.user("rep"))
    assert "Mine" in client.get("/collections?view=proposed").text
    page = client.get(MINE).text
    assert "Rob Rep proposes it for everyone" in page
    assert f"{MINE}/edit" not in page
    assert client.post(f"{MINE}/edit", data={"name": "Theirs"}).status_code == 403
    assert other.get(MINE).status_code == 404
    assert "Mine" not in other.get("/collections?view=proposed").text
    assert client.post(f"{MINE}/publish").status_code == 303
    assert _state(rows) == (rep.id, False, True)
    assert other.get(MINE).status_code == 200
    assert _told(rows, rep) == ["Mia Marketer published your collection “Mine” for everyone"]
    assert sign_in(marketer).post(f"{MINE}/unpublish").location == "/collections"
    assert _state(rows) == (rep.id, False, False)
    assert "took your collection “Mine” back" in _told(rows, rep)[-1]


def test_a_proposal_is_declined_with_a_reason_that_its_owner_reads(sign_in, rows, rep, marketer, proposed):
    client = sign_in(marketer)
    answer = client.post(f"{MINE}/end-proposal", data={"why": " "})
    assert (answer.status_code, "Please say why" in answer.text) == (422, True)
    answer = client.post(f"{MINE}/end-proposal", data={"why": "y" * 201})
    assert (answer.status_code, "y" * 201 in answer.text) == (422, True)
    assert _state(rows) == (rep.id, True, False)
    assert client.post(f"{MINE}/end-proposal", data={"why": "There is one"}).location == "/collections"
    assert _told(rows, rep) == ["Mia Marketer does not publish your collection “Mine”: There is one"]
    assert client.get(MINE).status_code == 404
    assert sign_in(rep).get(MINE).status_code == 200


def test_a_proposal_is_taken_back_and_made_again(make, sign_in, rows, rep, marketer, proposed):
    client = sign_in(rep)
    assert "Take it back" in client.get(MINE).text
    assert client.post(f"{MINE}/propose").status_code == 409
    assert client.post(f"{MINE}/end-proposal").location == MINE
    assert (_state(rows), client.post(f"{MINE}/end-proposal").status_code) == ((rep.id, False, False), 409)
    assert sign_in(marketer).get(MINE).status_code == 404
    assert "Propose to marketing" in client.get(MINE).text
    assert client.post(f"{MINE}/propose").status_code == 303
    assert _state(rows) == (rep.id, True, False)
    stranger = sign_in(make.user("rep"))
    assert stranger.post(f"{MINE}/end-proposal").status_code == 404
    assert stranger.post(f"{MINE}/propose").status_code == 404


def test_what_others_would_not_see_is_not_proposed_and_marketing_proposes_nothing(
    make, sign_in, rows, collect, rep, marketer
):
    collect("Mine", rep, make.asset(state="draft", owner=rep))
    assert "Propose to marketing" not in sign_in(rep).get(MINE).text
    answer = sign_in(rep).post(f"{MINE}/propose")
    assert (answer.status_code, "at least one published piece" in answer.text) == (422, True)
    collect("Own", marketer, make.asset())
    assert sign_in(marketer).post("/collections/own/propose").status_code == 409
    assert not any(collection.is_proposed for collection in rows(select(Collection)))


@pytest.mark.parametrize("change", [{"status": "disabled"}, {"role": "rep"}])
def test_what_is_taken_back_stays_with_marketing_when_its_owner_left_it(
    make, sign_in, rows, collect, marketer, change
):
    owner = make.user("marketer")
    collect("Mine", owner, make.asset(), published=True)
    make.inside(lambda: db.session.execute(update(User).where(User.id == owner.id).values(**change)))
    client = sign_in(marketer)
    assert "Nobody but you sees it then" in client.get(f"{MINE}/edit").text
    assert client.post(f"{MINE}/unpublish").location == MINE
    assert _state(rows) == (marketer.id, False, False)
    assert client.get(MINE).status_code == 200
