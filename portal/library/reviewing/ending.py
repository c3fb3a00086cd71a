"""How reviews end: what moves with them, and those that nobody answered in full, since something else settled them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from portal.db import db, now
from portal.library import history
from portal.library.models import Asset, Review, Reviewer, Version
from portal.notifications.services import notify, notify_many
from portal.users.models import User

Ended = Callable[[Review, User | None], None]
_moving: list[Ended] = []


def when_ended(function: Ended) -> Ended:
    """Register what else moves when a review ends, in its transaction, whoever or whatever ended it.

    It comes before people are told, and everybody is told once of an ending: what it tells them under the name
    ending_key stands in place of what they would be told of the review.
    """
    _moving.append(function)
    return function


def ending_key(review: Review) -> str:
    """Name how a review ended as an event that people are told of."""
    return f"review:{review.id}:{review.state}"


def close(review: Review, state: str, by: User | None) -> None:
    """End a review, and let move what hangs on it."""
    review.state, review.closed_by_id, review.closed_at = state, by.id if by else None, now()
    db.session.flush()
    for function in _moving:
        function(review, by)


def end_reviews(asset: Asset, by: User | None, *, why: str, up_to: Version | None = None) -> None:
    """Close what is still asked about content, or its versions up to one, and tell those who had not answered."""
    open_ones = select(Review).where(Review.asset_id == asset.id, Review.state == "open")
    if up_to is not None:
        # What is asked about a newer version is not settled by putting an older one in place.
        settled = select(Version.id).where(Version.asset_id == asset.id, Version.number <= up_to.number)
        open_ones = open_ones.where(Review.version_id.in_(settled))
    for review in db.session.scalars(open_ones).all():
        close(review, "withdrawn", by)
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
    notify_many(sorted(people), kind="review", title=words, address="/reviews", event_key=ending_key(review))


def _tell(review: Review, asset: Asset, by: User | None, why: str) -> None:
    tell_unanswered(review, by, why)
    if review.asked_by_id and review.asked_by_id != (by.id if by else None):
        words = f"Your review of “{asset.title[:150]}” is closed. {why or 'It was taken back.'}"
        address, key = f"/library/{asset.slug}", ending_key(review)
        notify(recipient_id=review.asked_by_id, kind="review", title=words, address=address, event_key=key)
