"""What went live lately that fits a person's open deals, and that their home has not shown them yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import contains_eager

from portal.db import db, now
from portal.deals.models import Deal
from portal.discovery.fitting import WORTH, fits_of, is_for_others, terms_named, terms_of, values_of
from portal.discovery.models import SeenNews
from portal.library.models import Asset, Version, asset_terms
from portal.library.queries import live
from portal.users.models import User

NEWS_FOR = timedelta(days=30)
# A region or a stage alone is everybody's; one of these makes it about the deal.
SPECIFIC = ("industry", "product")
CONSIDERED = 200
# Content and its first version are published in one go.
SAME_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True)
class News:
    """Content that went live, the open deal that it fits best, why, and how many more of them it fits."""

    asset: Asset
    version: Version
    deal: Deal
    reason: str
    more_deals: int

    @property
    def is_update(self) -> bool:
        """Whether the content was in use before, in an earlier version."""
        first, latest = self.asset.published_at, self.version.published_at
        return first is not None and latest is not None and latest - first > SAME_MOMENT


def news_for(user: User, deals: Sequence[Deal], limit: int = 5) -> list[News]:
    """Return what went live in the last 30 days and fits some of these deals, best first, without what was seen."""
    wanted = values_of(deals, SPECIFIC)
    assets = _fresh(user, wanted) if wanted else []
    terms = terms_of([asset.id for asset in assets]) if assets else {}
    matched = [(asset, _matches(deals, terms.get(asset.id, []))) for asset in assets]
    fitting = [(asset, matches) for asset, matches in matched if matches]
    fitting.sort(key=lambda pair: -pair[1][0][0])
    return [_news(asset, matches) for asset, matches in fitting[:limit]]


def _fresh(user: User, values: dict[str, set[str]]) -> list[Asset]:
    """Return live content whose version went live lately, since this person is here, and not by their own doing."""
    seen = select(SeenNews.version_id).where(SeenNews.user_id == user.id)
    found = (
        select(Asset)
        .join(Version, Version.id == Asset.current_version_id)
        .where(live(), Asset.is_placeholder.is_(False), Asset.id.in_(_filed_under(values)))
        .where(Version.published_at >= max(now() - NEWS_FOR, user.created_at), _by_others(user))
        .where(Version.id.not_in(seen))
        .options(contains_eager(Asset.current_version))
        .order_by(Version.published_at.desc(), Asset.id.desc())
    )
    return list(db.session.scalars(found.limit(CONSIDERED)))


def _by_others(user: User) -> ColumnElement[bool]:
    return or_(Version.published_by_id.is_(None), Version.published_by_id != user.id)


def _filed_under(values: dict[str, set[str]]) -> Select[tuple[int]]:
    return select(asset_terms.c.asset_id).where(asset_terms.c.term_id.in_(terms_named(values)))


def _matches(deals: Sequence[Deal], terms: list[tuple[str, str]]) -> list[tuple[float, Deal, dict[str, str]]]:
    """Return the deals that content fits, with what they share; the best first, then as the deals stand."""
    found = []
    for deal in deals:
        fits = fits_of(deal, terms)
        if not is_for_others(deal, terms) and any(facet in fits for facet in SPECIFIC):
            found.append((sum(WORTH[facet] for facet in fits), deal, fits))
    return sorted(found, key=lambda match: -match[0])


def _news(asset: Asset, matches: list[tuple[float, Deal, dict[str, str]]]) -> News:
    _, deal, fits = matches[0]
    assert asset.current_version is not None
    return News(asset, asset.current_version, deal, _reason(fits), len(matches) - 1)


def _reason(fits: dict[str, str]) -> str:
    return "; ".join(f"same {facet}, {fits[facet]}" for facet in SPECIFIC if facet in fits)
