"""A team's Slack or Teams channel: who sets it up, and which addresses it may have."""

from __future__ import annotations

import logging
import sqlite3

import pytest
from sqlalchemy import select

from portal.notifications import channel_posts
from portal.notifications.models import TeamWebhook
from portal.outgoing import Guard
from portal.users.models import AuditEntry
from tests.notifications.conftest import HOOK


def _public(monkeypatch, found=("8.8.8.8",)):
    guard = Guard(frozenset({443}), lambda host, port: list(found))
    monkeypatch.setattr(channel_posts, "_guard", lambda: guard)


def _address(team_id):
    return f"/teams/{team_id}/channel"


def test_a_manager_sets_up_the_channel_of_the_own_team_and_its_address_stays_secret(
    make, lead, sign_in, rows, monkeypatch, caplog
):
    caplog.set_level(logging.DEBUG)
    _public(monkeypatch)
    client, url = sign_in(lead), f"https://hooks.slack.com/services/{HOOK}"
    assert "Address of the incoming webhook" in client.get(_address(lead.team_id)).text
    data = {"address": f" {url} ", "kinds": ["win", "request"]}
    answer = client.post(_address(lead.team_id), data=data, follow_redirects=True)
    assert "Saved." in answer.text
    assert "https://hooks.slack.com/…" in answer.text
    (kept,) = rows(select(TeamWebhook))
    assert (kept.address, kept.kinds, kept.added_by_id) == (url, "win,request", lead.id)
    assert client.post(_address(lead.team_id), data={"address": "", "kinds": "delivered"}).status_code == 303
    (kept,) = rows(select(TeamWebhook))
    assert (kept.address, kept.kinds) == (url, "delivered")
    (audited, _) = rows(select(AuditEntry))
    assert (audited.action, audited.subject, audited.detail) == ("changed a team’s channel", "North", None)
    said = caplog.text + answer.text + client.get(_address(lead.team_id)).text + client.get("/me").text
    assert "verysecret" not in said


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://hooks.slack.com/x", "does not begin with https://"),
        ("https://ann:pw@hooks.slack.com/x", "carries a name or a password"),
        ("https://hooks.slack.com:8443/x", "uses the port 8443"),
        ("https://127.0.0.1/x", "is in a private network"),
        ("https://169.254.169.254/x", "is in a private network"),
        ("https://[::ffff:10.0.0.1]/x", "is in a private network"),
        ("no address", "does not begin with https://"),
        ("https://" + "a" * 2_000, "up to 2,000 characters"),
        ("", "Please paste the address"),
    ],
)
def test_an_address_that_is_refused_is_told_at_the_field_and_kept_there(
    lead, sign_in, rows, monkeypatch, address, words
):
    _public(monkeypatch)
    answer = sign_in(lead).post(_address(lead.team_id), data={"address": address, "kinds": "win"})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{address}"' in answer.text
    assert rows(select(TeamWebhook)) == []


def test_a_name_that_leads_into_the_own_network_is_refused(lead, sign_in, rows, monkeypatch):
    _public(monkeypatch, found=["8.8.8.8", "127.0.0.1"])
    data = {"address": "https://hooks.example/x", "kinds": "win"}
    assert "private network" in sign_in(lead).post(_address(lead.team_id), data=data).text
    _public(monkeypatch, found=[])
    assert "There is no such host." in sign_in(lead).post(_address(lead.team_id), data=data).text
    assert rows(select(TeamWebhook)) == []


def test_a_channel_is_told_something_or_removed(lead, sign_in, rows, monkeypatch):
    _public(monkeypatch)
    client, data = sign_in(lead), {"address": "https://hooks.example/x"}
    assert "choose what the channel is told" in client.post(_address(lead.team_id), data=data).text
    assert client.post(_address(lead.team_id), data=data | {"kinds": "gossip"}).status_code == 422
    assert client.post(_address(lead.team_id), data=data | {"kinds": "win"}).status_code == 303
    assert client.post(f"{_address(lead.team_id)}/remove").status_code == 303
    assert client.post(f"{_address(lead.team_id)}/remove").status_code == 303
    assert rows(select(TeamWebhook)) == []


def test_managers_look_after_their_own_team_and_admins_after_all(make, lead, sign_in):
    other, admin = make.team("South"), make.user("admin")
    for way in ("", "/test", "/remove"):
        assert sign_in(lead).post(f"{_address(other.id)}{way}").status_code == 403
        assert (
            sign_in(make.user("marketer", team=other)).post(f"{_address(other.id)}{way}").status_code == 403
        )
        assert sign_in(admin).post(f"{_address(99)}{way}").status_code == 404
    assert sign_in(admin).get(_address(other.id)).status_code == 200
    assert sign_in(make.user("manager")).get(_address(other.id)).status_code == 403
    assert "/channel" in sign_in(lead).get("/me").text
    assert "/channel" not in sign_in(make.user(team=other)).get("/me").text


def test_nobody_waits_for_the_lock_while_a_host_is_looked_up(app, lead, sign_in, rows, monkeypatch):
    def slow(host, port):
        with sqlite3.connect(app.config["DATA_DIR"] / "tandem.db", timeout=0, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        return ["8.8.8.8"]

    monkeypatch.setattr(channel_posts, "_guard", lambda: Guard(frozenset({443}), slow))
    data = {"address": "https://hooks.example/x", "kinds": "win", "nonce": "n"}
    assert sign_in(lead).post(_address(lead.team_id), data=data).status_code == 303
    assert len(rows(select(TeamWebhook))) == 1
