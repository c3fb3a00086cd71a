"""Forms at the edge: read only from those who may, taken once, and answered whatever comes."""

from __future__ import annotations

import io
import sqlite3
import threading

import pytest
from sqlalchemy import select

from portal.db import db
from portal.users.access import public
from portal.users.models import Team, User, UserSession
from portal.web import number_of

HUGE = "9" * 30


class _Watched(io.BytesIO):
    """An upload that notes whether anybody read it."""

    was_read = False

    def read(self, *arguments: int) -> bytes:
        self.was_read = True
        return super().read(*arguments)


def test_an_upload_by_a_stranger_is_refused_before_it_is_read(app):
    body = _Watched(b"x" * 100_000)
    options = {"content_type": "multipart/form-data; boundary=b", "content_length": 100_000}
    answer = app.test_client().post("/library/new", input_stream=body, **options)
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert body.was_read is False


def test_a_form_that_is_open_to_strangers_may_be_small_only(app, make):
    make.user("admin")
    answer = app.test_client().post("/sign-in", data={"email": "a", "password": "x" * 1_100_000})
    assert answer.status_code == 413


def test_a_number_that_no_table_can_hold_leads_nowhere(app, make, sign_in):
    client = sign_in(make.user("admin"))
    rules = [rule for rule in app.url_map.iter_rules() if "<int:" in str(rule)]
    assert len(rules) > 20
    for rule in rules:
        for number in (HUGE, "9" * 5000):
            address = str(rule)
            while "<" in address:
                start, rest = address.split("<", 1)
                kind, end = rest.split(">", 1)
                address = f"{start}{number if kind.startswith('int:') else 'x'}{end}"
            for method in (rule.methods or set()) & {"GET", "POST"}:
                assert client.open(address, method=method).status_code in (403, 404, 405), (
                    f"{method} {address[:80]}"
                )


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("0", 0), ("²", None), ("٣", None), ("-1", None), ("", None), (HUGE, None), (None, None)],
)
def test_only_plain_digits_are_a_number(text, number):
    assert number_of(text) == number


def test_an_address_that_is_no_address_is_answered(make, sign_in):
    make.user("admin")
    client = sign_in(make.user("rep"))
    assert client.get("/sign-in?next=//[").location == "/"
    assert client.get("/sign-in?next=/[").status_code == 303
    assert client.post("/me", data={"name": "A"}, headers={"Origin": "http://["}).status_code == 403


def test_a_nonce_of_any_length_counts_once(make, sign_in, rows):
    client = sign_in(make.user("admin"))
    form = {"name": "Once", "nonce": "n" * 5000}
    answers = [client.post("/admin/teams", data=form).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert rows(select(Team.name)) == ["Once"]


def test_two_posts_of_one_form_at_the_same_moment_count_once(make, sign_in, rows):
    client = sign_in(make.user("admin"))
    with client.session_transaction() as session:
        cookie = dict(session)
    statuses, gate = [], threading.Barrier(2)

    def post() -> None:
        own = client.application.test_client()
        with own.session_transaction() as session:
            session.update(cookie)
        gate.wait()
        form = {"name": "Twin", "email": "twin@example.com", "role": "rep", "nonce": "m" * 22}
        statuses.append(own.post("/admin/users/new", data=form).status_code)

    threads = [threading.Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303, 303]
    assert rows(select(User.name).where(User.name == "Twin")) == ["Twin"]


def test_a_form_with_files_holds_no_lock_before_the_view_writes(app, make, sign_in):
    client, seen = sign_in(make.user("admin")), []

    @app.post("/probe")
    def probe() -> str:
        other = sqlite3.connect(app.config["DATA_DIR"] / "tandem.db", timeout=0, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        seen.append("free")
        db.session.add(Team(name="Written"))
        db.session.flush()
        with pytest.raises(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")
        other.close()
        return "ok"

    assert client.post("/probe", data={"file": (io.BytesIO(b"text"), "a.txt")}).status_code == 200
    assert seen == ["free"]


def test_what_cannot_be_stored_in_the_end_is_answered_and_nothing_of_it_stays(app, make, rows):
    make.user("admin")

    @app.post("/probe")
    @public
    def probe() -> str:
        db.session.add(Team(name="Half"))
        db.session.add(UserSession(user_id=999_999, token_hash="h", expires_at=make.user("rep").created_at))
        return "ok"

    answer = app.test_client().post("/probe")
    assert (answer.status_code, "Nothing was saved" in answer.text) == (500, True)
    assert rows(select(Team.name)) == []
