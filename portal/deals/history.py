"""Stage histories: which entries are new, and what they tell about a deal's size before it closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select, update

from portal.db import chunks, db, insert_rows, now
from portal.deals.comparing import known_deals
from portal.deals.models import Deal, DealChange, StageEntry
from portal.deals.rates.queries import rates
from portal.deals.reading import HistoryRow
from portal.deals.stages.queries import stage_words
from portal.tabular.cells import shorten
from portal.tabular.currencies import minor_digits
from portal.tabular.reading import Reading
from portal.tabular.table import Refusal

# A deal, the CRM's word for the stage, and the day on which it was entered.
Entry = tuple[int, str, date]
# What a deal's columns of its size hold.
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """A stage in which an import saw a deal; a history that says when it came there takes its place."""

    id: int
    deal_id: int
    stage: str
    crm_stage: str
    day: date


@dataclass(frozen=True)
class HistoryComparison:
    """What a history would add: new entries by deal, sizes of closed deals as (before, after), refused rows.

    `replaced` are the entries of imports that only saw a deal in a stage, of which the history says more.
    """

    source: str
    reading: Reading[HistoryRow]
    entries: list[Entry]
    new_rows: list[HistoryRow]
    replaced: list[SeenEntry]
    unchanged: int
    sizes: dict[int, tuple[Fields, Fields]]
    refusals: list[Refusal]


def compare_history(reading: Reading[HistoryRow], source: str) -> HistoryComparison:
    """Compare a stage history with what is known; nothing is written."""
    deals = known_deals(source, {row.deal_id for row in reading.rows})
    known, seen = _known_entries([deal["id"] for deal in deals.values()])
    replaced = _replaced(seen, reading.rows, deals)
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
    unchanged = len(taken) - len(new_rows)
    return HistoryComparison(source, reading, entries, new_rows, replaced, unchanged, sizes, refusals)


def _known_entries(deal_ids: list[int]) -> tuple[set[Entry], list[SeenEntry]]:
    """Return the entries that a CRM told, and those in which imports only saw the deals."""
    known: set[Entry] = set()
    seen: list[SeenEntry] = []
    for ids in chunks(deal_ids):
        found = select(StageEntry.__table__).where(StageEntry.deal_id.in_(ids))
        for row in db.session.execute(found):
            if row.is_seen:
                seen.append(SeenEntry(row.id, row.deal_id, row.stage, row.crm_stage, row.entered_on))
            else:
                known.add((row.deal_id, row.crm_stage, row.entered_on))
    return known, seen


def _replaced(
    seen: list[SeenEntry], rows: Sequence[HistoryRow], deals: Mapping[str, Mapping[str, Any]]
) -> list[SeenEntry]:
    """Return the entries up to a deal's last row, and later ones in the very stage that this row entered."""
    last: dict[int, HistoryRow] = {}
    for row in rows:
        deal = deals.get(row.deal_id)
        if deal and (deal["id"] not in last or last[deal["id"]].entered_at <= row.entered_at):
            last[deal["id"]] = row
    found = []
    for entry in seen:
        told = last.get(entry.deal_id)
        if told and (entry.day <= told.entered_on or entry.crm_stage == told.stage):
            found.append(entry)
    return found


def _sizes(
    rows: list[HistoryRow], deals: Mapping[str, Mapping[str, Any]]
) -> dict[int, tuple[Fields, Fields]]:
    """Return sizes that differ: the last amount that a closed deal had while it was open."""
    worth = rates()
    last: dict[str, HistoryRow] = {}
    for row in rows:
        closed_on = deals[row.deal_id]["closed_on"]
        tells = row.status == "open" and row.amount_minor
        if not tells or closed_on is None or row.entered_on > closed_on:
            continue
        before = last.get(row.deal_id)
        if before is None or before.entered_at <= row.entered_at:
            last[row.deal_id] = row
    found = {}
    for external_id, row in last.items():
        deal = deals[external_id]
        # Of a row that names no currency, the amount is in that of its deal.
        currency = deal["currency"] if row.is_usual else row.currency
        if minor_digits(currency) != minor_digits(row.currency):
            continue
        base = worth.base_minor(row.amount_minor, currency, deal["closed_on"]) or None
        new = {"size_amount_minor": row.amount_minor, "size_currency": currency, "size_minor": base}
        old = {name: deal[name] for name in new}
        if old != new:
            found[deal["id"]] = old, new
    return found


def write_history(comparison: HistoryComparison, import_id: int) -> None:
    """Write the new entries and sizes; what each deal had before is kept, so that it can be undone."""
    before: dict[int, dict[str, Any]] = {}
    for deal_id, stage, day in comparison.entries:
        before.setdefault(deal_id, {}).setdefault("stages_added", []).append([stage, day.isoformat()])
    for entry in comparison.replaced:
        kept = [entry.id, entry.stage, entry.crm_stage, entry.day.isoformat(), True]
        before.setdefault(entry.deal_id, {}).setdefault("stages_replaced", []).append(kept)
    for ids in chunks(entry.id for entry in comparison.replaced):
        db.session.execute(delete(StageEntry).where(StageEntry.id.in_(ids)))
    words = stage_words(comparison.source)
    insert_rows(
        StageEntry,
        (
            {
                "deal_id": deal_id,
                "stage": words.get(stage, (None, None))[0] or stage,
                "crm_stage": stage,
                "entered_on": day,
                "is_seen": False,
            }
            for deal_id, stage, day in comparison.entries
        ),
    )
    _write_sizes(comparison.sizes, before)
    changes = (
        {"import_id": import_id, "deal_id": deal_id, "before": fields} for deal_id, fields in before.items()
    )
    insert_rows(DealChange, changes)


def _write_sizes(sizes: dict[int, tuple[Fields, Fields]], before: dict[int, dict[str, Any]]) -> None:
    """Write the sizes that were learnt, and add to `before` what the deals had."""
    moment = now()
    for part in chunks(sizes):
        known = db.session.execute(select(Deal.id, Deal.changed_at).where(Deal.id.in_(part)))
        for deal_id, changed_at in known:
            was = sizes[deal_id][0] | {"changed_at": changed_at.isoformat()}
            before[deal_id] = before.get(deal_id, {}) | was
        db.session.execute(
            update(Deal), [{"id": deal_id, "changed_at": moment, **sizes[deal_id][1]} for deal_id in part]
        )
