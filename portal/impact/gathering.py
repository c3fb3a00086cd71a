"""Gathering: deals, stage history and touches out of the database, coded as the arrays that the methods take."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from flask import current_app
from sqlalchemy import ColumnElement, Select, String, case, cast, func, select

from portal.db import db
from portal.deals.models import Account, CrmStage, Deal, DealImport, StageEntry
from portal.deals.queries import in_crm
from portal.deals.reading.values import stage_says
from portal.impact.calendar import local_days
from portal.impact.gathered import FACETS, Coded, Gathered, Openings
from portal.impact.inputs import UNKNOWN, Deals, StageHistory, Touches
from portal.impact.rows import BoolArray, FloatArray, IntArray
from portal.library.models import Asset
from portal.sharing.models import PageView, ShareItem, ShareLink
from portal.usage.models import KINDS, UsageEvent
from portal.usage.queries import effective_events, touches, was_inferred
from portal.users.models import User


def gather() -> Gathered:
    """Read all that the figures need, in six statements."""
    rows = _deal_rows()
    index = _index(rows)
    found = _touch_columns(index, _touched())
    opened = _openings(index)
    published = db.session.scalars(select(Asset.id).where(Asset.state == "published"))
    asset_ids = np.union1d(np.union1d(np.array([*published], np.int64), found.asset_id), opened.asset)
    history, stages = _history(rows, index)
    return Gathered(
        asset_ids=asset_ids,
        deal_ids=np.array([row.id for row in rows], np.int64),
        deals=_deals(rows),
        history=history,
        touches=Touches(found.deal, _places(asset_ids, found.asset_id), found.day),
        late=found.late,
        inferred=found.inferred,
        kind=found.kind,
        version_id=found.version_id,
        openings=replace(opened, asset=_places(asset_ids, opened.asset)),
        amount_given=np.array([row.amount_minor is not None for row in rows], np.bool_),
        stages=stages,
        facets={name: _coded(getattr(row, name) for row in rows) for name in FACETS},
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
    columns = _touch_columns(_index(rows), found)
    asset_ids, asset = np.unique(columns.asset_id, return_inverse=True)
    deal_ids = np.array([row.id for row in rows], np.int64)
    touches_found = Touches(columns.deal, asset.astype(np.int64), columns.day)
    return Touched(deal_ids, asset_ids, _deals(rows), touches_found)


def _touched() -> Select[tuple[UsageEvent]]:
    return effective_events().join(Deal, Deal.id == UsageEvent.deal_id).where(in_crm(), touches())


def _confirmed_at() -> ColumnElement[str | None]:
    """The moment, as text, at which an inferred use was confirmed on a deal that has ended; None for all others."""
    of_such = was_inferred() & (Deal.status != "open") & Deal.closed_on.is_not(None)
    return case((of_such, cast(UsageEvent.recorded_at, String)))


def _came_late(
    stored: Sequence[bool], confirmed: Sequence[str | None], closed: Sequence[date | None], zone: ZoneInfo
) -> BoolArray:
    """Say which uses were confirmed when their deal had ended, as was known then or as the CRM told afterwards.

    All three are (touches,); days are the organisation's. portal.capture.deciding.came_late says it of one use.
    """
    late = np.array(stored, np.bool_)
    asked: list[int] = np.flatnonzero([moment is not None for moment in confirmed]).tolist()
    said = local_days([confirmed[place] or "" for place in asked], zone)
    late[asked] |= said > _days(closed[place] for place in asked)
    return late


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
        *(Deal.owner_id, Deal.owner_email, Deal.owner_name, Deal.product),
        func.coalesce(Deal.region, Account.region).label("region"),
        func.coalesce(Deal.industry, Account.industry).label("industry"),
        cast(User.team_id, String).label("team"),
    )
    found = select(*columns).outerjoin(Account, Account.id == Deal.account_id)
    found = found.outerjoin(User, User.id == Deal.owner_id)
    return db.session.execute(found.where(in_crm()).order_by(Deal.id)).all()


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
    return _coded(values).codes


def _coded(values: Iterable[Any]) -> Coded:
    known: dict[Any, int] = {}
    codes = np.array(
        [known.setdefault(value, len(known)) if value else UNKNOWN for value in values], np.int64
    )
    return Coded(codes, tuple(known))


def _places(ids: IntArray, wanted: IntArray) -> IntArray:
    """Where each wanted id stands among ids, which are in order and hold them all."""
    return np.searchsorted(ids, wanted).astype(np.int64)


def _history(rows: Sequence[Any], index: dict[int, int]) -> tuple[StageHistory, tuple[str, ...]]:
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
    coded = _coded(stage)
    return StageHistory(np.array(deal, np.int64), coded.codes, np.array(day, np.int64)), coded.names


def _tells_the_end(deal: Any, stage: str, entered_on: date) -> bool:
    """Say whether an entry is the closing itself: within "Closed Won", won would be compared with won."""
    if stage_says(stage) != "open":
        return True
    is_last = deal.status != "open" and stage == deal.stage
    return is_last and deal.closed_on is not None and entered_on >= deal.closed_on


@dataclass(frozen=True)
class _TouchColumns:
    """Touches as they happened, all (touches,): where they are not coded, as the database has them."""

    deal: IntArray  # index into the deals
    asset_id: IntArray
    day: IntArray
    late: BoolArray
    inferred: BoolArray
    kind: IntArray
    version_id: IntArray


def _touch_columns(index: dict[int, int], found: Select[tuple[UsageEvent]]) -> _TouchColumns:
    # The text of a moment is read, as a million datetimes take seconds to make.
    at = cast(UsageEvent.at, String)
    kind = case({name: place for place, name in enumerate(KINDS)}, value=UsageEvent.kind)
    version_id = func.coalesce(UsageEvent.version_id, 0)
    columns = (UsageEvent.deal_id, UsageEvent.asset_id, at, was_inferred(), kind, version_id)
    end = (UsageEvent.is_late, _confirmed_at(), Deal.closed_on)
    in_order = found.with_only_columns(*columns, *end).order_by(UsageEvent.at, UsageEvent.id)
    rows = db.session.execute(in_order).all()
    deal_ids, asset_ids, moments, inferred, kinds, versions, stored, confirmed, closed = (
        zip(*rows, strict=True) if rows else ((),) * 9
    )
    return _TouchColumns(
        deal=np.array([index[deal_id] for deal_id in deal_ids], np.int64),
        asset_id=np.array(asset_ids, np.int64),
        day=local_days(moments, _zone()),
        late=_came_late(stored, confirmed, closed, _zone()),
        inferred=np.array(inferred, np.bool_),
        kind=np.array(kinds, np.int64),
        version_id=np.array(versions, np.int64),
    )


def _openings(index: dict[int, int]) -> Openings:
    """When a buyer first saw a page of each piece that was sent on a deal; the assets as ids."""
    first_at = func.min(PageView.first_at)
    found = select(ShareLink.deal_id, ShareItem.asset_id, cast(first_at, String))
    found = found.join(ShareItem, ShareItem.id == PageView.item_id).join(
        ShareLink, ShareLink.id == ShareItem.link_id
    )
    found = found.join(Deal, Deal.id == ShareLink.deal_id).where(in_crm())
    rows = db.session.execute(found.group_by(ShareLink.deal_id, ShareItem.asset_id)).all()
    deal_ids, asset_ids, moments = zip(*rows, strict=True) if rows else ((),) * 3
    deal = np.array([index[deal_id] for deal_id in deal_ids], np.int64)
    return Openings(deal, np.array(asset_ids, np.int64), local_days(moments, _zone()))


def _zone() -> ZoneInfo:
    return ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"])
