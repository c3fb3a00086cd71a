"""Picks for a deal: what fits its industry, product, region and stage, what is known to go with winning, and why.

What fits and won more often comes first, by the difference that is shown. Yet the proven never fill a list: places go
to content of which nothing is known yet, drawn by lot. If picks went to the proven alone, the rest would never be used,
so nobody could ever learn whether it is better, and what led by chance would lead for ever. The lot and the order of
equals are other ones for each deal, and stay the same for it. What is made against one competitor comes last: no CRM
says who else is in a deal.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, load_only

from portal.db import db
from portal.deals.models import Deal
from portal.discovery.considered import figures_of, fitting, proven, untested
from portal.discovery.fitting import (
    AGAINST,
    WORTH,
    fits_of,
    is_for_others,
    terms_named,
    terms_of,
    values_of,
)
from portal.impact.lift import AssetLift
from portal.impact.verdicts import Verdict
from portal.impact.words import short_words
from portal.library.models import Asset, Version
from portal.library.queries import live
from portal.usage.models import FirstUse

# Differences of as many points are equals among a few picks: their ranges are wider by far.
ABOUT_EQUAL = 5
# Few pieces win more often by a clear difference, so they would stand in every deal's picks.
MOST_PROVEN = 2
# In the list of everything, each so-manieth place goes to something untested.
UNTESTED_EVERY = 3


@dataclass(frozen=True)
class Pick:
    """One piece of content for a deal, in words why, and what its place follows from beside them."""

    asset: Asset
    reason: str
    untested: bool
    fits: bool
    against_rival: bool


@dataclass(frozen=True)
class _Candidate:
    asset: Asset
    fits: dict[str, str]
    filed: bool
    rivals: tuple[str, ...]
    figures: AssetLift | None

    @property
    def fit(self) -> float:
        return sum(WORTH[facet] for facet in self.fits)

    @property
    def verdict(self) -> str | None:
        return self.figures.verdict if self.figures else None

    @property
    def untested(self) -> bool:
        return self.verdict in (None, Verdict.NOT_ENOUGH_DEALS)

    @property
    def won_more(self) -> bool:
        return self.verdict == Verdict.WON_MORE

    @property
    def for_any(self) -> bool:
        """Whether nothing is known of it and it is filed for no deals of a kind, so that it may be tried on any."""
        return self.untested and not self.filed and not self.against_rival

    @property
    def points(self) -> int:
        """The difference in win rate in whole points, as it is shown here and everywhere."""
        return round(((self.figures.lift if self.figures else None) or 0.0) * 100)

    @property
    def against_rival(self) -> bool:
        return bool(self.rivals) or self.asset.kind == "battle_card"


def picks_for_deal(deal: Deal, limit: int = 3) -> list[Pick]:
    """Return picks for one deal."""
    return picks_for_deals([deal], limit)[deal.id]


def picks_for_deals(deals: Sequence[Deal], limit: int = 3) -> dict[int, list[Pick]]:
    """Return picks for each of some deals, in a number of queries that does not grow with them."""
    candidates = _candidates(deals)
    return {deal.id: [_pick(one) for one in _choose(deal, candidates[deal.id], limit)] for deal in deals}


def everything_for(deal: Deal) -> list[Pick]:
    """Return all that fits a deal, in the order that its page puts into words (_whole)."""
    return [_pick(one) for one in _whole(deal, _candidates([deal])[deal.id])]


def _candidates(deals: Sequence[Deal]) -> dict[int, list[_Candidate]]:
    """Return for each deal what may be proposed: it fits, did well or is for any; not used on it, nor won less."""
    if not deals:
        return {}
    assets = _assets(terms_named(values_of(deals, WORTH)))
    ids = [asset.id for asset in assets]
    terms, figures = terms_of(ids), figures_of(ids)
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
            if (one.fits or one.won_more or one.for_any) and one.verdict != Verdict.WON_LESS
        ]
    return found


def _assets(term_ids: Iterable[int]) -> list[Asset]:
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
    among = or_(*(Asset.id.in_(ids) for ids in (fitting(term_ids), proven(), untested())))
    found = select(Asset).where(among, live(), Asset.is_placeholder.is_(False)).order_by(Asset.id)
    return list(db.session.scalars(found.options(version, columns)))


def _used(deal_ids: list[int]) -> set[tuple[int, int]]:
    found = select(FirstUse.asset_id, FirstUse.deal_id).where(FirstUse.deal_id.in_(deal_ids))
    return {(asset_id, deal_id) for asset_id, deal_id in db.session.execute(found)}


def _candidate(
    deal: Deal, asset: Asset, terms: Sequence[tuple[str, str]], figures: AssetLift | None
) -> _Candidate:
    rivals = tuple(name for facet, name in terms if facet == AGAINST)
    return _Candidate(asset, fits_of(deal, terms), bool(terms), rivals, figures)


def _whole(deal: Deal, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Put first what fits and won more often, each third place untested; then what shows no difference, by fit.

    What won more often and fits nothing of the deal comes after what fits, then what is untested and for any deal, and
    what is against a rival after all.
    """
    ours = _by_shown(deal, (one for one in candidates if not one.against_rival))
    proven = [one for one in ours if one.fits and one.won_more]
    untested = [one for one in ours if one.fits and one.untested]
    first: list[_Candidate] = []
    while proven and untested:
        first += [*proven[: UNTESTED_EVERY - 1], untested.pop(0)]
        proven = proven[UNTESTED_EVERY - 1 :]
    unclear = [one for one in ours if one.fits and not one.won_more and not one.untested]
    general = [one for one in ours if not one.fits]
    rivals = _by_shown(deal, (one for one in candidates if one.against_rival))
    return [*first, *proven, *untested, *unclear, *general, *rivals]


