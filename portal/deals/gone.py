"""Which deals a CRM no longer has: those that a file of the whole CRM lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.db import chunks, db
from portal.deals.models import Deal, DealChange, DealImport
from portal.deals.reading import DealRow
from portal.tabular.reading import Reading

SHOWN = 8
# Deals don't leave a CRM in crowds. When more than this share is missing, the file is rather not the whole of it.
DOUBTFUL_SHARE = 0.2


@dataclass(frozen=True)
class Gone:
    """The deals that a file lacks: their ids, how many are open and worth what, in minor units of the base currency.

    `known` counts the deals of the source that were there before. `is_unsure` says that rows could not be told
    from one another, so that nobody knows which deals the file lacks; then there are none.
    """

    ids: list[int]
    open: int
    open_minor: int
    known: int
    shown: list[dict[str, Any]]
    is_unsure: bool = False
    # How many of them came by a single update, and not by a file: they may be younger than the file.
    by_updates: int = 0

    @property
    def is_doubtful(self) -> bool:
        """Whether so many are missing that somebody has to say yes to it once more."""
        return len(self.ids) > self.known * DOUBTFUL_SHARE


def only(deal: Mapping[str, Any]) -> Gone:
    """Return that one deal is gone, of which its CRM says so by itself."""
    is_open = deal["status"] == "open"
    shown = {"id": deal["external_id"], "name": deal["name"], "stage": deal["stage"], "deal_id": deal["id"]}
    return Gone([deal["id"]], int(is_open), is_open * (deal["base_amount_minor"] or 0), 1, [shown])


def gone_from(source: str, reading: Reading[DealRow]) -> Gone:
    """Return which deals of a source a file of the whole CRM lacks; a row that was refused is there all the same."""
    there = select(Deal.id, Deal.external_id, Deal.name, Deal.stage, Deal.status, Deal.base_amount_minor)
    there = there.where(Deal.source == source, Deal.removed_at.is_(None)).order_by(Deal.id)
    ids: list[int] = []
    shown: list[dict[str, Any]] = []
    known, is_open, open_minor = 0, 0, 0
    keys = reading.keys
    for row in db.session.execute(there.execution_options(yield_per=5_000)):
        known += 1
        if keys is None or row.external_id in keys:
            continue
        ids.append(row.id)
        if row.status == "open":
            is_open, open_minor = is_open + 1, open_minor + (row.base_amount_minor or 0)
        if len(shown) < SHOWN:
            shown.append({"id": row.external_id, "name": row.name, "stage": row.stage, "deal_id": row.id})
    return Gone(ids, is_open, open_minor, known, shown, keys is None, _by_updates(ids))


def _by_updates(deal_ids: list[int]) -> int:
    """Return how many of these deals came by a single update."""
    made = select(func.count(func.distinct(DealChange.deal_id))).join(
        DealImport, DealImport.id == DealChange.import_id
    )
    made = made.where(DealChange.before.is_(None), DealImport.origin == "hook")
    return sum(db.session.scalar(made.where(DealChange.deal_id.in_(ids))) or 0 for ids in chunks(deal_ids))
