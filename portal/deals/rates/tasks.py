"""The job that reckons anew what deals are worth after rates were loaded or removed."""

from __future__ import annotations

from portal.db import unit_of_work
from portal.deals.rates.services import reckon
from portal.jobs import job


@job("apply_rates")
def apply_rates(_: int | None = None) -> None:
    """Write on all deals in other currencies what they are worth in the base currency."""
    with unit_of_work():
        reckon()
