"""Gathering: deals, stage history and touches out of the database, coded as the arrays that the methods take."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from flask import current_app
from sqlalchemy import ColumnElement, Select, String, cast, func, select

from portal.db import db
from portal.deals.models import CrmStage, Deal, DealImport, StageEntry
from portal.deals.queries import in_crm
from portal.deals.reading.values import stage_says
from portal.impact.calendar import local_days
from portal.impact.inputs import UNKNOWN, Deals, StageHistory, Touches
from portal.impact.rows import BoolArray, FloatArray, IntArray
from portal.library.models import Asset
from portal.usage.models import UsageEvent
from portal.usage.queries import effective_events, touches, was_inferred
from portal.users.models import User


@dataclass(frozen=True)
class Gathered:
    """Everything that the figures are made from, and the ids behind the codes of assets."""

    asset_ids: IntArray  # (assets,), the id of the asset with code 0, 1, 2, ...
    deals: Deals
    history: StageHistory
    touches: Touches
    late: (
        BoolArray  # (touches,), logged when the end of the deal was known: no estimate of effect may read it
    )
    inferred: BoolArray  # (touches,), whether somebody was asked about it rather than logging it
    amount_given: BoolArray  # (deals,), whether the CRM gave an amount, in whatever currency
    data_as_of: datetime | None  # when a deal or use was last changed, taken back or added

    def without_inferred(self) -> Gathered:
        """Return the same without the touches that were inferred."""
        keep = ~self.inferred
        return replace(
            self, touches=self.touches.only(keep), late=self.late[keep], inferred=self.inferred[keep]
        )


def gather() -> Gathered:
    """Read all that the figures need, in five statements."""
    rows = _deal_rows()
    index = _index(rows)
    deal, asset_id, day, late, inferred = _touch_columns(index, _touched())
    published = db.session.scalars(select(Asset.id).where(Asset.state == "published"))
    asset_ids = np.union1d(np.array([*published], np.int64), asset_id)
    return Gathered(
        asset_ids=asset_ids,
        deals=_deals(rows),
        history=_history(rows, index),
        touches=Touches(deal, np.searchsorted(asset_ids, asset_id).astype(np.int64), day),
        late=late,
        inferred=inferred,
        amount_given=np.array([row.amount_minor is not None for row in rows], np.bool_),
        data_as_of=latest_change(),
    )


@dataclass(frozen=True)
class Touched:
    """The touches of a period and all deals, and the ids behind the codes of both."""

    deal_ids: IntArray  # (deals,)
    asset_ids: IntArray  # (assets,)
    deals: Deals
    touches: Touches


def gather_touches(
    begin: datetime | None = None,
    end: datetime | None = None,
    team_id: int | None = None,
    *,
    without_inferred: bool = False,
) -> Touched:
    """Read the touches of a period (begin <= at < end) by one team, or all, in two statements."""
    found = _touched()
    if begin is not None:
        found = found.where(UsageEvent.at >= begin)
    if end is not None:
        found = found.where(UsageEvent.at < end)
    if team_id is not None:
        found = found.where(UsageEvent.user_id.in_(select(User.id).where(User.team_id == team_id)))
    if without_inferred:
        found = found.where(~was_inferred())
    rows = _deal_rows()
    deal, asset_id, day, _, _ = _touch_columns(_index(rows), found)
    asset_ids, asset = np.unique(asset_id, return_inverse=True)
    deal_ids = np.array([row.id for row in rows], np.int64)
    return Touched(deal_ids, asset_ids, _deals(rows), Touches(deal, asset.astype(np.int64), day))


def _touched() -> Select[tuple[UsageEvent]]:
    return effective_events().join(Deal, Deal.id == UsageEvent.deal_id).where(in_crm(), touches())


def _came_late() -> ColumnElement[bool]:
    """Say in SQL that a use was confirmed when its deal had ended, as was known then or as the CRM told afterwards."""
    after_the_end = (Deal.status != "open") & (func.date(UsageEvent.recorded_at) > Deal.closed_on)
    return UsageEvent.is_late | (was_inferred() & func.coalesce(after_the_end, False))


def latest_change() -> datetime | None:
    """Return when a deal, its history or a use was last added, changed, corrected or taken back."""
    moments = db.session.execute(
        select(
            select(func.max(Deal.changed_at)).scalar_subquery(),
            select(func.max(DealImport.applied_at)).scalar_subquery(),
            select(func.max(DealImport.undone_at)).scalar_subquery(),
            select(func.max(UsageEvent.recorded_at)).scalar_subquery(),
        )
    ).one()
    return max((moment for moment in moments if moment is not None), default=None)


def _deal_rows() -> Sequence[Any]:
    columns = (
        *(Deal.id, Deal.status, Deal.stage, Deal.created_on, Deal.closed_on, Deal.segment),
        *(Deal.size_minor, Deal.amount_minor, Deal.base_amount_minor),
        *(Deal.owner_id, Deal.owner_email, Deal.owner_name),
    )
    return db.session.execute(select(*columns).where(in_crm()).order_by(Deal.id)).all()


def _index(rows: Sequence[Any]) -> dict[int, int]:
    return {row.id: place for place, row in enumerate(rows)}


def _deals(rows: Sequence[Any]) -> Deals:
    is_closed = [row.status != "open" for row in rows]
    return Deals(
        created_day=_days(row.created_on for row in rows),
        closed_day=_days(row.closed_on if row.status != "open" else None for row in rows),
        closed=np.array(is_closed, np.bool_),
        won=np.array([row.status == "won" for row in rows], np.bool_),
        size=_amounts(row.size_minor for row in rows),
        value=_amounts(row.base_amount_minor for row in rows),
        segment=_codes(row.segment for row in rows),
        # People of the CRM who are nobody here are told apart by what it calls them.
        rep=_codes(row.owner_id or row.owner_email or row.owner_name for row in rows),
    )


def _days(values: Iterable[date | None]) -> IntArray:
    return np.array([UNKNOWN if value is None else value.toordinal() for value in values], np.int64)


def _amounts(values: Iterable[int | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _codes(values: Iterable[Hashable]) -> IntArray:
    """Codes 0, 1, 2, ... in the order in which the values appear; what is empty is UNKNOWN."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(value, len(known)) if value else UNKNOWN for value in values], np.int64)


