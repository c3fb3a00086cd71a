"""How reviews end that nobody answered in full: something else settled what they asked."""

from __future__ import annotations

from sqlalchemy import select

from portal.db import db, now
from portal.library import history
from portal.library.models import Asset, Review, Reviewer
from portal.notifications.services import notify, notify_many
from portal.users.models import User


def end_reviews(asset: Asset, by: User | None, *, why: str) -> None:
    """Close what is still asked about content as withdrawn, and tell those who had not answered."""
    open_ones = select(Review).where(Review.asset_id == asset.id, Review.state == "open")
    for review in db.session.scalars(open_ones).all():
        review.state, review.closed_at = "withdrawn", now()
        review.closed_by_id = by.id if by else None
        history.note(asset, by, "review_withdrawn", version=review.version, why=why)
        _tell(review, asset, by, why)
    db.session.flush()


def _tell(review: Review, asset: Asset, by: User | None, why: str) -> None:
    waiting = select(Reviewer.user_id).join(User, User.id == Reviewer.user_id)
    waiting = waiting.where(
        Reviewer.review_id == review.id, Reviewer.answer.is_(None), User.status == "active"
    )
    title, key = asset.title[:150], f"review:{review.id}:withdrawn"
    people = set(db.session.scalars(waiting)) - {review.asked_by_id, by.id if by else None}
    words = f"Your answer about “{title}” is not needed any more. {why}".strip()
    notify_many(sorted(people), kind="review", title=words, address="/reviews", event_key=key)
    if review.asked_by_id and review.asked_by_id != (by.id if by else None):
        words = f"Your review of “{title}” is closed. {why or 'It was taken back.'}"
        address = f"/library/{asset.slug}"
        notify(recipient_id=review.asked_by_id, kind="review", title=words, address=address, event_key=key)
