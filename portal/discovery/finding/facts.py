"""The facts by which hits are boosted, for many of them in a few statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.db import IDS, db, one_of, sent
from portal.deals.models import Deal
from portal.discovery.finding.boosts import DEAL_WORTH, Facts
from portal.discovery.fitting import terms_named, values_of
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.library.models import Asset, Version, asset_terms


def _seconds(moment: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[float | None]:
    return cast("ColumnElement[float | None]", extract("epoch", moment))


# Built once: to build a statement takes as long as to run it.
_FACTS = (
    select(
        *(Asset.id, Asset.state, Asset.rating_count, Asset.rating_mean, Asset.rating_rank),
        _seconds(Asset.published_at).label("published_at"),
        _seconds(Version.published_at).label("renewed_at"),
        _seconds(Asset.verified_at).label("verified_at"),
    )
    .outerjoin(Version, Version.id == Asset.current_version_id)
    .where(one_of(Asset.id, IDS))
)
_WON = select(ImpactRow.asset_id, ImpactRow.won).where(
    ImpactRow.snapshot_id == select(func.max(ImpactSnapshot.id)).scalar_subquery(),
    one_of(ImpactRow.asset_id, IDS),
    ImpactRow.won > 0,
)


def facts_of_hits(ids: Sequence[int], deal: Deal | None, names: Collection[str]) -> dict[int, Facts]:
    """Return what boosts look at, by asset; only what the boosts of `names` look at is asked for."""
    if not names:
        return {}
    won = _won(ids) if "wins" in names else {}
    fits = _fits(ids, deal) if deal and "deal" in names else {}
    return {
        asset_id: Facts(
            state == "published",
            rating_count,
            rating_mean,
            rating_rank,
            won.get(asset_id, 0),
            published_at,
            renewed_at,
            verified_at,
            tuple(fits.get(asset_id, ())),
        )
        for (
            asset_id,
            state,
            rating_count,
            rating_mean,
            rating_rank,
            published_at,
            renewed_at,
            verified_at,
        ) in db.session.execute(_FACTS, sent(ids))
    }


def _won(ids: Sequence[int]) -> dict[int, int]:
    """Return on how many won deals assets were used, as the latest figures have it."""
    return dict(db.session.execute(_WON, sent(ids)).tuples().all())


def _fits(ids: Sequence[int], deal: Deal) -> dict[int, list[tuple[str, str]]]:
    """Return the terms (facet, name) that assets share with a deal."""
    named = terms_named(values_of([deal], DEAL_WORTH))
    filed = select(asset_terms.c.asset_id, asset_terms.c.term_id).where(
        asset_terms.c.term_id.in_(named), one_of(asset_terms.c.asset_id, ids)
    )
    fits: dict[int, list[tuple[str, str]]] = {}
    for asset_id, term_id in db.session.execute(filed) if named else ():
        fits.setdefault(asset_id, []).append(named[term_id])
    return fits