def _history(rows: Sequence[Any], index: dict[int, int]) -> StageHistory:
    """Stage entries deal by deal as they happened, without those that tell how the deal ended.

    Entries that follow each other in one stage of the portal, which a CRM may cut into several, are one stay.
    """
    deal, stage, day = [], [], []
    found = select(StageEntry.deal_id, StageEntry.stage, StageEntry.entered_on, StageEntry.crm_stage)
    found = found.join(Deal, Deal.id == StageEntry.deal_id).where(in_crm())
    said = (CrmStage.source == Deal.source) & (CrmStage.name == StageEntry.crm_stage)
    found = found.outerjoin(CrmStage, said).add_columns(CrmStage.status)
    ordered = found.order_by(StageEntry.deal_id, StageEntry.entered_on, StageEntry.id)
    before = (0, "")
    for deal_id, name, entered_on, crm_stage, end in db.session.execute(ordered):
        place, stays, before = index[deal_id], before == (deal_id, name), (deal_id, name)
        # What the CRM calls "Closed Won" tells it under any word of the portal.
        is_end = (end or stage_says(crm_stage)) != "open"
        if not stays and not is_end and not _tells_the_end(rows[place], name, entered_on):
            deal.append(place)
            stage.append(name)
            day.append(entered_on.toordinal())
    return StageHistory(np.array(deal, np.int64), _codes(stage), np.array(day, np.int64))


def _tells_the_end(deal: Any, stage: str, entered_on: date) -> bool:
    """Say whether an entry is the closing itself: within "Closed Won", won would be compared with won."""
    if stage_says(stage) != "open":
        return True
    is_last = deal.status != "open" and stage == deal.stage
    return is_last and deal.closed_on is not None and entered_on >= deal.closed_on


def _touch_columns(
    index: dict[int, int], found: Select[tuple[UsageEvent]]
) -> tuple[IntArray, IntArray, IntArray, BoolArray, BoolArray]:
    """Deal (as its index), asset id and local day of touches as they happened, whether late, and whether inferred."""
    # The text of a moment is read, as a million datetimes take seconds to make.
    at = cast(UsageEvent.at, String)
    columns = (UsageEvent.deal_id, UsageEvent.asset_id, at, _came_late(), was_inferred())
    rows = db.session.execute(found.with_only_columns(*columns).order_by(UsageEvent.at, UsageEvent.id)).all()
    deal_ids, asset_ids, moments, late, inferred = zip(*rows, strict=True) if rows else ((),) * 5
    zone = ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"])
    deal = np.array([index[deal_id] for deal_id in deal_ids], np.int64)
    marks = np.array(late, np.bool_), np.array(inferred, np.bool_)
    return deal, np.array(asset_ids, np.int64), local_days(moments, zone), *marks
