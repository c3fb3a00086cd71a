"""Writing a comparison down: bulk statements, and beside them what every deal was before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update

from portal.db import chunks, db, insert_rows, now
from portal.deals.accounts import store_accounts
from portal.deals.comparing import Comparison
from portal.deals.models import Deal, DealChange, StageEntry
from portal.deals.people import store_people
from portal.deals.planned import PlannedDeal
from portal.usage.sums import local_day


@dataclass(frozen=True, slots=True)
class Entry:
    """A deal entered a stage on a day, or, when it is only seen there, on that day or before."""

    stage: str
    crm_stage: str
    day: date
    is_seen: bool

    def row(self, deal_id: int) -> dict[str, Any]:
        """Return the entry as its table has it."""
        values = {"stage": self.stage, "crm_stage": self.crm_stage}
        return {"deal_id": deal_id, **values, "entered_on": self.day, "is_seen": self.is_seen}


def write(comparison: Comparison, import_id: int) -> None:
    """Write what a comparison found; every changed deal's fields before are kept, so that it can be undone."""
    moment = now()
    store_people(comparison.people, import_id)
    store_accounts(comparison.accounts, import_id)
    today = local_day(moment)
    for part in chunks(comparison.of("new")):
        _insert(part, comparison.source, import_id, moment, today)
    for part in chunks(comparison.of("changed")):
        _change(part, import_id, moment, today)
    if comparison.gone:
        for ids in chunks(comparison.gone.ids):
            mark_removed(ids, import_id, moment)


def _insert(deals: list[PlannedDeal], source: str, import_id: int, moment: datetime, today: date) -> None:
    stamps = {"source": source, "imported_at": moment, "changed_at": moment}
    insert_rows(Deal, [_values(deal) | stamps | {"external_id": deal.row.external_id} for deal in deals])
    names = [deal.row.external_id for deal in deals]
    found = select(Deal.external_id, Deal.id)
    found = found.where(Deal.source == source, Deal.external_id.in_(names)).order_by(Deal.id)
    ids = dict(db.session.execute(found).tuples().all())
    insert_rows(DealChange, [{"import_id": import_id, "deal_id": deal_id} for deal_id in ids.values()])
    # A closed deal's last stage follows from the deal itself.
    is_open = (deal for deal in deals if deal.values["status"] == "open")
    insert_rows(StageEntry, [_entry(deal, today).row(ids[deal.row.external_id]) for deal in is_open])


def _change(deals: list[PlannedDeal], import_id: int, moment: datetime, today: date) -> None:
    entered, again = _stage_entries(deals, today)
    changes = [_values(deal) | {"id": deal.deal_id, "changed_at": moment} for deal in deals]
    db.session.execute(update(Deal), changes)
    kept = []
    for deal in deals:
        before = deal.before | {"changed_at": deal.changed_at.isoformat() if deal.changed_at else None}
        entry = entered.get(deal.deal_id or 0)
        if entry:
            before["stages_added"] = [[entry.crm_stage, entry.day.isoformat()]]
        if deal.deal_id in again:
            before["stages_replaced"] = [again[deal.deal_id]]
        if deal.row.modified_on:
            before["modified_on"] = deal.row.modified_on.isoformat()
        kept.append({"import_id": import_id, "deal_id": deal.deal_id, "before": before})
    insert_rows(DealChange, kept)
    for ids in chunks(was[0] for was in again.values()):
        db.session.execute(delete(StageEntry).where(StageEntry.id.in_(ids)))
    insert_rows(StageEntry, [entry.row(deal_id) for deal_id, entry in entered.items()])


def mark_removed(deal_ids: list[int], import_id: int, moment: datetime) -> None:
    """Mark deals as gone from their CRM, and keep what they were before."""
    known = db.session.execute(
        select(Deal.id, Deal.changed_at, Deal.removed_at).where(
            Deal.id.in_(deal_ids), Deal.removed_at.is_(None)
        )
    ).all()
    before = [
        {
            "import_id": import_id,
            "deal_id": row.id,
            "before": {"removed_at": None, "changed_at": row.changed_at.isoformat()},
        }
        for row in known
    ]
    insert_rows(DealChange, before)
    gone = update(Deal).where(Deal.id.in_([row.id for row in known]))
    db.session.execute(
        gone.values(removed_at=moment, changed_at=moment), execution_options={"synchronize_session": False}
    )


def _values(deal: PlannedDeal) -> dict[str, Any]:
    values = dict(deal.values)
    if deal.account:
        values["account_id"] = deal.account.id
    if deal.owner:
        values["owner_id"] = deal.owner.id
    return values


def _entry(deal: PlannedDeal, today: date) -> Entry:
    """Return the entry into the stage that a deal has now.

    A closed deal entered its last stage on the day it closed. For any other stage an export says nothing: the deal
    is seen there on the day of the import. A later import of the stage history puts the true days in place.
    """
    closed_on = deal.values["closed_on"]
    return Entry(deal.values["stage"], deal.values["crm_stage"], closed_on or today, closed_on is None)


def _stage_entries(
    changed: Iterable[PlannedDeal], today: date
) -> tuple[dict[int, Entry], dict[int, list[Any]]]:
    """Return for each deal whose stage is another now when it entered it, unless the history says so already.

    A deal that left a stage and came back on one day enters it once, after the other: the second part of the answer
    are the entries that give way to that, as a change keeps them.
    """
    moved = {
        deal.deal_id: _entry(deal, today) for deal in changed if deal.deal_id and "crm_stage" in deal.before
    }
    latest: dict[int, Any] = {}
    known: dict[tuple[int, str, date], Any] = {}
    for ids in chunks(moved):
        entries = select(StageEntry.__table__).where(StageEntry.deal_id.in_(ids))
        for row in db.session.execute(entries.order_by(StageEntry.entered_on, StageEntry.id)):
            latest[row.deal_id] = row
            known[row.deal_id, row.crm_stage, row.entered_on] = row
    entered: dict[int, Entry] = {}
    again: dict[int, list[Any]] = {}
    for deal_id, entry in moved.items():
        last = latest.get(deal_id)
        if last is not None and last.crm_stage == entry.crm_stage:
            continue
        same = known.get((deal_id, entry.crm_stage, entry.day))
        if same is None:
            entered[deal_id] = entry
        elif last is not None and last.entered_on == entry.day:
            entered[deal_id] = replace(entry, is_seen=same.is_seen)
            again[deal_id] = [same.id, same.stage, same.crm_stage, same.entered_on.isoformat(), same.is_seen]
    return entered, again
