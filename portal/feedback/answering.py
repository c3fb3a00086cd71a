"""What marketing says to a rating, so that whoever gave it hears back."""

from __future__ import annotations

from portal.db import db, now
from portal.errors import Conflict, Invalid
from portal.feedback.models import Rating, RatingAnswer
from portal.feedback.queries import later_versions, seen_as
from portal.library.models import Asset, Version
from portal.library.queries import may_open
from portal.notifications.services import notify
from portal.users.models import User

MAX_ANSWER = 2_000


def seen_of(rating: Rating) -> str:
    """Return what a form carries of the state of a rating: its words and its latest answer."""
    return seen_as(rating, max((answer.id for answer in rating.answers), default=0))


def check_seen(rating: Rating, seen: str) -> None:
    """Raise Conflict when there is an answer, or the rating was changed, since the form was shown."""
    if seen == seen_of(rating):
        return
    moment, _, latest = seen.partition("/")
    if moment != rating.updated_at.isoformat():
        raise Conflict(
            f"{rating.user.name} has changed this rating meanwhile. Your words are kept: "
            "read what it says now, and send them if they still fit."
        )
    since = [answer for answer in rating.answers if not latest.isdigit() or answer.id > int(latest)]
    who = since[-1].by.name if since and since[-1].by else "Somebody"
    raise Conflict(
        f"{who} has answered meanwhile. Your words are kept: send them as a second answer if they add something."
    )


def answer(
    rating: Rating, asset: Asset, *, by: User, words: str, fixed_in: Version | None = None
) -> RatingAnswer:
    """Answer a rating, and tell whoever gave it where the answer stands, as long as they may open the content."""
    words = words.strip()
    if not words and fixed_in is None:
        raise Invalid("Please say something, or choose the version in which it is fixed.", field="words")
    if len(words) > MAX_ANSWER:
        raise Invalid(
            f"An answer has up to {MAX_ANSWER:,} characters; this one has {len(words):,}.", field="words"
        )
    if fixed_in is not None and fixed_in.id not in {version.id for version in later_versions(rating)}:
        raise Invalid("Please choose a version that came after the one that was rated.", field="fixed_in")
    said = RatingAnswer(rating_id=rating.id, by_id=by.id, words=words, at=now())
    said.fixed_in_id = fixed_in.id if fixed_in else None
    db.session.add(said)
    db.session.flush()
    if is_told(rating, asset, by):
        fixed = f": fixed in version {fixed_in.number}" if fixed_in else ""
        notify(
            recipient_id=rating.user_id,
            kind="answer",
            title=f"{by.name[:80]} answered your rating of “{asset.title[:150]}”{fixed}",
            address=f"/library/{asset.slug}#rating-{rating.id}",
            event_key=f"answer:{rating.id}:{said.at.isoformat()}",
        )
    return said


def is_told(rating: Rating, asset: Asset, by: User) -> bool:
    """Return whether an answer reaches whoever gave a rating: not oneself, and only who may open the content."""
    return rating.user_id != by.id and rating.user.status == "active" and may_open(rating.user, asset)
