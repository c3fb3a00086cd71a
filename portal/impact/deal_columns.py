"""Deal columns: the deals that are in a CRM, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, String, case, cast, func, select

from portal.db import db
from portal.deals.models import Account, Deal
from portal.deals.queries import in_crm
from portal.impact.columns import (
    amounts_of,
    days_of,
    joined_amounts,
    joined_dates,
    joined_numbers,
    joined_words,
    numbers_of,
    words_of,
)
from portal.impact.gathered import FACETS, Coded
from portal.impact.inputs import Deals
from portal.impact.rows import BoolArray, FloatArray, IntArray
from portal.users.models import User


@dataclass(frozen=True)
class DealColumns:
    """Deals in the order of their ids, all (deals,)."""

    id: IntArray
    created_day: IntArray
    closed_day: IntArray  # UNKNOWN for open ones
    size: FloatArray
    value: FloatArray
    amount_given: BoolArray
    status: Coded
    stage: Coded
    source: Coded
    rep: Coded
    facets: dict[str, Coded]

    def deals(self) -> Deals:
        """Return what the methods take of them."""
        return Deals(
            created_day=self.created_day,
            closed_day=self.closed_day,
            closed=~self.status.says("open"),
            won=self.status.says("won"),
            size=self.size,
            value=self.value,
            segment=self.facets["segment"].codes,
            rep=self.rep.codes,
        )


def deal_columns(*conditions: ColumnElement[bool]) -> DealColumns:
    """Read the deals that meet some conditions, in one statement."""
    words = _words()
    columns = (
        joined_numbers(Deal.id),
        joined_numbers(case((Deal.amount_minor.is_(None), 0), else_=1)),
        joined_amounts(Deal.size_minor),
        joined_amounts(Deal.base_amount_minor),
        joined_dates(Deal.created_on),
        joined_dates(case((Deal.status == "open", None), else_=Deal.closed_on)),
        *(joined_words(column) for column in words.values()),
    )
    found = select(*columns).select_from(Deal).outerjoin(Account, Account.id == Deal.account_id)
    found = found.outerjoin(User, User.id == Deal.owner_id).where(in_crm(), *conditions)
    ids, given, size, value, created, closed, *texts = db.session.execute(found).one()
    number = numbers_of(ids)
    order = np.argsort(number, kind="stable")
    coded = {name: _in_order(words_of(text), order) for name, text in zip(words, texts, strict=True)}
    return DealColumns(
        id=number[order],
        created_day=days_of(created)[order],
        closed_day=days_of(closed)[order],
        size=amounts_of(size)[order],
        value=amounts_of(value)[order],
        amount_given=numbers_of(given)[order] > 0,
        **{name: coded[name] for name in ("status", "stage", "source", "rep")},
        facets={name: coded[name] for name in FACETS},
    )


def _words() -> dict[str, ColumnElement[str]]:
    """What is told of deals in words, by its name."""
    # People of the CRM who are nobody here are told apart by what it calls them; no name begins as a number here does.
    called = func.coalesce(func.nullif(Deal.owner_email, ""), Deal.owner_name)
    return {
        "status": cast(Deal.status, String),
        "stage": cast(Deal.stage, String),
        "source": cast(Deal.source, String),
        "rep": case((Deal.owner_id.is_not(None), "\n" + cast(Deal.owner_id, String)), else_=called),
        "segment": cast(Deal.segment, String),
        "region": func.coalesce(Deal.region, Account.region),
        "industry": func.coalesce(Deal.industry, Account.industry),
        "product": cast(Deal.product, String),
        "team": cast(User.team_id, String),
    }


def _in_order(words: list[str], order: IntArray) -> Coded:
    return Coded.of(words[place] for place in order.tolist())
