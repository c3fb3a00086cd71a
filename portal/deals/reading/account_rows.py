"""Accounts out of a CRM's export."""

from __future__ import annotations

from dataclasses import dataclass

from portal.deals.reading.columns import ACCOUNT_FIELDS
from portal.deals.reading.values import account_key
from portal.tabular.fields import Layout
from portal.tabular.headers import match_fields, require
from portal.tabular.reading import Reading, RowReader, laid_out, read_rows
from portal.tabular.table import Row, Table


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account; `key` is what its name is matched by, empty text means that the file does not say."""

    line: int
    external_id: str
    name: str
    key: str
    industry: str
    segment: str
    region: str
    domain: str = ""


def read_accounts(table: Table, layout: Layout | None = None) -> Reading[AccountRow]:
    """Read an account export; raise TableUnreadable when it has no column for the name."""
    columns = match_fields(table.headers, ACCOUNT_FIELDS, layout)
    require(columns, table, ACCOUNT_FIELDS.wanted)
    cells = RowReader(columns)

    def read(row: Row) -> AccountRow:
        name = cells.required(row, "name")
        account = AccountRow(
            line=row.line,
            external_id=cells.text(row, "id"),
            name=name,
            key=account_key(name),
            industry=cells.text(row, "industry"),
            segment=cells.text(row, "segment"),
            region=cells.text(row, "region"),
            domain=cells.raw(row, "domain").strip(),
        )
        cells.once(row, "name", account.key, name, "The same account is on line {line} already.")
        return account

    rows, refusals = read_rows(table, read)
    return Reading(rows, refusals, (), columns, {}, (*table.notes, *columns.notes), laid_out(table, columns))
