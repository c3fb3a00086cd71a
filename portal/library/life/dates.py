"""When content is to be looked at again."""

from __future__ import annotations

from datetime import date, timedelta

from portal.db import db, now
from portal.library.models import Asset, ReviewInterval
from portal.usage.sums import local_day

# Used for a kind for which marketing has set nothing else: what names prices and rivals ages first.
DEFAULT_DAYS = {
    "battle_card": 90,
    "email_template": 180,
    "deck": 180,
    "one_sheeter": 180,
    "video": 365,
    "case_study": 365,
    "white_paper": 365,
    "other": 365,
}


def review_days(asset: Asset) -> int:
    """Return after how many days this content is looked at again: its own interval, else that of its kind."""
    if asset.review_days:
        return asset.review_days
    rule = db.session.get(ReviewInterval, asset.kind)
    return rule.days if rule else DEFAULT_DAYS[asset.kind]


def next_review(asset: Asset, since: date | None = None) -> date:
    """Return the day by which content that was right on a day (today) is to be looked at again."""
    return (since or local_day(now())) + timedelta(days=review_days(asset))
