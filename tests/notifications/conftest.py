"""A portal that sends mail, and the server that takes it; a team, and the server of its channel."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.db import db, now
from portal.notifications import channel_posts, services, webhooks
from portal.notifications.models import Mail, TeamWebhook
from tests.notifications.mail_server import Handler, start_server
from tests.outgoing.servers import HOST, Site
from tests.outgoing.test_posting import guard_of

HOOK = "T0/B0/verysecret"
SETTINGS = {"SMTP_HOST": "127.0.0.1", "SMTP_SECURITY": "none", "MAIL_FROM": "Tandem <tandem@portal.example>"}


@pytest.fixture
def handler():
    """What the mail server does; a test may change it."""
    return Handler()


@pytest.fixture
def mail_server(app, handler):
    """A running mail server that the portal knows."""
    server = start_server(handler)
    app.config.update(SETTINGS, SMTP_PORT=server.port)
    yield server
    if server.server:
        server.stop()


@pytest.fixture
def say(make):
    """Tell a person something: say(ann, "Title", kind="mention")."""
    count = iter(range(1, 1_000_000))

    def run(*people, title="News", kind="mention", address="/requests", group=None, key=None):
        event = key or f"event {next(count)}"
        make.inside(
            lambda: services.notify_many(
                [person.id for person in people],
                kind=kind,
                title=title,
                address=address,
                event_key=event,
                group=group,
            )
        )

    return run


@pytest.fixture
def pass_time(make):
    """Let what waits to be mailed be due, as if its time had come."""

    def run(by=timedelta(days=1)):
        make.inside(lambda: db.session.execute(db.update(Mail).values(run_after=now() - by)))

    return run


@pytest.fixture
def send(make, app, run_jobs, pass_time):
    """Deliver what waits, and send every mail of which the hold is over."""
    from portal.notifications.tasks import look_after_mail

    def run():
        run_jobs()
        pass_time()
        with app.app_context():
            look_after_mail()
        run_jobs()

    return run


@pytest.fixture
def lead(make):
    """A manager of a team."""
    return make.user("manager", team=make.team("North"))


@pytest.fixture
def aim(monkeypatch, make):
    """Let a team's channel be a server on this machine: aim(site, team_id)."""

    def run(site: Site, *team_ids: int, kinds: str = "win,delivered,request"):
        guard = guard_of(site)
        monkeypatch.setattr(channel_posts, "_guard", lambda: guard)
        address = f"https://{HOST}:{site.port}/{HOOK}"
        make.store(*(TeamWebhook(team_id=one, address=address, kinds=kinds) for one in team_ids))

    return run


@pytest.fixture
def tell_channels(make):
    """Tell channels something in the transaction of an event: tell_channels([team_id], "win", title="Won")."""

    def run(team_ids, kind="win", title="Won: Acme", key="deal:1"):
        facts = {"kind": kind, "title": title, "address": "/deals/1", "event_key": key}
        make.inside(lambda: webhooks.post_to_teams(team_ids, **facts))

    return run
