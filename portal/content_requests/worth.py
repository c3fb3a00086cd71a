"""What requests are worth: the open deals that wait, each by its stage and by whether it can wait that long.

Of every distinct open deal that waits counts: amount in the base currency x weight of its stage x fade. The fade is 1
for a deal that closes on the need-by date or later, and falls by the day to 0 for one that closes REQUEST_FADE_DAYS
before it; where either day is unknown nothing fades. An open deal whose close is past is taken to close today.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from portal.content_requests.models import ContentRequest, Supporter, WaitingDeal
from portal.db import db, now
from portal.deals.models import Account, Deal
from portal.deals.queries import in_crm
from portal.usage.sums import local_day

SUMMARY = ("waiting_minor", "waiting_deals", "supporter_count", "alike_deals")


class _DaysBetween(FunctionElement[int]):
    """Whole days from one date to another, for which each database has its own words."""

    type = Integer()
    name = "days_between"
    inherit_cache = True


@compiles(_DaysBetween, "sqlite")
def _on_sqlite(element: _DaysBetween, compiler: SQLCompiler, **options: Any) -> str:
    first, last = (compiler.process(day, **options) for day in element.clauses)
    return f"CAST(julianday({last}) - julianday({first}) AS INTEGER)"


@compiles(_DaysBetween, "postgresql")
def _on_postgresql(element: _DaysBetween, compiler: SQLCompiler, **options: Any) -> str:
    first, last = (compiler.process(day, **options) for day in element.clauses)
    return f"(CAST({last} AS DATE) - CAST({first} AS DATE))"


@dataclass(frozen=True)
class Counted:
    """How a waiting deal counts, in SQL: weight in percent, days that are left of `of_days`, and minor units."""

    weight: ColumnElement[int]
    left: ColumnElement[int]
    of_days: int
    minor: ColumnElement[int]


def counted() -> Counted:
    """Say in SQL what a Deal counts for a ContentRequest that it waits for; halves of a minor unit are rounded up."""
    of_days = max(current_app.config["REQUEST_FADE_DAYS"], 1)
    weight, left = _weight(), _days_left(of_days)
    amount, share, whole = func.coalesce(Deal.base_amount_minor, 0), weight * left, 100 * of_days
    # What divides evenly first, so that no amount that a column holds is too large on the way.
    minor = (amount // whole) * share + ((amount % whole) * share + whole // 2) // whole
    return Counted(weight, left, of_days, minor)


def _weight() -> ColumnElement[int]:
    default = literal(current_app.config["STAGE_WEIGHT_DEFAULT"])
    weights = dict(_in_lower_case(current_app.config["STAGE_WEIGHTS"]))
    return case(weights, value=func.lower(Deal.stage), else_=default) if weights else default


def _in_lower_case(weights: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Yield names as the databases lower them: all letters, or those of ASCII alone."""
    for name, weight in weights.items():
        yield name.lower(), weight
        yield "".join(char.lower() if char.isascii() else char for char in name), weight


def _days_left(of_days: int) -> ColumnElement[int]:
    today = literal(local_day(now()), Date)
    closes = case((Deal.expected_close < today, today), else_=Deal.expected_close)
    early = _DaysBetween(closes, ContentRequest.needed_by)
    unknown = or_(ContentRequest.needed_by.is_(None), Deal.expected_close.is_(None))
    return case((unknown, of_days), (early <= 0, of_days), (early >= of_days, 0), else_=of_days - early)


def waiting_pairs() -> Select[Any]:
    """Select nothing yet from the open deals that wait, each with the request that it waits for."""
    pairs = select().select_from(WaitingDeal).join(Deal, Deal.id == WaitingDeal.deal_id)
    return pairs.join(ContentRequest, ContentRequest.id == WaitingDeal.request_id).where(
        Deal.status == "open", in_crm()
    )


def score_requests(request_ids: Sequence[int] | None = None) -> None:
    """Reckon anew what some requests are worth, or all, in one statement; the columns of SUMMARY hold it."""
    fresh = _fresh(request_ids)
    columns = {name: getattr(ContentRequest, name) for name in SUMMARY}
    differs = or_(*(column != fresh.c[name] for name, column in columns.items()))
    changed = update(ContentRequest).where(ContentRequest.id == fresh.c.id, differs)
    db.session.execute(
        changed.values({column: fresh.c[name] for name, column in columns.items()}),
        execution_options={"synchronize_session": False},
    )
    for one in db.session.identity_map.values():
        if isinstance(one, ContentRequest):
            db.session.expire(one, SUMMARY)


def _fresh(request_ids: Sequence[int] | None) -> Subquery:
    """Select what the columns of SUMMARY ought to hold."""
    waits = waiting_pairs().add_columns(
        WaitingDeal.request_id,
        func.sum(counted().minor).label("minor"),
        func.count().label("deals"),
    )
    people = select(Supporter.request_id, func.count().label("people"))
    found = select(ContentRequest.id)
    if request_ids is not None:
        # Named one by one, the database begins with their rows; sent as one value, with all open deals.
        waits = waits.where(WaitingDeal.request_id.in_(request_ids))
        people = people.where(Supporter.request_id.in_(request_ids))
        found = found.where(ContentRequest.id.in_(request_ids))
    of = waits.group_by(WaitingDeal.request_id).subquery("waits")
    by = people.group_by(Supporter.request_id).subquery("people")
    like = _alike(request_ids)
    found = found.outerjoin(of, of.c.request_id == ContentRequest.id)
    found = found.outerjoin(by, by.c.request_id == ContentRequest.id)
    found = found.outerjoin(like, like.c.request_id == ContentRequest.id)
    return found.add_columns(
        func.coalesce(of.c.minor, 0).label("waiting_minor"),
        func.coalesce(of.c.deals, 0).label("waiting_deals"),
        func.coalesce(by.c.people, 0).label("supporter_count"),
        func.coalesce(like.c.deals, 0).label("alike_deals"),
    ).subquery("fresh")


def _alike(request_ids: Sequence[int] | None) -> Subquery:
    """Select by request how many open deals have industry and product of one that waits, and do not wait themselves.

    Deals are counted by what they are first: of each kind that waits, there are all but those that wait.
    """
    # The account is looked up only for deals that have no industry of their own.
    of_account = select(Account.industry).where(Account.id == Deal.account_id).scalar_subquery()
    industry = func.coalesce(Deal.industry, of_account).label("industry")
    is_open = (Deal.status == "open") & in_crm()
    each = select(industry, Deal.product).where(is_open).subquery("each")
    wait = select(WaitingDeal.request_id, industry, Deal.product).where(is_open)
    wait = wait.join(Deal, Deal.id == WaitingDeal.deal_id)
    if request_ids is not None:
        wait = wait.where(WaitingDeal.request_id.in_(request_ids))
    one = wait.subquery("one")
    own = select(one, func.count().label("deals")).group_by(*one.c).subquery("own")
    kinds = select(each, func.count().label("deals")).group_by(*each.c)
    if request_ids is not None:
        # Few requests have few kinds: other deals are passed by before they are sorted into kinds.
        kinds = kinds.where(tuple_(*each.c).in_(select(one.c.industry, one.c.product)))
    every = kinds.subquery("kinds")
    both = select(own.c.request_id, func.sum(every.c.deals - own.c.deals).label("deals"))
    both = both.join(every, and_(every.c.industry == own.c.industry, every.c.product == own.c.product))
    return both.group_by(own.c.request_id).subquery("alike")
