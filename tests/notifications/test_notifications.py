"""What happened reaches the people it concerns once, in order, and only them."""

from __future__ import annotations

import ast
import inspect

import pytest
from sqlalchemy import select

from portal.db import db
from portal.notifications import delivering, services
from portal.notifications.bell import unread_count
from portal.notifications.models import Notification, OutboxMessage


@pytest.fixture
def tell(make):
    """Tell people something through the outbox: tell([ann, ben], "key")."""

    def run(people, key, *, title="News", address="/library"):
        make.inside(
            lambda: services.notify_many(
                [person.id for person in people], kind="request", title=title, address=address, event_key=key
            )
        )

    return run


def _unread(app, user):
    with app.app_context():
        return db.session.scalar(select(unread_count(user.id)))


def test_an_event_is_told_once_to_each_person_however_often_it_is_written(app, make, tell, rows, run_jobs):
    ann, ben = make.user(), make.user()
    tell([ann, ann], "request:1:1")
    tell([ann, ben], "request:1:1")
    assert sorted(rows(select(OutboxMessage.recipient_id))) == [ann.id, ben.id]
    run_jobs()
    tell([ann, ben], "request:1:1")
    run_jobs()
    assert sorted(rows(select(Notification.user_id))) == [ann.id, ben.id]
    assert rows(select(OutboxMessage).where(OutboxMessage.delivered_at.is_(None))) == []
    assert (_unread(app, ann), _unread(app, ben)) == (1, 1)


def test_nothing_is_under_the_bell_before_the_job_delivers_it(app, make, tell, rows, run_jobs):
    ann = make.user()
    tell([ann], "one")
    assert (_unread(app, ann), rows(select(Notification))) == (0, [])
    run_jobs()
    assert _unread(app, ann) == 1


def test_more_than_one_batch_is_delivered_in_the_order_it_was_written(
    app, make, tell, rows, run_jobs, monkeypatch
):
    monkeypatch.setattr("portal.notifications.tasks.BATCH", 2)
    monkeypatch.setattr(delivering.deliver, "__defaults__", (2,))
    ann = make.user()
    for number in range(5):
        tell([ann], f"key {number}", title=f"News {number}")
    run_jobs()
    titles = rows(select(Notification.title).order_by(Notification.id))
    assert titles == [f"News {number}" for number in range(5)]


def test_the_newest_stands_first_and_strange_titles_are_text(make, sign_in, tell, run_jobs):
    ann = make.user()
    tell([ann], "one", title="Older news")
    tell([ann], "two", title="<b>Newer</b> news")
    run_jobs()
    page = sign_in(ann).get("/notifications").text
    assert page.index("&lt;b&gt;Newer&lt;/b&gt; news") < page.index("Older news")


def test_opening_one_marks_it_read_and_leads_to_what_it_is_about(app, make, sign_in, tell, rows, run_jobs):
    ann = make.user()
    tell([ann], "one", address="/requests")
    tell([ann], "two")
    run_jobs()
    first = rows(select(Notification.id).order_by(Notification.id))[0]
    answer = sign_in(ann).post(f"/notifications/{first}/open")
    assert (answer.status_code, answer.location) == (303, "/requests")
    read = rows(select(Notification.id).where(Notification.read_at.is_not(None)))
    assert (read, _unread(app, ann)) == ([first], 1)


def test_marking_all_read_leaves_those_of_others(app, make, sign_in, tell, run_jobs):
    ann, ben = make.user(), make.user()
    for key in ("one", "two"):
        tell([ann, ben], key)
    run_jobs()
    assert sign_in(ann).post("/notifications/read").status_code == 303
    assert (_unread(app, ann), _unread(app, ben)) == (0, 2)


def test_what_others_were_told_does_not_exist(app, make, sign_in, tell, rows, run_jobs):
    ann, ben = make.user(), make.user()
    tell([ben], "one", title="For Ben alone")
    run_jobs()
    (number,) = rows(select(Notification.id))
    client = sign_in(ann)
    assert "For Ben alone" not in client.get("/notifications").text
    assert client.post(f"/notifications/{number}/open").status_code == 404
    assert client.post(f"/notifications/{'9' * 30}/open").status_code == 404
    assert _unread(app, ben) == 1


def test_the_list_costs_as_many_statements_for_many_as_for_one(make, sign_in, tell, run_jobs, count_queries):
    ann = make.user()
    client = sign_in(ann)
    costs = []
    for keys in (range(1), range(1, 25)):
        for key in keys:
            tell([ann], str(key))
        run_jobs()
        with count_queries() as queries:
            assert client.get("/notifications").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert costs[0] <= 6


def test_the_outbox_speaks_no_dialect_of_one_database():
    trees = [ast.parse(inspect.getsource(module)) for module in (services, delivering)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    assert [module for module in modules if "dialects" in module] == []
