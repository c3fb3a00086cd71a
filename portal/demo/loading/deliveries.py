"""A draft that those who asked for it look at, and a request answered five weeks ago with what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from portal.content_requests.drafts import question_about
from portal.content_requests.models import (
    ContentRequest,
    RequestChange,
    RequestContent,
    RequestDraft,
    Supporter,
    WaitingDeal,
)
from portal.db import db
from portal.deals.models import Deal
from portal.demo.company import MARKETERS, REPS
from portal.demo.loading.extras import TRANSLATED
from portal.demo.loading.numbers import Numbers
from portal.library.models import Asset, Review, Reviewer
from portal.usage.models import FirstUse

_WAITS_FOR_DRAFT = "Dock one-sheeter in French%"
_ACCEPTED = ("", "The customer in Liège reads it without stumbling. Keep the 57%.")
_NEED = "Something to leave behind after a first meeting about Stock"
_ANSWER, _WORD = "stock-first-meeting", "The chart from 52 customers is what they keep. Print only that page."
_ASKED, _DELIVERED, _TOLD = timedelta(days=47), timedelta(days=35), timedelta(days=7)
_SENT = timedelta(days=1, hours=4)


def add_deliveries(numbers: Numbers, moment: datetime) -> None:
    """Add both, dated as if it had all happened by `moment`."""
    _send_draft(numbers, moment)
    _deliver(numbers, moment)
    db.session.flush()


def _send_draft(numbers: Numbers, moment: datetime) -> None:
    """Put the translation to everybody who waits for it; two accept it so far."""
    request = db.session.scalars(
        select(ContentRequest).where(ContentRequest.need.like(_WAITS_FOR_DRAFT))
    ).first()
    draft = db.session.scalars(select(Asset).where(Asset.title == TRANSLATED)).first()
    if request is None or draft is None:
        return
    at = moment - _SENT
    draft.state = "in_review"
    review = Review(
        asset_id=draft.id, version_id=draft.current_version_id or 0, asked_by_id=request.assigned_to_id
    )
    review.question, review.asked_at = question_about(request), at
    waiting = select(Supporter.user_id).where(Supporter.request_id == request.id).order_by(Supporter.user_id)
    people = list(db.session.scalars(waiting))
    review.reviewers = [Reviewer(user_id=person) for person in people]
    for place, (reviewer, said) in enumerate(zip(review.reviewers, _ACCEPTED, strict=False), 1):
        reviewer.answer, reviewer.comment, reviewer.answered_at = "approve", said, at + place * _SENT / 4
    db.session.add(review)
    db.session.flush()
    words = f"A draft is with {len(people)} people who asked for it"
    db.session.add_all(
        [
            RequestDraft(review_id=review.id, request_id=request.id, sent_at=at),
            RequestContent(request_id=request.id, asset_id=draft.id, created_at=at),
            RequestChange(
                request_id=request.id, status="in_review", words=words, by_id=request.assigned_to_id, at=at
            ),
        ]
    )


def _deliver(numbers: Numbers, moment: datetime) -> None:
    """Answer a request with a deck that there was already; its people were told a week ago what became of it."""
    closed, maker = moment - _DELIVERED, numbers.people[MARKETERS[0].email]
    asset = db.session.get_one(Asset, numbers.assets[_ANSWER])
    used = select(Deal).join(FirstUse, FirstUse.deal_id == Deal.id)
    used = used.where(FirstUse.asset_id == asset.id, FirstUse.first_at >= closed).order_by(Deal.id)
    deals = list(db.session.scalars(used.limit(2)))
    people = [deal.owner_id for deal in deals if deal.owner_id] or [numbers.people[REPS[0].email]]
    request = ContentRequest(
        need=_NEED,
        status="delivered",
        kind="deck",
        asked_by_id=people[0],
        assigned_to_id=maker,
        delivered_asset_id=asset.id,
        created_at=moment - _ASKED,
        closed_at=closed,
        outcome_told_at=moment - _TOLD,
    )
    db.session.add(request)
    db.session.flush()
    at, number = request.created_at, request.id
    db.session.add_all(
        Supporter(request_id=number, user_id=one, created_at=at) for one in dict.fromkeys(people)
    )
    db.session.add_all(
        WaitingDeal(request_id=number, deal_id=deal.id, added_by_id=deal.owner_id, created_at=at)
        for deal in deals
    )
    delivered = f"{asset.title}\n{_WORD}"
    db.session.add_all(
        [
            RequestChange(request_id=number, status="new", by_id=people[0], at=at),
            RequestChange(request_id=number, status="delivered", words=delivered, by_id=maker, at=closed),
        ]
    )
