"""What is proposed waits on one list, where one press logs it, drops it, or takes that back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from portal.capture.deciding import let_go_of_old
from portal.capture.models import ProposedUse
from portal.db import db, now
from portal.deals.models import Deal
from portal.usage.models import FirstUse, UsageDay, UsageEvent
from portal.usage.services import move
from portal.users.models import User
from tests.factories import Make

Rows = Callable[[Any], list[Any]]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def world(make: Make) -> dict[str, Any]:
    rep = make.user()
    deal = make.deal(owner=rep, name="Acme renewal", account_id=make.account("Acme").id)
    return {"rep": rep, "deal": deal, "deck": make.asset("The deck")}


@pytest.fixture
def client(world: dict[str, Any], sign_in: Any) -> FlaskClient:
    return sign_in(world["rep"])


@pytest.fixture
def proposal(make: Make, world: dict[str, Any]) -> ProposedUse:
    return make.proposal(
        world["deck"], world["rep"], deal=world["deal"], reason={"domains": ["acme.example"]}
    )


def _events(rows: Rows) -> list[UsageEvent]:
    return rows(select(UsageEvent).order_by(UsageEvent.id))


def test_the_list_says_what_and_why(client: FlaskClient, proposal: ProposedUse):
    page = client.get("/me/proposals").text
    assert "The deck" in page
    assert "Acme renewal · " in page
    assert "· Acme ·" not in page, "the name says it already"
    assert "Your mail to acme.example today" in page


def test_a_yes_logs_the_use_as_inferred(client: FlaskClient, proposal: ProposedUse, rows: Rows, world: Any):
    answer = client.post(
        f"/me/proposals/{proposal.id}/confirm", data={f"deal_{proposal.id}": world["deal"].id}
    )
    assert answer.status_code == 303
    (event,) = _events(rows)
    assert (event.kind, event.deal_id, event.deal_known_by) == ("sent", world["deal"].id, "inferred")
    assert (event.inferred_from, event.is_late, event.at) == ("mail", False, proposal.at)
    (stored,) = rows(select(ProposedUse))
    assert (stored.state, stored.usage_event_id) == ("confirmed", event.id)
    assert [one.uses for one in rows(select(FirstUse))] == [1]
    page = client.get("/me/proposals").text
    assert "Nothing to answer" in page
    assert "Undo" in page


def test_a_yes_twice_logs_one_use(client: FlaskClient, proposal: ProposedUse, rows: Rows):
    for _ in range(2):
        answer = client.post(f"/me/proposals/{proposal.id}/confirm", headers=HTMX)
        assert answer.status_code == 200
        assert "logged on" in answer.text
    assert len(_events(rows)) == 1


def test_a_yes_to_another_deal_goes_there(
    client: FlaskClient, proposal: ProposedUse, rows: Rows, make: Make, world: Any
):
    other = make.deal(owner=world["rep"])
    client.post(f"/me/proposals/{proposal.id}/confirm", data={f"deal_{proposal.id}": other.id})
    assert [event.deal_id for event in _events(rows)] == [other.id]


@pytest.mark.parametrize("deal", ["", "0", "999999", "x", "9" * 30])
@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_yes_needs_a_deal_that_is_there(
    client: FlaskClient, proposal: ProposedUse, rows: Rows, deal: str, headers: dict[str, str]
):
    answer = client.post(
        f"/me/proposals/{proposal.id}/confirm", data={f"deal_{proposal.id}": deal}, headers=headers
    )
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert _events(rows) == []


def test_a_deal_of_somebody_else_is_no_deal(
    client: FlaskClient, proposal: ProposedUse, rows: Rows, make: Make
):
    other = make.deal(owner=make.user())
    answer = client.post(f"/me/proposals/{proposal.id}/confirm", data={f"deal_{proposal.id}": other.id})
    assert answer.status_code == 422
    assert "not shared with you" in answer.text
    assert _events(rows) == []


def test_a_no_logs_nothing_and_is_kept(client: FlaskClient, proposal: ProposedUse, rows: Rows):
    for _ in range(2):
        answer = client.post(f"/me/proposals/{proposal.id}/refuse", headers=HTMX)
        assert answer.status_code == 200
        assert "Not logged" in answer.text
    assert [one.state for one in rows(select(ProposedUse))] == ["refused"]
    assert _events(rows) == []


def test_what_was_decided_otherwise_in_another_window_is_told(
    client: FlaskClient, proposal: ProposedUse, rows: Rows
):
    client.post(f"/me/proposals/{proposal.id}/refuse")
    answer = client.post(f"/me/proposals/{proposal.id}/confirm")
    assert answer.status_code == 409
    assert "said no" in answer.text
    client.post(f"/me/proposals/{proposal.id}/undo")
    client.post(f"/me/proposals/{proposal.id}/confirm")
    answer = client.post(f"/me/proposals/{proposal.id}/refuse")
    assert answer.status_code == 409
    assert "Acme renewal already" in answer.text
    assert len(_events(rows)) == 1


def test_undoing_a_yes_leaves_no_trace(client: FlaskClient, proposal: ProposedUse, rows: Rows):
    client.post(f"/me/proposals/{proposal.id}/confirm")
    for _ in range(2):
        answer = client.post(f"/me/proposals/{proposal.id}/undo", headers=HTMX)
        assert answer.status_code == 200
        assert "data-key-own" in answer.text
    assert _events(rows) == []
    assert rows(select(FirstUse)) == []
    assert rows(select(UsageDay)) == []
    assert [(one.state, one.decided_at) for one in rows(select(ProposedUse))] == [("waiting", None)]
    client.post(f"/me/proposals/{proposal.id}/confirm")
    assert len(_events(rows)) == 1


def test_what_was_corrected_since_cannot_be_undone(
    client: FlaskClient, proposal: ProposedUse, rows: Rows, make: Make, world: Any
):
    client.post(f"/me/proposals/{proposal.id}/confirm")
    (event,) = _events(rows)
    other = make.deal(owner=world["rep"])
    make.inside(
        lambda: move(
            db.session.get_one(UsageEvent, event.id), other.id, db.session.get_one(User, world["rep"].id)
        )
    )
    answer = client.post(f"/me/proposals/{proposal.id}/undo")
    assert answer.status_code == 409
    assert len(_events(rows)) == 2
    assert [one.state for one in rows(select(ProposedUse))] == ["confirmed"]


def test_a_use_without_a_deal_gets_one_and_counts_once(
    client: FlaskClient, rows: Rows, make: Make, world: Any
):
    shown = make.use(world["deck"], world["rep"], kind="presented")
    proposal = make.proposal(
        world["deck"],
        world["rep"],
        deal=world["deal"],
        kind="presented",
        origin="same_day",
        of_event_id=shown.id,
    )
    client.post(f"/me/proposals/{proposal.id}/confirm")
    first, correction = _events(rows)
    assert (correction.corrects_id, correction.deal_id) == (first.id, world["deal"].id)
    assert (correction.deal_known_by, correction.inferred_from) == ("inferred", "same_day")
    client.post(f"/me/proposals/{proposal.id}/undo")
    assert [one.id for one in _events(rows)] == [first.id]
    assert rows(select(FirstUse)) == []


def test_what_was_put_on_a_deal_by_hand_is_asked_no_more(client: FlaskClient, make: Make, world: Any):
    shown = make.use(world["deck"], world["rep"], kind="presented")
    make.proposal(
        world["deck"],
        world["rep"],
        deal=world["deal"],
        kind="presented",
        origin="same_day",
        of_event_id=shown.id,
    )
    make.inside(
        lambda: move(
            db.session.get_one(UsageEvent, shown.id),
            world["deal"].id,
            db.session.get_one(User, world["rep"].id),
        )
    )
    assert "Nothing to answer" in client.get("/me/proposals").text


def test_what_was_logged_by_hand_meanwhile_counts_once(
    client: FlaskClient, proposal: ProposedUse, rows: Rows, make: Make, world: Any
):
    make.use(world["deck"], world["rep"], kind="sent", deal=world["deal"])
    answer = client.post(f"/me/proposals/{proposal.id}/confirm", headers=HTMX)
    assert "counts once" in answer.text
    assert len(_events(rows)) == 1


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_a_yes_once_a_deal_is_closed_is_marked_as_late_whatever_day_it_names(
    client: FlaskClient, proposal: ProposedUse, rows: Rows, make: Make, world: Any, days: int
):
    closed = update(Deal).where(Deal.id == world["deal"].id).values(status="won")
    make.inside(lambda: db.session.execute(closed.values(closed_on=now().date() - timedelta(days=days))))
    client.post(f"/me/proposals/{proposal.id}/confirm")
    assert [event.is_late for event in _events(rows)] == [True]


def test_yes_to_all_of_a_mail_logs_each_on_its_deal(client: FlaskClient, make: Make, rows: Rows, world: Any):
    other = make.deal(owner=world["rep"])
    both = [make.proposal(make.asset(), world["rep"], deal=world["deal"]) for _ in range(2)]
    data = {"shown": [one.id for one in both], f"deal_{both[1].id}": other.id}
    for _ in range(2):
        assert client.post("/me/proposals/together", data=data).status_code == 303
    assert {event.asset_id: event.deal_id for event in _events(rows)} == {
        both[0].asset_id: world["deal"].id,
        both[1].asset_id: other.id,
    }


def test_yes_to_all_logs_nothing_while_one_has_no_deal(
    client: FlaskClient, make: Make, rows: Rows, world: Any
):
    both = [make.proposal(make.asset(), world["rep"], deal=deal) for deal in (world["deal"], None)]
    answer = client.post("/me/proposals/together", data={"shown": [one.id for one in both]})
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 1
    assert _events(rows) == []


def test_nobody_answers_for_somebody_else(make: Make, rows: Rows, proposal: ProposedUse, sign_in: Any):
    stranger = sign_in(make.user("manager"))
    for verb in ("confirm", "refuse", "undo"):
        assert stranger.post(f"/me/proposals/{proposal.id}/{verb}").status_code == 404
    assert stranger.post("/me/proposals/together", data={"shown": proposal.id}).status_code == 303
    assert [one.state for one in rows(select(ProposedUse))] == ["waiting"]
    assert _events(rows) == []


@pytest.mark.parametrize("lost", ["deal", "content"])
def test_what_one_may_not_see_any_more_is_not_asked_about(
    client: FlaskClient, make: Make, world: Any, lost: str
):
    deal = make.deal(owner=make.user()) if lost == "deal" else world["deal"]
    deck = make.asset(state="archived") if lost == "content" else world["deck"]
    hidden = make.proposal(deck, world["rep"], deal=deal)
    assert "Nothing to answer" in client.get("/me/proposals").text
    assert client.post(f"/me/proposals/{hidden.id}/confirm").status_code == 404


def test_a_manager_who_sells_is_asked_on_the_first_page_too(make: Make, sign_in: Any, world: Any):
    manager = make.user("manager")
    make.proposal(world["deck"], manager, deal=world["deal"])
    assert "Did you use this?" in sign_in(manager).get("/").text


def test_the_first_page_shows_three_and_how_many_there_are(client: FlaskClient, make: Make, world: Any):
    assert "Did you use this?" not in client.get("/").text
    for _ in range(4):
        make.proposal(make.asset(), world["rep"], deal=world["deal"])
    page = client.get("/").text
    assert page.count('data-key-own="y"') == 3
    assert "All 4" in page


def test_what_waited_for_two_months_is_dropped(make: Make, rows: Rows, world: Any):
    for days in (59, 61):
        make.proposal(make.asset(), world["rep"], created_at=now() - timedelta(days=days))
    assert make.inside(let_go_of_old) == 1
    assert [one.state for one in rows(select(ProposedUse).order_by(ProposedUse.id))] == ["waiting", "refused"]


def test_the_list_asks_little_of_the_database(
    client: FlaskClient, make: Make, world: Any, count_queries: Any
):
    for _ in range(60):
        make.proposal(make.asset(), world["rep"], deal=make.deal(owner=world["rep"]))
    with count_queries() as queries:
        page = client.get("/me/proposals").text
    assert page.count('data-key-own="y"') == 50
    assert "And 10 more" in page
    assert len(queries) <= 12
