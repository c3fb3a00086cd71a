"""What is known of an account at a glance, to tell it from another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, case, func, select

from portal.db import db
from portal.deals.merging.domains import domains_by_account
from portal.deals.models import Account, Deal


@dataclass(frozen=True)
class AccountCard:
    """What is known of one account, to tell it from another: its deals that are not gone, and its domains."""

    id: int
    name: str
    industry: str | None
    region: str | None
    deals: int = 0
    open_deals: int = 0
    open_minor: int = 0
    last: Deal | None = None
    domains: list[str] = field(default_factory=list)


def cards(ids: Iterable[int]) -> dict[int, AccountCard]:
    """Return what is known of some accounts, by id; deals that are gone from the CRM are left out."""
    wanted = set(ids)
    here = Deal.account_id.in_(wanted), Deal.removed_at.is_(None)
    is_open = Deal.status == "open"
    sums = select(
        Deal.account_id,
        func.count(),
        func.count(case((is_open, 1))),
        func.coalesce(func.sum(case((is_open, Deal.base_amount_minor))), 0),
    )
    counts = {
        row[0]: tuple(row[1:]) for row in db.session.execute(sums.where(*here).group_by(Deal.account_id))
    }
    last = _last_deals(here)
    domains = domains_by_account(wanted)
    accounts = db.session.scalars(select(Account).where(Account.id.in_(wanted)))
    known = {}
    for each in accounts:
        deals, open_deals, open_minor = counts.get(each.id, (0, 0, 0))
        known[each.id] = AccountCard(
            id=each.id,
            name=each.name,
            industry=each.industry,
            region=each.region,
            deals=deals,
            open_deals=open_deals,
            open_minor=open_minor,
            last=last.get(each.id),
            domains=domains.get(each.id, []),
        )
    return known


def _last_deals(here: Sequence[ColumnElement[bool]]) -> dict[int | None, Deal]:
    day = func.coalesce(Deal.closed_on, Deal.created_on)
    order = func.row_number().over(
        partition_by=Deal.account_id, order_by=(day.desc().nulls_last(), Deal.id.desc())
    )
    placed = select(Deal.id, order.label("place")).where(*here).subquery()
    first = select(Deal).join(placed, placed.c.id == Deal.id).where(placed.c.place == 1)
    return {deal.account_id: deal for deal in db.session.scalars(first)}
