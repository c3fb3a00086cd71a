"""Taking back the uses that an import brought, with the first uses and daily sums that came of them."""

from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy import bindparam, delete, func, select, tuple_, update

from portal.db import chunks, db, insert_rows
from portal.jobs import enqueue
from portal.usage.models import FirstUse, UsageDay, UsageEvent
from portal.usage.queries import effective_events, touches
from portal.usage.sums import DayKey, Pair, local_day


def take_back(event_ids: list[int]) -> None:
    """Delete uses, and work out anew what is kept beside them."""
    pairs: set[Pair] = set()
    days: Counter[tuple[date, int, int, str]] = Counter()
    for ids in chunks(event_ids):
        events = select(UsageEvent.__table__).where(UsageEvent.id.in_(ids))
        for event in db.session.execute(events):
            if event.deal_id is not None:
                pairs.add((event.asset_id, event.deal_id))
            if event.user_id is not None:
                days[(local_day(event.at), event.asset_id, event.user_id, event.kind)] += 1
        db.session.execute(delete(UsageEvent).where(UsageEvent.id.in_(ids)))
    _recompute_first_uses(pairs)
    _take_from_days(days)
    for asset_id in sorted({asset_id for asset_id, _ in pairs} | {key[1] for key in days}):
        enqueue("refresh_use", asset_id, once=True)


def _recompute_first_uses(pairs: set[Pair]) -> None:
    for part in chunks(sorted(pairs), 2_000):
        db.session.execute(delete(FirstUse).where(tuple_(FirstUse.asset_id, FirstUse.deal_id).in_(part)))
        left = effective_events().where(tuple_(UsageEvent.asset_id, UsageEvent.deal_id).in_(part), touches())
        columns = (UsageEvent.asset_id, UsageEvent.deal_id)
        rows = db.session.execute(
            left.with_only_columns(*columns, func.min(UsageEvent.at), func.count()).group_by(*columns)
        )
        insert_rows(
            FirstUse,
            [
                {"asset_id": asset_id, "deal_id": deal_id, "first_at": first_at, "uses": uses}
                for asset_id, deal_id, first_at, uses in rows
            ],
        )


def _take_from_days(days: Counter[DayKey]) -> None:
    """Take uses off the daily sums; a sum of none is no row."""
    table = UsageDay.__table__
    less = update(UsageDay).where(
        *(table.c[name] == bindparam(f"of_{name}") for name in ("day", "asset_id", "user_id", "kind"))
    )
    less = less.values(uses=UsageDay.uses - bindparam("less"))
    for part in chunks(days.items()):
        keys = [
            {"of_day": day, "of_asset_id": asset_id, "of_user_id": user_id, "of_kind": kind, "less": uses}
            for (day, asset_id, user_id, kind), uses in part
        ]
        db.session.connection().execute(less, keys)
    db.session.execute(delete(UsageDay).where(UsageDay.uses <= 0))
