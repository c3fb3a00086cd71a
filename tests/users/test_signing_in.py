"""Signing in and out, and what keeps others from it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from portal.db import db, now, unit_of_work
from portal.users.models import Attempt, AuditEntry, UserSession
from tests.factories import PASSWORD


def _sign_in(client, email, password=PASSWORD, **options):
    return client.post("/sign-in", data={"email": email, "password": password}, **options)


def test_a_person_signs_in_with_email_and_password(app, make):
    make.user("admin")
    rep = make.user("rep", password=PASSWORD)
    client = app.test_client()
    answer = _sign_in(client, rep.email.upper())
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/me").status_code == 200


def test_a_wrong_password_is_refused_at_the_field_and_remembered(app, make, rows):
    make.user("admin")
    rep = make.user("rep", password=PASSWORD)
    client = app.test_client()
    answer = _sign_in(client, rep.email, "wrong password")
    assert answer.status_code == 422
    assert "do not belong together" in answer.text
    assert rep.email in answer.text
    assert rows(select(func.count()).select_from(Attempt)) == [2]
    assert client.get("/me").status_code == 303


def test_an_unknown_email_gets_the_same_words_as_a_wrong_password(app, make):
    make.user("admin", password=PASSWORD)
    answer = _sign_in(app.test_client(), "nobody@example.com", "wrong password")
    assert (answer.status_code, "do not belong together" in answer.text) == (422, True)


def test_the_ninth_try_is_throttled_even_with_the_right_password(app, make):
    make.user("admin")
    rep = make.user("rep", password=PASSWORD)
    client = app.test_client()
    for _ in range(8):
        assert _sign_in(client, rep.email, "wrong password").status_code == 422
    answer = _sign_in(client, rep.email)
    assert answer.status_code == 429
    assert "wait 15 minutes" in answer.text


def test_a_disabled_person_cannot_sign_in(app, make):
    make.user("admin")
    rep = make.user("rep", password=PASSWORD, status="disabled")
    assert _sign_in(app.test_client(), rep.email).status_code == 422


def test_a_cookie_copied_before_signing_out_is_worth_nothing_afterwards(app, make):
    make.user("admin")
    rep = make.user("rep", password=PASSWORD)
    client, thief = app.test_client(), app.test_client()
    _sign_in(client, rep.email)
    with client.session_transaction() as session:
        stolen = dict(session)
    client.post("/sign-out")
    with thief.session_transaction() as session:
        session.update(stolen)
    assert thief.get("/me").status_code == 303


def test_a_session_ends_by_itself(app, make, sign_in):
    rep = make.user("rep")
    client = sign_in(rep)
    with app.app_context(), unit_of_work():
        db.session.scalars(select(UserSession)).one().expires_at = now() - timedelta(seconds=1)
    assert client.get("/me").status_code == 303


def test_a_page_that_needs_a_sign_in_is_reached_after_it_and_other_sites_are_not(app, make):
    make.user("admin")
    rep = make.user("rep", password=PASSWORD)
    client = app.test_client()
    assert client.get("/me").location == "/sign-in?next=/me"
    assert _sign_in(client, rep.email, query_string={"next": "/me"}).location == "/me"
    for address in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        other = app.test_client()
        answer = other.post(
            "/sign-in", data={"email": rep.email, "password": PASSWORD}, query_string={"next": address}
        )
        assert answer.location == "/"


def test_a_form_from_another_site_is_refused(app, make, sign_in):
    client = sign_in(make.user("rep"))
    answer = client.post("/me", data={"name": "Changed"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    answer = client.post("/me", data={"name": "Changed"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_a_form_without_its_token_is_refused(app, make, sign_in):
    client = sign_in(make.user("rep"))
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/me", data={"name": "Changed"})
    assert answer.status_code == 400
    assert "reload the page" in answer.text


def test_an_empty_portal_asks_for_its_first_admin_once(app, rows):
    client = app.test_client()
    assert client.get("/sign-in").location == "/setup"
    answer = client.post(
        "/setup",
        data={"name": "Ada", "email": "ada@example.com", "password": PASSWORD, "again": PASSWORD},
    )
    assert answer.location == "/"
    assert client.get("/me").status_code == 200
    assert app.test_client().get("/setup").status_code == 404
    (entry,) = rows(select(AuditEntry))
    assert (entry.action, entry.subject) == ("set up the portal", "Ada")
    assert entry.actor_id is not None


def test_the_answer_carries_a_policy_without_inline_script(app):
    policy = app.test_client().get("/setup").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
