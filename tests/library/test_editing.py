"""Two people edit the same content: nobody undoes the other's words unseen, and what stood there before is kept."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.library.models import Asset, AssetEvent
from portal.notifications.models import OutboxMessage


@pytest.fixture
def deck(make):
    """Content of Ana's, and Ana and Bo, who both are of marketing."""
    ana, bo = make.user("marketer", name="Ana Ruiz"), make.user("marketer", name="Bo Lind")
    make.asset("Deck", slug="deck", owner=ana, summary="Old words.")
    return ana, bo


def opened(client):
    """The form as it was sent to a person, to be filled in and posted."""
    page = client.get("/library/deck/edit").text
    stamp = re.search(r'name="stamp"[^>]* value="(\w+)"', page)
    owner = re.search(r'<option selected value="(\d*)"', page.split('name="owner_id"')[1])
    assert stamp
    data = {"title": "Deck", "kind": "deck", "summary": "Old words.", "stamp": stamp[1]}
    return data | {"owner_id": owner[1] if owner else ""}


def events(rows):
    return [(event.action, event.detail) for event in rows(select(AssetEvent).order_by(AssetEvent.id))]


def test_a_form_that_is_older_than_the_words_shows_them_and_saves_nothing(deck, sign_in, rows):
    ana, bo = map(sign_in, deck)
    first, second = opened(ana), opened(bo)
    assert ana.post("/library/deck/edit", data=first | {"summary": "Ana's words."}).status_code == 303
    answer = bo.post("/library/deck/edit", data=second | {"title": "Better deck"})
    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile" in answer.text
    assert "Ana Ruiz edited what is said about it: Summary" in answer.text
    assert "Ana&#39;s words." in answer.text
    assert 'value="Better deck"' in answer.text
    assert rows(select(Asset.title)) == ["Deck"]
    assert rows(select(Asset.summary)) == ["Ana's words."]
    assert len(events(rows)) == 1


def test_whoever_has_seen_what_is_there_now_may_put_theirs_in_its_place(deck, sign_in, rows):
    ana, bo = map(sign_in, deck)
    first, second = opened(ana), opened(bo)
    ana.post("/library/deck/edit", data=first | {"summary": "Ana's words."})
    answer = bo.post("/library/deck/edit", data=second | {"summary": "Bo's words."})
    stamp = re.search(r'name="stamp"[^>]* value="(\w+)"', answer.text)
    assert stamp
    assert stamp[1] != second["stamp"]
    again = second | {"summary": "Bo's words.", "stamp": stamp[1]}
    assert bo.post("/library/deck/edit", data=again).status_code == 303
    assert rows(select(Asset.summary)) == ["Bo's words."]
    assert events(rows)[-1] == ("edited", {"summary": ["Ana's words.", "Bo's words."]})


def test_what_stood_there_before_is_read_in_the_history_by_marketing_alone(deck, make, sign_in):
    client = sign_in(deck[0])
    client.post("/library/deck/edit", data=opened(client) | {"summary": "New words."})
    page = client.get("/library/deck").text
    assert "edited what is said about it: Summary" in page
    assert "Old words." in page
    assert "Old words." not in sign_in(make.user()).get("/library/deck").text


def test_an_edit_that_changes_nothing_is_no_event_and_the_same_edit_of_two_no_conflict(deck, sign_in, rows):
    ana, bo = map(sign_in, deck)
    first, second = opened(ana), opened(bo)
    assert ana.post("/library/deck/edit", data=first).status_code == 303
    assert events(rows) == []
    for client, data in ((ana, first), (bo, second)):
        assert client.post("/library/deck/edit", data=data | {"summary": "Both."}).status_code == 303
    assert len(events(rows)) == 1


def test_a_new_owner_is_written_down_and_told(deck, sign_in, rows):
    ana, bo = deck
    client = sign_in(ana)
    client.post("/library/deck/edit", data=opened(client) | {"owner_id": str(bo.id)})
    assert events(rows) == [("owner_changed", {"owner": ["Ana Ruiz", "Bo Lind"]})]
    (line,) = rows(select(OutboxMessage))
    assert (line.recipient_id, line.address) == (bo.id, "/library/deck")
    assert line.title == "Ana Ruiz gave you “Deck” to look after."
