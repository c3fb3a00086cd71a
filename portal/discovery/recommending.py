"""Picks for a deal: what fits its industry, product, region and stage, what is known to go with winning, and why.

Content that won more often comes first, yet never fills a list: some places go by lot to content of which nothing is
known yet. If picks went to the proven alone, the rest would never be used, so nobody could ever learn whether it is
better, and what led by chance would lead for ever. The lot and the order of equals are other ones for each deal, and
stay the same for it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import joinedload, load_only

from portal.db import db
from portal.deals.models import Deal
from portal.impact.lift import AssetLift
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.impact.verdicts import Verdict
from portal.impact.words import short_words
from portal.library.models import Asset, Facet, Term, Version, asset_terms
from portal.library.queries import live
from portal.usage.models import FirstUse

# What a matching term is worth: the stage a deal is in changes, its industry does not.
WORTH = {"industry": 3.0, "product": 2.0, "stage": 2.0, "region": 1.0}
# Content that is filed under others of these only was made for other deals.
TELLING = ("industry", "product", "region")
# A point of difference in win rate; a lift of five points outweighs half a matching stage.
LIFT_WORTH = 20.0
# Lifts nearer to each other than this are equals: their ranges are wider by far.
LIFT_STEP = 0.05
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
    fit: float
    figures: AssetLift | None

    @property
    def verdict(self) -> str | None:
        return self.figures.verdict if self.figures else None

    @property
    def untested(self) -> bool:
        return self.verdict in (None, Verdict.NOT_ENOUGH_DEALS)

    @property
    def lift(self) -> float:
        known = None if self.untested or self.figures is None else self.figures.shrunk_lift
        return known or 0.0


def picks_for_deal(deal: Deal, limit: int = 3) -> list[Pick]:
    """Return picks for one deal."""
    return picks_for_deals([deal], limit)[deal.id]


def picks_for_deals(deals: Sequence[Deal], limit: int = 3) -> dict[int, list[Pick]]:
    """Return picks for each of some deals, in a number of queries that does not grow with them."""
    candidates = _candidates(deals)
    return {deal.id: [_pick(one) for one in _choose(deal, candidates[deal.id], limit)] for deal in deals}


def everything_for(deal: Deal) -> list[Pick]:
    """Return all that fits a deal: first what won more often, then by fit, the untested among the rest."""
    return [_pick(one) for one in _ordered(deal, _candidates([deal])[deal.id])]


def _candidates(deals: Sequence[Deal]) -> dict[int, list[_Candidate]]:
    """Return for each deal what may be proposed: it fits or did well, was not used on it, and not won less often."""
    if not deals:
        return {}
    assets = _assets(_values(deals))
    ids = [asset.id for asset in assets]
    terms, figures = terms_of(ids), _figures(ids)
    used = _used([deal.id for deal in deals])
    found = {}
    for deal in deals:
        fitting = [
            _candidate(deal, asset, terms.get(asset.id, ()), figures.get(asset.id))
            for asset in assets
            if (asset.id, deal.id) not in used and not is_for_others(deal, terms.get(asset.id, ()))
        ]
        found[deal.id] = [
            one
            for one in fitting
            if (one.fits or one.verdict == Verdict.WON_MORE) and one.verdict != Verdict.WON_LESS
        ]
    return found


def _values(deals: Iterable[Deal]) -> set[str]:
    return {value.casefold() for deal in deals for value in facts_of(deal).values()}


def facts_of(deal: Deal) -> dict[str, str]:
    """Return what is known of a deal, else of its account, under the facets by which content is filed."""
    industry = deal.industry or (deal.account.industry if deal.account else None)
    region = deal.region or (deal.account.region if deal.account else None)
    facts = {"industry": industry, "product": deal.product, "stage": deal.stage, "region": region}
    return {key: value for key, value in facts.items() if value}


def _fitting(values: set[str]) -> Select[tuple[int]]:
    """Select the live assets that share terms with the values; when they are many, those that share the most."""
    return (
        select(asset_terms.c.asset_id)
        .join(Term, Term.id == asset_terms.c.term_id)
        .join(Facet, Facet.id == Term.facet_id)
        .join(Asset, Asset.id == asset_terms.c.asset_id)
        .where(Facet.key.in_(WORTH), func.lower(Term.name).in_(values), live())
        .group_by(asset_terms.c.asset_id)
        .order_by(func.count().desc(), asset_terms.c.asset_id)
        .limit(CONSIDERED)
    )


def _proven() -> Select[tuple[int]]:
    """Select the assets that won most more often, by the latest figures."""
    won_more = select(ImpactRow.asset_id).where(
        ImpactRow.snapshot_id == _latest(), ImpactRow.verdict == Verdict.WON_MORE
    )
    return won_more.order_by(ImpactRow.shrunk_lift.desc(), ImpactRow.asset_id).limit(CONSIDERED)


def _latest() -> ScalarSelect[int]:
    return select(func.max(ImpactSnapshot.id)).scalar_subquery()


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


def _figures(asset_ids: Sequence[int]) -> dict[int, AssetLift]:
    """Return the latest figures of some assets; none before the first computation."""
    columns = (getattr(ImpactRow, field.name) for field in fields(AssetLift))
    found = select(ImpactRow.asset_id, *columns).where(
        ImpactRow.snapshot_id == _latest(), ImpactRow.asset_id.in_(asset_ids)
    )
    return {row.asset_id: AssetLift.read(row) for row in db.session.execute(found)}


def _assets(values: set[str]) -> list[Asset]:
    version = joinedload(Asset.current_version).load_only(Version.number, Version.preview_kind)
    columns = load_only(
        Asset.slug,
        Asset.title,
        Asset.kind,
        Asset.rating_mean,
        Asset.rating_count,
        Asset.use_count,
        Asset.published_at,
        Asset.current_version_id,
    )
    among = or_(Asset.id.in_(_fitting(values)), Asset.id.in_(_proven()))
    found = select(Asset).where(among, live(), Asset.is_placeholder.is_(False)).order_by(Asset.id)
    return list(db.session.scalars(found.options(version, columns)))


def _used(deal_ids: list[int]) -> set[tuple[int, int]]:
    found = select(FirstUse.asset_id, FirstUse.deal_id).where(FirstUse.deal_id.in_(deal_ids))
    return {(asset_id, deal_id) for asset_id, deal_id in db.session.execute(found)}


def _candidate(
    deal: Deal, asset: Asset, terms: Iterable[tuple[str, str]], figures: AssetLift | None
) -> _Candidate:
    fits = fits_of(deal, terms)
    fit = sum(WORTH[facet] for facet in fits)
    if asset.rating_mean is not None:
        fit += 0.2 * (asset.rating_mean - 3)
    return _Candidate(asset, fits, fit, figures)


def _ordered(deal: Deal, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Put first what fits and won more often, in steps of lift; then the rest by fit, lift counting a little."""

    def place(one: _Candidate) -> tuple[float, float, bytes]:
        if one.verdict == Verdict.WON_MORE and one.fits:
            return 0, -round(one.lift / LIFT_STEP), _shuffle(deal.id, one.asset.id)
        return 1, -round(one.fit + LIFT_WORTH * one.lift), _shuffle(deal.id, one.asset.id)

    return sorted(candidates, key=place)


