"""Making one request of two that ask for the same: what waits for the one waits for the other from then on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from portal.content_requests.drafts import end_drafts
from portal.content_requests.history import note, tell
from portal.content_requests.models import (
    OPEN_STATUSES,
    ContentRequest,
    RequestContent,
    RequestDraft,
    Supporter,
    WaitingDeal,
)
from portal.content_requests.moving import NEWS
from portal.content_requests.similar import similar_requests
from portal.content_requests.worth import score_requests
from portal.db import db, now
from portal.errors import Conflict, Invalid
from portal.library.models import Review
from portal.notifications.following import pass_followers
from portal.users.models import User

# What the other request takes over where nobody has filled it in yet.
TAKEN_OVER = ("kind", "audience", "details", "examples", "like_asset_id", "search_id")


def target_of(request: ContentRequest) -> ContentRequest:
    """Return the request that one was merged into, to the end of the chain; itself when it was not."""
    seen = {request.id}
    while request.merged_into_id is not None and request.merged_into_id not in seen:
        seen.add(request.merged_into_id)
        request = db.session.get_one(ContentRequest, request.merged_into_id)
    return request


def merged_into(request: ContentRequest) -> list[ContentRequest]:
    """Return the requests that became part of one, the oldest first."""
    found = select(ContentRequest).where(ContentRequest.merged_into_id == request.id)
    return list(db.session.scalars(found.order_by(ContentRequest.id)))


def merge(request: ContentRequest, into: ContentRequest, by: User) -> ContentRequest:
    """Make a request part of another one: people, deals, followers and work unite there, and all are told.

    Its conversations and searches are passed on by the caller, whose packages know them. Returns the other one.
    """
    into = _checked(request, into)
    people, others = _needing(request), _needing(into)
    reached, maker = request.status, request.assigned_to
    deals = db.session.scalar(
        select(func.count()).select_from(WaitingDeal).where(WaitingDeal.request_id == request.id)
    )
    for table, other in (
        (Supporter, Supporter.user_id),
        (WaitingDeal, WaitingDeal.deal_id),
        (RequestContent, RequestContent.asset_id),
    ):
        _unite(table, other, request.id, into.id)
    # Those who come by an older address are led to the end at once.
    earlier = update(ContentRequest).where(ContentRequest.merged_into_id == request.id)
    db.session.execute(earlier.values(merged_into_id=into.id))
    pass_followers("request", request.id, into.id)
    _take_over(request, into)
    request.status, request.merged_into_id, request.closed_at = "merged", into.id, now()
    _pass_drafts(request, into, by)
    note(
        into, by, into.status, f"Merged into this: “{request.need}”, with {_counted(len(people), deals or 0)}"
    )
    _go_on(into, by, reached, maker, since=request.need, needing=set(others) - set(people))
    change = note(request, by, "merged", f"Into “{into.need}”")
    told = f"“{request.need}” is part of another request now: {into.need}"
    tell({*people, request.asked_by_id, request.assigned_to_id, into.assigned_to_id}, by, into, change, told)
    score_requests([request.id, into.id])
    return into


def _checked(request: ContentRequest, into: ContentRequest) -> ContentRequest:
    if request.id == into.id:
        raise Invalid("A request cannot be merged into itself. Choose another one.", field="into")
    if request.status == "merged":
        raise Conflict(f"This request was merged already, into “{target_of(request).need}”.")
    if not request.is_open:
        raise Conflict(f"This request is {request.status}. Open it again before it is merged.")
    into = target_of(into)
    if into.id == request.id:
        raise Invalid(
            "That request is part of this one already; merging back would go in a circle.", field="into"
        )
    if not into.is_open:
        raise Invalid(
            f"“{into.need}” is {into.status}. Choose an open request, or open that one again first.",
            field="into",
        )
    return into


def _unite(
    table: type[Supporter] | type[WaitingDeal] | type[RequestContent],
    other: InstrumentedAttribute[int],
    from_id: int,
    to_id: int,
) -> None:
    """Pass rows of a request on to another one; what that has already stays as it is there."""
    own = select(other).where(table.request_id == to_id)
    passed = update(table).where(table.request_id == from_id, other.not_in(own))
    rest = delete(table).where(table.request_id == from_id)
    apart = {"synchronize_session": False}
    db.session.execute(passed.values(request_id=to_id), execution_options=apart)
    db.session.execute(rest, execution_options=apart)


def _needing(request: ContentRequest) -> list[int]:
    return list(db.session.scalars(select(Supporter.user_id).where(Supporter.request_id == request.id)))


def _go_on(
    into: ContentRequest, by: User, reached: str, maker: User | None, *, since: str, needing: set[int]
) -> None:
    """Go on from where work on the merged one was when that is further, with its maker where there is none yet."""
    is_further = OPEN_STATUSES.index(reached) > OPEN_STATUSES.index(into.status)
    new_maker = maker if into.assigned_to_id is None else None
    if not is_further and new_maker is None:
        return
    into.status = reached if is_further else into.status
    into.assigned_to_id = new_maker.id if new_maker else into.assigned_to_id
    words = f"Goes on from “{since}”{f'; {new_maker.name} makes it' if new_maker else ''}"
    change = note(into, by, into.status, words)
    if is_further:
        tell(needing, by, into, change, f"{NEWS[reached]}{into.need}")


def _pass_drafts(request: ContentRequest, into: ContentRequest, by: User) -> None:
    """Pass the drafts of a request on; where people look at one for each, those at the other one's go on alone."""
    asked = select(RequestDraft.review_id).join(Review, Review.id == RequestDraft.review_id)
    if db.session.scalar(asked.where(RequestDraft.request_id == into.id, Review.state == "open").limit(1)):
        end_drafts(
            request, by, why="The request is part of another one now, of which a draft was sent already."
        )
        return
    passed = update(RequestDraft).where(RequestDraft.request_id == request.id)
    db.session.execute(passed.values(request_id=into.id))


