"""Rows that are older than what the portal knows: they would put back what a later state of the CRM has changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from portal.db import db
from portal.deals.models import DealChange, DealImport
from portal.deals.planned import PlannedDeal, plain
from portal.tabular.table import Refusal
from portal.usage.sums import local_day

# What follows from other columns, or is no word of the CRM's.
FOLLOWING = frozenset({"account_id", "owner_id", "stage", "base_amount_minor", "size_minor", "changed_at"})


def stale_rows(deals: Iterable[PlannedDeal]) -> dict[int, Refusal]:
    """Return by deal why a row is left out: the CRM changed it before the portal learnt what it would put back.

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
    before = _before_last_change(doubtful)
    return {
        number: _refusal(deal)
        for number, deal in doubtful.items()
        if any(
            name in deal.before and name not in FOLLOWING and plain(deal.values[name]) == value
            for name, value in before.get(number, {}).items()
        )
    }


def _before_last_change(deal_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return what the last change of each deal by a file or an update replaced; nothing for one that it made."""
    changes = select(DealChange.deal_id, DealChange.before).where(DealChange.deal_id.in_(list(deal_ids)))
    changes = changes.join(DealImport, DealImport.id == DealChange.import_id)
    changes = changes.where(DealImport.undone_at.is_(None)).order_by(DealChange.id)
    return {number: before or {} for number, before in db.session.execute(changes)}


def _refusal(deal: PlannedDeal) -> Refusal:
    known = local_day(deal.changed_at) if deal.changed_at else ""
    day = deal.row.modified_on
    reason = (
        f"The row is of {day}; the portal learnt on {known} what this would put back. Export the deal anew."
    )
    return Refusal(deal.row.line, "modified", str(day), reason)
