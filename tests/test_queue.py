"""In which order the worker takes what waits."""

from __future__ import annotations

from portal.db import unit_of_work
from portal.jobs import enqueue, sweep
from portal.worker import look_after_all


def _order(app) -> list[int]:
    queue, order = app.extensions["queue"], []
    while task := queue.dequeue():
        order += task.args
    return order


def test_drawing_waits_until_nothing_else_is_to_be_done_however_early_it_was_asked_for(app):
    with app.app_context():
        with unit_of_work():
            for kind in ("draw_version", "index_asset", "draw_version", "read_version"):
                enqueue(kind, 1)
        assert _order(app) == [2, 4, 1, 3]
        sweep()
        assert _order(app) == [2, 4, 1, 3]


def test_what_is_due_every_minute_is_done_even_where_one_part_of_it_fails(app, monkeypatch):
    done = []

    def fail() -> None:
        raise OSError("no disk")

    def work() -> None:
        done.append("work")

    monkeypatch.setattr("portal.worker.every_minute", [fail, work])
    with app.app_context():
        look_after_all()
    assert done == ["work"]
    periodic = app.extensions["queue"]._registry.periodic_tasks
    assert {"sweep", "look_after_all"} <= {task.name for task in periodic}
