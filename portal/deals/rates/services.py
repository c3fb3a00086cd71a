"""Loading rates, taking wrong ones away, and reckoning anew what deals are worth in the base currency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update

from portal.db import chunks, db, now
from portal.deals.models import CurrencyRate, Deal
from portal.deals.rates.queries import Rates, rates
from portal.deals.rates.reading import RateLine
from portal.jobs import enqueue
from portal.users.models import User
from portal.users.services import audit


@dataclass(frozen=True)
class Loaded:
    """What loading rates came to: how many were new, took another's place, or were known already."""

    new: int
    changed: int
    same: int


def load_rates(lines: Sequence[RateLine], by: User) -> Loaded:
    """Keep rates; one for the same currency and day takes the other's place."""
    wanted = {line.currency for line in lines}
    found = db.session.scalars(select(CurrencyRate).where(CurrencyRate.currency.in_(wanted)))
    known: dict[tuple[str, date], CurrencyRate] = {(row.currency, row.valid_from): row for row in found}
    new = changed = 0
    for line in lines:
        row = known.get((line.currency, line.valid_from))
        if row is None:
            row = CurrencyRate(currency=line.currency, valid_from=line.valid_from)
            new += 1
        elif row.rate_nano != line.rate_nano:
            changed += 1
        else:
            continue
        row.rate_nano, row.loaded_by_id, row.loaded_at = line.rate_nano, by.id, now()
        db.session.add(row)
    db.session.flush()
    if new or changed:
        said: dict[str, object] = {"new": new, "changed": changed}
        audit(by, "loaded exchange rates", ", ".join(sorted(wanted))[:200], said)
        enqueue("apply_rates", once=True)
    return Loaded(new, changed, len(lines) - new - changed)


def remove_rate(row: CurrencyRate, by: User) -> None:
    """Take a wrong rate away."""
    audit(by, "removed an exchange rate", f"{row.currency} from {row.valid_from}", {"rate": row.rate})
    db.session.delete(row)
    enqueue("apply_rates", once=True)


def reckon() -> int:
    """Write on all deals what they are worth in the base currency; return how many changed.

    Those in the base currency are told as they are, and differ only after another one was made the base.
    """
    worth = rates()
    columns = (Deal.id, Deal.amount_minor, Deal.currency, Deal.base_amount_minor, Deal.closed_on)
    sizes = (Deal.size_amount_minor, Deal.size_currency, Deal.size_minor)
    foreign = (Deal.currency != worth.base) | (Deal.size_currency != worth.base)
    told_otherwise = Deal.base_amount_minor.is_distinct_from(Deal.amount_minor)
    found = select(*columns, *sizes).where(
        foreign | told_otherwise | Deal.size_minor.is_distinct_from(Deal.size_amount_minor)
    )
    changed = list(_changes(db.session.execute(found.order_by(Deal.id)), worth))
    moment = now()
    for part in chunks(changed):
        db.session.execute(update(Deal), [row | {"changed_at": moment} for row in part])
    if changed:
        for kind in ("score_requests", "compute_impact"):
            enqueue(kind, once=True)
    return len(changed)


def _changes(deals: Iterable[Any], worth: Rates) -> Iterable[dict[str, Any]]:
    """Yield what follows anew from a deal's amount, its size as it was told, and the rates."""
    for deal in deals:
        base = worth.base_minor(deal.amount_minor, deal.currency, deal.closed_on)
        size = None
        if deal.size_currency:
            size = worth.base_minor(deal.size_amount_minor, deal.size_currency, deal.closed_on) or None
        if (base, size) != (deal.base_amount_minor, deal.size_minor):
            yield {"id": deal.id, "base_amount_minor": base, "size_minor": size}
