"""The demo is loaded where nothing is, and cleared without a trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.db import db, unit_of_work
from portal.demo import commands, services
from portal.demo.company import ADMIN, PEOPLE, REPS
from portal.demo.simulated import Simulated
from portal.demo.simulation import SEED
from portal.library.indexing import engine
from portal.users.models import User
from tests.demo.conftest import DEALS, TODAY, client_of, count, row_counts, run
from tests.factories import Make

pytestmark = pytest.mark.xdist_group("demo")


def test_a_second_start_changes_nothing(demo: Flask) -> None:
    before = row_counts(demo)

    result = run(demo, "load", "--if-empty")

    assert (result.exit_code, result.output) == (0, "")
    assert row_counts(demo) == before


def test_a_demo_that_is_there_is_not_loaded_over(demo: Flask) -> None:
    result = run(demo, "load")

    assert result.exit_code == 1
    assert "flask demo clear --yes" in result.output


def test_a_portal_with_real_people_is_neither_filled_nor_cleared(app: Flask, make: Make) -> None:
    make.user("admin")

    assert run(app, "load", "--if-empty").output == ""
    assert "only into an empty one" in run(app, "load").output
    assert services.NOT_A_DEMO in run(app, "clear", "--yes").output
    assert count(app, User) == 1


def test_a_load_that_was_stopped_in_the_middle_is_begun_anew(
    app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch, story: Simulated
) -> None:
    make.inside(lambda: services.note_begin(SEED))
    half = make.user("admin", email=ADMIN.email)
    people: list[int] = []

    def load_again(app: Flask, **options: Any) -> Simulated:
        people.append(db.session.scalar(select(func.count()).select_from(User)) or 0)
        db.session.rollback()
        return story

    monkeypatch.setattr(commands, "load_demo", load_again)
    result = run(app, "load", "--if-empty")

    assert result.exit_code == 0, result.output
    assert "stopped in the middle" in result.output
    assert people == [0], f"{half.name} was cleared before the demo was loaded again"


def test_half_a_demo_that_somebody_came_to_is_left_alone(app: Flask, make: Make) -> None:
    make.inside(lambda: services.note_begin(SEED))
    make.user("admin", email=ADMIN.email)
    make.user("rep", email="somebody@real.example")

    result = run(app, "load", "--if-empty")

    assert result.exit_code == 0
    assert count(app, User) == 2


def test_the_demo_page_is_only_for_admins_and_only_there_in_a_demo(
    demo: Flask, app: Flask, make: Make, sign_in: Callable[[User], FlaskClient]
) -> None:
    assert client_of(demo, REPS[0].email).get("/admin/demo").status_code == 403
    assert client_of(demo, REPS[0].email).post("/admin/demo/clear", data={"sure": "yes"}).status_code == 403
    admin = sign_in(make.user("admin"))
    assert admin.get("/admin/demo").status_code == 404
    assert admin.post("/admin/demo/clear", data={"sure": "yes"}).status_code == 404
    assert count(app, User) == 1


def test_clearing_without_the_tick_removes_nothing(demo: Flask) -> None:
    client = client_of(demo, ADMIN.email)
    before = row_counts(demo)

    answer = client.post("/admin/demo/clear")

    assert answer.status_code == 422
    assert "Please tick the box first" in answer.text
    assert row_counts(demo) == before


def test_one_button_leaves_no_row_and_no_file_and_asks_for_the_first_admin(demo: Flask) -> None:
    client = client_of(demo, ADMIN.email)

    answer = client.post("/admin/demo/clear", data={"sure": "yes", "nonce": "n" * 20})

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/setup"
    assert {name: count for name, count in row_counts(demo).items() if count} == {}
    assert [path for path in (demo.config["DATA_DIR"] / "files").rglob("*") if path.is_file()] == []
    with demo.app_context():
        assert engine().count() == 0
    assert "The demo is gone" in client.get("/setup").text
    made = {
        "name": "Real Admin",
        "email": "admin@real.example",
        "password": "quite a long one",
        "again": "quite a long one",
    }
    assert client.post("/setup", data=made).status_code == 303
    assert client.get("/").status_code == 200


def test_a_cleared_demo_can_be_loaded_again_and_is_the_same(demo: Flask) -> None:
    kept = {"jobs", "user_sessions", "form_posts"}
    before = {name: count for name, count in row_counts(demo).items() if name not in kept}
    with demo.app_context(), unit_of_work():
        services.clear()

    result = run(demo, "load", "--today", TODAY.isoformat(), "--deals", str(DEALS))

    assert result.exit_code == 0, result.output
    assert "52 pieces of content" in result.output
    assert {name: count for name, count in row_counts(demo).items() if name not in kept} == before
    assert "Brackwater" in client_of(demo, REPS[0].email).get("/library?q=brackwater").text


def test_clearing_by_command_needs_a_yes(demo: Flask) -> None:
    refused = run(demo, "clear")

    assert refused.exit_code == 1
    assert count(demo, User) == len(PEOPLE)
    assert run(demo, "clear", "--yes").exit_code == 0
    assert count(demo, User) == 0


def test_a_demo_that_was_cleared_does_not_come_back_by_itself(app):
    run = app.test_cli_runner().invoke
    run(args=["demo", "load", "--deals", "5"])
    run(args=["demo", "clear", "--yes"])
    assert run(args=["demo", "load", "--if-empty", "--deals", "5"]).output == ""
    assert "5 deals" in run(args=["demo", "load", "--deals", "5"]).output
