"""Gathering: deals, stage history and touches out of the database, coded as the arrays that the methods take."""

from __future__ import annotations

import gc
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from flask import current_app
from sqlalchemy import ColumnElement, String, cast, func, select

from portal.db import db
from portal.deals.models import Account, CrmStage, Deal, DealImport, StageEntry
from portal.deals.queries import in_crm
from portal.deals.reading.values import stage_says
from portal.impact.calendar import MOMENT, local_days, seconds_of
from portal.impact.gathered import FACETS, Coded, Gathered, Openings
from portal.impact.inputs import UNKNOWN, Deals, StageHistory, Touches
from portal.impact.rows import FloatArray, IntArray
from portal.impact.use_columns import UseColumns, use_columns
from portal.library.models import Asset
from portal.sharing.models import PageView, ShareItem, ShareLink
from portal.usage.models import UsageEvent
from portal.usage.queries import was_inferred
from portal.users.models import User


@contextmanager
def _unswept() -> Iterator[None]:
    """Keep Python from looking for garbage: of many rows none is, and looking takes a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_unswept()
def gather() -> Gathered:
    """Read all that the figures need, in nine statements."""
    rows = _deal_rows()
    deal_ids = np.array([row.id for row in rows], np.int64)
    used = _of_known_deals(use_columns(), deal_ids)
    opened = _openings(deal_ids)
    published = db.session.scalars(select(Asset.id).where(Asset.state == "published"))
    asset_ids = np.union1d(np.union1d(np.array([*published], np.int64), used.asset_id), opened.asset)
    history, stages = _history(rows)
    return Gathered(
        asset_ids=asset_ids,
        deal_ids=deal_ids,
        deals=_deals(rows),
        history=history,
        touches=Touches(_places(deal_ids, used.deal_id), _places(asset_ids, used.asset_id), used.day),
        late=used.late,
        inferred=used.inferred,
        kind=used.kind,
        version_id=used.version_id,
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
    """Read the touches of a period (begin <= at < end) by one team, or all, in five statements."""
    wanted: list[ColumnElement[bool]] = []
    if begin is not None:
        wanted.append(UsageEvent.at >= begin)
    if end is not None:
        wanted.append(UsageEvent.at < end)
    if team_id is not None:
        wanted.append(UsageEvent.user_id.in_(select(User.id).where(User.team_id == team_id)))
    if without_inferred:
        wanted.append(~was_inferred())
    return _touched(_deal_rows(), use_columns(*wanted))


def gather_touches_of(deal_id: int) -> Touched:
    """Read the touches of one deal, in four statements."""
    return _touched(_deal_rows(Deal.id == deal_id), use_columns(UsageEvent.deal_id == deal_id))


def _touched(rows: Sequence[Any], used: UseColumns) -> Touched:
    deal_ids = np.array([row.id for row in rows], np.int64)
    used = _of_known_deals(used, deal_ids)
    asset_ids, asset = np.unique(used.asset_id, return_inverse=True)
    found = Touches(_places(deal_ids, used.deal_id), asset.astype(np.int64), used.day)
    return Touched(deal_ids, asset_ids, _deals(rows), found)


def _of_known_deals(used: UseColumns, deal_ids: IntArray) -> UseColumns:
    return used.only(np.isin(used.deal_id, deal_ids))


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


def _deal_rows(*conditions: ColumnElement[bool]) -> Sequence[Any]:
    columns = (
        *(Deal.id, Deal.status, Deal.stage, Deal.created_on, Deal.closed_on, Deal.segment),
        *(Deal.size_minor, Deal.amount_minor, Deal.base_amount_minor),
        *(Deal.owner_id, Deal.owner_email, Deal.owner_name, Deal.product, Deal.source),
        func.coalesce(Deal.region, Account.region).label("region"),
        func.coalesce(Deal.industry, Account.industry).label("industry"),
        cast(User.team_id, String).label("team"),
    )
    found = select(*columns).outerjoin(Account, Account.id == Deal.account_id)
    found = found.outerjoin(User, User.id == Deal.owner_id)
    return db.session.execute(found.where(in_crm(), *conditions).order_by(Deal.id)).all()


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


def _history(rows: Sequence[Any]) -> tuple[StageHistory, tuple[str, ...]]:
    """Stage entries deal by deal as they happened, without those that tell how the deal ended.

    Entries that follow each other in one stage of the portal, which a CRM may cut into several, are one stay.
    """
    known = {row.id: (place, row.source, *_last_stage(row)) for place, row in enumerate(rows)}
    words = _stage_words()
    deal, stage, day = [], [], []
    entered_on = cast(StageEntry.entered_on, String)
    found = select(StageEntry.deal_id, StageEntry.stage, entered_on, StageEntry.crm_stage)
    ordered = found.order_by(StageEntry.deal_id, StageEntry.entered_on, StageEntry.id)
    day_of = cache(lambda text: date.fromisoformat(text[:10]).toordinal())
    # What the CRM calls "Closed Won" tells it under any word of the portal.
    is_end = cache(lambda source, name: (words.get((source, name)) or stage_says(name)) != "open")
    before = (0, "")
    for deal_id, name, text, crm_stage in db.session.execute(ordered):
        stays, before = before == (deal_id, name), (deal_id, name)
        if stays or deal_id not in known:
            continue
        place, source, last_stage, closed = known[deal_id]
        entered = day_of(text)
        # Within "Closed Won", won would be compared with won.
        if is_end(source, crm_stage) or _says_the_end(name) or (name == last_stage and entered >= closed):
            continue
        deal.append(place)
        stage.append(name)
        day.append(entered)
    coded = _coded(stage)
    return StageHistory(np.array(deal, np.int64), coded.codes, np.array(day, np.int64)), coded.names


def _last_stage(deal: Any) -> tuple[str | None, int]:
    """The stage in which a deal ended and the day of it, if both are known: entering it then is the closing itself."""
    if deal.status == "open" or deal.closed_on is None:
        return None, 0
    return deal.stage, deal.closed_on.toordinal()


def _stage_words() -> dict[tuple[str, str], str | None]:
    """What somebody said a stage of a CRM means for the end of a deal, by source and stage."""
    said = db.session.execute(select(CrmStage.source, CrmStage.name, CrmStage.status))
    return {(source, name): status for source, name, status in said}


@cache
def _says_the_end(stage: str) -> bool:
    return stage_says(stage) != "open"


def _openings(deal_ids: IntArray) -> Openings:
    """When a buyer first saw a page of each piece that was sent on a deal; the assets as ids."""
    first_at = func.min(PageView.first_at)
    found = select(ShareLink.deal_id, ShareItem.asset_id, cast(first_at, String))
    found = found.join(ShareItem, ShareItem.id == PageView.item_id)
    found = found.join(ShareLink, ShareLink.id == ShareItem.link_id)
    found = found.join(Deal, Deal.id == ShareLink.deal_id).where(in_crm())
    rows: Any = db.session.execute(found.group_by(ShareLink.deal_id, ShareItem.asset_id)).all()
    deal = _places(deal_ids, np.array([row[0] for row in rows], np.int64))
    zone = ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"])
    day = local_days(seconds_of("".join(row[2][:MOMENT] for row in rows)), zone)
    return Openings(deal, np.array([row[1] for row in rows], np.int64), day)
