"""Meetings come from a calendar or are typed in; what was open during one is proposed as presented in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.capture.meetings import services
from portal.capture.models import Meeting, ProposedUse
from portal.db import now
from portal.deals.models import AccountDomain
from portal.usage.models import UsageEvent
from tests.factories import Make

Rows = Callable[[Any], list[Any]]
BEGAN = now().replace(second=0, microsecond=0) - timedelta(hours=3)


def _entry(
    uid: str = "1", at: datetime = BEGAN, title: str = "Acme demo", who: str = "anna@acme.example"
) -> str:
    lines = [f"UID:{uid}", f"DTSTART:{at:%Y%m%dT%H%M%SZ}", "DURATION:PT1H", f"SUMMARY:{title}"]
    return "\n".join([*lines, f"ATTENDEE:mailto:{who}"] if who else lines)


def _hand_in(client: FlaskClient, *entries: str) -> Any:
    events = "".join(f"BEGIN:VEVENT\n{entry}\nEND:VEVENT\n" for entry in entries)
    content = f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n".encode()
    return client.post("/me/meetings/upload", data={"file": (BytesIO(content), "calendar.ics")})


@pytest.fixture
def world(make: Make) -> dict[str, Any]:
    rep = make.user(email="rep@us.example")
    account = make.account("Acme Corp.")
    make.store(AccountDomain(account_id=account.id, domain="acme.example"))
    deal = make.deal(owner=rep, name="Acme renewal", account_id=account.id)
    return {"rep": rep, "deal": deal, "deck": make.asset("Deck")}


@pytest.fixture
def client(world: dict[str, Any], sign_in: Any) -> FlaskClient:
    return sign_in(world["rep"])


def test_a_calendar_brings_meetings_without_addresses_and_twice_changes_nothing(
    client: FlaskClient, rows: Rows, world: Any
):
    for _ in range(2):
        assert _hand_in(client, _entry()).status_code == 303
    (met,) = rows(select(Meeting))
    assert (met.title, met.domains, met.deal_id) == ("Acme demo", ["acme.example"], world["deal"].id)
    assert met.starts_at == BEGAN
    page = client.get("/me/meetings").text
    assert "1 known already" in page
    assert "Acme renewal" in page
    assert "anna@" not in page


def test_what_moved_or_was_cancelled_moves_here_too(client: FlaskClient, rows: Rows):
    soon = now().replace(microsecond=0) + timedelta(days=2)
    _hand_in(client, _entry("1", soon), _entry("2", soon))
    _hand_in(client, _entry("1", soon + timedelta(hours=1)), _entry("2", soon) + "\nSTATUS:CANCELLED")
    assert [(met.uid, met.starts_at) for met in rows(select(Meeting))] == [("1", soon + timedelta(hours=1))]


def test_meetings_among_colleagues_are_left_out_unless_their_title_names_a_deal(
    client: FlaskClient, rows: Rows
):
    answer = _hand_in(
        client, _entry("1", title="Weekly", who="bob@us.example"), _entry("2", title="Prepare Acme", who="")
    )
    assert answer.status_code == 303
    assert [met.uid for met in rows(select(Meeting))] == ["2"]
    assert "1 without anybody from outside left out" in client.get("/me/meetings").text


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello"])
def test_another_file_is_refused_with_a_word(client: FlaskClient, rows: Rows, content: bytes):
    answer = client.post("/me/meetings/upload", data={"file": (BytesIO(content), "calendar.ics")})
    assert answer.status_code == 422
    assert "f-file-said" in answer.text
    assert client.post("/me/meetings/upload").status_code == 422
    assert rows(select(Meeting)) == []


def test_what_was_presented_or_open_during_a_meeting_is_proposed_for_its_deal(
    client: FlaskClient, make: Make, rows: Rows, run_jobs: Any, world: Any
):
    deck, sheet, early, later = world["deck"], *(make.asset(title) for title in ("Sheet", "Early", "Later"))
    make.use(deck, world["rep"], kind="viewed", at=BEGAN + timedelta(minutes=5))
    shown = make.use(deck, world["rep"], kind="presented", at=BEGAN + timedelta(minutes=10))
    make.use(sheet, world["rep"], kind="viewed", at=BEGAN - timedelta(minutes=14))
    make.use(early, world["rep"], kind="viewed", at=BEGAN - timedelta(minutes=16))
    make.use(later, world["rep"], kind="viewed", at=BEGAN + timedelta(minutes=61))
    make.use(make.asset(), world["rep"], kind="presented", deal=world["deal"], at=BEGAN)
    make.use(make.asset(), make.user(), kind="presented", at=BEGAN)
    _hand_in(client, _entry())
    run_jobs()
    found = rows(select(ProposedUse).order_by(ProposedUse.asset_id))
    assert [(one.asset_id, one.kind, one.deal_id, one.of_event_id) for one in found] == [
        (deck.id, "presented", world["deal"].id, shown.id),
        (sheet.id, "presented", world["deal"].id, None),
    ]
    page = client.get("/me/proposals").text
    assert "“Acme demo” today at" in page or "“Acme demo” yesterday at" in page
    assert "You opened it at" in page
    assert "Yes to all of this meeting" in page
    run_jobs()
    assert len(rows(select(ProposedUse))) == 2
    client.post(f"/me/proposals/{found[1].id}/confirm")
    event = rows(select(UsageEvent).where(UsageEvent.inferred_from == "meeting"))[0]
    assert (event.kind, event.asset_id, event.corrects_id) == ("presented", sheet.id, None)


def test_the_page_says_what_became_of_each_meeting(
    client: FlaskClient, run_jobs: Any, make: Make, world: dict[str, Any]
):
    for at in (0, 3, 6):
        _hand_in(client, _entry(str(at), BEGAN - timedelta(days=at)))
        if at:
            make.use(world["deck"], world["rep"], kind="presented", at=BEGAN - timedelta(days=at, minutes=-9))
    run_jobs()
    page = client.get("/me/meetings").text
    assert page.count("1 proposed</a>") == 2
    assert page.count("nothing was opened") == 1
    proposals = client.get("/me/proposals").text
    first, second = sorted(set(re.findall(r"/me/proposals/(\d+)/confirm", proposals)))
    client.post(f"/me/proposals/{first}/confirm", data={f"deal_{first}": world["deal"].id})
    client.post(f"/me/proposals/{second}/refuse")
    page = client.get("/me/meetings").text
    assert "1 logged" in page
    assert "you said no" in page


def test_what_was_open_while_a_deal_happened_to_be_chosen_is_proposed_too(
    client: FlaskClient, make: Make, rows: Rows, run_jobs: Any, world: Any
):
    rep, gone = world["rep"], make.deal(owner=world["rep"], removed_at=now())
    moments = (BEGAN + timedelta(minutes=minute) for minute in range(5, 60))
    chosen, named, shown, late = (make.asset() for _ in range(4))
    make.use(chosen, rep, deal=world["deal"], deal_known_by="sticky", at=next(moments))
    make.use(named, rep, deal=world["deal"], at=next(moments))
    make.use(shown, rep, deal=gone, deal_known_by="sticky", at=next(moments))
    make.use(shown, rep, kind="presented", deal=make.deal(owner=rep), at=next(moments))
    make.use(late, rep, deal=gone, deal_known_by="sticky", at=next(moments))
    _hand_in(client, _entry(title="Talk", who="x@stranger.example"))
    run_jobs()
    found = rows(select(ProposedUse).order_by(ProposedUse.asset_id))
    assert [(one.asset_id, one.deal_id, one.of_event_id) for one in found] == [
        (chosen.id, world["deal"].id, None),
        (late.id, None, None),
    ]


def test_who_logs_nothing_is_not_asked_for_meetings(make: Make, sign_in: Any):
    page = sign_in(make.user("marketer")).get("/me/meetings").text
    assert "This is for people in sales" in page
    assert 'name="file"' not in page


def test_a_meeting_with_strangers_asks_for_the_deal(
    client: FlaskClient, make: Make, rows: Rows, run_jobs: Any, world: Any
):
    make.use(world["deck"], world["rep"], kind="presented", at=BEGAN)
    _hand_in(client, _entry(title="Talk", who="x@stranger.example"))
    run_jobs()
    assert [one.deal_id for one in rows(select(ProposedUse))] == [None]


def test_a_meeting_to_come_is_not_looked_at_yet(client: FlaskClient, rows: Rows, run_jobs: Any, make: Make):
    _hand_in(client, _entry(at=now() + timedelta(hours=1)))
    run_jobs()
    assert [met.looked_at for met in rows(select(Meeting))] == [None]
    assert make.inside(services.due_meetings) == []


def _typed(**changes: str) -> dict[str, str]:
    values = {"title": "Acme demo", "day": f"{BEGAN:%Y-%m-%d}", "starts": f"{BEGAN:%H:%M}", "ends": ""}
    return values | {"addresses": "anna@acme.example", "text": ""} | changes


def test_a_typed_meeting_is_kept(client: FlaskClient, rows: Rows, world: Any):
    assert client.post("/me/meetings", data=_typed()).status_code == 303
    (met,) = rows(select(Meeting))
    assert (met.starts_at, met.ends_at) == (BEGAN, BEGAN + timedelta(hours=1))
    assert (met.domains, met.deal_id) == (["acme.example"], world["deal"].id)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 301),
        ("day", "soon"),
        ("day", "1999-01-01"),
        ("day", "9999-12-31"),
        ("starts", "25:00"),
        ("ends", "nonsense"),
        ("ends", f"{BEGAN:%H:%M}"),
        ("addresses", "x" * 5_001),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_is_kept(client: FlaskClient, rows: Rows, field: str, value: str):
    answer = client.post("/me/meetings", data=_typed(**{field: value}))
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 1
    assert field == "title" or "Acme demo" in answer.text
    assert rows(select(Meeting)) == []


def test_a_pasted_invitation_fills_the_form_in_to_be_checked(client: FlaskClient, rows: Rows):
    text = "Subject: Acme demo\nWhen: 2026-11-24 14:00-15:00\nWho: anna@acme.example"
    answer = client.post("/me/meetings", data={"do": "read", "text": text})
    for part in ('value="Acme demo"', 'value="2026-11-24"', 'value="14:00"', "check what was understood"):
        assert part in answer.text
    answer = client.post("/me/meetings", data={"do": "read", "text": "Let us meet on 3/4/2026"})
    assert "does not say clearly the day and the hour" in answer.text
    for text in ("", "x" * 20_001):
        assert client.post("/me/meetings", data={"do": "read", "text": text}).status_code == 422
    assert rows(select(Meeting)) == []


def test_pasted_calendar_text_is_taken_at_once(client: FlaskClient, rows: Rows):
    text = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{_entry()}\nEND:VEVENT\nEND:VCALENDAR"
    assert client.post("/me/meetings", data={"do": "read", "text": text}).status_code == 303
    assert len(rows(select(Meeting))) == 1


def test_everybody_forgets_only_their_own_meetings(client: FlaskClient, rows: Rows, make: Make, sign_in: Any):
    _hand_in(client, _entry())
    (met,) = rows(select(Meeting))
    stranger = sign_in(make.user("admin"))
    assert "Acme demo" not in stranger.get("/me/meetings").text
    assert stranger.post(f"/me/meetings/{met.id}/remove").status_code == 404
    assert client.post(f"/me/meetings/{met.id}/remove").status_code == 303
    assert rows(select(Meeting)) == []


def test_meetings_of_long_ago_are_forgotten(make: Make, rows: Rows, world: Any):
    for days in (89, 91):
        at = now() - timedelta(days=days)
        make.store(
            Meeting(user_id=world["rep"].id, uid=str(days), title="x", starts_at=at, ends_at=at, domains=[])
        )
    make.inside(services.clear_meetings)
    assert [met.uid for met in rows(select(Meeting))] == ["89"]
