"""What came of each search, said in SQL: whether it found anything, what was opened and used of it, and how soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Subquery,
    and_,
    case,
    extract,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
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
# Words may mean the same as others once so many people, or so many searches, went from one to the other: what one
# person tries once says nothing.
SAME_PEOPLE, SAME_TIMES = 2, 3
VIEWS = ("all", "nothing", "unopened", "rephrased")


class _Later(FunctionElement[datetime]):
    """The last moment at which a use still follows an opening; a moment, so that an index finds what lies between."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(_Later)
def _by_interval(element: Any, compiler: Any, **given: Any) -> str:
    at = compiler.process(element.clauses, **given)
    return f"({at} + interval '{USED_WITHIN.seconds} seconds')"


@compiles(_Later, "sqlite")
def _as_text(element: Any, compiler: Any, **given: Any) -> str:
    # Moments are text in SQLite, with six digits after the point, of which it reckons with three.
    at = compiler.process(element.clauses, **given)
    return f"(strftime('%Y-%m-%d %H:%M:%f', {at}, '+{USED_WITHIN.seconds} seconds') || '999')"


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
    return or_(Search.result_count == 0, Search.corrected != "") & ~_has_opened()


def _has_opened() -> ColumnElement[bool]:
    return select(SearchClick.id).where(SearchClick.search_id == Search.id).exists()


def _unopened() -> ColumnElement[bool]:
    return and_(Search.result_count > 0, Search.corrected == "", ~_has_opened())


def narrowed(view: str) -> list[ColumnElement[bool]]:
    """Return the conditions of a view: what found nothing, found something unopened, or was put in other words.

    "gap" is what found nothing and no request answers.
    """
    views = {
        "nothing": in_vain,
        "gap": lambda: and_(in_vain(), ~is_answered()),
        "unopened": _unopened,
        "rephrased": lambda: Search.rephrased_by_id.is_not(None),
    }
    return [views[view]()] if view in views else []


def uses_of(conditions: Sequence[ColumnElement[bool]]) -> Subquery:
    """By search: after how many seconds what was opened of it was first used by the same person, beyond looking.

    Within two hours of opening it; a use belongs to the last search that opened what was used.
    """
    columns = (Search.id, Search.at, Search.user_id, SearchClick.id.label("click_id"), SearchClick.asset_id)
    clicks = select(*columns, SearchClick.at.label("opened_at")).join(
        Search, Search.id == SearchClick.search_id
    )
    # Found out before anything else: SQLite would begin with all uses of these people, however short the time.
    opened = clicks.where(*conditions).cte("opened").prefix_with("MATERIALIZED")
    use = aliased(UsageEvent, effective_events().where(touches()).subquery())
    later, other = aliased(SearchClick), aliased(Search)
    same = and_(use.user_id == opened.c.user_id, use.asset_id == opened.c.asset_id)
    soon = use.at.between(opened.c.opened_at, _Later(opened.c.opened_at))
    opened_again = (
        select(later.id)
        .join(other, other.id == later.search_id)
        .where(
            later.asset_id == opened.c.asset_id,
            later.at.between(opened.c.opened_at, use.at),
            or_(later.at > opened.c.opened_at, later.id > opened.c.click_id),
            other.user_id == opened.c.user_id,
        )
    )
    seconds = extract("epoch", func.min(use.at)) - extract("epoch", opened.c.at)
    found = select(opened.c.id.label("search_id"), seconds.label("seconds")).join(use, same & soon)
    return found.where(~opened_again.exists()).group_by(opened.c.id, opened.c.at).subquery()


def facts(
    scope: Scope, view: str = "all", *, words: Sequence[str] | None = None, uses: bool = True
) -> Subquery:
    """Return one row a search of a view: what it was, 0 or 1 for what came of it, and seconds until its first use.

    Only searches with certain words, when these are given. Uses take longest to find; they can be left out.
    """
    conditions = scope.conditions() + narrowed(view)
    if words is not None:
        conditions.append(Search.words.in_(words))
    # What a view says of all of its searches need not be asked of each.
    vain = true() if view in ("nothing", "gap") else false() if view == "unopened" else in_vain()
    opened = false() if view in ("nothing", "gap", "unopened") else _has_opened()
    missing = {"gap": true(), "nothing": ~is_answered()}.get(view, false())
    columns = (
        *(Search.id, Search.at, Search.words, Search.user_id, Search.deal_id, Search.rephrased_by_id),
        case((vain, 1), else_=0).label("in_vain"),
        case((_unopened(), 1), else_=0).label("unopened"),
        case((Search.rephrased_by_id.is_not(None), 1), else_=0).label("rephrased"),
        case((opened, 1), else_=0).label("opened"),
        case((missing, 1), else_=0).label("missing"),
        case((Search.deal_id.is_not(None), 1), else_=0).label("with_deal"),
    )
    if not uses or view in ("nothing", "gap", "unopened"):  # nothing was opened there
        nothing = (literal(0).label("used"), null().label("seconds"))
        return select(*columns, *nothing).where(*conditions).subquery()
    used = uses_of(conditions)
    came = (case((used.c.seconds.is_not(None), 1), else_=0).label("used"), used.c.seconds)
    found = select(*columns, *came).outerjoin(used, used.c.search_id == Search.id)
    return found.where(*conditions).subquery()
