"""What channels are told on its way: which posts are due, giving them, and what became of each.

waiting -> handing_over -> sent, or waiting again after a refusal that may pass, or failed, or uncertain. As with mail,
a post of which nobody knows whether it was taken is never given again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from datetime import timedelta
from html import escape

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, or_, select, update

from portal.claims import claimant, living
from portal.db import db, end_read, now, unit_of_work
from portal.notifications.letters import one_line
from portal.notifications.models import TeamWebhook, WebhookPost
from portal.outgoing import Guard, Posted, post, why_not_posted_to

# How long a post waits after each try that failed; after the last one it is given up, within a day.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
STOPPED = "The worker was stopped while it gave the message, so that nobody knows whether it was taken."
BATCH = 100


def why_not(address: str) -> str:
    """Return in a sentence why nothing could be told at an address, or nothing; its host is looked up."""
    return why_not_posted_to(address, guard=_guard())


def recent_posts(team_id: int) -> Select[tuple[WebhookPost]]:
    """Select what a team's channel was and is to be told, newest first."""
    return select(WebhookPost).where(WebhookPost.team_id == team_id).order_by(WebhookPost.id.desc())


def broken_by(channel: TeamWebhook) -> WebhookPost | None:
    """Return the latest post of which the server said yes or no for good since the channel has its address, if no."""
    ended = recent_posts(channel.team_id).where(WebhookPost.state.in_(("sent", "failed")))
    latest = db.session.scalar(ended.where(WebhookPost.created_at >= channel.added_at).limit(1))
    return latest if latest and latest.state == "failed" else None


def any_due() -> bool:
    """Say whether a channel is to be told anything by now."""
    return db.session.scalar(_due(()).limit(1)) is not None


def send_due_posts() -> None:
    """Tell the channels what is due; one that cannot be reached is left until the next time."""
    with unit_of_work():
        doubt_abandoned()
    troubled: set[int] = set()
    while posts := _next(troubled):
        for post_id, team_id, address, text in posts:
            if team_id not in troubled and not _send(post_id, address, text):
                troubled.add(team_id)


def doubt_abandoned() -> None:
    """Find posts whose worker is gone while it gave them, and mark them as uncertain."""
    held = [WebhookPost.claimed_by.startswith(f"{name}/", autoescape=True) for name in living()]
    abandoned = and_(WebhookPost.state == "handing_over", *(~by_it for by_it in held))
    db.session.execute(update(WebhookPost).where(abandoned).values(state="uncertain", error=STOPPED))


def message(title: str, path: str) -> bytes:
    """Return what Slack and Teams both take: a text with a link, in which nothing of the title can be a command.

    Nor can it be a link whose words hide where it leads: Slack writes those as <address|words>, Teams as
    [words](address), which is none with a space between.
    """
    text = f"{one_line(title).replace('](', '] (')}\n{current_app.config['BASE_URL']}{path}"
    return json.dumps({"text": escape(text, quote=False)}).encode()


def _guard() -> Guard:
    return Guard(ports=frozenset({443}))


def _due(troubled: Collection[int]) -> Select[tuple[int, int, str, str, str]]:
    found = select(
        WebhookPost.id, WebhookPost.team_id, TeamWebhook.address, WebhookPost.title, WebhookPost.address
    ).join(TeamWebhook, TeamWebhook.team_id == WebhookPost.team_id)
    return found.where(_is_due(), WebhookPost.team_id.not_in(troubled)).order_by(WebhookPost.id)


def _is_due() -> ColumnElement[bool]:
    return and_(WebhookPost.state == "waiting", WebhookPost.run_after <= now())


def _next(troubled: Collection[int]) -> list[tuple[int, int, str, bytes]]:
    rows = db.session.execute(_due(troubled).limit(BATCH)).tuples().all()
    end_read()
    return [(post_id, team_id, url, message(title, path)) for post_id, team_id, url, title, path in rows]


def _send(post_id: int, address: str, text: bytes) -> bool:
    """Give one post, and say whether its channel can be told more now."""
    by = f"{claimant()}/{secrets.token_hex(4)}"
    done = post(address, text, guard=_guard(), may_send=lambda: _claim(post_id, by, address))
    if done is None:
        return True
    with unit_of_work():
        _settle(post_id, by, done)
    return done.state == "taken"


def _claim(post_id: int, by: str, address: str) -> bool:
    """Take a post for good just before its first byte goes out, so that nobody else gives it, or to a former place."""
    with unit_of_work():
        there = select(TeamWebhook.team_id).where(TeamWebhook.address == address)
        mine = update(WebhookPost).where(WebhookPost.id == post_id, _is_due())
        mine = mine.where(WebhookPost.team_id.in_(there)).execution_options(synchronize_session=False)
        done = db.session.execute(mine.values(state="handing_over", claimed_by=by))
        return bool(done.rowcount)  # type: ignore[attr-defined]


def _settle(post_id: int, by: str, done: Posted) -> None:
    # What was not connected was not claimed either. A worker that was taken for dead may still say what it knows.
    held = and_(WebhookPost.claimed_by == by, WebhookPost.state.in_(("handing_over", "uncertain")))
    found = select(WebhookPost).where(WebhookPost.id == post_id, or_(WebhookPost.state == "waiting", held))
    row = db.session.scalar(found)
    if row is None:
        return
    row.attempts, row.claimed_by, row.error = row.attempts + 1, None, done.reason[:500] or None
    if done.state == "taken":
        row.state, row.sent_at = "sent", now()
    elif done.state == "unknown":
        row.state = "uncertain"
    elif done.state == "later" and row.attempts <= len(PAUSES):
        row.state, row.run_after = "waiting", now() + PAUSES[row.attempts - 1]
    else:
        row.state = "failed"
