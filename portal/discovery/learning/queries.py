"""What people search for, grouped by their words, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import FromClause, Select, Subquery, case, distinct, func, select
from sqlalchemy.orm import aliased

from portal.db import chunks, db, now
from portal.deals.models import Deal
from portal.deals.queries import in_crm
from portal.discovery.learning.answered import latest_requests, part_of
from portal.discovery.learning.facts import SAME_PEOPLE, SAME_TIMES, Scope, facts, narrowed
from portal.discovery.models import Search, SearchClick
from portal.usage.sums import local_day

GAP_DAYS = 90
COUNTED = ("in_vain", "unopened", "rephrased", "opened", "used")
FOUND_OUT = (*COUNTED, "missing", "with_deal", "seconds")
SUMMED = ("in_vain", "rephrased", "opened", "used", "missing", "with_deal")
SORTS = ("text", "searches", "people", "results", *COUNTED, "place", "pipeline", "last")


@dataclass(frozen=True)
class Searched:
    """The searches with the same words in whatever form or order, as far as a view takes them.

    `of` is how many there were in all; `place` the median place of what was opened; `pipeline_minor` the open amount
    of the distinct deals at hand, which `with_deal` searches had; `results`, `text`, `key` and `last_at` are of the
    last of them; `rephrased_to` what most often followed within two minutes, `rephrased_so` how often
    and `rephrased_by` for how many people; `request_id` is
    the open request about it, or the last one, and `found_at` the best place of what that was delivered with; `missing`
    counts, in the views of what found nothing, the searches that no request answers; `part_of` is the last request that
    remembers some of them, if with other words.
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
    with_deal: int
    request_id: int | None
    request_status: str | None
    found_at: int | None
    rephrased_to: str | None
    rephrased_so: int | None
    rephrased_by: int | None
    missing: int
    part_of: int | None

    @property
    def may_be_synonyms(self) -> bool:
        """Whether enough searches went on with `rephrased_to` to ask if it means the same."""
        return (self.rephrased_by or 0) >= SAME_PEOPLE or (self.rephrased_so or 0) >= SAME_TIMES


def search_by_key(key: str) -> Search | None:
    """Return a search by the name that the links of its page carry."""
    return db.session.scalar(select(Search).where(Search.key == key[:32]))


def gaps(limit: int = 20) -> list[Searched]:
    """Return what sales searched for in vain lately and no request answers, by how many
    people miss it, then by the open amount behind it."""
    return searched(lately(), "gap", "-people", limit)


def lately() -> Scope:
    """Return the scope that gaps are looked for in when nobody says another: sales, in the last 90 days."""
    zone = ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"])
    return Scope(begin=datetime.combine(lately_since(), time.min, zone).astimezone(UTC))


def lately_since() -> date:
    """Return the first day of that scope, as the report takes it."""
    return local_day(now()) - timedelta(days=GAP_DAYS - 1)


def searched(
    scope: Scope, view: str = "all", sort: str = "-searches", limit: int = 50, offset: int = 0
) -> list[Searched]:
    """Return groups of searches in an order: the key of a column, falling with a "-" before it."""
    words = list(db.session.scalars(_in_order(scope, view, sort).limit(limit).offset(offset)))
    parts = (_rows(scope, view, part) for part in chunks(words))
    rows = {row.words: row for part in parts for row in part}
    return [rows[one] for one in words]


def groups_in(scope: Scope, view: str = "all") -> int:
    """Return how many groups of searches a view has."""
    found = select(func.count(distinct(Search.words))).where(*scope.conditions(), *narrowed(view))
    return db.session.scalar(found) or 0


def group_like(search: Search, scope: Scope, view: str = "gap") -> Searched | None:
    """Return the group that a search belongs to, if the scope and the view have it."""
    return next(iter(_rows(scope, view, [search.words])), None)


def _in_order(scope: Scope, view: str, sort: str) -> Select[tuple[str]]:
    """Select the words of a view's groups in an order, with nothing summed but what that order needs."""
    key, falling = sort.removeprefix("-"), sort.startswith("-")
    if key not in SORTS:
        key, falling = "searches", True
    found_out = facts(scope, view, uses=key == "used")
    # What came of searches takes long to find out: none of it but what is ordered by.
    plain = [column for column in found_out.c if column.name not in FOUND_OUT or column.name == key]
    each = select(*plain).cte("each_search")
    sums = {
        "searches": func.count(),
        "last": func.max(each.c.at),
        "people": func.count(distinct(each.c.user_id)),
        **{name: func.sum(each.c[name]) for name in COUNTED if name == key},
    }
    needed = [sums[name].label(name) for name in {"searches": 0, "last": 0, key: 0} if name in sums]
    group = select(each.c.words, *needed).group_by(each.c.words).subquery()
    found, further = select(group.c.words), [group.c.searches.desc(), group.c.last.desc(), group.c.words]
    order: Any = group.c[key] if key in sums else None
    if key in _BESIDE:
        beside = _BESIDE[key](each)
        found = found.outerjoin(beside, beside.c.words == group.c.words)
        if key == "people":  # as many people: those whose deals are worth more
            further.insert(0, func.coalesce(beside.c[1], 0).desc())
        else:
            order = func.lower(beside.c[1]) if key == "text" else beside.c[1]
    return found.order_by((order.desc() if falling else order.asc()).nulls_last(), *further)


