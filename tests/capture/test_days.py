"""What was used without a deal is proposed for the deal that was worked on that day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.capture.asking_tasks import propose_same_day
from portal.capture.days import DAYS_BACK, MOST_A_DAY
from portal.capture.models import ProposedUse
from portal.db import db, now
from portal.usage.models import UsageEvent
from portal.usage.services import move, remove
from portal.users.models import User
from tests.factories import Make

Ask = Callable[[], list[ProposedUse]]
NOON = now().replace(hour=12, minute=0) - timedelta(days=1)


@pytest.fixture
def ask(app: Flask, rows: Any) -> Ask:
    """Do the night's work and return what is proposed."""

    def run() -> list[ProposedUse]:
        with app.app_context():
            propose_same_day(None)
        return rows(select(ProposedUse).order_by(ProposedUse.id))

    return run


@pytest.fixture
def world(make: Make) -> dict[str, Any]:
    rep = make.user()
    deal = make.deal(owner=rep, name="Acme renewal")
    make.use(make.asset(), rep, deal=deal, at=NOON)
    return {"rep": rep, "deal": deal, "deck": make.asset("Deck")}


def _use(make: Make, world: dict[str, Any], kind: str = "presented", at: datetime = NOON) -> UsageEvent:
    return make.use(world["deck"], world["rep"], kind=kind, at=at + timedelta(hours=1))


def test_what_was_presented_without_a_deal_is_proposed_for_the_deal_of_that_day(
    make: Make, world: Any, ask: Ask, sign_in: Any
):
    shown = _use(make, world)
    (proposal,) = ask()
    assert (proposal.deal_id, proposal.of_event_id, proposal.kind) == (
        world["deal"].id,
        shown.id,
        "presented",
    )
    page = sign_in(world["rep"]).get("/me/proposals").text
    assert "You worked on Acme renewal yesterday" in page
    assert "without a deal" in page
    assert len(ask()) == 1


def test_looks_and_sent_links_are_not_asked_about(make: Make, world: Any, ask: Ask):
    _use(make, world, "viewed")
    _use(make, world, "sent")
    assert ask() == []


@pytest.mark.parametrize(("own", "other", "asked"), [(3, 1, 1), (2, 1, 0), (1, 1, 0)])
def test_a_day_on_several_deals_belongs_to_one_only_if_clearly_most_was_for_it(
    make: Make, world: Any, ask: Ask, own: int, other: int, asked: int
):
    for _ in range(own - 1):
        make.use(make.asset(), world["rep"], deal=world["deal"], at=NOON)
    another = make.deal(owner=world["rep"])
    for _ in range(other):
        make.use(make.asset(), world["rep"], deal=another, at=NOON)
    _use(make, world)
    assert len(ask()) == asked


def test_a_few_a_day_are_asked_about_and_what_was_presented_comes_first(make: Make, world: Any, ask: Ask):
    for kind in ("downloaded",) * MOST_A_DAY + ("presented",):
        make.use(make.asset(), world["rep"], kind=kind, at=NOON)
    kinds = [one.kind for one in ask()]
    assert kinds == ["presented"] + ["downloaded"] * (MOST_A_DAY - 1)
    assert len(ask()) == MOST_A_DAY


@pytest.mark.parametrize(("days", "asked"), [(-1, 0), (DAYS_BACK - 2, 1), (DAYS_BACK + 1, 0)])
def test_neither_today_nor_long_ago_is_asked_about(make: Make, world: Any, ask: Ask, days: int, asked: int):
    at = NOON - timedelta(days=days)
    make.use(make.asset(), world["rep"], deal=world["deal"], at=at)
    _use(make, world, at=at)
    assert len(ask()) == asked


def test_another_day_or_person_says_nothing(make: Make, world: Any, ask: Ask):
    _use(make, world, at=NOON - timedelta(days=1))
    make.use(world["deck"], make.user(), kind="presented", at=NOON)
    assert ask() == []


@pytest.mark.parametrize("hidden", ["closed", "somebody else's", "archived", "gone"])
def test_only_open_deals_and_content_in_sight_are_asked_about(make: Make, ask: Ask, hidden: str):
    rep = make.user()
    deal = make.deal(
        owner=make.user() if hidden == "somebody else's" else rep,
        status="won" if hidden == "closed" else "open",
        removed_at=now() if hidden == "gone" else None,
    )
    make.use(make.asset(), rep, deal=deal, at=NOON)
    asset = make.asset(state="archived" if hidden == "archived" else "published")
    make.use(asset, rep, kind="presented", at=NOON)
    assert ask() == []


def test_what_was_put_on_or_taken_from_a_deal_by_hand_is_left_alone(make: Make, world: Any, ask: Ask):
    def correct(change: Callable[[UsageEvent, User], UsageEvent], event: UsageEvent) -> None:
        by = world["rep"].id
        make.inside(lambda: change(db.session.get_one(UsageEvent, event.id), db.session.get_one(User, by)).id)

    correct(lambda event, by: move(event, world["deal"].id, by), _use(make, world))
    taken = make.use(world["deck"], world["rep"], kind="presented", deal=world["deal"], at=NOON)
    correct(remove, taken)
    assert ask() == []
