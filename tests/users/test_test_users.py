"""Test users: an admin says who only tries things out, and what they do is counted nowhere."""

from __future__ import annotations

from sqlalchemy import select

from portal.usage.models import UsageEvent
from portal.users.models import AuditEntry, User


def test_an_admin_marks_somebody_as_a_test_user_and_takes_it_back(make, sign_in, rows):
    person, admin = make.user(name="Tina"), sign_in(make.user("admin"))
    values = {"name": "Tina", "email": person.email, "role": "rep", "team_id": ""}
    admin.post(f"/admin/users/{person.id}", data={**values, "is_test": "y"})
    assert rows(select(User.is_test).where(User.id == person.id)) == [True]
    assert "Test user" in admin.get("/admin/users").text
    assert "checked" in admin.get(f"/admin/users/{person.id}").text
    admin.post(f"/admin/users/{person.id}", data=values)
    assert rows(select(User.is_test).where(User.id == person.id)) == [False]
    said = rows(select(AuditEntry.action).order_by(AuditEntry.id))
    assert said[-2:] == ["marked as a test user", "counted again"]


def test_what_a_test_user_opens_and_sends_works_and_is_counted_nowhere(make, sign_in, rows):
    asset = make.asset("Deck")
    tester = sign_in(make.user(is_test=True))
    assert tester.get(f"/library/{asset.slug}").status_code == 200
    sent = tester.post(f"/library/{asset.slug}/send", data={"recipient": "Buyer"})
    assert tester.get(sent.location).status_code == 200
    assert rows(select(UsageEvent.id)) == []
