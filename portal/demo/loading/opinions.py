"""What the made-up company's reps thought of content, and what they asked marketing for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert

from portal.content_requests.models import ContentRequest, RequestChange, Supporter, WaitingDeal
from portal.db import chunks, db
from portal.demo.loading.numbers import Numbers
from portal.demo.simulated import Simulated, SimulatedRequest
from portal.discovery.learning.request_services import remember
from portal.discovery.learning.services import plain_words
from portal.feedback.models import Rating
from portal.feedback.services import refresh_ratings
from portal.jobs import enqueue
from portal.notifications.models import OutboxMessage


def add_ratings(numbers: Numbers, story: Simulated) -> None:
    """Add every rating, and bring what lists sort by in step."""
    rows = [
        {
            "asset_id": numbers.assets[rating.asset],
            "version_id": numbers.versions[rating.asset, rating.version],
            "user_id": numbers.people[rating.user_email],
            "deal_id": numbers.deals[rating.deal] if rating.deal else None,
            "stars": rating.stars,
            "reason": rating.reason,
            "comment": rating.comment,
            "created_at": rating.at,
            "updated_at": rating.at,
        }
        for rating in story.ratings
    ]
    for part in chunks(rows, 2_000):
        db.session.execute(insert(Rating), part)
    refresh_ratings()


Searches = Mapping[str, Sequence[tuple[datetime, int]]]


def add_requests(numbers: Numbers, story: Simulated, searches: Searches) -> None:
    """Add every request with who and what waits for it, its history, and what its people were told.

    `searches` maps the plain words of what was looked for in vain to these searches: a request for the same came of
    those before it. Where it was delivered, they are run again.
    """
    for asked in story.requests:
        before = _searches_before(asked, searches)
        request = _request(numbers, asked, max(before, default=None))
        db.session.add(request)
        db.session.flush()
        remember(request.id, before)
        if before and asked.status == "delivered":
            enqueue("rerun_searches", request.id)
        _add_waiting(numbers, asked, request)
        for step in asked.steps:
            by_id = numbers.people[step.by_email]
            change = RequestChange(
                request_id=request.id, status=step.status, words=step.words, by_id=by_id, at=step.at
            )
            db.session.add(change)
        _tell(numbers, asked, request)
    db.session.flush()
    enqueue("deliver_notifications", once=True)


def _searches_before(asked: SimulatedRequest, searches: Searches) -> list[int]:
    wanted = set(plain_words(f"{asked.need} {asked.details}").split())
    same = [found for words, found in searches.items() if set(words.split()) <= wanted]
    # The one who asked had just searched, whatever the hour that the story gives the request.
    return [search_id for found in same for at, search_id in found if at.date() <= asked.created_at.date()]


def _request(numbers: Numbers, asked: SimulatedRequest, search_id: int | None) -> ContentRequest:
    is_closed = asked.status in ("delivered", "declined")
    delivered = asked.delivered_asset
    return ContentRequest(
        need=asked.need,
        details=asked.details,
        status=asked.status,
        kind=asked.kind,
        audience=asked.audience,
        needed_by=asked.needed_by,
        asked_by_id=numbers.people[asked.asked_by],
        assigned_to_id=numbers.people[asked.assigned_to] if asked.assigned_to else None,
        search_id=search_id,
        delivered_asset_id=numbers.assets[delivered] if delivered else None,
        decline_reason=asked.decline_reason,
        created_at=asked.created_at,
        closed_at=asked.steps[-1].at if is_closed else None,
    )


def _add_waiting(numbers: Numbers, asked: SimulatedRequest, request: ContentRequest) -> None:
    for email in dict.fromkeys((asked.asked_by, *asked.supporters)):
        db.session.add(
            Supporter(request_id=request.id, user_id=numbers.people[email], created_at=asked.created_at)
        )
    for deal in asked.deals:
        db.session.add(
            WaitingDeal(
                request_id=request.id,
                deal_id=numbers.deals[deal],
                added_by_id=numbers.people[asked.asked_by],
                created_at=asked.created_at,
            )
        )


_TOLD = {
    "accepted": "Marketing took your request: {need}",
    "in_progress": "Work has begun on your request: {need}",
    "in_review": "Nearly there, somebody reads it: {need}",
    "delivered": "Delivered: {need}",
    "declined": "Declined: {need}",
}


def _tell(numbers: Numbers, asked: SimulatedRequest, request: ContentRequest) -> None:
    """Leave in the outbox what the last step told the people who need it."""
    last = asked.steps[-1]
    if last.status not in _TOLD:
        return
    for email in dict.fromkeys((asked.asked_by, *asked.supporters)):
        db.session.add(
            OutboxMessage(
                recipient_id=numbers.people[email],
                event_key=f"request:{request.id}:{last.status}",
                kind="request",
                title=_TOLD[last.status].format(need=asked.need)[:300],
                address=f"/requests/{request.id}",
                created_at=last.at,
            )
        )
