"""A use on the wrong deal is moved or removed by who may, and by nobody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.usage.models import FirstUse, UsageEvent
from portal.usage.queries import effective_events


@pytest.fixture
def world(make):
    class World:
        west, east = make.team("West"), make.team("East")
        owner, mate, watcher = make.user(team=west), make.user(team=west), make.user(team=west)
        other = make.user(team=east)
        manager = make.user("manager")
        deal = make.deal(owner=owner, name="Wrong one")
        right = make.deal(owner=owner, name="Right one")
        asset = make.asset("Deck")
        event = make.use(asset, mate, kind="sent", deal=deal)
        loose = make.use(asset, mate, kind="sent")

    return World


def text(answer):
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("person", ["mate", "owner", "manager"])
def test_who_did_it_the_owner_and_oversight_move_a_use(sign_in, world, rows, person):
    client = sign_in(getattr(world, person))
    page = text(client.get(f"/uses/{world.event.id}/move"))
    assert "Sent Deck" in page
    answer = client.post(f"/uses/{world.event.id}/move", data={"deal_id": world.right.id})
    assert (answer.status_code, answer.location) == (303, f"/deals/{world.deal.id}")
    counting = rows(effective_events().where(UsageEvent.deal_id.is_not(None)))
    assert [event.deal_id for event in counting] == [world.right.id]
    assert [first.deal_id for first in rows(select(FirstUse))] == [world.right.id]


def test_a_use_is_removed_from_its_deal(sign_in, world, rows):
    answer = sign_in(world.owner).post(f"/uses/{world.event.id}/remove")
    assert answer.status_code == 303
    assert rows(effective_events().where(UsageEvent.deal_id.is_not(None))) == []
    assert "Wrong deal?" not in text(sign_in(world.owner).get(f"/deals/{world.deal.id}"))


def test_a_team_mate_who_only_sees_the_deal_may_not(sign_in, world, rows):
    client = sign_in(world.watcher)
    assert client.get(f"/uses/{world.event.id}/move").status_code == 403
    assert client.post(f"/uses/{world.event.id}/move", data={"deal_id": world.right.id}).status_code == 403
    assert client.post(f"/uses/{world.event.id}/remove").status_code == 403
    assert len(rows(select(UsageEvent))) == 2


def test_for_others_the_use_does_not_exist(sign_in, world):
    for address in (f"/uses/{world.event.id}", f"/uses/{world.loose.id}", "/uses/99999"):
        assert sign_in(world.other).get(f"{address}/move").status_code == 404
        assert sign_in(world.other).post(f"{address}/remove").status_code == 404


def test_a_use_without_a_deal_can_be_given_one_by_who_did_it(sign_in, world, rows):
    client = sign_in(world.mate)
    answer = client.post(f"/uses/{world.loose.id}/move", data={"deal_id": world.right.id})
    assert answer.location == f"/deals/{world.right.id}"
    assert {first.deal_id for first in rows(select(FirstUse))} == {world.deal.id, world.right.id}


def test_a_deal_that_the_mover_cannot_see_is_refused_at_the_place(make, sign_in, world, rows):
    hidden = make.deal(owner=world.other, name="Hidden one")
    for named in (str(hidden.id), "", "abc", "²", "9" * 30, str(world.deal.id)):
        answer = sign_in(world.owner).post(f"/uses/{world.event.id}/move", data={"deal_id": named})
        assert answer.status_code == 422
        assert "Hidden one" not in text(answer)
    assert len(rows(select(UsageEvent))) == 2


def test_a_use_that_was_corrected_meanwhile_says_so(sign_in, world):
    client = sign_in(world.owner)
    client.post(f"/uses/{world.event.id}/remove")
    again = client.post(f"/uses/{world.event.id}/move", data={"deal_id": world.right.id})
    assert (again.status_code, "corrected meanwhile" in text(again)) == (422, True)
    assert client.post(f"/uses/{world.event.id}/remove").status_code == 409
