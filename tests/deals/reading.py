"""What the tests of reading deals share: texts of CSV files, read."""

from __future__ import annotations

from dataclasses import astuple

from portal.deals.reading import DealRow, read_deals
from portal.deals.reading.deal_rows import DealReading
from portal.tabular.table import read_table


def reading(text: str, **options: str) -> DealReading:
    """What is read from the text of a CSV file."""
    return read_deals(read_table(text.encode(), "deals.csv"), **options)  # type: ignore[arg-type]


def one(text: str, **options: str) -> DealRow:
    """The one deal of such a text, of which nothing is refused."""
    found = reading(text, **options)
    assert found.refusals == ()
    (row,) = found.rows
    return row


def refused(text: str) -> list[tuple[int, str, str, str]]:
    """What is refused of such a text, as (line, field, value, reason)."""
    return [astuple(refusal) for refusal in reading(text).refusals]
