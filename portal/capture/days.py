"""A day's work on one deal: content that was used that day without a deal is proposed for it.

Only what was downloaded or presented counts here. A look is no use, and how closely somebody read is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import func, select

from portal.capture.models import ProposedUse
from portal.capture.proposing import propose
from portal.db import db
from portal.deals.queries import visible_deals_among
from portal.library.queries import visible_assets_among
from portal.usage.models import UsageEvent
from portal.usage.queries import effective_events, was_inferred
from portal.usage.sums import local_day
from portal.users.models import User

DAYS_BACK = 14
MOST_A_DAY = 5
# What was presented was certainly for somebody, so it is asked about first.
ASKED = ("presented", "downloaded")
# One of several deals is the day's when at least so much of what was used on deals was used on it.
CLEARLY_MOST = 0.75


@dataclass(frozen=True)
class Day:
    """A person's day that was spent on one deal, and the uses without a deal in it, those asked about first first."""

    user_id: int
    day: date
    deal_id: int
    loose: list[Any]


def days_to_ask_about(today: date) -> list[Day]:
    """Return the days before today that belonged to one deal and had uses without any, for all people."""
    columns = (UsageEvent.id, UsageEvent.user_id, UsageEvent.asset_id, UsageEvent.version_id)
    more = (UsageEvent.kind, UsageEvent.deal_id, UsageEvent.corrects_id, UsageEvent.at)
    found = effective_events().where(
        UsageEvent.at >= _midnight(today - timedelta(days=DAYS_BACK)),
        UsageEvent.at < _midnight(today),
        UsageEvent.user_id.in_(select(User.id).where(User.status == "active")),
        ~was_inferred(),
    )
    in_order = found.with_only_columns(*columns, *more).order_by(UsageEvent.user_id, UsageEvent.at)
    rows = db.session.execute(in_order).all()
    days = groupby(rows, key=lambda row: (row.user_id, local_day(row.at)))
    read = [_day(user_id, day, list(events)) for (user_id, day), events in days]
    return [day for day in read if day is not None]


def _day(user_id: int, day: date, events: Sequence[Any]) -> Day | None:
    deal_id = _deal_of([event.deal_id for event in events if event.deal_id is not None])
    # What somebody took from a deal by hand was for none.
    loose = [
        event
        for event in events
        if event.deal_id is None and event.corrects_id is None and event.kind in ASKED
    ]
    loose.sort(key=lambda event: ASKED.index(event.kind))
    return Day(user_id, day, deal_id, loose) if deal_id is not None and loose else None


def _deal_of(deal_ids: Sequence[int]) -> int | None:
    """Return the deal that a day's uses on deals were on, or clearly most of them."""
    most = Counter(deal_ids).most_common(1)
    return most[0][0] if most and most[0][1] >= CLEARLY_MOST * len(deal_ids) else None


def ask_about(user_id: int, days: Iterable[Day]) -> int:
    """Propose to one person what they used on these days, a few a day; return how much that was."""
    days = list(days)
    user = db.session.get_one(User, user_id)
    deals = visible_deals_among(user, (day.deal_id for day in days))
    assets = visible_assets_among(user, {event.asset_id for day in days for event in day.loose})
    asked = 0
    for day in days:
        deal = deals.get(day.deal_id)
        if deal is None or deal.status != "open" or deal.removed_at is not None:
            continue
        room = MOST_A_DAY - _asked_of(user_id, day.day)
        for event in day.loose:
            if room > 0 and event.asset_id in assets and _propose(event, deal.id, deal.name):
                room, asked = room - 1, asked + 1
    return asked


def _asked_of(user_id: int, day: date) -> int:
    begin, end = _midnight(day), _midnight(day + timedelta(days=1))
    same = (ProposedUse.user_id == user_id) & (ProposedUse.origin == "same_day")
    found = select(func.count()).where(same, ProposedUse.at >= begin, ProposedUse.at < end)
    return db.session.scalar(found) or 0


def _propose(event: Any, deal_id: int, deal_name: str) -> bool:
    proposal = propose(
        user_id=event.user_id,
        kind=event.kind,
        asset_id=event.asset_id,
        version_id=event.version_id,
        deal_id=deal_id,
        at=event.at,
        origin="same_day",
        origin_key=f"day:{event.id}",
        reason={"deal_id": deal_id, "deal": deal_name, "did": event.kind},
        of_event_id=event.id,
    )
    return proposal is not None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"]))
