"""What amounts are worth in the base currency."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import current_app
from sqlalchemy import select

from portal.db import db
from portal.deals.models import NANO, CurrencyRate
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
