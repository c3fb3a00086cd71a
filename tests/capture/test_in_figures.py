"""What was inferred is marked in every list and can be left out of every figure; what came too late feeds no lift."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from portal.db import db, now
from portal.impact.queries import impact_of, latest_snapshot
from portal.usage.models import UsageEvent
from portal.usage.services import assign, record
from portal.users.models import User
from tests.factories import Make


@pytest.fixture
def world(make: Make) -> dict[str, Any]:
    """Three won deals of 100, 200 and 400: on the first the deck was logged, on the others it was inferred, once late.

    On the second deal a sheet was inferred too, whose use without a deal was known.
    """
    rep = make.user(team=make.team("North"))
    deck, sheet = make.asset("Deck", slug="deck"), make.asset("Sheet", slug="sheet")
    first, second, third = (make.deal(owner=rep, status="won", amount=amount) for amount in (100, 200, 400))
    at = now() - timedelta(days=10)

    def use(deal: Any, **fields: Any) -> UsageEvent | None:
        return record(
            asset_id=deck.id,
            version_id=deck.current_version_id,
            user_id=rep.id,
            kind="sent",
            deal_id=deal.id,
            at=at,
            **fields,
        )

    make.inside(lambda: use(first, known_by="named"))
    make.inside(lambda: use(second, known_by="inferred", inferred_from="mail"))
    make.inside(lambda: use(third, known_by="inferred", inferred_from="meeting", is_late=True))
    shown = make.inside(
        lambda: record(asset_id=sheet.id, version_id=None, user_id=rep.id, kind="presented", at=at)
    )
    make.inside(
        lambda: assign(
            db.session.get_one(UsageEvent, shown.id),
            second.id,
            db.session.get_one(User, rep.id),
            inferred_from="same_day",
        )
    )
    make.inside(lambda: db.session.execute(update(UsageEvent).values(recorded_at=at)))
    make.figures()
    return {"rep": rep, "deck": deck, "sheet": sheet, "deals": (first, second, third)}


def _figures(make: Make, asset: Any, **asked: bool) -> tuple[int, int]:
    row = make.inside(lambda: impact_of(asset.id, **asked))
    return row.deals_used, row.credited_minor


def test_what_was_said_after_the_deal_closed_is_credited_but_feeds_no_lift(make: Make, world: Any):
    assert _figures(make, world["deck"]) == (2, 10_000 + 10_000 + 40_000)
    snapshot = make.inside(latest_snapshot)
    assert snapshot.left_out["uses_logged_late"] == 1
    assert snapshot.coverage["logged_deals"] == 3


def test_what_was_said_after_a_close_that_the_crm_told_of_only_later_feeds_no_lift(make: Make, world: Any):
    said = update(UsageEvent).where(UsageEvent.deal_id.in_([deal.id for deal in world["deals"][:2]]))
    make.inside(lambda: db.session.execute(said.values(recorded_at=now())))
    make.figures()
    # Both of the second deal, the deck and the sheet; the first was logged by hand, so that it stays.
    assert _figures(make, world["deck"])[0] == 1
    assert make.inside(latest_snapshot).left_out["uses_logged_late"] == 3


@pytest.mark.parametrize(("days", "late"), [(0, 1), (1, 3)])
def test_what_is_said_on_the_day_of_the_close_is_not_late(make: Make, world: Any, days: int, late: int):
    second = world["deals"][1]
    noon = datetime.combine(second.closed_on + timedelta(days=days), time(12), UTC)
    said = update(UsageEvent).where(UsageEvent.deal_id == second.id).values(recorded_at=noon)
    make.inside(lambda: db.session.execute(said))
    make.figures()
    assert make.inside(latest_snapshot).left_out["uses_logged_late"] == late


def test_figures_without_inferred_uses_know_of_the_logged_ones_only(make: Make, world: Any):
    assert _figures(make, world["deck"], without_inferred=True) == (1, 10_000)
    assert _figures(make, world["sheet"]) == (1, 10_000)
    assert _figures(make, world["sheet"], without_inferred=True) == (0, 0)
    snapshot = make.inside(lambda: latest_snapshot(without_inferred=True))
    assert snapshot.coverage["logged_deals"] == 1
    assert snapshot.left_out["uses_logged_late"] == 0
    assert make.inside(latest_snapshot).id > snapshot.id


def test_the_address_of_the_impact_pages_says_which_uses_they_speak_of(make: Make, sign_in: Any, world: Any):
    client = sign_in(make.user("manager"))
    every, logged = client.get("/impact").text, client.get("/impact?uses=logged").text
    assert "$600" in every
    assert "$600" not in logged
    assert "/impact/deck?uses=logged" in logged
    assert "Without inferred uses" in client.get("/impact/deck").text
    assert "With all uses" in client.get("/impact/deck?uses=logged").text
    assert client.get("/impact?uses=nonsense").status_code == 200


def test_without_any_inferred_use_there_is_one_snapshot(make: Make):
    rep = make.user()
    make.use(make.asset(), rep, kind="sent", deal=make.deal(owner=rep, status="won"))
    snapshot = make.figures()
    assert make.inside(lambda: latest_snapshot(without_inferred=True)).id == snapshot.id


def _rows(client: FlaskClient, address: str) -> dict[str, dict[str, str]]:
    text = client.get(address).data.decode("utf-8-sig")
    return {next(iter(row.values())): row for row in csv.DictReader(io.StringIO(text))}


def test_the_usage_report_leaves_them_out_when_asked(sign_in: Any, world: Any):
    client = sign_in(world["rep"])
    every, logged = (_rows(client, f"/reports/usage.csv?uses={uses}") for uses in ("", "logged"))
    for name, all_uses, logged_uses in (("Sent", "3", "1"), ("Won", "3", "1"), ("People", "1", "1")):
        assert (every["Deck"][name], logged["Deck"][name]) == (all_uses, logged_uses)
    # Of the sheet only the deal was inferred: that it was presented is known.
    assert (every["Sheet"]["Presented"], logged["Sheet"]["Presented"]) == ("1", "1")
    assert (every["Sheet"]["Won"], logged["Sheet"]["Won"]) == ("1", "0")


def test_an_inferred_use_that_was_moved_or_removed_by_hand_is_no_logged_one(
    make: Make, sign_in: Any, rows: Any, world: Any
):
    rep, deck = sign_in(world["rep"]), UsageEvent.asset_id == world["deck"].id
    inferred = select(UsageEvent.id).where(deck, UsageEvent.inferred_from.is_not(None))
    moved, removed = rows(inferred.order_by(UsageEvent.id))
    data = {"deal_id": make.deal(owner=world["rep"]).id}
    assert rep.post(f"/uses/{moved}/move", data=data).status_code == 303
    assert rep.post(f"/uses/{removed}/remove").status_code == 303
    for uses, sent in (("", "3"), ("logged", "1")):
        assert _rows(rep, f"/reports/usage.csv?uses={uses}")["Deck"]["Sent"] == sent
    # Of the sheet only the deal was inferred: moved by hand, it is known by name.
    (event,) = rows(select(UsageEvent.id).where(UsageEvent.inferred_from == "same_day"))
    assert rep.post(f"/uses/{event}/move", data=data).status_code == 303
    (known,) = rows(select(UsageEvent.deal_known_by).where(UsageEvent.corrects_id == event))
    assert known == "named"


def test_the_adoption_report_leaves_them_out_when_asked(make: Make, sign_in: Any, world: Any):
    client = sign_in(make.user("manager"))
    name = world["rep"].name
    every, logged = (_rows(client, f"/reports/adoption.csv?uses={uses}")[name] for uses in ("", "logged"))
    shown = ("Uses", "Deals with content logged")
    assert [every[column] for column in shown] == ["4", "3"]
    assert [logged[column] for column in shown] == ["2", "1"]
    share = next(column for column in every if column.startswith("Closed with content"))
    assert every[share] != logged[share]


def test_a_report_refuses_what_it_does_not_know(sign_in: Any, world: Any):
    answer = sign_in(world["rep"]).get("/reports/usage?uses=some")
    assert answer.status_code == 422
    assert "Uses are all of them" in answer.text


def test_lists_of_uses_say_what_was_inferred(sign_in: Any, world: Any):
    client = sign_in(world["rep"])
    first, second, third = (client.get(f"/deals/{deal.id}").text for deal in world["deals"])
    assert "Inferred from" not in first
    assert "Inferred from a mail and confirmed." in second
    assert "Inferred from a day&#39;s work on this deal and confirmed." in second
    assert "Logged after the deal closed" in third
    assert client.get("/library/deck").text.count("· inferred") == 2
