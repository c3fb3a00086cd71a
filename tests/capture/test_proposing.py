"""A use is proposed once, to whom it belongs, and not when it is logged already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.capture.models import ProposedUse
from portal.capture.proposing import propose
from portal.db import now
from tests.factories import Make

Offer = Callable[..., bool]


@pytest.fixture
def world(make: Make) -> dict[str, Any]:
    rep = make.user()
    return {"rep": rep, "asset": make.asset("Deck"), "deal": make.deal(owner=rep)}


@pytest.fixture
def offer(make: Make, world: dict[str, Any]) -> Offer:
    """Propose that the rep sent the deck on the deal, but for what is said otherwise; say whether it was new."""

    def run(**changes: Any) -> bool:
        values = {
            "user_id": world["rep"].id,
            "kind": "sent",
            "asset_id": world["asset"].id,
            "version_id": world["asset"].current_version_id,
            "deal_id": world["deal"].id,
            "at": now(),
            "origin": "mail",
            "origin_key": "mail:1",
            "reason": {},
        }
        return make.inside(lambda: propose(**(values | changes))) is not None

    return run


def test_the_same_origin_is_proposed_once(offer: Offer, rows: Any):
    assert offer()
    assert not offer(deal_id=None, kind="presented")
    assert [one.state for one in rows(select(ProposedUse))] == ["waiting"]


def test_two_traces_of_one_deed_within_a_day_are_one_proposal(offer: Offer):
    assert offer(origin_key="mail:1")
    assert not offer(origin_key="mail:2", at=now() - timedelta(hours=23))
    assert offer(origin_key="mail:3", at=now() - timedelta(hours=25))


def test_two_mails_to_whom_no_deal_is_known_are_two_uses(offer: Offer):
    assert offer(origin_key="mail:1", deal_id=None)
    assert offer(origin_key="mail:2", deal_id=None)


def test_what_is_logged_on_the_deal_within_a_day_is_not_proposed(offer: Offer, make: Make, world: Any):
    make.use(world["asset"], world["rep"], kind="sent", deal=world["deal"])
    assert not offer()
    assert offer(origin_key="mail:2", kind="presented")
    assert offer(origin_key="mail:3", deal_id=make.deal(owner=world["rep"]).id)
    assert offer(origin_key="mail:4", at=now() - timedelta(days=2))


def test_where_no_deal_is_known_a_logged_use_on_any_deal_is_the_same(offer: Offer, make: Make, world: Any):
    make.use(world["asset"], world["rep"], kind="sent")
    assert offer(deal_id=None)
    make.use(world["asset"], world["rep"], kind="sent", deal=world["deal"])
    assert not offer(deal_id=None, origin_key="mail:2")


def test_one_use_without_a_deal_is_proposed_for_one_deal_only(offer: Offer, make: Make, world: Any):
    event = make.use(world["asset"], world["rep"], kind="presented")
    other = make.deal(owner=world["rep"])
    assert offer(kind="presented", of_event_id=event.id, origin="meeting", origin_key="meeting:1")
    assert not offer(
        kind="presented", of_event_id=event.id, origin="same_day", origin_key="day:1", deal_id=other.id
    )


@pytest.mark.parametrize("who", ["marketer", "admin", "test", "disabled"])
def test_nobody_is_asked_whose_uses_do_not_count(offer: Offer, make: Make, who: str):
    person = {
        "test": lambda: make.user(is_test=True),
        "disabled": lambda: make.user(status="disabled"),
    }.get(who, lambda: make.user(who))()
    assert not offer(user_id=person.id)
