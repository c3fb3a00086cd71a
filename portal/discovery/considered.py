"""Which content is looked at for a deal: what is filed alike, what did well, and what may be tried on any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields

from sqlalchemy import ScalarSelect, Select, func, select

from portal.db import db
from portal.discovery.fitting import terms_that_tell
from portal.impact.lift import AssetLift
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.impact.verdicts import Verdict
from portal.library.models import Asset, asset_terms
from portal.library.queries import live

CONSIDERED = 400
GENERAL = 50  # of what is untested and for any deal, the newest


def fitting(term_ids: Iterable[int]) -> Select[tuple[int]]:
    """Select the live assets that are filed under some terms; when they are many, those under the most of them."""
    return (
        select(asset_terms.c.asset_id)
        .join(Asset, Asset.id == asset_terms.c.asset_id)
        .where(asset_terms.c.term_id.in_(term_ids), live())
        .group_by(asset_terms.c.asset_id)
        .order_by(func.count().desc(), asset_terms.c.asset_id)
        .limit(CONSIDERED)
    )


def proven() -> Select[tuple[int]]:
    """Select the assets that won most more often, by the latest figures."""
    won_more = select(ImpactRow.asset_id).where(
        ImpactRow.snapshot_id == _latest(), ImpactRow.verdict == Verdict.WON_MORE
    )
    return won_more.order_by(ImpactRow.lift.desc(), ImpactRow.asset_id).limit(CONSIDERED)


def untested() -> Select[tuple[int]]:
    """Select the newest live assets that may be tried on any deal (for_any)."""
    known = select(ImpactRow.asset_id).where(
        ImpactRow.snapshot_id == _latest(), ImpactRow.verdict != Verdict.NOT_ENOUGH_DEALS
    )
    filed = select(asset_terms.c.asset_id).where(asset_terms.c.term_id.in_(terms_that_tell()))
    found = select(Asset.id).where(live(), Asset.is_placeholder.is_(False), Asset.kind != "battle_card")
    found = found.where(Asset.id.not_in(known), Asset.id.not_in(filed))
    return found.order_by(Asset.id.desc()).limit(GENERAL)


def _latest() -> ScalarSelect[int]:
    return select(func.max(ImpactSnapshot.id)).scalar_subquery()


def figures_of(asset_ids: Sequence[int]) -> dict[int, AssetLift]:
    """Return the latest figures of some assets; none before the first computation."""
    columns = (getattr(ImpactRow, field.name) for field in fields(AssetLift))
    found = select(ImpactRow.asset_id, *columns).where(
        ImpactRow.snapshot_id == _latest(), ImpactRow.asset_id.in_(asset_ids)
    )
    return {row.asset_id: AssetLift.read(row) for row in db.session.execute(found)}
