"""Use columns: the uses on deals as arrays, read in the few statements that millions of them allow.

What few uses have, such as a correction or a late confirmation, is read apart and matched by the uses' ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from flask import current_app
from sqlalchemy import ColumnElement, case, func, select

from portal.db import db
from portal.deals.models import Deal
from portal.impact.calendar import local_days
from portal.impact.columns import (
    days_of,
    joined_dates,
    joined_moments,
    joined_numbers,
    moments_of,
    numbers_of,
)
from portal.impact.rows import BoolArray, IntArray
from portal.usage.models import KINDS, UsageEvent
from portal.usage.queries import touches, was_inferred

INFERRED, LATE = 4, 8  # added to the kind's index, which is below 4


@dataclass(frozen=True)
class UseColumns:
    """Uses in the order in which they happened, all (uses,); deals and content by their ids."""

    deal_id: IntArray
    asset_id: IntArray
    day: IntArray  # of the organisation's calendar
    kind: IntArray  # index into KINDS
    version_id: IntArray  # 0 where it isn't known
    inferred: BoolArray
    late: BoolArray  # confirmed when the end of the deal was known

    def only(self, keep: BoolArray) -> UseColumns:
        """Return the uses that a mask, (uses,), keeps."""
        return UseColumns(**{name: column[keep] for name, column in vars(self).items()})


def use_columns(*conditions: ColumnElement[bool]) -> UseColumns:
    """Read the touches on deals that meet some conditions, also of deals that are in no CRM any more."""
    kinds = case({name: place for place, name in enumerate(KINDS)}, value=UsageEvent.kind)
    flags = kinds + case((was_inferred(), INFERRED), else_=0) + case((UsageEvent.is_late, LATE), else_=0)
    numbers = (
        UsageEvent.id,
        UsageEvent.deal_id,
        UsageEvent.asset_id,
        func.coalesce(UsageEvent.version_id, 0),
        flags,
    )
    joined = [joined_numbers(number) for number in numbers]
    of_deals = (UsageEvent.deal_id.is_not(None), touches())
    found = select(*joined, joined_moments(UsageEvent.at)).where(*of_deals, *conditions)
    *texts, moments = db.session.execute(found).one()
    seconds, zone = moments_of(moments), ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"])
    ids = numbers_of(texts[0])
    place = _in_order(seconds, ids)
    ids, (deal_id, asset_id, version_id, flag) = ids[place], (numbers_of(text)[place] for text in texts[1:])
    late = (flag & LATE > 0) | np.isin(ids, _confirmed_late(zone))
    every = UseColumns(
        deal_id=deal_id,
        asset_id=asset_id,
        day=local_days(seconds, zone)[place],
        kind=flag % INFERRED,
        version_id=version_id,
        inferred=flag & INFERRED > 0,
        late=late,
    )
    corrected = db.session.scalars(select(UsageEvent.corrects_id).where(UsageEvent.corrects_id.is_not(None)))
    return every.only(~np.isin(ids, np.array([*corrected], np.int64)))


def _in_order(seconds: IntArray, ids: IntArray) -> IntArray:
    """Where the uses stand by moment, and those of one second as they were written; both nearly are in order."""
    place = np.argsort(ids, kind="stable")
    return place[np.argsort(seconds[place], kind="stable")]


def _confirmed_late(zone: ZoneInfo) -> IntArray:
    """The ids of inferred uses that were confirmed on a later day than their deal's end, (n,), however it was learned.

    portal.capture.deciding.came_late says it of one use.
    """
    found = select(UsageEvent.id, UsageEvent.recorded_at, Deal.closed_on)
    found = found.join(Deal, Deal.id == UsageEvent.deal_id).where(
        Deal.status != "open", Deal.closed_on.is_not(None)
    )
    late = found.where(was_inferred()).subquery()
    joined = (joined_numbers(late.c.id), joined_moments(late.c.recorded_at), joined_dates(late.c.closed_on))
    ids, recorded, closed = db.session.execute(select(*joined)).one()
    return numbers_of(ids)[local_days(moments_of(recorded), zone) > days_of(closed)]
