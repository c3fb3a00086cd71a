"""Writing a comparison down: bulk statements, and beside them what every deal was before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from portal.db import chunks, db, insert_rows, now
from portal.deals.accounts import store_accounts
from portal.deals.comparing import Comparison, PlannedDeal
from portal.deals.models import Deal, DealChange, StageEntry
from portal.deals.people import store_people
from portal.usage.sums import local_day


def write(comparison: Comparison, import_id: int) -> None:
    """Write what a comparison found; every changed deal's fields before are kept, so that it can be undone."""
    moment = now()
    store_people(comparison.people)
    store_accounts(comparison.accounts)
    _insert(comparison.of("new"), comparison.source, import_id, moment)
    changed = comparison.of("changed")
    entered = _stage_entries(changed, local_day(moment))
    _update(changed, moment)
    before = [
        {
            "import_id": import_id,
            "deal_id": deal.known["id"],
            "before": deal.before | _added(entered.get(deal.known["id"])),
        }
        for deal in changed
        if deal.known
    ]
    insert_rows(DealChange, before)
    insert_rows(
        StageEntry,
        [
            {"deal_id": deal_id, "stage": stage, "entered_on": day}
            for deal_id, (stage, day) in entered.items()
        ],
    )


def _insert(deals: list[PlannedDeal], source: str, import_id: int, moment: datetime) -> None:
    for part in chunks(deals):
        stamps = {"source": source, "imported_at": moment, "changed_at": moment}
        insert_rows(Deal, [_values(deal) | stamps | {"external_id": deal.row.external_id} for deal in part])
        names = [deal.row.external_id for deal in part]
        ids = db.session.scalars(select(Deal.id).where(Deal.source == source, Deal.external_id.in_(names)))
        insert_rows(DealChange, [{"import_id": import_id, "deal_id": deal_id} for deal_id in ids])


def _update(deals: list[PlannedDeal], moment: datetime) -> None:
    for part in chunks(deals):
        values = [
            _values(deal) | {"id": deal.known["id"], "changed_at": moment} for deal in part if deal.known
        ]
        db.session.execute(update(Deal), values)


def _values(deal: PlannedDeal) -> dict[str, Any]:
    values = dict(deal.values)
    if deal.account:
        values["account_id"] = deal.account.id
    if deal.owner:
        values["owner_id"] = deal.owner.id
    return values


def _stage_entries(changed: Iterable[PlannedDeal], today: date) -> dict[int, tuple[str, date]]:
    """Return for each deal whose stage is another now when it entered it, unless the history says so already.

    A closed deal entered its last stage on the day it closed. For any other stage an export says nothing, so it
    counts from the day of the import; a later import of the stage history adds the true days beside it.
    """
    moved = {
        deal.known["id"]: (deal.row.stage, deal.row.closed_on or today)
        for deal in changed
        if deal.known and "stage" in deal.before
    }
    latest: dict[int, str] = {}
    known: set[tuple[int, str, date]] = set()
    for ids in chunks(moved):
        entries = select(StageEntry.deal_id, StageEntry.stage, StageEntry.entered_on)
        entries = entries.where(StageEntry.deal_id.in_(ids)).order_by(StageEntry.entered_on, StageEntry.id)
        for deal_id, stage, day in db.session.execute(entries):
            latest[deal_id] = stage
            known.add((deal_id, stage, day))
    return {
        deal_id: (stage, day)
        for deal_id, (stage, day) in moved.items()
        if latest.get(deal_id) != stage and (deal_id, stage, day) not in known
    }


def _added(entry: tuple[str, date] | None) -> dict[str, Any]:
    return {"stages_added": [[entry[0], entry[1].isoformat()]]} if entry else {}