def _by_shown(deal: Deal, candidates: Iterable[_Candidate]) -> list[_Candidate]:
    """Order by the difference where it is clear, then by fit; equals as the deal mixes them."""

    def place(one: _Candidate) -> tuple[float, float, bytes]:
        return -one.points * one.won_more, -one.fit, _shuffle(deal.id, one.asset.id)

    return sorted(candidates, key=place)


def _choose(deal: Deal, candidates: Sequence[_Candidate], limit: int) -> list[_Candidate]:
    """Take the best known, but draw the last place by lot from the untested that fit, of more than three the last two.

    Where none fits, it goes to something untested for any deal.
    Only where these are too few, what fits nothing of the deal fills up, and what is against a rival.
    """
    known = _best_known(deal, [one for one in candidates if one.fits and not one.against_rival])
    places = 0 if limit < 2 else 1 if limit <= 3 else 2
    first, rest = known[: limit - places], known[limit - places :]
    open_to_all = [one for one in candidates if one.for_any]
    untested = [one for one in rest if one.untested] + open_to_all
    drawn = sorted(untested, key=lambda one: (not one.fits, _lot(deal, one)))[:places]
    others = [one for one in rest if one not in drawn]
    others += [one for one in _whole(deal, candidates) if one not in known and not one.for_any]
    return [*first, *others[: limit - len(first) - len(drawn)], *drawn]


def _best_known(deal: Deal, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Put two that won more often before what shows no difference, then the rest of both, and the untested last.

    Among about equals each deal has its own two.
    """
    best = max((one.points for one in candidates if one.won_more), default=0)

    def place(one: _Candidate) -> tuple[float, bytes]:
        step = (best - one.points) // ABOUT_EQUAL if one.won_more else -one.fit
        return step, _shuffle(deal.id, one.asset.id)

    ordered = sorted(candidates, key=place)
    proven = [one for one in ordered if one.won_more]
    unclear = [one for one in ordered if not one.won_more and not one.untested]
    untested = [one for one in ordered if one.untested]
    return [*proven[:MOST_PROVEN], *unclear, *proven[MOST_PROVEN:], *untested]


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
    return Pick(one.asset, _reason(one), one.untested, bool(one.fits), one.against_rival)


def _reason(one: _Candidate) -> str:
    names = [one.fits[facet] for facet in WORTH if facet in one.fits]
    known = "not used on enough deals yet to know" if one.figures is None else short_words(one.figures)
    parts = [f"for {_listed(names)}"] if names else ["for any deal"] if one.for_any else []
    if one.against_rival:
        parts.insert(
            0, f"only if you meet {_listed(one.rivals, 'or') if one.rivals else 'the rival'} on this deal"
        )
    text = "; ".join([*parts, known])
    return text[:1].upper() + text[1:]


def _listed(names: Sequence[str], word: str = "and") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