def _rows(scope: Scope, view: str, words: Sequence[str]) -> list[Searched]:
    """Return the groups of a view with these words, in no order."""
    found_out = facts(scope, view, words=words)
    # What found something and is not opened is the rest, which need not be looked for.
    each = select(*(column for column in found_out.c if column.name != "unopened")).cte("each_search")
    rest = func.count() - func.sum(each.c.in_vain) - func.sum(each.c.opened)
    group = (
        select(
            each.c.words,
            func.count().label("searches"),
            func.count(distinct(each.c.user_id)).label("people"),
            *(func.sum(each.c[name]).label(name) for name in SUMMED),
            rest.label("unopened"),
        )
        .group_by(each.c.words)
        .subquery()
    )
    last, every, places, worth = _latest(each), _every(scope, words), _places(each), _worth(each)
    requested, other, part = latest_requests(), _other_words(each), part_of(words)
    found = (
        select(
            *(group.c.words, last.c.text, last.c.key, last.c.at, last.c.result_count),
            *(last.c.corrected, group.c.searches, group.c.people, every.c.number),
            *(group.c[name] for name in COUNTED),
            *(places.c.place, func.coalesce(worth.c.pipeline, 0), group.c.with_deal),
            *(requested.c.request_id, requested.c.status, requested.c.place.label("found_at")),
            *(other.c.text.label("other"), other.c.number.label("often"), other.c.people, group.c.missing),
            part.c.request_id.label("part_of"),
        )
        .join(last, last.c.words == group.c.words)
        .join(every, every.c.words == group.c.words)
        .outerjoin(places, places.c.words == group.c.words)
        .outerjoin(worth, worth.c.words == group.c.words)
        .outerjoin(requested, requested.c.words == group.c.words)
        .outerjoin(other, other.c.words == group.c.words)
        .outerjoin(part, part.c.words == group.c.words)
    )
    return [Searched(*row) for row in db.session.execute(found)]


def _latest(each: FromClause) -> Subquery:
    """The last search for the same words."""
    place = func.row_number().over(partition_by=each.c.words, order_by=(each.c.at.desc(), each.c.id.desc()))
    ordered = select(each.c.words, each.c.id, place.label("place")).subquery()
    columns = (Search.text, Search.key, Search.at, Search.result_count, Search.corrected)
    found = select(ordered.c.words, *columns).join(Search, Search.id == ordered.c.id)
    return found.where(ordered.c.place == 1).subquery()


def _results(each: FromClause) -> Subquery:
    last = _latest(each)
    return select(last.c.words, last.c.result_count).subquery()


def _every(scope: Scope, words: Sequence[str]) -> Subquery:
    """How often the same words were searched for in all."""
    found = select(Search.words, func.count().label("number")).where(*scope.conditions())
    return found.where(Search.words.in_(words)).group_by(Search.words).subquery()


def _places(each: FromClause) -> Subquery:
    """The median place of the hits that were opened."""
    # There are few places, and very many openings: counted by place, only a few rows are put in order.
    counted = (
        select(each.c.words, SearchClick.place, func.count().label("number"))
        .join_from(each, SearchClick, SearchClick.search_id == each.c.id)
        .group_by(each.c.words, SearchClick.place)
        .subquery()
    )
    until = func.sum(counted.c.number).over(partition_by=counted.c.words, order_by=counted.c.place)
    number = func.sum(counted.c.number).over(partition_by=counted.c.words)
    columns = (counted.c.words, counted.c.place, until.label("until"), number.label("number"))
    ordered = select(*columns).subquery()
    lower, upper = (
        func.min(case((ordered.c.until >= (ordered.c.number + more) // 2, ordered.c.place)))
        for more in (1, 2)
    )
    median = select(ordered.c.words, ((lower + upper) / 2.0).label("place"))
    return median.group_by(ordered.c.words).subquery()


def _worth(each: FromClause) -> Subquery:
    """The open amount of the distinct deals at hand when somebody searched for the same words."""
    pairs = select(each.c.words, each.c.deal_id).where(each.c.deal_id.is_not(None)).distinct().subquery()
    worth = select(pairs.c.words, func.sum(Deal.base_amount_minor).label("pipeline"))
    still_open = (Deal.id == pairs.c.deal_id) & (Deal.status == "open") & in_crm()
    return worth.join(Deal, still_open).group_by(pairs.c.words).subquery()


def _other_words(each: FromClause) -> Subquery:
    """What most often followed within two minutes, in its last wording, how often and for how many people."""
    later = aliased(Search)
    number = func.count()
    best = func.row_number().over(
        partition_by=each.c.words, order_by=(number.desc(), func.max(later.id).desc())
    )
    counted = (
        select(
            *(each.c.words, func.max(later.id).label("last_id")),
            *(
                number.label("number"),
                func.count(distinct(each.c.user_id)).label("people"),
                best.label("place"),
            ),
        )
        .join(later, later.id == each.c.rephrased_by_id)
        .group_by(each.c.words, later.words)
        .subquery()
    )
    last = aliased(Search)
    found = select(counted.c.words, last.text, counted.c.number, counted.c.people).join(
        last, last.id == counted.c.last_id
    )
    return found.where(counted.c.place == 1).subquery()


# What an order needs beside the sums: the second column of each.
_BESIDE: dict[str, Callable[[FromClause], Subquery]] = {
    "text": _latest,
    "results": _results,
    "place": _places,
    "pipeline": _worth,
    "people": _worth,
}
