"""Gathering: deals, stage history and touches out of the database, coded as the arrays that the methods take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from flask import current_app
from sqlalchemy import ColumnElement, func, select

from portal.db import db
from portal.deals.models import Deal, DealImport
from portal.deals.queries import in_crm
from portal.impact.calendar import local_days
from portal.impact.columns import joined_moments, joined_numbers, moments_of, numbers_of
from portal.impact.deal_columns import DealColumns, deal_columns
from portal.impact.gathered import Gathered, Openings
from portal.impact.inputs import Deals, Touches
from portal.impact.rows import IntArray
from portal.impact.stage_columns import stage_history
from portal.impact.use_columns import UseColumns, use_columns
from portal.library.models import Asset
from portal.sharing.models import PageView, ShareItem, ShareLink
from portal.usage.models import UsageEvent
from portal.usage.queries import was_inferred
from portal.users.models import User


def gather() -> Gathered:
    """Read all that the figures need, in nine statements."""
    deals = deal_columns()
    used = _of_known_deals(use_columns(), deals.id)
    opened = _openings(deals.id)
    published = db.session.scalars(select(Asset.id).where(Asset.state == "published"))
    asset_ids = np.union1d(np.union1d(np.array([*published], np.int64), used.asset_id), opened.asset)
    history, stages = stage_history(deals)
    return Gathered(
        asset_ids=asset_ids,
        deal_ids=deals.id,
        deals=deals.deals(),
        history=history,
        touches=Touches(_places(deals.id, used.deal_id), _places(asset_ids, used.asset_id), used.day),
        late=used.late,
        inferred=used.inferred,
        kind=used.kind,
        version_id=used.version_id,
        openings=replace(opened, asset=_places(asset_ids, opened.asset)),
        amount_given=deals.amount_given,
        stages=stages,
        facets=deals.facets,
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
    return _touched(deal_columns(), use_columns(*wanted))


def gather_touches_of(deal_id: int) -> Touched:
    """Read the touches of one deal, in four statements."""
    return _touched(deal_columns(Deal.id == deal_id), use_columns(UsageEvent.deal_id == deal_id))


def _touched(deals: DealColumns, used: UseColumns) -> Touched:
    used = _of_known_deals(used, deals.id)
    asset_ids, asset = np.unique(used.asset_id, return_inverse=True)
    found = Touches(_places(deals.id, used.deal_id), asset.astype(np.int64), used.day)
    return Touched(deals.id, asset_ids, deals.deals(), found)


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


def _places(ids: IntArray, wanted: IntArray) -> IntArray:
    """Where each wanted id stands among ids, which are in order and hold them all."""
    return np.searchsorted(ids, wanted).astype(np.int64)


def _openings(deal_ids: IntArray) -> Openings:
    """When a buyer first saw a page of each piece that was sent on a deal; the assets as ids."""
    first_at = func.min(PageView.first_at)
    found = select(ShareLink.deal_id, ShareItem.asset_id, first_at.label("at"))
    found = found.join(ShareItem, ShareItem.id == PageView.item_id)
    found = found.join(ShareLink, ShareLink.id == ShareItem.link_id)
    found = found.join(Deal, Deal.id == ShareLink.deal_id).where(in_crm())
    each = found.group_by(ShareLink.deal_id, ShareItem.asset_id).subquery()
    joined = (joined_numbers(each.c.deal_id), joined_numbers(each.c.asset_id), joined_moments(each.c.at))
    deal_id, asset_id, at = db.session.execute(select(*joined)).one()
    zone = ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"])
    return Openings(
        _places(deal_ids, numbers_of(deal_id)), numbers_of(asset_id), local_days(moments_of(at), zone)
    )
