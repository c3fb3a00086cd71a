"""What the made-up company's marketing answered to low ratings; the latest still wait."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.db import db
from portal.demo.company import MARKETERS
from portal.demo.loading.numbers import Numbers
from portal.demo.wording import ANSWERS, FIXED
from portal.feedback.models import Rating, RatingAnswer
from portal.feedback.services import LOW
from portal.jobs import enqueue
from portal.library.models import Asset, Version
from portal.notifications.models import OutboxMessage

# So long marketing has them on its list, where whoever looks at the demo may answer them.
WAITS = timedelta(days=45)
TOOK = timedelta(days=2, hours=3)


def add_answers(numbers: Numbers, moment: datetime) -> None:
    """Answer every low rating but the latest, name the newer version where there is one, and tell whoever gave it."""
    found = (
        select(Rating, Asset, Version)
        .join(Asset, Asset.id == Rating.asset_id)
        .join(Version, Version.id == Asset.current_version_id)
        .where(Rating.stars <= LOW, Rating.updated_at < moment - WAITS, Version.created_at < moment - WAITS)
        .order_by(Rating.updated_at, Rating.id)
    )
    said: Counter[str] = Counter()
    for place, (rating, asset, current) in enumerate(db.session.execute(found).tuples().all()):
        by = MARKETERS[place % len(MARKETERS)]
        is_newer = current.id != rating.version_id
        reason = rating.reason or "not_convincing"
        choices = ANSWERS[reason]
        answer = RatingAnswer(
            rating_id=rating.id,
            by_id=numbers.people[by.email],
            words=FIXED if is_newer else choices[said[reason] % len(choices)],
            fixed_in_id=current.id if is_newer else None,
            at=_answered_at(rating, current if is_newer else None),
        )
        said[reason] += not is_newer
        fixed = f": fixed in version {current.number}" if is_newer else ""
        told = OutboxMessage(
            recipient_id=rating.user_id,
            event_key=f"answer:{rating.id}:{answer.at.isoformat()}",
            kind="answer",
            title=f"{by.name} answered your rating of “{asset.title}”{fixed}",
            address=f"/library/{asset.slug}#rating-{rating.id}",
            created_at=answer.at,
        )
        db.session.add_all([answer, told])
    db.session.flush()
    enqueue("deliver_notifications", once=True)


def _answered_at(rating: Rating, fixed_in: Version | None) -> datetime:
    """Return when it was answered; a version that is out is named, and no other."""
    out = fixed_in.published_at if fixed_in else None
    return max(rating.updated_at, out or rating.updated_at) + TOOK
