"""What a team's channel is told: once, by nobody else than its server, and what becomes of what is not taken."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from portal.db import db, now
from portal.notifications import channel_posts, webhooks
from portal.notifications.models import TeamWebhook, WebhookPost
from portal.notifications.tasks import look_after_channels
from portal.outgoing import Guard
from tests.notifications.conftest import HOOK
from tests.outgoing.servers import HOST
from tests.outgoing.test_posting import guard_of, receiver


@pytest.fixture
def later(make, app, run_jobs):
    """Look after the channels when what waits is due, as the worker does every minute."""

    def run():
        past = now() - timedelta(days=1)
        make.inside(lambda: db.session.execute(update(WebhookPost).values(run_after=past)))
        with app.app_context():
            look_after_channels()
        run_jobs()

    return run


def test_news_reaches_the_channels_that_want_it_once_and_no_sign_in_it_is_a_command(
    app, make, lead, aim, tell_channels, run_jobs, rows
):
    deaf, without = make.team("South"), make.team("East")
    with receiver() as site:
        aim(site, lead.team_id)
        make.store(TeamWebhook(team_id=deaf.id, address="https://hooks.example/x", kinds="delivered"))
        title = "Won: <!channel> Smith & Sons\r\n</text>"
        tell_channels([lead.team_id, lead.team_id, deaf.id, without.id], title=title)
        tell_channels([lead.team_id], title="Again")
        run_jobs()
        tell_channels([lead.team_id], title="Again")
        run_jobs()
    (given,) = site.headers
    text = json.loads(given["given"].partition("\r\n\r\n")[2])
    base = app.config["BASE_URL"]
    assert text == {"text": f"Won: &lt;!channel&gt; Smith &amp; Sons &lt;/text&gt;\n{base}/deals/1"}
    assert given["given"].startswith(f"POST /{HOOK} HTTP/1.1")
    (post,) = rows(select(WebhookPost))
    assert (post.team_id, post.state, post.attempts) == (lead.team_id, "sent", 1)
    assert post.sent_at is not None


def test_no_title_becomes_a_link_of_its_own_or_calls_the_whole_channel(
    app, lead, aim, tell_channels, run_jobs
):
    title = "New: <!here> <https://evil.example|Heron> ![a](https://evil.example) [b]\u200b(https://evil.example) [c]"
    with receiver() as site:
        aim(site, lead.team_id)
        tell_channels([lead.team_id], title=title)
        run_jobs()
    given = site.headers[0]["given"].partition("\r\n\r\n")[2]
    words, _, address = json.loads(given)["text"].partition("\n")
    assert words == (
        "New: &lt;!here&gt; &lt;https://evil.example|Heron&gt; ![a] (https://evil.example)"
        " [b] (https://evil.example) [c]"
    )
    assert address == f"{app.config['BASE_URL']}/deals/1"


def test_what_a_server_cannot_take_now_is_told_later_with_growing_pauses(
    lead, aim, tell_channels, run_jobs, rows, later
):
    with receiver(b"HTTP/1.1 429 Slow down\r\n\r\n") as site:
        aim(site, lead.team_id)
        tell_channels([lead.team_id])
        tell_channels([lead.team_id], key="deal:2")
        run_jobs()
        first, second = rows(select(WebhookPost).order_by(WebhookPost.id))
        assert (first.state, first.attempts, first.error) == (
            "waiting",
            1,
            "Its server cannot take it at the moment (429).",
        )
        assert second.attempts == 0, "one channel in trouble is asked once a look"
        assert timedelta(0) < first.run_after - now() < timedelta(minutes=1)
        for _ in range(2 * len(channel_posts.PAUSES) + 4):
            later()
    posts = rows(select(WebhookPost))
    assert {(post.state, post.attempts) for post in posts} == {("failed", len(channel_posts.PAUSES) + 1)}


def test_what_a_server_refuses_is_given_up_at_once_and_shown(
    lead, aim, tell_channels, run_jobs, rows, later, sign_in
):
    with receiver(b"HTTP/1.1 404 no_service\r\n\r\n") as site:
        aim(site, lead.team_id)
        tell_channels([lead.team_id])
        run_jobs()
        later()
        assert len(site.headers) == 1
    page = sign_in(lead).get(f"/teams/{lead.team_id}/channel").text
    assert "Not taken" in page
    assert "There is no such channel any more (404)." in page
    assert "verysecret" not in page
    assert "The latest message was not taken" in page


def test_a_channel_that_takes_messages_again_is_said_to_be_broken_no_more_and_what_is_put_off_is_not_polled_for(
    make, lead, aim, tell_channels, run_jobs, sign_in, app
):
    def page():
        return sign_in(lead).get(f"/teams/{lead.team_id}/channel").text

    assert "The latest message" not in page(), "there is no channel"
    with receiver(b"HTTP/1.1 410 Gone\r\n\r\n") as site:
        aim(site, lead.team_id)
        tell_channels([lead.team_id])
        run_jobs()
    assert "The latest message was not taken" in page()
    moved = update(TeamWebhook).values(added_at=now())
    make.inside(lambda: db.session.execute(moved))
    assert "The latest message" not in page(), "its new address was told nothing yet"
    with receiver() as site:
        make.inside(lambda: db.session.execute(delete(TeamWebhook)))
        aim(site, lead.team_id)
        tell_channels([lead.team_id], key="deal:2")
        run_jobs()
    assert "The latest message was not taken" not in page()
    put_off = update(WebhookPost).where(WebhookPost.event_key == "deal:2")
    put_off = put_off.values(state="waiting", run_after=now() + timedelta(hours=3))
    make.inside(lambda: db.session.execute(put_off))
    assert 'hx-trigger="every 3s"' not in page()


def test_a_name_that_leads_inside_by_now_is_not_told_anything(
    lead, aim, tell_channels, run_jobs, rows, monkeypatch
):
    with receiver() as site:
        aim(site, lead.team_id)
        tell_channels([lead.team_id])
        guard = guard_of(site)
        moved = Guard(guard.ports, lambda host, port: ["127.0.0.1"], guard.opened, guard.trust)
        monkeypatch.setattr(channel_posts, "_guard", lambda: moved)
        run_jobs()
    (post,) = rows(select(WebhookPost))
    assert (post.state, site.asked) == ("failed", [])
    assert post.error == "Nothing was sent, because the address is in a private network."


def test_what_was_given_and_not_answered_is_never_given_again(
    lead, aim, tell_channels, run_jobs, rows, later
):
    with receiver(b"") as site:
        aim(site, lead.team_id)
        tell_channels([lead.team_id])
        run_jobs()
        later()
        assert len(site.headers) == 1
    (post,) = rows(select(WebhookPost))
    assert (post.state, post.attempts) == ("uncertain", 1)


def test_what_a_killed_worker_held_is_never_given_again(make, lead, aim, tell_channels, rows, later):
    with receiver() as site:
        aim(site, lead.team_id)
        tell_channels([lead.team_id])
        gone = update(WebhookPost).values(state="handing_over", claimed_by="gone:1:ab/cd")
        make.inside(lambda: db.session.execute(gone))
        later()
        assert site.headers == []
    (post,) = rows(select(WebhookPost))
    assert (post.state, post.error) == ("uncertain", channel_posts.STOPPED)


def test_one_that_somebody_else_gives_meanwhile_is_left_to_them(
    app, lead, aim, tell_channels, run_jobs, rows, monkeypatch
):
    with receiver() as site:
        aim(site, lead.team_id)
        tell_channels([lead.team_id])
        claim = channel_posts._claim

        def quicker(post_id, by, address):
            assert claim(post_id, f"{by}-other", address)
            return claim(post_id, by, address)

        monkeypatch.setattr(channel_posts, "_claim", quicker)
        run_jobs()
        assert site.headers == []
    assert rows(select(WebhookPost.state)) == ["handing_over"]


def test_a_test_goes_the_way_of_all_news_and_only_one_at_a_time(lead, aim, sign_in, run_jobs, rows):
    client, address = sign_in(lead), f"/teams/{lead.team_id}/channel"
    assert client.post(f"{address}/test").status_code == 409
    with receiver() as site:
        aim(site, lead.team_id, kinds="win")
        assert client.post(f"{address}/test").status_code == 303
        assert client.post(f"{address}/test").status_code == 409
        waiting = client.get(address).text
        assert 'hx-trigger="every 3s"' in waiting
        run_jobs()
    assert "A test by" in site.headers[0]["given"]
    done = client.get(address, headers={"HX-Request": "true"}).text
    assert "Taken" in done
    assert "hx-trigger" not in done
    assert "<html" not in done
    assert rows(select(WebhookPost.state)) == ["sent"]


def test_a_removed_channel_is_told_nothing_of_what_waited(
    make, lead, aim, tell_channels, sign_in, run_jobs, rows
):
    with receiver() as site:
        aim(site, lead.team_id)
        tell_channels([lead.team_id])
        assert sign_in(lead).post(f"/teams/{lead.team_id}/channel/remove").status_code == 303
        run_jobs()
        assert site.headers == []
    assert rows(select(WebhookPost)) == []


def test_a_channel_that_moves_while_a_post_is_on_its_way_is_told_it_where_it_is_now(
    make, lead, aim, tell_channels, run_jobs, rows, monkeypatch
):
    with receiver() as site:
        aim(site, lead.team_id)
        tell_channels([lead.team_id])
        claim, moved = channel_posts._claim, f"https://{HOST}:{site.port}/moved"

        def late(post_id, by, address):
            make.inside(lambda: db.session.execute(update(TeamWebhook).values(address=moved)))
            return claim(post_id, by, address)

        monkeypatch.setattr(channel_posts, "_claim", late)
        run_jobs()
        assert [each["given"].partition(" HTTP")[0] for each in site.headers if each["given"]] == [
            "POST /moved"
        ]
    assert rows(select(WebhookPost.state)) == ["sent"]


def test_an_event_that_is_rolled_back_is_told_to_nobody(make, lead, aim, rows):
    with receiver() as site:
        aim(site, lead.team_id)

        def fail():
            facts = {"kind": "win", "title": "Won", "address": "/deals/1", "event_key": "deal:1"}
            webhooks.post_to_teams([lead.team_id], **facts)
            raise RuntimeError

        with pytest.raises(RuntimeError):
            make.inside(fail)
    assert rows(select(WebhookPost)) == []
