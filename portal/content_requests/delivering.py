"""Answering a request with published content, and telling everybody who waits for it, once."""

from __future__ import annotations

from sqlalchemy import select

from portal.content_requests.drafts import end_drafts
from portal.content_requests.history import must_be_open, note
from portal.content_requests.models import ContentRequest, RequestChange, Supporter
from portal.db import db, now
from portal.errors import Invalid
from portal.jobs import enqueue
from portal.library.models import Asset
from portal.notifications.following import followers_of
from portal.notifications.services import notify_many, notify_selected
from portal.notifications.webhooks import post_to_teams
from portal.users.models import User
from portal.web.formatting import day

MAX_WORD = 500
UNFINISHED = {
    "draft": "“{}” is a draft",
    "in_review": "“{}” is in review",
    "from_sales": "“{}” is from sales and not adopted yet",
}


def deliver(request: ContentRequest, by: User, asset: Asset, word: str = "") -> None:
    """Answer a request with published content and a word about it, and tell everybody who waits, with the link."""
    must_be_open(request)
    _check_deliverable(asset)
    word = " ".join(word.split())
    if len(word) > MAX_WORD:
        raise Invalid(f"A word has up to {MAX_WORD} characters.", field="word")
    request.status, request.delivered_asset_id = "delivered", asset.id
    request.closed_at, request.outcome_told_at = now(), None
    request.assigned_to_id = request.assigned_to_id or by.id
    end_drafts(request, by, why=f"The request was answered with “{asset.title[:150]}”.")
    enqueue("rerun_searches", request.id, once=True)
    # The first line of the step names the content as it was called then, the second is the word about it.
    change = note(request, by, "delivered", f"{asset.title}\n{word}".strip())
    _tell(request, by, asset, word, event_key=f"request:{request.id}:{change.id}")


def _check_deliverable(asset: Asset) -> None:
    if asset.state == "archived":
        why = f"“{asset.title}” is archived. Restore it first, or choose something else."
    elif asset.state in UNFINISHED:
        what = UNFINISHED[asset.state].format(asset.title)
        why = f"Only published content can be delivered, and {what}. Publish it first."
    elif asset.is_expired and asset.expires_on is not None:
        why = f"Only published content can be delivered, and “{asset.title}” expired on {day(asset.expires_on)}. "
        why += "Change its dates first, or choose something else."
    elif asset.current_version_id is None:
        why = f"There is nothing to use in it yet. Add a file to “{asset.title}” first."
    else:
        return
    raise Invalid(why, field="asset_id")


def _tell(request: ContentRequest, by: User, asset: Asset, word: str, *, event_key: str) -> None:
    """Tell who asked, joined or makes it and their teams' channels, then who follows it; a job tells who searched."""
    people = db.session.scalars(select(Supporter.user_id).where(Supporter.request_id == request.id))
    address = f"/library/{asset.slug}"
    said = f"Here it is: {asset.title}. {word and f'“{word}” '}You asked for: {request.need}"
    waiting = {*people, request.assigned_to_id} - {by.id, None}
    notify_many(
        sorted(person for person in waiting if person),
        kind="request",
        title=said,
        address=address,
        event_key=event_key,
    )
    following = select(User.id).where(User.id.in_(followers_of("request", [request.id])))
    notify_selected(
        following.where(User.status == "active", User.id != by.id),
        kind="follow",
        title=f"Delivered: {asset.title}. You follow: {request.need}",
        address=address,
        event_key=event_key,
    )
    teams = select(User.team_id).join(Supporter, Supporter.user_id == User.id)
    teams = teams.where(Supporter.request_id == request.id, User.team_id.is_not(None)).distinct()
    post_to_teams(
        [team for team in db.session.scalars(teams) if team],
        kind="delivered",
        title=f"Here it is: “{asset.title[:100]}”. Asked for: {request.need}",
        address=address,
        event_key=event_key,
    )


def delivery_word(request: ContentRequest) -> str:
    """Return what was said with the latest delivery of a request, if anything."""
    found = select(RequestChange.words).where(
        RequestChange.request_id == request.id, RequestChange.status == "delivered"
    )
    words = db.session.scalar(found.order_by(RequestChange.id.desc()).limit(1)) or ""
    return words.partition("\n")[2]
