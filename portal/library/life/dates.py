"""When content is to be looked at again, and until when it is kept once somebody has found it to be still right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

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
MOST_DAYS = 1_825
# From four weeks before its day, content is due: its owner is told, and a check moves its expiry too.
NEAR = timedelta(days=28)


def today() -> date:
    """Return the present day in the organisation's calendar, by which content expires."""
    return local_day(now())


def kind_days() -> dict[str, int]:
    """Return for each kind after how many days its content is looked at again."""
    chosen = db.session.execute(select(ReviewInterval.kind, ReviewInterval.days))
    return DEFAULT_DAYS | dict(chosen.tuples().all())


def review_days(asset: Asset, of_kinds: Mapping[str, int] | None = None) -> int:
    """Return after how many days this content is looked at again: its own interval, else that of its kind."""
    return asset.review_days or (of_kinds or kind_days())[asset.kind]


def next_review(asset: Asset, since: date | None = None, of_kinds: Mapping[str, int] | None = None) -> date:
    """Return the day by which content that was right on a day (today) is to be looked at again."""
    return (since or today()) + timedelta(days=review_days(asset, of_kinds))


@dataclass(frozen=True)
class Kept:
    """What a check of today leads to: when to look again, and when it expires (None: never)."""

    review_by: date
    expires_on: date | None
    moves_expiry: bool

    @property
    def until(self) -> date:
        """The day that a button names before it is pressed."""
        return self.expires_on if self.moves_expiry and self.expires_on else self.review_by


def after_check(asset: Asset, of_kinds: Mapping[str, int] | None = None) -> Kept:
    """Return the dates that content has once it is checked today; an expiry that is near moves with the next look."""
    review_by = next_review(asset, of_kinds=of_kinds)
    near = asset.expires_on is not None and asset.expires_on <= today() + NEAR
    if near and asset.expires_on is not None and asset.expires_on < review_by:
        return Kept(review_by, review_by, moves_expiry=True)
    return Kept(review_by, asset.expires_on, moves_expiry=False)
