"""How reviews end that nobody answered in full: something else settled what they asked."""

from __future__ import annotations

from sqlalchemy import select

from portal.db import db, now
from portal.library import history
from portal.library.models import Asset, Review, Reviewer, Version
from portal.notifications.services import notify, notify_many
from portal.users.models import User


def end_reviews(asset: Asset, by: User | None, *, why: str, up_to: Version | None = None) -> None:
    """Close what is still asked about content, or its versions up to one, and tell those who had not answered."""
    open_ones = select(Review).where(Review.asset_id == asset.id, Review.state == "open")
    if up_to is not None:
        # What is asked about a newer version is not settled by putting an older one in place.
        settled = select(Version.id).where(Version.asset_id == asset.id, Version.number <= up_to.number)
        open_ones = open_ones.where(Review.version_id.in_(settled))
    for review in db.session.scalars(open_ones).all():
        review.state, review.closed_at = "withdrawn", now()
        review.closed_by_id = by.id if by else None
        history.note(asset, by, "review_withdrawn", version=review.version, why=why)
        _tell(review, asset, by, why)
    db.session.flush()


def tell_unanswered(review: Review, by: User | None, why: str) -> None:
    """Tell those who were asked and had not answered that they need not any more."""
    waiting = select(Reviewer.user_id).join(User, User.id == Reviewer.user_id)
    waiting = waiting.where(
        Reviewer.review_id == review.id, Reviewer.answer.is_(None), User.status == "active"
    )
    people = set(db.session.scalars(waiting)) - {review.asked_by_id, by.id if by else None}
    words = f"Your answer about “{review.asset.title[:150]}” is not needed any more. {why}".strip()
    key = f"review:{review.id}:{review.state}"
    notify_many(sorted(people), kind="review", title=words, address="/reviews", event_key=key)


def _tell(review: Review, asset: Asset, by: User | None, why: str) -> None:
    tell_unanswered(review, by, why)
    if review.asked_by_id and review.asked_by_id != (by.id if by else None):
        words = f"Your review of “{asset.title[:150]}” is closed. {why or 'It was taken back.'}"
        address, key = f"/library/{asset.slug}", f"review:{review.id}:{review.state}"
        notify(recipient_id=review.asked_by_id, kind="review", title=words, address=address, event_key=key)
