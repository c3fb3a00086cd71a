"""What a yes may not do: log on a deal that is gone, or vanish again when figures have been read from it for days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.capture.models import ProposedUse
from portal.db import db, now
from portal.usage.models import UsageEvent
from tests.factories import Make


@pytest.fixture
def rep(make: Make) -> Any:
    return make.user()


def test_nothing_is_logged_on_a_deal_that_is_gone_from_its_crm(
    make: Make, rep: Any, rows: Any, sign_in: Any
) -> None:
    proposal = make.proposal(make.asset(), rep, deal=make.deal(owner=rep))
    gone = make.deal(owner=rep, removed_at=now())
    answer = sign_in(rep).post(
        f"/me/proposals/{proposal.id}/confirm", data={f"deal_{proposal.id}": str(gone.id)}
    )
    assert answer.status_code == 422
    assert "gone from its CRM" in answer.text
    assert rows(select(UsageEvent)) == []


@pytest.mark.parametrize(("hours", "status", "state"), [(23, 303, "waiting"), (25, 409, "confirmed")])
def test_a_yes_is_undone_within_a_day_and_stays_after_that(
    make: Make, rep: Any, rows: Any, sign_in: Any, hours: int, status: int, state: str
) -> None:
    proposal = make.proposal(make.asset(), rep, deal=make.deal(owner=rep))
    client = sign_in(rep)
    client.post(f"/me/proposals/{proposal.id}/confirm")
    earlier = update(ProposedUse).values(decided_at=now() - timedelta(hours=hours))
    make.inside(lambda: db.session.execute(earlier))
    assert client.post(f"/me/proposals/{proposal.id}/undo").status_code == status
    assert rows(select(ProposedUse.state)) == [state]
    assert len(rows(select(UsageEvent))) == (1 if state == "confirmed" else 0)


def test_yes_to_all_goes_on_past_what_was_put_on_a_deal_by_hand_meanwhile(
    make: Make, rep: Any, rows: Any, sign_in: Any
) -> None:
    client, first, second = sign_in(rep), make.deal(owner=rep), make.deal(owner=rep)
    shown = [make.use(make.asset(), rep, kind="presented") for _ in range(2)]
    asked = [
        make.proposal(make.asset(), rep, deal=first, origin="same_day", of_event_id=use.id, kind="presented")
        for use in shown
    ]
    data = {"shown": [one.id for one in asked]}
    # In another window, after this one was shown.
    assert client.post(f"/uses/{shown[0].id}/move", data={"deal_id": second.id}).status_code == 303
    assert client.post("/me/proposals/together", data=data).status_code == 303
    of = select(UsageEvent.deal_id).where(UsageEvent.corrects_id.in_([use.id for use in shown]))
    assert rows(of.order_by(UsageEvent.corrects_id)) == [second.id, first.id]
    states = rows(select(ProposedUse).order_by(ProposedUse.id))
    assert [one.state for one in states] == ["waiting", "confirmed"]
    assert "Nothing to answer" in client.get("/me/proposals").text