def _take_over(request: ContentRequest, into: ContentRequest) -> None:
    for name in TAKEN_OVER:
        setattr(into, name, getattr(into, name) or getattr(request, name))
    into.need = into.need if into.is_worded else request.need
    days = [one.needed_by for one in (request, into) if one.needed_by]
    into.needed_by = min(days, default=None)


def _counted(people: int, deals: int) -> str:
    who = f"{people} {'person' if people == 1 else 'people'}"
    return f"{who} and {deals} {'deal' if deals == 1 else 'deals'}"


@dataclass(frozen=True)
class Target:
    """An open request that another one may be merged into; `waiting_minor` in minor units of the base currency."""

    id: int
    need: str
    waiting_minor: int
    people: int
    is_similar: bool


def targets(request: ContentRequest, text: str = "", most: int = 50) -> list[Target]:
    """Return open requests to merge one into: similar ones first, then by pipeline; or those that have a text."""
    similar = [] if text else similar_requests(request.need, most + 1)
    alike = [Target(one.id, one.need, one.waiting_minor, one.supporters, True) for one in similar]
    found = select(
        ContentRequest.id, ContentRequest.need, ContentRequest.waiting_minor, ContentRequest.supporter_count
    ).where(ContentRequest.status.in_(OPEN_STATUSES), ContentRequest.id != request.id)
    if text:
        found = found.where(ContentRequest.need.icontains(text, autoescape=True))
    known = {one.id for one in alike}
    ordered = found.order_by(ContentRequest.waiting_minor.desc(), ContentRequest.id).limit(most + len(known))
    rest = [
        Target(other, need, waiting, people, False)
        for other, need, waiting, people in db.session.execute(ordered)
        if other not in known
    ]
    return [one for one in [*alike, *rest] if one.id != request.id][:most]
