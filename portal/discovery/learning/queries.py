"""What people search for, grouped by their words, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Subquery, distinct, func, or_, select
from sqlalchemy.orm import aliased

from portal.db import db, now
from portal.deals.models import Deal
from portal.discovery.learning.answered import latest_requests
from portal.discovery.learning.facts import Scope, facts
from portal.discovery.models import Search, SearchClick

GAP_PERIOD = timedelta(days=90)
COUNTED = ("in_vain", "unopened", "rephrased", "opened", "used")
SORTS = ("text", "searches", "people", "results", *COUNTED, "place", "pipeline", "last")


@dataclass(frozen=True)
class Totals:
    """Sums over searches: of those in vain, those with hits of which none was opened, those put in other words, and
    the median seconds from a search to the first use of what was found, over so many searches."""

    searches: int = 0
    people: int = 0
    in_vain: int = 0
    unopened: int = 0
    rephrased: int = 0
    opened: int = 0
    used: int = 0
    seconds: float | None = None


@dataclass(frozen=True)
class Searched:
    """The searches with the same words in whatever form or order, as far as a view takes them.

    `of` is how many there were in all; `place` the median place of what was opened; `pipeline_minor` the open amount
    of the distinct deals at hand; `results`, `text`, `key` and `last_at` are of the last of them; `rephrased_to` what
    most often followed within two minutes, `rephrased_so` how often; `request_id` is the open request about it, or the
    last one, and `found_at` the best place of what that was delivered with; `missing` counts, in the views of what
    found nothing, the searches that no request answers.
    """

    words: str
    text: str
    key: str
    last_at: datetime
    results: int
    corrected: str
    searches: int
    people: int
    of: int
    in_vain: int
    unopened: int
    rephrased: int
    opened: int
    used: int
    place: float | None
    pipeline_minor: int
    request_id: int | None
    request_status: str | None
    found_at: int | None
    rephrased_to: str | None
    rephrased_so: int | None
    missing: int


def search_by_key(key: str) -> Search | None:
    """Return a search by the name that the links of its page carry."""
    return db.session.scalar(select(Search).where(Search.key == key[:32]))


def gaps(limit: int = 20) -> list[Searched]:
    """Return what sales searched for in vain lately and no request answers, by the open amount behind it."""
    return searched(lately(), "gap", "-pipeline", limit)


def lately() -> Scope:
    """Return the scope that gaps are looked for in when nobody says another: sales, in the last 90 days."""
    return Scope(begin=now() - GAP_PERIOD)


def totals(scope: Scope) -> Totals:
    """Return the sums over all searches of a scope."""
    each = facts(scope)
    sums = (func.coalesce(func.sum(each.c[name]), 0).label(name) for name in COUNTED)
    number, people = func.count().label("searches"), func.count(distinct(each.c.user_id)).label("people")
    row = db.session.execute(select(number, people, *sums).select_from(each)).mappings().one()
    place, used = func.row_number().over(order_by=each.c.seconds), func.count().over()
    ordered = select(each.c.seconds, place.label("place"), used.label("number"))
    ordered_used = ordered.where(each.c.seconds.is_not(None)).subquery()
    median = select(func.avg(ordered_used.c.seconds)).where(_middle(ordered_used))
    return Totals(**row, seconds=db.session.scalar(median))


def searched(
    scope: Scope, view: str = "all", sort: str = "-searches", limit: int = 50, offset: int = 0
) -> list[Searched]:
    """Return groups of searches in an order: the key of a column, falling with a "-" before it."""
    statement = _groups(scope, view)
    return [
        Searched(*row) for row in db.session.execute(_sorted(statement, sort).limit(limit).offset(offset))
    ]


def groups_in(scope: Scope, view: str = "all") -> int:
    """Return how many groups of searches a view has."""
    each = facts(scope, view)
    return db.session.scalar(select(func.count(distinct(each.c.words)))) or 0


def group_like(search: Search, scope: Scope, view: str = "gap") -> Searched | None:
    """Return the group that a search belongs to, if the scope and the view have it."""
    row = db.session.execute(_groups(scope, view).where(Search.words == search.words)).one_or_none()
    return Searched(*row) if row else None


def _sorted(statement: Select[Any], sort: str) -> Select[Any]:
    columns = {column.name: column for column in statement.selected_columns}
    orders = columns | {"text": func.lower(columns["text"]), "last": columns["at"]}
    key, falling = sort.removeprefix("-"), sort.startswith("-")
    if key not in SORTS:
        key, falling = "searches", True
    order = orders[key].desc() if falling else orders[key].asc()
    return statement.order_by(order.nulls_last(), columns["searches"].desc(), Search.at.desc(), Search.id)


def _groups(scope: Scope, view: str) -> Select[Any]:
    each = facts(scope, view)
    group = (
        select(
            each.c.words,
            func.count().label("searches"),
            func.count(distinct(each.c.user_id)).label("people"),
            *(func.sum(each.c[name]).label(name) for name in COUNTED),
            *(func.max(each.c.id).label("last_id"), func.sum(each.c.missing).label("missing")),
        )
        .group_by(each.c.words)
        .subquery()
    )
    every, places, worth = _every(scope), _places(scope), _worth(each)
    requested, other = latest_requests(), _other_words(each)
    return (
        select(
            *(group.c.words, Search.text, Search.key, Search.at, Search.result_count.label("results")),
            *(Search.corrected, group.c.searches, group.c.people, every.c.number),
            *(group.c[name] for name in COUNTED),
            *(places.c.place, func.coalesce(worth.c.pipeline, 0).label("pipeline")),
            *(requested.c.request_id, requested.c.status, requested.c.place.label("found_at")),
            *(other.c.text.label("other"), other.c.number.label("often"), group.c.missing),
        )
        .join(Search, Search.id == group.c.last_id)
        .join(every, every.c.words == group.c.words)
        .outerjoin(places, places.c.words == group.c.words)
        .outerjoin(worth, worth.c.words == group.c.words)
        .outerjoin(requested, requested.c.words == group.c.words)
        .outerjoin(other, other.c.words == group.c.words)
    )


def _every(scope: Scope) -> Subquery:
    """How often the same words were searched for in all."""
    found = select(Search.words, func.count().label("number")).where(*scope.conditions())
    return found.group_by(Search.words).subquery()


def _middle(ordered: Subquery) -> Any:
    """Keep the one or two rows in the middle of numbered ones, whose mean is the median."""
    return or_(ordered.c.place == (ordered.c.number + 1) // 2, ordered.c.place == (ordered.c.number + 2) // 2)


def _places(scope: Scope) -> Subquery:
    """The median place of the hits that were opened."""
    by_words = func.row_number().over(partition_by=Search.words, order_by=SearchClick.place)
    number = func.count().over(partition_by=Search.words)
    ordered = (
        select(Search.words, SearchClick.place.label("at"), by_words.label("place"), number.label("number"))
        .join(SearchClick, SearchClick.search_id == Search.id)
        .where(*scope.conditions())
        .subquery()
    )
    median = select(ordered.c.words, func.avg(ordered.c.at).label("place")).where(_middle(ordered))
    return median.group_by(ordered.c.words).subquery()


def _worth(each: Subquery) -> Subquery:
    """The open amount of the distinct deals at hand when somebody searched for the same words."""
    pairs = select(each.c.words, each.c.deal_id).where(each.c.deal_id.is_not(None)).distinct().subquery()
    worth = select(pairs.c.words, func.sum(Deal.base_amount_minor).label("pipeline"))
    still_open = (Deal.id == pairs.c.deal_id) & (Deal.status == "open")
    return worth.join(Deal, still_open).group_by(pairs.c.words).subquery()


def _other_words(each: Subquery) -> Subquery:
    """What most often followed within two minutes, in its last wording, and how often."""
    later = aliased(Search)
    number = func.count()
    best = func.row_number().over(
        partition_by=each.c.words, order_by=(number.desc(), func.max(later.id).desc())
    )
    counted = (
        select(
            *(each.c.words, func.max(later.id).label("last_id")),
            *(number.label("number"), best.label("place")),
        )
        .join(later, later.id == each.c.rephrased_by_id)
        .group_by(each.c.words, later.words)
        .subquery()
    )
    last = aliased(Search)
    found = select(counted.c.words, last.text, counted.c.number).join(last, last.id == counted.c.last_id)
    return found.where(counted.c.place == 1).subquery()
