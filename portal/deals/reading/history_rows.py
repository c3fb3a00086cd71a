"""When deals entered their stages, out of a CRM's stage history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from portal.deals.reading.amounts import currency_code, read_amount_column
from portal.deals.reading.columns import HISTORY_FIELDS
from portal.deals.reading.values import Ends, Status, stage_says
from portal.tabular.dates import DateColumn, Order, read_date_columns
from portal.tabular.fields import Layout, chosen_decimals, chosen_orders
from portal.tabular.headers import match_fields, require
from portal.tabular.reading import CellRefused, Reading, RowReader, laid_out, read_rows, taken_warnings
from portal.tabular.table import Row, Table


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A deal entered a stage: the moment in UTC, the day in the organisation's zone, the amount known then.

    `is_usual` says that the row names no currency, so that the usual one of files was taken for it.
    """

    line: int
    deal_id: str
    stage: str
    status: Status
    entered_at: datetime
    entered_on: date
    amount_minor: int | None
    currency: str
    is_usual: bool = False


def read_history(
    table: Table,
    dates: Order = "auto",
    currency: str = "USD",
    zone: tzinfo = UTC,
    layout: Layout | None = None,
    ends: Ends | None = None,
) -> Reading[HistoryRow]:
    """Read a stage history; raise TableUnreadable when deal, stage or date have no column.

    `ends` is what somebody said of the end of deals in some stages.
    """
    said = ends or {}
    columns = match_fields(table.headers, HISTORY_FIELDS, layout)
    require(columns, table, HISTORY_FIELDS.wanted)
    cells = RowReader(columns)
    cells_of_dates = {"entered_at": columns.cells(table, "entered_at")}
    when = read_date_columns(cells_of_dates, dates, zone, chosen_orders(layout))["entered_at"]
    decimals = chosen_decimals(layout)
    amounts = read_amount_column("amount", columns.cells(table, "amount"), decimals.get("amount", ""))

    def read(row: Row) -> HistoryRow:
        deal_id, stage = cells.required(row, "deal_id"), cells.required(row, "stage")
        entered_at, entered_on = _entered(cells, row, when)
        amount, stated = cells.raw(row, "amount"), currency_code(cells.raw(row, "currency"))
        amount_minor, code = amounts.minor(amount, stated, currency)
        usual = not stated and not amounts.names_currency(amount)
        key = (deal_id, stage, entered_at, amount_minor)
        cells.once(row, "deal_id", key, deal_id, "The same entry is on line {line} already.")
        status = said.get(stage) or stage_says(stage)
        return HistoryRow(row.line, deal_id, stage, status, entered_at, entered_on, amount_minor, code, usual)

    rows, refusals = read_rows(table, read)
    formats = {column.field: column.words for column in (when, amounts) if column.field in columns.found}
    notes = (*table.notes, *columns.notes, *when.notes, *amounts.notes)
    warnings = taken_warnings(cells.warnings, refusals)
    settled = laid_out(table, columns, [when], [amounts])
    return Reading(rows, refusals, warnings, columns, formats, notes, settled)


def _entered(cells: RowReader, row: Row, when: DateColumn) -> tuple[datetime, date]:
    cell = cells.raw(row, "entered_at")
    entered_at, entered_on = when.moment(cell), when.day(cell)
    if entered_at is None or entered_on is None:
        raise CellRefused("entered_at", "", "The date is empty.")
    if cell in when.doubtful:
        cells.warn(row, "entered_at", cell, f"Read as {when.words}, though other rows differ.")
    return entered_at, entered_on
