"""Stage histories: which entries are new, and what they tell about a deal's size before it closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import select, update

from portal.db import chunks, db, insert_rows, now
from portal.deals.comparing import known_deals
from portal.deals.models import Deal, DealChange, StageEntry
from portal.deals.reading import HistoryRow
from portal.tabular.cells import shorten
from portal.tabular.reading import Reading
from portal.tabular.table import Refusal

Entry = tuple[int, str, date]


@dataclass(frozen=True)
class HistoryComparison:
    """What a history would add: new entries by deal, sizes of closed deals as (before, after), refused rows."""

    source: str
    reading: Reading[HistoryRow]
    entries: list[Entry]
    new_rows: list[HistoryRow]
    unchanged: int
    sizes: dict[int, tuple[int | None, int]]
    refusals: list[Refusal]


def compare_history(reading: Reading[HistoryRow], source: str) -> HistoryComparison:
    """Compare a stage history with what is known; nothing is written."""
    deals = known_deals(source, {row.deal_id for row in reading.rows})
    known = _known_entries([deal["id"] for deal in deals.values()])
    entries: list[Entry] = []
    new_rows: list[HistoryRow] = []
    refusals = list(reading.refusals)
    taken: list[HistoryRow] = []
    for row in reading.rows:
        deal = deals.get(row.deal_id)
        if deal is None:
            reason = f"There is no deal with this id from “{source}”. Import the deals first."
            refusals.append(Refusal(row.line, "deal_id", shorten(row.deal_id), reason))
            continue
        taken.append(row)
        entry = (deal["id"], row.stage, row.entered_on)
        if entry not in known:
            known.add(entry)
            entries.append(entry)
            new_rows.append(row)
    refusals.sort(key=lambda refusal: refusal.line)
    sizes = _sizes(taken, deals)
    return HistoryComparison(source, reading, entries, new_rows, len(taken) - len(new_rows), sizes, refusals)


def _known_entries(deal_ids: list[int]) -> set[Entry]:
    known: set[Entry] = set()
    for ids in chunks(deal_ids):
        found = select(StageEntry.deal_id, StageEntry.stage, StageEntry.entered_on)
        rows = db.session.execute(found.where(StageEntry.deal_id.in_(ids)))
        known.update((deal_id, stage, day) for deal_id, stage, day in rows)
    return known


def _sizes(
    rows: list[HistoryRow], deals: Mapping[str, Mapping[str, Any]]
) -> dict[int, tuple[int | None, int]]:
    """Return sizes that differ: the last amount a closed deal had in the base currency while it was open."""
    base_currency = current_app.config["BASE_CURRENCY"]
    last: dict[str, HistoryRow] = {}
    for row in rows:
        closed_on = deals[row.deal_id]["closed_on"]
        tells = row.status == "open" and row.amount_minor and row.currency == base_currency
        if not tells or closed_on is None or row.entered_on > closed_on:
            continue
        before = last.get(row.deal_id)
        if before is None or before.entered_at <= row.entered_at:
            last[row.deal_id] = row
    found = {
        deals[deal_id]["id"]: (deals[deal_id]["size_minor"], row.amount_minor)
        for deal_id, row in last.items()
    }
    return {deal_id: (old, new) for deal_id, (old, new) in found.items() if new is not None and old != new}


def write_history(comparison: HistoryComparison, import_id: int) -> None:
    """Write the new entries and sizes; what each deal had before is kept, so that it can be undone."""
    before: dict[int, dict[str, Any]] = {}
    for deal_id, stage, day in comparison.entries:
        before.setdefault(deal_id, {"stages_added": []})["stages_added"].append([stage, day.isoformat()])
    for deal_id, (old, _) in comparison.sizes.items():
        before.setdefault(deal_id, {})["size_minor"] = old
    insert_rows(
        StageEntry,
        (
            {"deal_id": deal_id, "stage": stage, "entered_on": day}
            for deal_id, stage, day in comparison.entries
        ),
    )
    moment = now()
    for sized in chunks(comparison.sizes.items()):
        sizes = [{"id": deal_id, "size_minor": new, "changed_at": moment} for deal_id, (_, new) in sized]
        db.session.execute(update(Deal), sizes)
    changes = (
        {"import_id": import_id, "deal_id": deal_id, "before": fields} for deal_id, fields in before.items()
    )
    insert_rows(DealChange, changes)
