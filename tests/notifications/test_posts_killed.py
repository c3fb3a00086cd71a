"""kill -9, with real workers and a real server: no channel is told twice, and nothing is lost without a word."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from sqlalchemy import select

from portal.jobs import Job, enqueue
from portal.notifications.channel_posts import STOPPED
from portal.notifications.models import WebhookPost
from tests.library.processes import Command, until
from tests.notifications.mail_server import Gate
from tests.outgoing.test_posting import receiver

POSTS = 30


@pytest.fixture
def start(app):
    """Start a worker on the test's portal that may tell a server; whatever still runs at the end is killed."""
    running = []

    def run(site):
        made_by = f"tests.notifications.channel_worker:create({site.port})"
        running.append(Command(app.config["DATA_DIR"], "worker", app=made_by))
        return running[-1]

    yield run
    for command in running:
        command.kill()


def _given(site):
    """The first lines of what the server was given, in order."""
    bodies = [each["given"].partition("\r\n\r\n")[2] for each in list(site.headers)]
    return [json.loads(body)["text"].partition("\n")[0] for body in bodies]


def _states(rows):
    return rows(select(WebhookPost.state))


def test_a_post_whose_worker_was_killed_before_it_was_given_is_told_by_the_next(
    lead, aim, tell_channels, rows, start
):
    gate = Gate()
    with receiver(at_first=gate) as site:
        aim(site, lead.team_id)
        tell_channels([lead.team_id], title="Won: Acme")
        worker = start(site)
        assert gate.reached.wait(60)
        worker.kill()
        gate.open()
        assert _states(rows) == ["waiting"]
        start(site)
        until(lambda: _states(rows) == ["sent"], "it was never told")
        assert _given(site) == ["Won: Acme"]


def test_a_post_whose_worker_was_killed_while_the_answer_was_out_is_uncertain_and_never_given_again(
    lead, aim, tell_channels, rows, start, sign_in
):
    gate = Gate()
    with receiver(act=gate) as site:
        aim(site, lead.team_id)
        tell_channels([lead.team_id], title="Won: Acme")
        worker = start(site)
        assert gate.reached.wait(60)
        assert _states(rows) == ["handing_over"]
        worker.kill()
        gate.open()
        assert _states(rows) == ["handing_over"]
        start(site)
        until(lambda: _states(rows) == ["uncertain"], "nobody noticed that it was left")
        until(
            lambda: set(rows(select(Job.state).where(Job.kind == "post_to_channels"))) == {"done"}, "no end"
        )
        assert _given(site) == ["Won: Acme"]
    assert rows(select(WebhookPost.error)) == [STOPPED]
    assert "Not known" in sign_in(lead).get(f"/teams/{lead.team_id}/channel").text


def test_workers_that_are_killed_again_and_again_tell_nothing_twice_and_lose_nothing_silently(
    lead, aim, tell_channels, rows, start
):
    with receiver() as site:
        aim(site, lead.team_id)
        titles = [f"Won: deal {number}" for number in range(POSTS)]
        for title in titles:
            tell_channels([lead.team_id], title=title, key=title)
        for goal in (1, 7, 15, 22):
            worker = start(site)
            until(lambda goal=goal: len(site.headers) >= goal, "the worker told nothing")
            worker.kill()
        start(site)
        until(lambda: set(_states(rows)) <= {"sent", "uncertain"}, "some posts were never settled")
        times = Counter(_given(site))
    posts = {post.title: post.state for post in rows(select(WebhookPost))}
    assert sorted(posts) == sorted(titles)
    assert set(times.values()) == {1}
    assert all(times[title] == 1 for title, state in posts.items() if state == "sent")
    assert {state for title, state in posts.items() if title not in times} <= {"uncertain"}
    # At most the one post that each killed worker had in hand.
    assert Counter(posts.values())["uncertain"] <= 4


def test_two_workers_at_once_tell_each_post_once(make, lead, aim, tell_channels, rows, start):
    with receiver() as site:
        aim(site, lead.team_id)
        titles = [f"Won: deal {number}" for number in range(POSTS)]
        for title in titles:
            tell_channels([lead.team_id], title=title, key=title)
        make.inside(lambda: [enqueue("post_to_channels") for _ in range(4)])
        for _ in range(2):
            start(site)
        until(lambda: set(_states(rows)) == {"sent"}, "some posts were never told")
        until(
            lambda: set(rows(select(Job.state).where(Job.kind == "post_to_channels"))) == {"done"}, "no end"
        )
        assert Counter(_given(site)) == dict.fromkeys(titles, 1)
