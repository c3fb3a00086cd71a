"""First uses and daily sums, kept as uses arrive so that no figure has to read every event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import func, select, update

from portal.db import chunks, db, insert_rows
from portal.usage.models import FirstUse, UsageDay, UsageEvent
from portal.usage.queries import effective_events, touches

Pair = tuple[int, int]
DayKey = tuple[date, int, int, str]


def add_first_uses(found: Mapping[Pair, tuple[datetime, int]]) -> None:
    """Add touches, given as (asset, deal) -> (earliest moment, how many), to what is known."""
    for pairs in chunks(sorted(found)):
        of_these = select(FirstUse.asset_id, FirstUse.deal_id, FirstUse.first_at, FirstUse.uses).where(
            FirstUse.deal_id.in_({deal_id for _, deal_id in pairs}),
            FirstUse.asset_id.in_({asset_id for asset_id, _ in pairs}),
        )
        known = {(row[0], row[1]): (row[2], row[3]) for row in db.session.execute(of_these)}
        fresh, changed = [], []
        for pair in pairs:
            at, uses = found[pair]
            row = {"asset_id": pair[0], "deal_id": pair[1], "first_at": at, "uses": uses}
            if pair in known:
                first_at, before = known[pair]
                changed.append(row | {"first_at": min(at, first_at), "uses": uses + before})
            else:
                fresh.append(row)
        insert_rows(FirstUse, fresh)
        if changed:
            db.session.execute(update(FirstUse), changed)


def recompute_first_use(asset_id: int, deal_id: int) -> None:
    """Set the first use of a pair anew: taking a use away may move the first one to a later day."""
    found = effective_events().where(
        UsageEvent.asset_id == asset_id, UsageEvent.deal_id == deal_id, touches()
    )
    first_at, uses = db.session.execute(
        found.with_only_columns(func.min(UsageEvent.at), func.count(UsageEvent.id))
    ).one()
    known = db.session.get(FirstUse, (asset_id, deal_id), populate_existing=True)
    if known is not None and not uses:
        db.session.delete(known)
    elif known is not None:
        known.first_at, known.uses = first_at, uses
    elif uses:
        db.session.add(FirstUse(asset_id=asset_id, deal_id=deal_id, first_at=first_at, uses=uses))
    db.session.flush()


def add_days(found: Mapping[DayKey, int]) -> None:
    """Add uses, counted by (day, asset, user, kind), to the daily sums."""
    for keys in chunks(sorted(found)):
        of_these = select(
            UsageDay.day, UsageDay.asset_id, UsageDay.user_id, UsageDay.kind, UsageDay.uses
        ).where(UsageDay.day.in_({key[0] for key in keys}), UsageDay.asset_id.in_({key[1] for key in keys}))
        known = {(row[0], row[1], row[2], row[3]): row[4] for row in db.session.execute(of_these)}
        fresh: list[dict[str, object]] = []
        changed: list[dict[str, object]] = []
        for key in keys:
            day, asset_id, user_id, kind = key
            uses = found[key] + known.get(key, 0)
            row = {"day": day, "asset_id": asset_id, "user_id": user_id, "kind": kind, "uses": uses}
            (changed if key in known else fresh).append(row)
        insert_rows(UsageDay, fresh)
        if changed:
            db.session.execute(update(UsageDay), changed)


def take_from_day(key: DayKey) -> None:
    """Take one use from a daily sum; a sum of none is no row."""
    row = db.session.get(UsageDay, key, populate_existing=True)
    if row is not None and row.uses > 1:
        row.uses -= 1
    elif row is not None:
        db.session.delete(row)
    db.session.flush()


def local_day(moment: datetime) -> date:
    """Return the day of a moment in the organisation's calendar."""
    return moment.astimezone(ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"])).date()
