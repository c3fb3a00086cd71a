"""The facts by which hits are boosted and folded, for up to a thousand of them in a few statements."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.db import db
from portal.deals.models import Deal
from portal.discovery.finding.boosts import DEAL_WORTH, Facts
from portal.discovery.finding.wanted import Wanted, one_of
from portal.discovery.recommending import facts_of
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.library.models import Asset, Facet, Term, Version, asset_terms


class Known(NamedTuple):
    """What is known of one hit: the facts of its boosts, and what tells that it is like another."""

    facts: Facts
    version_id: int | None
    sha256: str | None
    page_count: int
    replaced_by_id: int | None


def known_of(wanted: Wanted, deal: Deal | None, names: Collection[str]) -> dict[int, Known]:
    """Return what is known of the wanted content; only what the boosts of `names` look at is asked for."""
    found = select(
        *(Asset.id, Asset.state, Asset.rating_count, Asset.rating_mean, Asset.rating_rank),
        *(_seconds(Asset.published_at), _seconds(Version.published_at), _seconds(Asset.verified_at)),
        *(Asset.current_version_id, Version.sha256, Version.page_count, Asset.replaced_by_id),
    ).outerjoin(Version, Version.id == Asset.current_version_id)
    rows = db.session.execute(found.where(wanted.condition())).tuples().all()
    ids = [row[0] for row in rows]
    won = _won(ids) if "wins" in names else {}
    fits = _fits(ids, deal) if deal and "deal" in names else {}
    known = {}
    for (
        number,
        state,
        count,
        mean,
        rank,
        published,
        renewed,
        verified,
        version_id,
        sha256,
        pages,
        replaced,
    ) in rows:
        facts = Facts(
            *(state == "published", count, mean, rank, won.get(number, 0), published, renewed, verified),
            tuple(fits.get(number, ())),
        )
        known[number] = Known(facts, version_id, sha256, pages or 0, replaced)
    return known


def _seconds(moment: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[float | None]:
    return cast("ColumnElement[float | None]", extract("epoch", moment))


def _won(ids: list[int]) -> dict[int, int]:
    """Return on how many won deals assets were used, as the latest figures have it."""
    latest = select(func.max(ImpactSnapshot.id)).scalar_subquery()
    found = select(ImpactRow.asset_id, ImpactRow.won).where(
        ImpactRow.snapshot_id == latest, one_of(ImpactRow.asset_id, ids), ImpactRow.won > 0
    )
    return dict(db.session.execute(found).tuples().all())


def _fits(ids: list[int], deal: Deal) -> dict[int, list[tuple[str, str]]]:
    """Return the terms (facet, name) that assets share with a deal."""
    values = {key: value.casefold() for key, value in facts_of(deal).items() if key in DEAL_WORTH}
    terms = select(Term.id, Facet.key, Term.name).join(Facet, Facet.id == Term.facet_id)
    terms = terms.where(Facet.key.in_(values), func.lower(Term.name).in_(set(values.values())))
    named = {
        number: (facet, name)
        for number, facet, name in db.session.execute(terms.order_by(Facet.position, Term.position))
        if values[facet] == name.casefold()
    }
    filed = select(asset_terms.c.asset_id, asset_terms.c.term_id).where(
        asset_terms.c.term_id.in_(named), one_of(asset_terms.c.asset_id, ids)
    )
    fits: dict[int, list[tuple[str, str]]] = {}
    for asset_id, term_id in db.session.execute(filed) if named else ():
        fits.setdefault(asset_id, []).append(named[term_id])
    return fits
