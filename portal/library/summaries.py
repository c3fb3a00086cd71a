"""The columns of an asset that lists sort by, counted again from what they sum up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import func, update

from portal.db import db
from portal.library.models import Asset
from portal.usage.models import UsageEvent
from portal.usage.queries import effective_events, touches


def refresh_use(asset_ids: Sequence[int]) -> None:
    """Set use_count (uses beyond looking around), deal_count and last_used_on of some content."""
    uses = effective_events().where(UsageEvent.asset_id.in_(asset_ids), touches())
    summed = uses.with_only_columns(
        UsageEvent.asset_id,
        func.count(),
        func.count(UsageEvent.deal_id.distinct()),
        func.max(UsageEvent.at),
    )
    found = {row[0]: row[1:] for row in db.session.execute(summed.group_by(UsageEvent.asset_id))}
    for asset_id in asset_ids:
        count, deals, last = found.get(asset_id, (0, 0, None))
        values = {"use_count": count, "deal_count": deals, "last_used_on": _local_day(last)}
        db.session.execute(update(Asset).where(Asset.id == asset_id).values(values))


def _local_day(moment: datetime | None) -> date | None:
    zone = ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"])
    return moment.astimezone(zone).date() if moment else None
