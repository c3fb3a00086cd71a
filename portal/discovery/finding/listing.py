"""In which order hits are listed, and which of them are one page of the list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from portal.db import db, now
from portal.deals.models import Deal
from portal.discovery.finding.boosts import WORTH, Facts, shares
from portal.discovery.finding.facts import facts_of_hits
from portal.discovery.finding.folding import alike, folded
from portal.discovery.finding.wanted import Wanted
from portal.discovery.whole import whole_among
from portal.library.models import Asset


@dataclass(frozen=True)
class Listing:
    """One page of the list, how many hits there are, and why those of the page stand where they do.

    `total` counts hits whatever they are sorted by; `folded` of them are not listed but under others. `alike`
    are those folded under a hit of this page, `boosts` the share that each boost added to its score. At
    `first_partial`, counted from 1 over all pages, stands the first hit that has not all of a query of several words.
    """

    ids: tuple[int, ...]
    total: int
    number: int
    folded: int = 0
    alike: Mapping[int, list[int]] = field(default_factory=dict)
    facts: Mapping[int, Facts] = field(default_factory=dict)
    boosts: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    first_partial: int | None = None

    @property
    def all_approved(self) -> bool:
        """Whether all hits of the page, of two or more, are approved, so that it sets none of them apart."""
        return len(self.boosts) > 1 and all("approved" in own for own in self.boosts.values())


def listing(
    wanted: Wanted,
    sort: str,
    number: int,
    per_page: int,
    deal: Deal | None = None,
    without_boosts: Collection[str] = (),
) -> Listing:
    """Return one page of what is wanted, by what the person sorts by; the number of a page past the last is its."""
    if sort == "relevance" and wanted.ids is not None:
        names = set(current_app.config["SEARCH_BOOSTS"]).difference(without_boosts)
        return _by_relevance(wanted, number, per_page, deal, names)
    total = db.session.scalar(select(func.count()).select_from(Asset).where(wanted.condition())) or 0
    number = _within(number, total, per_page)
    ids = _sorted(wanted, sort).limit(per_page).offset((number - 1) * per_page)
    return Listing(tuple(db.session.scalars(ids)), total, number)


def _by_relevance(
    wanted: Wanted, number: int, per_page: int, deal: Deal | None, names: Collection[str]
) -> Listing:
    order = wanted.fitting()
    if not wanted.is_ranked:
        number = _within(number, len(order), per_page)
        return Listing(tuple(order[(number - 1) * per_page : number * per_page]), len(order), number)
    neighbours = alike({asset_id: wanted.seen[asset_id] for asset_id in order})
    most = 1 + sum(WORTH[name] for name in names if deal or name != "deal")
    near = _within_reach(wanted, order, number * per_page + len(neighbours), most)
    near += neighbours.keys() - set(near)  # their order decides what is folded
    facts, at = facts_of_hits(near, deal, names), now().timestamp()
    boosts = {asset_id: shares(own, at, names) for asset_id, own in facts.items()}
    order.sort(key=_standing(wanted, boosts), reverse=True)
    leaders = folded(order, neighbours)
    number = _within(number, len(leaders), per_page)
    shown = tuple(leaders)[(number - 1) * per_page : number * per_page]
    return Listing(
        shown,
        len(order),
        number,
        folded=len(order) - len(leaders),
        alike={asset_id: leaders[asset_id] for asset_id in shown},
        facts={asset_id: facts[asset_id] for asset_id in shown if asset_id in facts},
        boosts={asset_id: boosts[asset_id] for asset_id in shown if asset_id in boosts},
        first_partial=_first_partial(wanted, leaders),
    )


def _first_partial(wanted: Wanted, leaders: Iterable[int]) -> int | None:
    """Return at which place those begin that lack a word or phrase; lifts tell it of two words or more."""
    if wanted.query is None or len(wanted.query.words) < 2:
        return None
    whole = whole_among(wanted.query, wanted.ranked.values())
    return next((place for place, asset_id in enumerate(leaders, 1) if asset_id not in whole), None)


def _within_reach(wanted: Wanted, order: list[int], first: int, most: float) -> list[int]:
    """Return the hits that can be among the first so many when boosts multiply scores by `most` at most."""
    if not order:
        return []
    _, lift, score = wanted.ranked[order[min(first, len(order)) - 1]]
    hits = (wanted.ranked[asset_id] for asset_id in order)
    return [hit.id for hit in takewhile(lambda hit: (hit.lift, hit.score * most) >= (lift, score), hits)]


def _standing(
    wanted: Wanted, boosts: Mapping[int, Mapping[str, float]]
) -> Callable[[int], tuple[float, float]]:
    """Return by what hits are ordered: the engine's lift, which no boost crosses, then the boosted score."""
    times = {asset_id: 1 + sum(own.values()) for asset_id, own in boosts.items()}

    def standing(asset_id: int) -> tuple[float, float]:
        _, lift, score = wanted.ranked[asset_id]
        return lift, score * times.get(asset_id, 1)

    return standing


def _within(number: int, total: int, per_page: int) -> int:
    return min(number, max(1, -(-total // per_page)))


def _sorted(wanted: Wanted, sort: str) -> Any:
    orders: dict[str, list[Any]] = {
        "used": [Asset.use_count.desc()],
        "rated": [Asset.rating_rank.desc(), Asset.rating_count.desc()],
        "title": [func.lower(Asset.title)],
    }
    order = orders.get(sort, [func.coalesce(Asset.published_at, Asset.updated_at).desc()])
    return wanted.assets().order_by(*order, Asset.id)
