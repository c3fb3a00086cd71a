"""What was inferred stays late on a deal that has ended, and nothing is put on a deal that is gone from its CRM."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.impact.queries import latest_snapshot
from portal.library.models import Asset
from portal.library.summaries import refresh_use
from portal.usage.models import UsageEvent
from portal.usage.queries import effective_events
from portal.usage.services import assign, record
from portal.users.models import User
from tests.factories import Make

LATE = "Logged after the deal closed"


@pytest.fixture
def world(make: Make) -> dict[str, Any]:
    """A rep who presented a deck without a deal, said of an open one that it was for it, and has two more deals."""
    rep = make.user(team=make.team())
    deck = make.asset("Deck", slug="deck")
    first, second = make.deal(owner=rep), make.deal(owner=rep)
    ended = make.deal(owner=rep, status="won")
    gone = make.deal(owner=rep, name="Gone deal", removed_at=now())
    shown = make.use(deck, rep, kind="presented", at=now() - timedelta(days=20))

    def say() -> int:
        event, by = db.session.get_one(UsageEvent, shown.id), db.session.get_one(User, rep.id)
        return assign(event, first.id, by, inferred_from="same_day").id

    return {"rep": rep, "deck": deck, "said": make.inside(say), "first": first, "second": second} | {
        "ended": ended,
        "gone": gone,
    }


def test_what_was_inferred_stays_so_through_every_move_to_a_deal_that_has_ended(
    sign_in: Any, world: dict[str, Any], rows: Any
):
    client, event_id = sign_in(world["rep"]), world["said"]
    for deal in (world["second"], world["ended"]):
        answer = client.post(f"/uses/{event_id}/move", data={"deal_id": deal.id})
        assert answer.status_code == 303
        (event_id,) = rows(select(UsageEvent.id).where(UsageEvent.corrects_id == event_id))
    (event,) = rows(effective_events())
    assert (event.deal_id, event.deal_known_by, event.is_late) == (world["ended"].id, "named", True)
    assert LATE in client.get(f"/deals/{world['ended'].id}").text


def test_a_use_that_somebody_logged_is_not_late_for_being_moved(
    make: Make, sign_in: Any, world: dict[str, Any], rows: Any
):
    logged = make.use(world["deck"], world["rep"], kind="sent", deal=world["second"])
    data = {"deal_id": world["ended"].id}
    assert sign_in(world["rep"]).post(f"/uses/{logged.id}/move", data=data).status_code == 303
    (late,) = rows(select(UsageEvent.is_late).where(UsageEvent.corrects_id == logged.id))
    assert late is False


def test_nothing_is_put_on_a_deal_that_is_gone_from_its_crm(sign_in: Any, world: dict[str, Any], rows: Any):
    client, data = sign_in(world["rep"]), {"deal_id": world["gone"].id}
    before = len(rows(select(UsageEvent.id)))
    for address in (f"/uses/{world['said']}/move", "/library/deck/used", "/library/deck/send"):
        answer = client.post(address, data=data)
        assert answer.status_code == 422
        assert "gone from its CRM" in answer.text
    assert len(rows(select(UsageEvent.id))) == before


@pytest.mark.parametrize(
    ("zone", "said", "late"),
    [
        # Closed on the 10th: a yes at 23:30 UTC that day is of the 11th in Berlin, and of the 10th in London.
        ("Europe/Berlin", datetime(2026, 3, 10, 23, 30, tzinfo=UTC), True),
        ("Europe/London", datetime(2026, 3, 10, 23, 30, tzinfo=UTC), False),
        # At 02:00 UTC of the 11th it is still the 10th in New York.
        ("America/New_York", datetime(2026, 3, 11, 2, 0, tzinfo=UTC), False),
        ("UTC", datetime(2026, 3, 11, 2, 0, tzinfo=UTC), True),
    ],
)
def test_whether_a_yes_came_after_the_close_goes_by_the_days_of_the_organisation(
    make: Make, sign_in: Any, zone: str, said: datetime, late: bool
):
    make.app.config["ORGANISATION_TIME_ZONE"] = zone
    rep = make.user(team=make.team())
    deal = make.deal(owner=rep, status="won", created_on=date(2026, 1, 5), closed_on=date(2026, 3, 10))
    marks = {"deal_known_by": "inferred", "inferred_from": "mail", "recorded_at": said}
    make.use(make.asset(), rep, kind="sent", deal=deal, at=datetime(2026, 3, 2, tzinfo=UTC), **marks)
    make.figures()
    # The page of the deal and the figures say the same.
    assert (LATE in sign_in(rep).get(f"/deals/{deal.id}").text) is late
    assert make.inside(latest_snapshot).left_out["uses_logged_late"] == int(late)


def test_what_was_used_on_a_deal_that_is_gone_stays_a_use_of_the_content(
    make: Make, sign_in: Any, world: dict[str, Any], rows: Any
):
    sheet = make.asset("Sheet", slug="sheet")
    who = {"user_id": world["rep"].id, "deal_id": world["gone"].id}
    make.inside(lambda: record(asset_id=sheet.id, version_id=None, kind="sent", **who))
    make.inside(lambda: refresh_use([sheet.id]))
    assert rows(select(Asset.use_count).where(Asset.id == sheet.id)) == [1]
    text = sign_in(world["rep"]).get("/reports/usage.csv").data.decode("utf-8-sig")
    used = {next(iter(row.values())): row for row in csv.DictReader(io.StringIO(text))}
    assert used["Sheet"]["Sent"] == "1"
