"""Single updates: signed, taken once, written like an import of one row, and never guessed at."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest
from sqlalchemy import func, select

from portal.db import db, now, unit_of_work
from portal.deals.hooks.services import forget_calls, revoke_hook
from portal.deals.models import Deal, DealChange, DealHook, DealImport, HookCall, StageEntry
from portal.users.models import User

NEW = {"id": "D1", "name": "Acme renewal", "stage": "Proposal", "amount": 1250.5, "currency": "USD"}


def nothing_is_written(rows):
    return rows(select(Deal.id)) == rows(select(HookCall.id)) == []


def test_a_signed_update_makes_a_deal_that_an_import_could_undo(post, rows, table):
    answer = post(NEW)
    assert answer.status_code == 200
    assert answer.json["outcome"] == "new"
    assert table(Deal.name, Deal.crm_stage, Deal.amount_minor, Deal.source) == [
        ("Acme renewal", "Proposal", 125050, "csv")
    ]
    assert table(DealImport.origin, DealImport.state) == [("hook", "applied")]
    assert rows(select(DealChange.import_id)) == [answer.json["import_id"]]


def test_what_an_update_leaves_out_stays_as_it_is(post, table):
    post(NEW)
    answer = post({"id": "D1", "amount": 900})
    assert answer.json["outcome"] == "changed"
    assert table(Deal.name, Deal.stage, Deal.amount_minor) == [("Acme renewal", "Proposal", 90000)]


def test_a_stage_that_moves_is_history(post, rows):
    post(NEW)
    post({"id": "D1", "stage": "Negotiation"})
    assert "Negotiation" in rows(select(StageEntry.stage))


def test_a_closed_deal_takes_a_new_name_without_its_closing_date(post, table):
    post({**NEW, "stage": "Closed Won", "close date": "2026-11-20"})
    assert post({"id": "D1", "name": "Acme, renewed"}).json["outcome"] == "changed"
    assert table(Deal.name, Deal.status, Deal.closed_on) == [("Acme, renewed", "won", date(2026, 11, 20))]


def test_an_update_that_changes_nothing_writes_no_import(post, rows):
    post(NEW)
    assert post({"id": "D1", "stage": "Proposal"}).json["outcome"] == "unchanged"
    assert rows(select(func.count()).select_from(DealImport)) == [1]


def test_the_names_of_the_crms_own_exports_are_understood_and_others_named(post):
    answer = post({"Record ID": "7", "Deal Name": "Beta", "Deal Stage": "Qualified", "Mood": "good"})
    assert answer.json["outcome"] == "new"
    assert answer.json["ignored"] == ["Mood"]


def test_the_same_update_is_taken_once(post, rows):
    stamp = str(int(time.time()))
    assert post(NEW, stamp=stamp).status_code == 200
    again = post(NEW, stamp=stamp)
    assert again.status_code == 409
    assert "already" in again.json["error"]
    assert rows(select(func.count()).select_from(DealImport)) == [1]


def test_an_update_that_was_refused_may_be_sent_again(post):
    stamp = str(int(time.time()))
    refused = {"id": "D1", "stage": "Closed Won"}
    assert post(refused, stamp=stamp).status_code == 422
    assert post(refused, stamp=stamp).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": ""},
        {"signature": "0" * 64},
        {"signature": "é" * 64},
        {"secret": "another"},
        {"key": "nobody"},
        {"stamp": "yesterday"},
        {"stamp": ""},
        {"stamp": "٣" * 10},
        {"stamp": "9" * 11},
        {"stamp": str(int(time.time()) - 301)},
        {"stamp": str(int(time.time()) + 3000)},
    ],
)
def test_what_is_not_signed_just_now_is_refused_and_writes_nothing(post, rows, wrong):
    answer = post(NEW, **wrong)
    assert answer.status_code == 401
    assert answer.json["error"]
    assert nothing_is_written(rows)


def test_a_body_with_one_character_changed_is_refused(post, rows):
    body = json.dumps(NEW).encode()
    stamp = str(int(time.time()))
    signature = post(NEW, stamp=stamp, body=b" " + body).status_code
    assert signature == 200
    changed = post(None, stamp=stamp, body=body, signature="a" + "0" * 63)
    assert changed.status_code == 401
    assert rows(select(func.count()).select_from(HookCall)) == [1]


def test_a_closed_key_is_answered_like_an_unknown_one(app, post, rows):
    with app.app_context(), unit_of_work():
        admin = db.session.scalars(select(User)).first()
        revoke_hook(db.session.scalars(select(DealHook)).one(), admin)
    closed, unknown = post(NEW), post(NEW, key="nobody")
    assert (closed.status_code, closed.json) == (unknown.status_code, unknown.json)
    assert nothing_is_written(rows)


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"stage": "Proposal"}, "id", "no id"),
        ({"id": "D1"}, None, "stage"),
        ({**NEW, "stage": "Closed Won"}, "closed", "closing date"),
        ({**NEW, "close date": "03/04/2026"}, "expected_close", "2026-12-31"),
        ({**NEW, "created": "1.2.26"}, "created", "2026-12-31"),
        ({**NEW, "amount": "1.234,50"}, "amount", "number"),
        ({**NEW, "amount": "a lot"}, "amount", "number"),
        ({**NEW, "amount": -5}, "amount", "negative"),
        ({**NEW, "amount": {"value": 5}}, "amount", "text or a number"),
        ({**NEW, "id": True}, "id", "text or a number"),
        ({**NEW, "currency": "GOLD"}, "currency", "currency"),
        ({**NEW, "id": "x" * 300}, "id", "characters"),
        ([NEW], None, "JSON object"),
        ("D1", None, "JSON object"),
        ({f"field {number}": 1 for number in range(300)}, None, "fields"),
    ],
)
def test_a_wrong_update_is_answered_with_its_place_and_writes_nothing(post, rows, said, field, words):
    answer = post(said)
    assert answer.status_code == 422
    assert words in answer.json["error"]
    if field:
        assert answer.json["field"] in (field, "closed")
    assert nothing_is_written(rows)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{", b"NaN", b'{"id": NaN}', b"[" * 60_000])
def test_what_is_no_json_is_said_to_be_none(post, rows, body):
    answer = post(None, body=body)
    assert answer.status_code == 422
    assert nothing_is_written(rows)


def test_forms_and_large_bodies_are_refused_before_they_are_read(post, rows):
    assert post(NEW, mimetype="text/plain").status_code == 415
    assert post(None, body=b" " * 70_000).status_code == 413
    assert nothing_is_written(rows)


def test_three_decimals_are_no_thousands(post, rows):
    post({**NEW, "amount": 1.234})
    assert rows(select(Deal.amount_minor)) == [123]


def test_calls_are_forgotten_once_nobody_can_send_them_again(app, post, rows, monkeypatch):
    post(NEW)
    later = now()
    with app.app_context(), unit_of_work():
        forget_calls()
    assert rows(select(func.count()).select_from(HookCall)) == [1]
    monkeypatch.setattr("portal.deals.hooks.services.now", lambda: later.replace(year=later.year + 1))
    with app.app_context(), unit_of_work():
        forget_calls()
    assert rows(select(func.count()).select_from(HookCall)) == [0]


def test_an_admin_makes_a_key_sees_its_secret_and_closes_it(make, sign_in, rows):
    admin = sign_in(make.user("admin"))
    made = admin.post("/admin/hooks", data={"name": "HubSpot workflow", "source": "HubSpot"})
    page = admin.get(made.location).get_data(as_text=True)
    assert rows(select(DealHook.source)) == ["hubspot"]
    assert rows(select(DealHook.key))[0] in page
    assert "X-Tandem-Signature" in page
    admin.post(made.location + "/revoke")
    assert "This key is closed" in admin.get(made.location).get_data(as_text=True)
    assert "HubSpot workflow" in admin.get("/admin/hooks").get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        ("", "csv", "Please name what"),
        ("A", "", "Please name the CRM"),
        ("A", "no spaces!", "letters, digits"),
    ],
)
def test_a_key_without_a_name_or_a_crm_is_refused_at_the_field(make, sign_in, rows, name, source, words):
    answer = sign_in(make.user("admin")).post("/admin/hooks", data={"name": name, "source": source})
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert rows(select(func.count()).select_from(DealHook)) == [0]


def test_an_update_says_that_an_automation_sent_it_and_the_hook_leads_to_what_came(post, sign_in, rows):
    post(NEW)
    admin = sign_in(rows(select(User).where(User.role == "admin"))[0])
    page = admin.get("/deals/import?updates=yes").get_data(as_text=True)
    assert "Automation" in page
    assert "Update of D1" in page
    (hook_id,) = rows(select(DealHook.id))
    assert "/deals/import?updates=yes" in admin.get(f"/admin/hooks/{hook_id}").get_data(as_text=True)
    shown = admin.get(f"/deals/import/{rows(select(DealImport.id))[0]}").get_data(as_text=True)
    assert "Automation, " in shown
    assert "1 deal: 1 open" in shown
