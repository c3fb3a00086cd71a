"""The made-up CRM: its export as files, which go through the import as anybody's would."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import select

from portal.db import db
from portal.deals import services
from portal.deals.models import Deal
from portal.demo.company import ADMIN, DEAL_SOURCE
from portal.demo.loading.numbers import Numbers
from portal.demo.loading.other_words import other_words
from portal.demo.simulated import Simulated, SimulatedDeal
from portal.storage import storage
from portal.users.models import User

_DEALS = (
    *(
        "id",
        "name",
        "account",
        "owner email",
        "stage",
        "amount",
        "currency",
        "created",
        "expected close date",
    ),
    *("close date", "segment", "region", "product", "industry", "lead source", "loss reason"),
)
_ACCOUNTS = ("account", "industry", "region", "website")


def import_deals(numbers: Numbers, story: Simulated) -> None:
    """Import accounts, deals and stage history as the CRM would export them."""
    admin = db.session.get_one(User, numbers.people[ADMIN.email])
    words = other_words(story.deals)
    accounts = [(one.name, one.industry, one.region, one.domain) for one in story.accounts]
    with tempfile.TemporaryDirectory(prefix="tandem-") as name:
        folder = Path(name)
        files = {
            "deals": _write(folder / "deals.csv", _DEALS, (_deal(*words.of(deal)) for deal in story.deals)),
            "accounts": _write(folder / "accounts.csv", _ACCOUNTS, accounts),
        }
        _import("deals", files, admin)
        history = _write(folder / "stages.csv", ("deal_id", "stage", "entered_at"), _stages(story.deals))
        _import("history", {"history": history}, admin)
    found = db.session.execute(select(Deal.external_id, Deal.id).where(Deal.source == DEAL_SOURCE))
    numbers.deals.update(dict(found.tuples().all()))


def _deal(deal: SimulatedDeal, currency: str) -> tuple[object, ...]:
    return (
        *(deal.external_id, deal.name, deal.account, deal.owner_email, deal.stage),
        *(f"{deal.amount_minor / 100:.2f}", currency, deal.created, deal.expected_close, deal.closed or ""),
        *(deal.segment, deal.region, deal.product, deal.industry, deal.lead_source, deal.loss_reason or ""),
    )


def _stages(deals: Iterable[SimulatedDeal]) -> Iterable[tuple[object, ...]]:
    """Yield every stage that was entered, the last one on the day of closing."""
    for deal in deals:
        for stage, day in deal.stages:
            yield deal.external_id, stage, day
        if deal.closed:
            yield deal.external_id, deal.stage, deal.closed


def _write(path: Path, head: Sequence[str], lines: Iterable[Iterable[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(lines)
    return path


def _import(kind: services.Kind, paths: dict[str, Path], by: User) -> None:
    files = {part: (storage().put_file(path), path.name) for part, path in paths.items()}
    row = services.start_import(kind=kind, source=DEAL_SOURCE, files=files, by=by, dates="auto")
    readings = services.read_order(services.order_of(row))
    services.apply_import(row, services.compare_readings(readings, DEAL_SOURCE))
