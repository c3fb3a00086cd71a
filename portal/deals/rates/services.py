"""Loading rates, taking wrong ones away, and reckoning anew what deals are worth in the base currency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, update

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
    """Write on all deals in other currencies what they are worth in the base currency; return how many changed."""
    worth, tell_size = rates(), _sources_that_tell_size()
    columns = (Deal.id, Deal.source, Deal.status, Deal.amount_minor, Deal.currency, Deal.base_amount_minor)
    found = select(*columns, Deal.size_minor, Deal.closed_on).where(Deal.currency != worth.base)
    changed = list(_changes(db.session.execute(found.order_by(Deal.id)), worth, tell_size))
    moment = now()
    for part in chunks(changed):
        db.session.execute(update(Deal), [row | {"changed_at": moment} for row in part])
    if changed:
        for kind in ("score_requests", "compute_impact"):
            enqueue(kind, once=True)
    return len(changed)


def _changes(deals: Iterable[Any], worth: Rates, tell_size: set[str]) -> Iterable[dict[str, Any]]:
    for deal in deals:
        base = worth.base_minor(deal.amount_minor, deal.currency, deal.closed_on)
        size = deal.size_minor
        if deal.status == "open" or (size is not None and size == deal.base_amount_minor):
            size = base or None
        elif size is None and deal.base_amount_minor is None and deal.source in tell_size:
            # It came in closed while there was no rate, so that its size could not be told.
            size = base or None
        if (base, size) != (deal.base_amount_minor, deal.size_minor):
            yield {"id": deal.id, "base_amount_minor": base, "size_minor": size}


def _sources_that_tell_size() -> set[str]:
    """Return the CRMs that leave lost deals their amounts, of which closed ones may so be taken for their size."""
    with_amount = func.count(func.nullif(Deal.amount_minor, 0))
    lost = select(Deal.source).where(Deal.status == "lost").group_by(Deal.source)
    return set(db.session.scalars(lost.having(with_amount * 2 >= func.count())))
