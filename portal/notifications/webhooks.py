"""A team's Slack or Teams channel: where it is, what it is told, and writing down what it is to be told.

The address of an incoming webhook is a secret: who knows it can write into the channel. It is shown to nobody whole,
and stands in no log and no audit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import delete, select

from portal.db import db, insert_rows, now
from portal.errors import Conflict, Invalid
from portal.jobs import enqueue
from portal.notifications.models import TeamWebhook, WebhookPost
from portal.users.models import User

MAX_ADDRESS = 2_000


@dataclass(frozen=True)
class ChannelKind:
    """One kind of news for a channel: its name and what it tells of."""

    name: str
    tells: str


CHANNEL_KINDS = {
    "win": ChannelKind("Wins", "a deal was won, and with which content"),
    "delivered": ChannelKind("Deliveries", "what somebody of the team asked for is there"),
    "request": ChannelKind("New requests", "somebody of the team asks marketing for something"),
}


def channel_of(team_id: int) -> TeamWebhook | None:
    """Return where a team's channel is, if it has one."""
    return db.session.get(TeamWebhook, team_id)


def kinds_of(channel: TeamWebhook | None) -> list[str]:
    """Return the kinds of news a channel is told; all of them where there is none yet."""
    return channel.kinds.split(",") if channel else list(CHANNEL_KINDS)


def masked(address: str) -> str:
    """Return as much of a webhook's address as may be shown."""
    return f"https://{urlsplit(address).hostname}/…"


def set_channel(team_id: int, by: User, *, address: str, kinds: Iterable[str]) -> None:
    """Keep a team's channel; an empty address leaves the one that is there."""
    chosen = set(kinds)
    wanted = [kind for kind in CHANNEL_KINDS if kind in chosen]
    if not wanted:
        raise Invalid("Please choose what the channel is told, or remove it.", field="kinds")
    if len(address) > MAX_ADDRESS:
        raise Invalid(f"An address has up to {MAX_ADDRESS:,} characters.", field="address")
    channel = channel_of(team_id)
    if channel is None:
        if not address:
            raise Invalid("Please paste the address that Slack or Teams shows you.", field="address")
        channel = TeamWebhook(team_id=team_id, address=address, kinds="", added_by_id=by.id)
        db.session.add(channel)
    elif address:
        channel.address, channel.added_by_id, channel.added_at = address, by.id, now()
    channel.kinds = ",".join(wanted)
    db.session.flush()


def remove_channel(team_id: int) -> None:
    """Forget a team's channel, and what it has not been told yet."""
    waiting = delete(WebhookPost).where(WebhookPost.team_id == team_id, WebhookPost.state == "waiting")
    db.session.execute(waiting)
    db.session.execute(delete(TeamWebhook).where(TeamWebhook.team_id == team_id))


def post_to_teams(team_ids: Iterable[int], *, kind: str, title: str, address: str, event_key: str) -> None:
    """Tell the channels of teams that want this kind of news, in the transaction of the event; once per team and event.

    Everybody in a channel reads it, so `title` must carry only what all of the team may know; `address` is a path.
    """
    if kind not in CHANNEL_KINDS:
        raise ValueError(f"a channel is told of {', '.join(CHANNEL_KINDS)}, not of {kind}")
    wanted = set(team_ids)
    if not wanted:
        return
    told = select(WebhookPost.team_id).where(WebhookPost.event_key == event_key)
    channels = select(TeamWebhook).where(TeamWebhook.team_id.in_(wanted), TeamWebhook.team_id.not_in(told))
    teams = [one.team_id for one in db.session.scalars(channels) if kind in kinds_of(one)]
    _write(teams, title=title, address=address, event_key=event_key)


def post_test(team_id: int, by: User) -> None:
    """Let a team's channel be told that it works, by the way that all news takes."""
    if channel_of(team_id) is None:
        raise Conflict("This team has no channel yet. Save its address first.")
    tests = select(WebhookPost.id).where(
        WebhookPost.team_id == team_id, WebhookPost.event_key.startswith("test:")
    )
    if db.session.scalar(tests.where(WebhookPost.state.in_(("waiting", "handing_over"))).limit(1)):
        raise Conflict("A test is on its way already.")
    title = f"A test by {by.name}: news of your team will be told here."
    _write([team_id], title=title, address="/requests", event_key=f"test:{now().isoformat()}")


def _write(team_ids: list[int], *, title: str, address: str, event_key: str) -> None:
    if not team_ids:
        return
    facts = {"event_key": event_key, "title": title[:300], "address": address}
    insert_rows(WebhookPost, [{"team_id": team_id, **facts} for team_id in team_ids])
    enqueue("post_to_channels", once=True)
