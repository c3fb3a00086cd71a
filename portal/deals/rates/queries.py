"""What amounts are worth in the base currency."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import current_app
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.deals.models import NANO, CurrencyRate, Deal
from portal.errors import NotFound
from portal.tabular.currencies import minor_digits


@dataclass(frozen=True)
class Rates:
    """The rates known of each currency: the days they are valid from, in order, and the rates, in billionths."""

    base: str
    by_currency: Mapping[str, tuple[tuple[date, ...], tuple[int, ...]]]

    def base_minor(self, amount_minor: int | None, currency: str, day: date | None = None) -> int | None:
        """Return an amount in minor units of the base currency at the rate of a day, or the newest one without a day.

        None where no rate is known for that day; a rate is never taken for days before it.
        """
        if amount_minor is None or currency == self.base:
            return amount_minor
        days, values = self.by_currency.get(currency, ((), ()))
        place = bisect_right(days, day) if day else len(days)
        if not place:
            return None
        shift = 10 ** minor_digits(self.base)
        whole = amount_minor * values[place - 1] * shift
        per_unit = NANO * 10 ** minor_digits(currency)
        # Half a minor unit is rounded away from zero, as people round money.
        rounded = (abs(whole) * 2 + per_unit) // (2 * per_unit)
        return rounded if whole >= 0 else -rounded


def rates() -> Rates:
    """Return all rates that are known."""
    known: dict[str, list[tuple[date, int]]] = {}
    rows = select(CurrencyRate.currency, CurrencyRate.valid_from, CurrencyRate.rate_nano)
    for currency, day, value in db.session.execute(rows.order_by(CurrencyRate.valid_from)):
        known.setdefault(currency, []).append((day, value))
    return Rates(
        current_app.config["BASE_CURRENCY"],
        {
            code: (tuple(day for day, _ in own), tuple(value for _, value in own))
            for code, own in known.items()
        },
    )


@dataclass(frozen=True)
class Unrated:
    """Deals in a currency without a rate for them: how many, and their amounts' sum in that currency's minor units."""

    currency: str
    deals: int
    minor: int


def without_rate() -> list[Unrated]:
    """Return what stays out of all sums, the currency with most deals first."""
    theirs = select(Deal.currency, func.count(), func.sum(Deal.amount_minor)).where(
        Deal.amount_minor.is_not(None), Deal.base_amount_minor.is_(None), Deal.removed_at.is_(None)
    )
    rows = db.session.execute(theirs.group_by(Deal.currency).order_by(func.count().desc(), Deal.currency))
    return [Unrated(*row) for row in rows]


@dataclass(frozen=True)
class Newest:
    """The newest rate of a currency, how many there are of it, and from which day on."""

    rate: CurrencyRate
    count: int
    since: date


def newest_rates() -> list[Newest]:
    """Return the newest rate of each currency."""
    every = select(
        CurrencyRate.currency,
        func.max(CurrencyRate.valid_from).label("newest"),
        func.count().label("count"),
        func.min(CurrencyRate.valid_from).label("since"),
    )
    grouped = every.group_by(CurrencyRate.currency).subquery()
    is_newest = (CurrencyRate.currency == grouped.c.currency) & (CurrencyRate.valid_from == grouped.c.newest)
    found = select(CurrencyRate, grouped.c.count, grouped.c.since).join(grouped, is_newest)
    found = found.options(joinedload(CurrencyRate.loaded_by)).order_by(CurrencyRate.currency)
    return [Newest(*row) for row in db.session.execute(found)]


def rates_of(currency: str) -> Select[tuple[CurrencyRate]]:
    """Select all rates of a currency, the newest first."""
    found = select(CurrencyRate).where(CurrencyRate.currency == currency)
    return found.options(joinedload(CurrencyRate.loaded_by)).order_by(CurrencyRate.valid_from.desc())


def rate_or_404(rate_id: int) -> CurrencyRate:
    """Return one rate, or raise NotFound."""
    found = db.session.get(CurrencyRate, rate_id)
    if found is None:
        raise NotFound("This rate is not there any more.")
    return found
