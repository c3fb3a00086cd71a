"""One row of a file beside the deal as known, and what all rows add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from portal.deals.accounts import AccountFacts
from portal.deals.models import Deal
from portal.deals.people import Person
from portal.deals.reading import DealRow

Outcome = Literal["new", "changed", "unchanged"]
# The columns of a deal that an import gives it.
GIVEN = tuple(
    column.name
    for column in Deal.__table__.columns
    if column.name not in ("id", "source", "external_id", "imported_at", "changed_at")
)


@dataclass(eq=False, slots=True)
class PlannedDeal:
    """One row beside the deal as known: the values it will have, and those of them that differ as they were.

    `facts` are the values of the columns GIVEN, without their names: there may be 100,000 rows.
    """

    row: DealRow
    deal_id: int | None
    changed_at: datetime | None
    facts: tuple[Any, ...]
    account: AccountFacts | None
    owner: Person | None
    before: dict[str, Any]

    @property
    def values(self) -> dict[str, Any]:
        """The values by column."""
        return dict(zip(GIVEN, self.facts, strict=True))

    @property
    def outcome(self) -> Outcome:
        if self.deal_id is None:
            return "new"
        return "changed" if self.before else "unchanged"

    @property
    def is_reopened(self) -> bool:
        """Whether it was won or lost, and is open now."""
        return self.values["status"] == "open" and self.before.get("status", "open") != "open"

    @property
    def is_back(self) -> bool:
        """Whether it was gone from the CRM, and is there again."""
        return self.before.get("removed_at") is not None


@dataclass
class Sums:
    """What the rows taken add up to: deals by status, money won, and amounts without a rate."""

    statuses: Counter[str] = field(default_factory=Counter)
    won_minor: int = 0
    without_rate: int = 0

    def add(self, values: Mapping[str, Any]) -> None:
        """Count one row by the values that its deal will have."""
        self.statuses[values["status"]] += 1
        base = values["base_amount_minor"]
        if values["status"] == "won":
            self.won_minor += base or 0
        if values["amount_minor"] is not None and base is None:
            self.without_rate += 1


def plain(value: Any) -> Any:
    """Return a column's value as JSON can keep it."""
    return value.isoformat() if isinstance(value, date) else value
