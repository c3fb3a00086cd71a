"""Picks for a deal: what fits its industry, product, region and stage, what is known to go with winning, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, load_only

from portal.db import db
from portal.deals.models import Deal
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.library.models import Asset, Facet, Term, Version, asset_terms
from portal.library.queries import live
from portal.usage.models import FirstUse

# What a matching term is worth: the stage a deal is in changes, its industry does not.
WORTH = {"industry": 3.0, "product": 2.0, "stage": 2.0, "region": 1.0}
# Content that is filed under others of these only was made for other deals.
TELLING = ("industry", "product", "region")
LIFT_WORTH = 20.0
CONSIDERED = 400


@dataclass(frozen=True)
class Pick:
    """One piece of content for a deal, in words why, and whether its effect is still unknown."""

    asset: Asset
    reason: str
    untested: bool


@dataclass(frozen=True)
class _Candidate:
    asset: Asset
    fits: dict[str, str]
    score: float
    verdict: str | None

    @property
    def untested(self) -> bool:
        return self.verdict not in ("won_more", "won_less", "no_clear_difference")


def picks_for_deal(deal: Deal, limit: int = 3) -> list[Pick]:
    """Return picks for one deal."""
    return picks_for_deals([deal], limit)[deal.id]


def picks_for_deals(deals: Sequence[Deal], limit: int = 3) -> dict[int, list[Pick]]:
    """Return picks for each of some deals, in a number of queries that does not grow with them."""
    if not deals:
        return {}
    verdicts = _verdicts()
    known = {asset_id for asset_id, (_, lift) in verdicts.items() if lift > 0}
    assets = _assets(_fitting(_values(deals)) | known)
    terms = terms_of([asset.id for asset in assets])
    used = _used([deal.id for deal in deals])
    picks = {}
    for deal in deals:
        candidates = [
            _candidate(deal, asset, terms.get(asset.id, ()), verdicts.get(asset.id))
            for asset in assets
            if (asset.id, deal.id) not in used and not is_for_others(deal, terms.get(asset.id, ()))
        ]
        picks[deal.id] = _choose(deal, candidates, limit)
    return picks


def _values(deals: Iterable[Deal]) -> set[str]:
    return {value.casefold() for deal in deals for value in facts_of(deal).values()}


def facts_of(deal: Deal) -> dict[str, str]:
    """Return what is known of a deal, else of its account, under the facets by which content is filed."""
    industry = deal.industry or (deal.account.industry if deal.account else None)
    region = deal.region or (deal.account.region if deal.account else None)
    facts = {"industry": industry, "product": deal.product, "stage": deal.stage, "region": region}
    return {key: value for key, value in facts.items() if value}


def _fitting(values: set[str]) -> set[int]:
    """Return the assets that share terms with the values; when they are many, those that share the most."""
    found = (
        select(asset_terms.c.asset_id)
        .join(Term, Term.id == asset_terms.c.term_id)
        .join(Facet, Facet.id == Term.facet_id)
        .where(Facet.key.in_(WORTH), func.lower(Term.name).in_(values))
        .group_by(asset_terms.c.asset_id)
        .order_by(func.count().desc(), asset_terms.c.asset_id)
        .limit(CONSIDERED)
    )
    return set(db.session.scalars(found))


def terms_of(asset_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Return the terms (facet, name) that tell which deals an asset is for."""
    found = (
        select(asset_terms.c.asset_id, Facet.key, Term.name)
        .join(Term, Term.id == asset_terms.c.term_id)
        .join(Facet, Facet.id == Term.facet_id)
        .where(asset_terms.c.asset_id.in_(asset_ids), Facet.key.in_(WORTH))
        .order_by(Term.position, Term.id)
    )
    terms: dict[int, list[tuple[str, str]]] = {}
    for asset_id, facet, name in db.session.execute(found):
        terms.setdefault(asset_id, []).append((facet, name))
    return terms


def is_for_others(deal: Deal, terms: Iterable[tuple[str, str]]) -> bool:
    """Say whether content is filed under other industries, products or regions than the deal's only."""
    facts = facts_of(deal)
    for facet in TELLING:
        names = {name.casefold() for key, name in terms if key == facet}
        if names and facet in facts and facts[facet].casefold() not in names:
            return True
    return False


def fits_of(deal: Deal, terms: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return by facet the term under which content is filed and which is the deal's own."""
    facts = {key: value.casefold() for key, value in facts_of(deal).items()}
    return {facet: name for facet, name in terms if facts.get(facet) == name.casefold()}


def _verdicts() -> dict[int, tuple[str, float]]:
    latest = select(func.max(ImpactSnapshot.id)).scalar_subquery()
    found = select(ImpactRow.asset_id, ImpactRow.verdict, ImpactRow.shrunk_lift).where(
        ImpactRow.snapshot_id == latest
    )
    return {asset_id: (verdict, lift or 0.0) for asset_id, verdict, lift in db.session.execute(found)}


def _assets(ids: set[int]) -> list[Asset]:
    version = joinedload(Asset.current_version).load_only(Version.number, Version.preview_kind)
    columns = load_only(
        Asset.slug,
        Asset.title,
        Asset.kind,
        Asset.rating_mean,
        Asset.rating_count,
        Asset.use_count,
        Asset.published_at,
    )
    chosen = sorted(ids)[:CONSIDERED]
    found = select(Asset).where(Asset.id.in_(chosen), live(), Asset.is_placeholder.is_(False))
    return list(db.session.scalars(found.options(version, columns)))


def _used(deal_ids: list[int]) -> set[tuple[int, int]]:
    found = select(FirstUse.asset_id, FirstUse.deal_id).where(FirstUse.deal_id.in_(deal_ids))
    return {(asset_id, deal_id) for asset_id, deal_id in db.session.execute(found)}


def _candidate(
    deal: Deal, asset: Asset, terms: Iterable[tuple[str, str]], verdict: tuple[str, float] | None
) -> _Candidate:
    fits = fits_of(deal, terms)
    score = sum(WORTH[facet] for facet in fits)
    if verdict is not None and verdict[0] != "not_enough_deals":
        score += LIFT_WORTH * verdict[1]
    if asset.rating_mean is not None:
        score += 0.2 * (asset.rating_mean - 3)
    return _Candidate(asset, fits, score, verdict[0] if verdict else None)


def _choose(deal: Deal, candidates: list[_Candidate], limit: int) -> list[Pick]:
    """Take the best, and one that nobody has tried enough yet: what is never shown can never be known."""
    fitting = [
        one for one in candidates if (one.fits or one.verdict == "won_more") and one.verdict != "won_less"
    ]
    ordered = sorted(fitting, key=lambda one: (-round(one.score, 1), _shuffle(deal.id, one.asset.id)))
    chosen = ordered[:limit]
    if limit > 1 and chosen and not any(one.untested for one in chosen):
        fresh = next((one for one in ordered[limit:] if one.untested and one.fits), None)
        chosen = [*chosen[:-1], fresh] if fresh else chosen
    return [Pick(one.asset, _reason(one), one.untested) for one in chosen]


def _shuffle(deal_id: int, asset_id: int) -> bytes:
    # Equals are mixed anew for each deal, so that nobody is always shown the same ones.
    return hashlib.sha256(f"{deal_id}:{asset_id}".encode()).digest()


def _reason(one: _Candidate) -> str:
    names = [one.fits[facet] for facet in WORTH if facet in one.fits]
    parts = [f"For {_listed(names)}"] if names else []
    if one.verdict == "won_more":
        parts.append("won more often than other content on similar deals")
    elif one.untested:
        parts.append("not used on enough deals yet to know more")
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
