"""The sums over all searches of a scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Subquery, distinct, func, or_, select

from portal.db import db
from portal.discovery.learning.facts import Scope, facts, uses_of


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


def totals(scope: Scope) -> Totals:
    """Return the sums over all searches of a scope."""
    each = facts(scope, uses=False)
    names = ("in_vain", "rephrased", "opened")
    sums = (func.coalesce(func.sum(each.c[name]), 0).label(name) for name in names)
    number, people = func.count().label("searches"), func.count(distinct(each.c.user_id)).label("people")
    row = db.session.execute(select(number, people, *sums).select_from(each)).mappings().one()
    # What found something and is not opened is the rest, which need not be looked for.
    rest = row["searches"] - row["in_vain"] - row["opened"]
    used = uses_of(scope.conditions())
    place, many = func.row_number().over(order_by=used.c.seconds), func.count().over()
    ordered = select(used.c.seconds, place.label("place"), many.label("number")).subquery()
    median = select(func.avg(ordered.c.seconds), func.max(ordered.c.number)).where(_middle(ordered))
    seconds, used_number = db.session.execute(median).one()
    return Totals(**row, unopened=rest, used=used_number or 0, seconds=seconds)


def _middle(ordered: Subquery) -> Any:
    """Keep the one or two rows in the middle of numbered ones, whose mean is the median."""
    return or_(ordered.c.place == (ordered.c.number + 1) // 2, ordered.c.place == (ordered.c.number + 2) // 2)
