"""Keeping content right: checked, given dates, and looked after by somebody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete

from portal.db import db, now
from portal.errors import Conflict, Invalid
from portal.library import history
from portal.library.life.dates import DEFAULT_DAYS, MOST_DAYS, after_check, kind_days, today
from portal.library.models import ASSET_KINDS, Asset, ReviewInterval
from portal.library.services.checking import checked_replacement
from portal.usage.sums import local_day
from portal.users.models import User
from portal.users.services import audit
from portal.web.formatting import kind_words

FURTHEST = timedelta(days=3_653)


def verify_refusal(asset: Asset) -> str:
    """Say why content cannot be marked as still right, or nothing when it can."""
    if asset.state == "archived":
        return "It is archived. Restore it first."
    if asset.state != "published":
        return "Only what is published is checked."
    return ""


def verify(asset: Asset, by: User, of_kinds: Mapping[str, int] | None = None) -> bool:
    """Note that somebody found content to be still right, which is no edit; say whether that was new today."""
    refusal = verify_refusal(asset)
    if refusal:
        raise Conflict(refusal)
    if is_checked_today(asset, of_kinds):
        return False
    kept = after_check(asset, of_kinds)
    changes = _changes(asset, review_by=kept.review_by, expires_on=kept.expires_on)
    asset.verified_at, asset.verified_by_id = now(), by.id
    asset.review_by, asset.expires_on = kept.review_by, kept.expires_on
    history.note(asset, by, "verified", version=asset.current_version, **changes)
    db.session.flush()
    return True


def is_checked_today(asset: Asset, of_kinds: Mapping[str, int] | None = None) -> bool:
    """Say whether a check would change nothing, since it was made today and its dates stand."""
    kept = after_check(asset, of_kinds)
    checked = asset.verified_at is not None and local_day(asset.verified_at) == today()
    return checked and (asset.review_by, asset.expires_on) == (kept.review_by, kept.expires_on)


def set_dates(
    asset: Asset,
    by: User,
    *,
    review_by: date | None,
    review_days: int | None,
    expires_on: date | None,
    replaced_by: Asset | None = None,
) -> bool:
    """Set when content is looked at again and when it expires, and what is used instead; say if that is new."""
    if asset.state == "archived":
        raise Conflict("It is archived. Restore it first.")
    if review_days is not None and not 1 <= review_days <= MOST_DAYS:
        raise Invalid(f"Please give 1 to {MOST_DAYS:,} days.", field="review_days")
    if review_by != asset.review_by:
        _check_day(review_by, "review_by", "This day is over. Choose today or a later day.")
    if expires_on != asset.expires_on:
        _check_day(expires_on, "expires_on", EXPIRED_BEFORE)
    if replaced_by is not None and replaced_by.id != asset.replaced_by_id:
        checked_replacement(replaced_by, asset)
    replaced_by_id = replaced_by.id if replaced_by else None
    changes = _changes(asset, review_by=review_by, review_days=review_days, expires_on=expires_on)
    if replaced_by_id != asset.replaced_by_id:
        before = asset.replaced_by.slug if asset.replaced_by else None
        changes["replaced_by"] = [before, replaced_by.slug if replaced_by else None]
    if not changes:
        return False
    asset.review_by, asset.review_days, asset.expires_on = review_by, review_days, expires_on
    asset.replaced_by_id, asset.updated_at = replaced_by_id, now()
    history.note(asset, by, "dates_changed", **changes)
    db.session.flush()
    return True


EXPIRED_BEFORE = (
    "This day is over. Choose today to take it out of use at once, a later day, or none to keep it."
)


def _check_day(day: date | None, field: str, over: str) -> None:
    if day is not None and day < today():
        raise Invalid(over, field=field)
    if day is not None and day > today() + FURTHEST:
        raise Invalid("Please choose a day within the next ten years.", field=field)


def check_expiry(day: date) -> None:
    """Refuse a day on which content cannot begin to be expired any more, or that is too far away."""
    _check_day(day, "expires_on", EXPIRED_BEFORE)


def _changes(asset: Asset, **values: Any) -> dict[str, Any]:
    """Return for a line of history what was and what will be, for whatever differs."""
    before = {key: getattr(asset, key) for key in values}
    return {
        key: [_plain(before[key]), _plain(value)] for key, value in values.items() if value != before[key]
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def change_owner(asset: Asset, by: User, owner: User) -> bool:
    """Give content to somebody to look after; say whether that is new."""
    if not owner.is_active:
        raise Invalid("Please choose somebody who can sign in.", field="owner_id")
    if asset.owner_id == owner.id:
        return False
    before = asset.owner.name if asset.owner else None
    asset.owner_id, asset.updated_at = owner.id, now()
    history.note(asset, by, "owner_changed", owner=[before, owner.name])
    db.session.flush()
    return True


def set_review_intervals(by: User, days: Mapping[str, int]) -> bool:
    """Set after how many days content of each kind is looked at again; dates that are set already stay as they are."""
    for kind, number in days.items():
        if kind not in ASSET_KINDS:
            raise Invalid(f"A kind is one of {', '.join(ASSET_KINDS)}.")
        if not 1 <= number <= MOST_DAYS:
            raise Invalid(f"Please give 1 to {MOST_DAYS:,} days for {kind_words(kind)}.", field=kind)
    before = kind_days()
    changed = {kind: [before[kind], number] for kind, number in days.items() if before[kind] != number}
    if not changed:
        return False
    db.session.execute(delete(ReviewInterval).where(ReviewInterval.kind.in_(changed)))
    db.session.add_all(
        ReviewInterval(kind=kind, days=after)
        for kind, (_, after) in changed.items()
        if after != DEFAULT_DAYS[kind]
    )
    audit(by, "changed review intervals", ", ".join(map(kind_words, changed)), dict(changed))
    db.session.flush()
    return True
