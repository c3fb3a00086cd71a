"""Rows that are older than what the portal knows: they would put back what a later state of the CRM has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from portal.db import chunks, db
from portal.deals.models import DealChange, DealImport
from portal.deals.planned import PlannedDeal, plain
from portal.tabular.table import Refusal
from portal.usage.sums import local_day

# What follows from other columns, or is no word of the CRM's.
FOLLOWING = frozenset({"account_id", "owner_id", "stage", "base_amount_minor", "changed_at"})
FOLLOWING |= {"size_amount_minor", "size_currency", "size_minor"}
# A deal that is in a file is in its CRM, however long ago that changed it last.
FOLLOWING |= {"removed_at"}


def stale_rows(deals: Iterable[PlannedDeal]) -> list[Refusal]:
    """Return why rows are left out: the CRM changed it before the portal learnt what it would put back.

    That a row names an early day of change alone says nothing, for a file may only have more columns than the last.
    """
    doubtful = {
        deal.deal_id: deal
        for deal in deals
        if deal.deal_id
        and deal.before
        and deal.changed_at
        and deal.row.modified_on
        and deal.row.modified_on < local_day(deal.changed_at)
    }
    refused: dict[int, Refusal] = {}
    for number, learnt, replaced in _changes_of(doubtful):
        deal = doubtful[number]
        if deal.row.modified_on and deal.row.modified_on < learnt and _puts_back(deal, replaced):
            refused[number] = _refusal(deal, learnt)
    return list(refused.values())


def _puts_back(deal: PlannedDeal, replaced: Mapping[str, Any]) -> bool:
    before = deal.before or {}
    return any(
        name in before and name not in FOLLOWING and plain(deal.values[name]) == value
        for name, value in replaced.items()
    )


def _changes_of(deal_ids: Iterable[int]) -> Iterator[tuple[int, date, dict[str, Any]]]:
    """Yield the changes of deals by files and updates: the deal, the day of the change, and what that replaced.

    The day is the one on which the CRM made the change, where that was told, else the one on which the portal learnt
    it: a file may have lain about. A deal's own time of change won't do: rates, owners and stages that somebody sets
    here move it, too.
    """
    changes = select(DealChange.deal_id, DealImport.applied_at, DealImport.created_at, DealChange.before)
    changes = changes.join(DealImport, DealImport.id == DealChange.import_id)
    changes = changes.where(DealImport.undone_at.is_(None), DealImport.kind == "deals")
    changes = changes.where(DealChange.before.is_not(None)).order_by(DealChange.id)
    for ids in chunks(deal_ids):
        for number, applied, created, before in db.session.execute(
            changes.where(DealChange.deal_id.in_(ids))
        ):
            told = before.get("modified_on")
            yield number, date.fromisoformat(told) if told else local_day(applied or created), before


def _refusal(deal: PlannedDeal, learnt: date) -> Refusal:
    day = deal.row.modified_on
    reason = f"The row is of {day}; what this would put back was changed on {learnt}. Export the deal anew."
    return Refusal(deal.row.line, "modified", str(day), reason)
