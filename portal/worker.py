"""The queue that wakes workers, and the command that is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from huey import SqliteHuey, crontab

from portal.jobs import run_job, sweep

# What a worker looks after before it does its first job.
at_start: list[Callable[[], None]] = []
# And every minute, besides sweeping.
every_minute: list[Callable[[], None]] = []


def init_app(app: Flask) -> None:
    """Open the queue in the data folder and say which calls it carries."""
    folder = app.config["DATA_DIR"]
    folder.mkdir(parents=True, exist_ok=True)
    queue = SqliteHuey("tandem", filename=str(folder / "queue.db"), results=False)

    def inside(function: Callable[..., Any]) -> Callable[..., None]:
        def call(*arguments: Any) -> None:
            with app.app_context():
                function(*arguments)

        call.__name__ = function.__name__
        return call

    app.extensions["queue"] = queue
    app.extensions["queue_task"] = queue.task()(inside(run_job))
    app.cli.add_command(worker)
    queue.periodic_task(crontab(minute="*"))(inside(sweep))
    queue.periodic_task(crontab(minute="*"))(inside(look_after_all))


def look_after_all() -> None:
    """Do what is due every minute; what fails keeps nothing else from being done."""
    for look in every_minute:
        try:
            look()
        except Exception:
            current_app.logger.exception("%s failed", look.__name__)


@click.command("worker")
@click.option("--threads", default=2, show_default=True, help="How many jobs may run at once.")
@with_appcontext
def worker(threads: int) -> None:
    """Do jobs until stopped: what is queued, what was left behind, and what is due every night."""
    for look in at_start:
        look()
    sweep()
    consumer = current_app.extensions["queue"].create_consumer(
        workers=threads, initial_delay=0.05, max_delay=0.5
    )
    consumer.run()
