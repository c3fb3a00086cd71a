"""Questions about searches: what was looked for in vain, what to suggest while somebody types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import aliased

from portal.content_requests.models import OPEN_STATUSES, ContentRequest
from portal.db import db, now
from portal.deals.models import Deal
from portal.discovery.models import Search
from portal.discovery.recommending import Pick, picks_for_deal, picks_for_deals
from portal.library.models import Asset, Facet, Term
from portal.library.queries import visible_assets, worth_offering
from portal.users.models import User

__all__ = [
    "Gap",
    "Pick",
    "Suggestion",
    "gaps",
    "picks_for_deal",
    "picks_for_deals",
    "search_by_key",
    "suggestions",
]
GAP_PERIOD = timedelta(days=90)


@dataclass(frozen=True)
class Gap:
    """Something people searched for in vain: how often, how many of them, and the open amount of their deals."""

    words: str
    text: str
    searches: int
    people: int
    pipeline_minor: int
    last_at: datetime
    key: str
    request_id: int | None


def search_by_key(key: str) -> Search | None:
    """Return a search by the name that the links of its page carry."""
    return db.session.scalar(select(Search).where(Search.key == key[:32]))


def gaps(limit: int = 20) -> list[Gap]:
    """Return what sales searched for in vain lately, by the open amount of the deals behind it, then how often."""
    groups, worth, requested = _vain_groups(), _vain_pipeline(), _requested()
    pipeline = func.coalesce(worth.c.pipeline, 0)
    columns = (
        groups.c.words,
        Search.text,
        groups.c.searches,
        groups.c.people,
        pipeline,
        Search.at,
        Search.key,
    )
    rows = db.session.execute(
        select(*columns, requested.c.request_id)
        .join(Search, Search.id == groups.c.last_id)
        .outerjoin(worth, worth.c.words == groups.c.words)
        .outerjoin(requested, requested.c.words == groups.c.words)
        .order_by(pipeline.desc(), groups.c.searches.desc(), Search.at.desc())
        .limit(limit)
    )
    return [Gap(*row) for row in rows]


def _in_vain() -> ColumnElement[bool]:
    # What marketing types to try the search out is no need of sales.
    sales = select(User.id).where(User.role.in_(("rep", "manager")))
    return (Search.result_count == 0) & (Search.at > now() - GAP_PERIOD) & Search.user_id.in_(sales)


def _vain_groups() -> Subquery:
    """The same words in whatever form or order, with the latest search of them."""
    people = func.count(Search.user_id.distinct()).label("people")
    sums = select(Search.words, func.count().label("searches"), people, func.max(Search.id).label("last_id"))
    return sums.where(_in_vain(), Search.words != "").group_by(Search.words).subquery()


def _vain_pipeline() -> Subquery:
    """The open amount of the distinct deals at hand when somebody searched for the same words."""
    at_hand = select(Search.words, Search.deal_id).where(_in_vain(), Search.deal_id.is_not(None)).distinct()
    pairs = at_hand.subquery()
    worth = select(pairs.c.words, func.sum(Deal.base_amount_minor).label("pipeline"))
    still_open = (Deal.id == pairs.c.deal_id) & (Deal.status == "open")
    return worth.join(Deal, still_open).group_by(pairs.c.words).subquery()


def _requested() -> Subquery:
    """Open requests that began with a search for the same words."""
    asked = aliased(Search)
    found = select(asked.words, func.max(ContentRequest.id).label("request_id"))
    found = found.join(ContentRequest, ContentRequest.search_id == asked.id)
    return found.where(ContentRequest.status.in_(OPEN_STATUSES)).group_by(asked.words).subquery()


@dataclass(frozen=True)
class Suggestion:
    """One line of what is offered while somebody types."""

    kind: str
    text: str
    address: str
    note: str


def suggestions(user: User, text: str) -> list[Suggestion]:
    """Return content by title, terms, open requests and one's own recent searches that hold the typed words."""
    words = text.replace("\x00", "").split()[:6]
    if not words:
        return []
    return [*_titles(user, words), *_terms(words), *_requests(words), *_recent(user, words)]


def _titles(user: User, words: list[str]) -> list[Suggestion]:
    holding = [Asset.title.icontains(word, autoescape=True) for word in words]
    found = (
        visible_assets(user)
        .where(*holding, Asset.state != "archived", worth_offering(user))
        .with_only_columns(Asset.slug, Asset.title, Asset.kind)
    )
    starts = Asset.title.istartswith(words[0], autoescape=True)
    rows = db.session.execute(found.order_by(starts.desc(), Asset.use_count.desc()).limit(6))
    return [Suggestion("asset", title, f"/library/{slug}", kind) for slug, title, kind in rows]


def _terms(words: list[str]) -> list[Suggestion]:
    found = select(Facet.key, Facet.name, Term.key, Term.name).join(Term, Term.facet_id == Facet.id)
    found = found.where(*(Term.name.icontains(word, autoescape=True) for word in words)).limit(3)
    return [
        Suggestion("term", name, f"/library?{facet}={term}", facet_name)
        for facet, facet_name, term, name in db.session.execute(found)
    ]


def _requests(words: list[str]) -> list[Suggestion]:
    found = select(ContentRequest.id, ContentRequest.need).where(ContentRequest.status.in_(OPEN_STATUSES))
    found = found.where(*(ContentRequest.need.icontains(word, autoescape=True) for word in words)).limit(2)
    return [
        Suggestion("request", need, f"/requests/{number}", "Open request")
        for number, need in db.session.execute(found)
    ]


def _recent(user: User, words: list[str]) -> list[Suggestion]:
    found = select(Search.text, func.max(Search.id)).where(Search.user_id == user.id)
    found = found.where(*(Search.text.icontains(word, autoescape=True) for word in words))
    rows = db.session.execute(found.group_by(Search.text).order_by(func.max(Search.id).desc()).limit(3))
    return [
        Suggestion("search", text, f"/library?{urlencode({'q': text})}", "Searched before")
        for text, _ in rows
    ]


def any_content() -> bool:
    """Say whether there is anything in the library that an index could hold."""
    return db.session.scalar(select(Asset.id).limit(1)) is not None