def _choose(deal: Deal, candidates: Sequence[_Candidate], limit: int) -> list[_Candidate]:
    """Take the first, but draw the last place by lot from the untested that fit, of more than three the last two."""
    ordered = _ordered(deal, candidates)
    places = 0 if limit < 2 else 1 if limit <= 3 else 2
    first, rest = ordered[: limit - places], ordered[limit - places :]
    lots = sorted((one for one in rest if one.untested and one.fits), key=lambda one: _lot(deal, one))
    drawn = lots[:places]
    others = [one for one in rest if one not in drawn]
    return [*first, *others[: places - len(drawn)], *drawn]


def _lot(deal: Deal, one: _Candidate) -> float:
    """Return a number by which the lowest are drawn: twice the fit makes it four times as likely to be first.

    Weighted sampling of Efraimidis and Spirakis (2006) with the square of the fit as weight, the same for a deal
    every time.
    """
    chance = (int.from_bytes(_shuffle(deal.id, one.asset.id)[:8], "big") + 1) / 2**64
    return -math.log(chance) / max(one.fit, 0.1) ** 2


def _shuffle(deal_id: int, asset_id: int) -> bytes:
    # Equals are mixed anew for each deal, so that nobody is always shown the same ones.
    return hashlib.sha256(f"{deal_id}:{asset_id}".encode()).digest()


def _pick(one: _Candidate) -> Pick:
    return Pick(one.asset, _reason(one), one.untested)


def _reason(one: _Candidate) -> str:
    names = [one.fits[facet] for facet in WORTH if facet in one.fits]
    fits = f"For {_listed(names)}; " if names else ""
    known = "not used on enough deals yet to know" if one.figures is None else short_words(one.figures)
    text = fits + known
    return text[:1].upper() + text[1:]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
