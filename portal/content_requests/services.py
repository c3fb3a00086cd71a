"""Asking for content, joining in, and what marketing does with a request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete, select, update

from portal.content_requests.drafts import ask_no_more, end_drafts
from portal.content_requests.history import (
    JOINED,
    LEFT,
    NAMED_DEAL,
    as_it_is,
    filled_in,
    must_be_open,
    note,
    note_person,
    step_to,
)
from portal.content_requests.models import (
    ContentRequest,
    RequestContent,
    Supporter,
    WaitingDeal,
)
from portal.content_requests.worth import score_requests
from portal.db import db, insert_rows, now
from portal.deals.models import Deal
from portal.errors import Conflict, Invalid
from portal.library.models import ASSET_KINDS, Asset
from portal.notifications.webhooks import post_to_teams
from portal.users.models import User

MAX_NEED = 500
MAX_DETAILS = 5_000
MAX_REASON = 1_000


def ask(
    *,
    by: User,
    need: str,
    details: str = "",
    deal_id: int | None = None,
    search_id: int | None = None,
    like_asset_id: int | None = None,
) -> ContentRequest:
    """Ask marketing for content in a sentence; the one who asks is its first supporter.

    `like_asset_id` is content that it is to be like, which the one who asks may see.
    """
    need = _sentence(need)
    if len(details) > MAX_DETAILS:
        raise Invalid(f"Details have up to {MAX_DETAILS:,} characters.", field="details")
    request = ContentRequest(
        need=need,
        details=details.strip(),
        asked_by_id=by.id,
        search_id=search_id,
        like_asset_id=like_asset_id,
    )
    db.session.add(request)
    db.session.flush()
    note(request, by, "new", "")
    support(request, by, deal_id=deal_id)
    post_to_teams(
        [by.team_id] if by.team_id and request.is_worded else [],
        kind="request",
        title=f"{by.name[:80]} asks marketing: {need}",
        address=f"/requests/{request.id}",
        event_key=f"request:{request.id}:asked",
    )
    return request


def _sentence(need: str) -> str:
    need = " ".join(need.split())
    if not need:
        raise Invalid("Please say in a sentence what is needed.", field="need")
    if len(need) > MAX_NEED:
        raise Invalid(f"Please say it in up to {MAX_NEED} characters; more fits under details.", field="need")
    return need


def support(request: ContentRequest, by: User, deal_id: int | None = None) -> bool:
    """Add a person who also needs it, and the deal that waits for it; say whether anything was new."""
    if not request.is_open:
        raise Conflict("This request is closed; nobody can join it any more.")
    deal = db.session.get(Deal, deal_id) if deal_id else None
    if deal is not None and deal.status != "open":
        raise Invalid(f"“{deal.name}” is {deal.status} already; only an open deal can wait.", field="deal_id")
    joins = db.session.get(Supporter, (request.id, by.id)) is None
    waits = deal is not None and db.session.get(WaitingDeal, (request.id, deal.id)) is None
    if joins:
        db.session.add(Supporter(request_id=request.id, user_id=by.id))
    if deal is not None and waits:
        db.session.add(WaitingDeal(request_id=request.id, deal_id=deal.id, added_by_id=by.id))
    db.session.flush()
    score_requests([request.id])
    # Which deal it is stays out of the history, which everybody reads.
    if joins and by.id != request.asked_by_id:
        note_person(request, by, f"{JOINED}, for a deal that waits" if waits else JOINED)
    elif waits and not joins:
        note_person(request, by, NAMED_DEAL)
    return joins or waits


def withdraw_support(request: ContentRequest, by: User) -> None:
    """Take a person off the request with the deals they added, but for those of owners who need it still.

    They are asked about its drafts no more, unless they have answered.
    """
    must_be_open(request)
    if request.asked_by_id == by.id:
        raise Conflict("You asked for this; marketing can decline it when it is no longer needed.")
    if db.session.get(Supporter, (request.id, by.id)) is None:
        return
    needing = select(Supporter.user_id).where(Supporter.request_id == request.id, Supporter.user_id != by.id)
    owner = select(Deal.owner_id).where(Deal.id == WaitingDeal.deal_id).scalar_subquery()
    kept = update(WaitingDeal).where(WaitingDeal.request_id == request.id, WaitingDeal.added_by_id == by.id)
    kept = kept.where(owner.in_(needing)).values(added_by_id=owner)
    db.session.execute(kept, execution_options={"synchronize_session": False})
    for table, person in ((Supporter, Supporter.user_id), (WaitingDeal, WaitingDeal.added_by_id)):
        db.session.execute(delete(table).where(table.request_id == request.id, person == by.id))
    note_person(request, by, LEFT)
    ask_no_more(request, by)
    score_requests([request.id])


def take(request: ContentRequest, by: User) -> None:
    """Accept a request and make oneself responsible for it."""
    must_be_open(request)
    request.assigned_to_id = by.id
    step_to(request, by, "accepted", f"{by.name} makes it", f"{by.name} took your request: {request.need}")


def start(request: ContentRequest, by: User) -> None:
    """Say that work on it has begun."""
    must_be_open(request)
    request.assigned_to_id = request.assigned_to_id or by.id
    step_to(request, by, "in_progress", "Work has begun", f"Work has begun on your request: {request.need}")


def complete(
    request: ContentRequest,
    by: User,
    *,
    need: str | None,
    kind: str | None,
    audience: str,
    needed_by: date | None,
    details: str,
    examples: str = "",
    today: date,
) -> None:
    """Say what is needed in words for everybody, and fill in what marketing needs to know to make it."""
    must_be_open(request)
    need = _sentence(need or "")
    if kind and kind not in ASSET_KINDS:
        raise Invalid("Please choose one of the kinds.", field="kind")
    if needed_by and needed_by < today and needed_by != request.needed_by:
        raise Invalid("This day has passed. Please choose today or a later one.", field="needed_by")
    for text, name in ((details, "details"), (examples, "examples")):
        if len(text) > MAX_DETAILS:
            raise Invalid(f"This has up to {MAX_DETAILS:,} characters.", field=name)
    before = as_it_is(request)
    request.kind, request.audience, request.needed_by = kind or None, audience.strip()[:300], needed_by
    request.details, request.examples = details.strip(), examples.strip()
    if need != request.need:
        request.need = need
        note(request, by, request.status, f"Put into words: {need}")
    if words := filled_in(before, request):
        note(request, by, request.status, words)
        score_requests([request.id])


def decline(request: ContentRequest, by: User, reason: str) -> None:
    """Decline a request; the reason is what the people who need it are told."""
    must_be_open(request)
    reason = reason.strip()
    if not reason:
        raise Invalid("Please give a reason: the people who need it will read it.", field="reason")
    if len(reason) > MAX_REASON:
        raise Invalid(f"A reason has up to {MAX_REASON:,} characters.", field="reason")
    request.status, request.decline_reason, request.closed_at = "declined", reason, now()
    end_drafts(request, by, why="The request was declined.")
    step_to(request, by, "declined", reason, f"Declined: {request.need}. {reason}")


def reopen(request: ContentRequest, by: User, reason: str, status: str | None = None) -> None:
    """Open a closed request again, with the reason; it goes to `status`, or to where it can be taken up."""
    if request.is_open:
        raise Conflict("This request is open already.")
    if request.status == "merged":
        raise Conflict(
            "This request is part of another one now, and stays with it. Open that one again instead."
        )
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise Invalid(
            f"Please say in up to {MAX_REASON:,} characters why it is needed again.", field="reason"
        )
    request.closed_at, request.decline_reason, request.delivered_asset_id = None, "", None
    if status == "new":
        request.assigned_to_id = None
    status = status or ("accepted" if request.assigned_to_id else "new")
    step_to(request, by, status, reason, f"Open again: {request.need}")


def begin_for(request: ContentRequest, assets: Iterable[Asset]) -> None:
    """Remember that content was begun for a request, so that it is offered as its answer once it is published."""
    insert_rows(RequestContent, [{"request_id": request.id, "asset_id": asset.id} for asset in assets])
