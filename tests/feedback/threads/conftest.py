"""Two sales teams, a marketer and a manager, and something of each sort to talk about."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from portal.notifications.models import OutboxMessage


@pytest.fixture
def people(make) -> SimpleNamespace:
    north, south = make.team("North"), make.team("South")
    return SimpleNamespace(
        north=north,
        south=south,
        rob=make.user("rep", name="Rob Rep", team=north),
        mia=make.user("rep", name="Mia Mate", team=north),
        sam=make.user("rep", name="Sam Stranger", team=south),
        olga=make.user("marketer", name="Olga Owner"),
        max=make.user("manager", name="Max Manager"),
        ada=make.user("admin", name="Ada Admin"),
    )


@pytest.fixture
def places(make, people) -> dict[str, Any]:
    """Where a thread can begin, by sort: the address of the page, and whose it is."""
    make.asset("Deck", slug="deck", owner=people.olga, pages=("One", "Two"))
    asked = make.request(people.rob, need="A deck for banks", assigned_to_id=people.olga.id)
    deal = make.deal(owner=people.rob, name="Acme renewal")
    return {"content": "/library/deck", "request": f"/requests/{asked.id}", "deal": f"/deals/{deal.id}"}


@pytest.fixture
def told(rows):
    """Who was told what, as (name, kind): told("words in the title") or all of it."""

    def found(words: str = "") -> list[tuple[int, str]]:
        messages = rows(select(OutboxMessage).where(OutboxMessage.title.contains(words)))
        return sorted((message.recipient_id, message.kind) for message in messages)

    return found


@pytest.fixture
def say(sign_in):
    """Begin a thread through the page: say(person, "/deals/1", "words", audience="3")."""

    def begun(person, place, body, **fields):
        return sign_in(person).post(f"{place}/threads", data={"body": body, **fields})

    return begun
