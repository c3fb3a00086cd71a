"""What came of each search, said in SQL: whether it found anything, what was opened and used of it, and how soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, extract, false, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from portal.db import UtcDateTime
from portal.discovery.learning.answered import is_answered
from portal.discovery.models import Search, SearchClick
from portal.usage.models import UsageEvent
from portal.usage.queries import effective_events, touches
from portal.users.models import User

SALES = ("rep", "manager")
# What is done with content later than this after it was opened has another reason than the search.
USED_WITHIN = timedelta(hours=2)
VIEWS = ("all", "nothing", "unopened", "rephrased")


class _UsedUntil(FunctionElement[datetime]):
    """The last moment at which a use still follows an opening; a moment, so that an index finds what lies between."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(_UsedUntil)
def _by_interval(element: Any, compiler: Any, **given: Any) -> str:
    return f"({compiler.process(element.clauses, **given)} + interval '{USED_WITHIN.seconds} seconds')"


@compiles(_UsedUntil, "sqlite")
def _as_text(element: Any, compiler: Any, **given: Any) -> str:
    # Moments are text there, with six digits after the point.
    at = compiler.process(element.clauses, **given)
    return f"(strftime('%Y-%m-%d %H:%M:%f', {at}, '+{USED_WITHIN.seconds} seconds') || '000')"


@dataclass(frozen=True)
class Scope:
    """Which searches are spoken of: from one moment until before another, of a team, of sales or of everybody."""

    begin: datetime | None = None
    end: datetime | None = None
    team_id: int | None = None
    sales_only: bool = True

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions that keep searches within it."""
        found = [Search.user_id.is_not(None), Search.words != ""]
        if self.begin:
            found.append(Search.at >= self.begin)
        if self.end:
            found.append(Search.at < self.end)
        people = select(User.id)
        # What marketing types to try the search out is no need of sales.
        people = people.where(User.role.in_(SALES)) if self.sales_only else people
        people = people.where(User.team_id == self.team_id) if self.team_id is not None else people
        return [*found, Search.user_id.in_(people)]


def in_vain() -> ColumnElement[bool]:
    """Return the condition of a search whose words found nothing.

    Where other words were searched for instead, that helped only if something of it was opened.
    """
    opened = select(SearchClick.id).where(SearchClick.search_id == Search.id).exists()
    return or_(Search.result_count == 0, Search.corrected != "") & ~opened


def _opened() -> Subquery:
    """By search: how many hits were opened."""
    return (
        select(SearchClick.search_id, func.count().label("hits")).group_by(SearchClick.search_id).subquery()
    )


def _used() -> Subquery:
    """By search: when what was opened of it was first used, beyond looking, by the same person within two hours."""
    events = effective_events().where(touches())
    wanted = (UsageEvent.user_id, UsageEvent.asset_id, UsageEvent.at)
    use = events.with_only_columns(*wanted).where(UsageEvent.user_id.is_not(None)).subquery()
    same = and_(use.c.user_id == Search.user_id, use.c.asset_id == SearchClick.asset_id)
    soon = use.c.at.between(SearchClick.at, _UsedUntil(SearchClick.at))
    found = select(Search.id.label("search_id"), func.min(use.c.at).label("at")).join(
        SearchClick, SearchClick.search_id == Search.id
    )
    return found.join(use, same & soon).group_by(Search.id).subquery()


def facts(scope: Scope, view: str = "all") -> Subquery:
    """Return one row a search: what it was, 0 or 1 for what came of it, and seconds until its first use.

    A view narrows them to those that found nothing, that found something of which nothing was opened, or that were
    put in other words within two minutes; "gap" to those that found nothing and that no request answers.
    """
    opened, used = _opened(), _used()
    has_opened = opened.c.hits.is_not(None)
    vain = in_vain()
    unopened = and_(~vain, opened.c.hits.is_(None))
    rephrased = Search.rephrased_by_id.is_not(None)
    missing = and_(vain, ~is_answered()) if view in ("nothing", "gap") else false()
    found = (
        select(
            *(Search.id, Search.words, Search.user_id, Search.deal_id, Search.rephrased_by_id),
            case((vain, 1), else_=0).label("in_vain"),
            case((unopened, 1), else_=0).label("unopened"),
            case((rephrased, 1), else_=0).label("rephrased"),
            case((has_opened, 1), else_=0).label("opened"),
            case((used.c.at.is_not(None), 1), else_=0).label("used"),
            case((missing, 1), else_=0).label("missing"),
            (extract("epoch", used.c.at) - extract("epoch", Search.at)).label("seconds"),
        )
        .outerjoin(opened, opened.c.search_id == Search.id)
        .outerjoin(used, used.c.search_id == Search.id)
        .where(*scope.conditions())
    )
    narrowed = {"nothing": vain, "gap": missing, "unopened": unopened, "rephrased": rephrased}
    return (found.where(narrowed[view]) if view in narrowed else found).subquery()
