"""Deals out of a CRM's export: one row each, whole or refused with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from sys import intern

from portal.deals.reading.amounts import AmountColumn, currency_code, read_amount_column
from portal.deals.reading.columns import DEAL_FIELDS
from portal.deals.reading.values import Ends, Status, flag, owner_of, stage_says
from portal.tabular.cells import is_email
from portal.tabular.dates import DateColumn, Order, read_date_columns
from portal.tabular.fields import Layout, chosen_decimals, chosen_orders
from portal.tabular.headers import ColumnMatch, match_fields, require
from portal.tabular.reading import CellRefused, Reading, RowReader, laid_out, read_rows, taken_warnings
from portal.tabular.table import Row, Table

DATES = DEAL_FIELDS.dates
ENDS = ("created", "expected_close", "closed")


@dataclass(frozen=True, slots=True)
class DealRow:
    """One deal as its CRM has it; empty text and None mean that the file does not say.

    `status` is what somebody said of the stage's end, or else `crm_status`, what the file itself says.
    """

    line: int
    external_id: str
    name: str
    account: str
    owner_name: str
    owner_email: str
    stage: str
    status: Status
    crm_status: Status
    amount_minor: int | None
    currency: str
    created_on: date | None
    closed_on: date | None
    expected_close: date | None
    industry: str
    segment: str
    region: str
    product: str
    lead_source: str
    loss_reason: str
    domain: str = ""
    modified_on: date | None = None


DealReading = Reading[DealRow]


def read_deals(
    table: Table,
    dates: Order = "auto",
    currency: str = "USD",
    zone: tzinfo = UTC,
    layout: Layout | None = None,
    ends: Ends | None = None,
) -> DealReading:
    """Read a deal export; raise TableUnreadable when it has no column for the id or the stage.

    `dates` decides only where a column's own cells leave open whether the day or the month comes first; `currency`
    is that of amounts which name none; `zone` is the organisation's, for dates that come with a time and a zone;
    `layout` says what somebody settled about columns and formats, `ends` what they said of a deal in some stages.
    """
    columns = match_fields(table.headers, DEAL_FIELDS, layout)
    require(columns, table, DEAL_FIELDS.wanted)
    deals = _Deals(table, columns, dates, currency, zone, layout, ends or {})
    rows, refusals = read_rows(table, deals.read)
    notes = (*table.notes, *columns.notes, *deals.notes())
    warnings = taken_warnings(deals.cells.warnings, refusals)
    return Reading(
        rows, refusals, warnings, columns, deals.formats(), notes, deals.layout(table), deals.ids()
    )


class _Deals:
    def __init__(
        self,
        table: Table,
        columns: ColumnMatch,
        order: Order,
        currency: str,
        zone: tzinfo,
        layout: Layout | None,
        ends: Ends,
    ) -> None:
        self.cells = RowReader(columns)
        self._columns = columns
        self._currency = currency
        self._ends = ends
        self._ids: set[str] = set()
        # Rows that were cut wrongly, or have no id: nobody knows which deals they are.
        self._nameless = len(table.refusals)
        cells = {field: columns.cells(table, field) for field in DATES}
        self._dates = read_date_columns(cells, order, zone, chosen_orders(layout))
        decimal = chosen_decimals(layout).get("amount", "")
        self._amounts = read_amount_column("amount", columns.cells(table, "amount"), decimal)

    def formats(self) -> dict[str, str]:
        """Return how each column of dates or amounts is written."""
        written: list[DateColumn | AmountColumn] = [*self._dates.values(), self._amounts]
        return {
            column.field: column.words
            for column in written
            if column.field in self._columns.found and column.words
        }

    def layout(self, table: Table) -> Layout:
        """Return how the file was laid out, to be remembered."""
        return laid_out(table, self._columns, list(self._dates.values()), [self._amounts])

    def notes(self) -> list[str]:
        """Return what had to be assumed about the columns."""
        return [*(note for column in self._dates.values() for note in column.notes), *self._amounts.notes]

    def read(self, row: Row) -> DealRow:
        """Return the row's deal; refuse it for the first thing that is wrong with it."""
        text = self._text
        external_id = self._id(row)
        account, product = text(row, "account"), text(row, "product")
        stage = intern(self.cells.required(row, "stage" if "stage" in self._columns.positions else "status"))
        crm_status = self._status(row, stage)
        status = self._ends.get(stage, crm_status)
        amount_minor, currency = self._amount(row)
        created, expected, closed = self._days(row, status, crm_status)
        owner_name, owner_email = self._owner(row)
        deal = DealRow(
            line=row.line,
            external_id=external_id,
            name=self.cells.text(row, "name") or _name(external_id, product, account),
            account=account,
            owner_name=owner_name,
            owner_email=owner_email,
            stage=stage,
            status=status,
            crm_status=crm_status,
            amount_minor=amount_minor,
            currency=currency,
            created_on=created,
            closed_on=closed,
            expected_close=expected,
            industry=text(row, "industry"),
            segment=text(row, "segment"),
            region=text(row, "region"),
            product=product,
            lead_source=text(row, "lead_source"),
            loss_reason=text(row, "loss_reason"),
            domain=self.cells.raw(row, "domain").strip(),
            modified_on=self._modified(row),
        )
        self.cells.once(row, "id", external_id, external_id, "The same id is on line {line} already.")
        return deal

    def _id(self, row: Row) -> str:
        # Remembered before anything can be wrong with the rest: a deal whose row is refused is in the file.
        self._nameless += 1
        external_id = self.cells.required(row, "id")
        self._nameless -= 1
        self._ids.add(external_id)
        return external_id

    def ids(self) -> frozenset[str] | None:
        """Return the ids of all rows, or None where one could not be read."""
        return None if self._nameless else frozenset(self._ids)

    def _status(self, row: Row, stage: str) -> Status:
        """Return won or lost where stage, status column or the CRM's flags say so; the stage speaks first."""
        said = stage_says(stage)
        if said == "open" and "status" in self._columns.positions:
            said = stage_says(self.cells.text(row, "status"))
        if "is_won" not in self._columns.positions:
            return said
        won_cell = self.cells.text(row, "is_won")
        won, closed = flag(won_cell), flag(self.cells.text(row, "is_closed"))
        if said == "open":
            return "won" if won else "lost" if closed and won is False else "open"
        if won_cell and won is not None and won != (said == "won"):
            header = self._columns.found["is_won"]
            self.cells.warn(
                row, "stage", stage, f"The column “{header}” says otherwise; the stage was believed."
            )
        return said

    def _amount(self, row: Row) -> tuple[int | None, str]:
        stated = currency_code(self.cells.raw(row, "currency"))
        cell = self.cells.raw(row, "amount")
        if cell in self._amounts.doubtful:
            self.cells.warn(
                row, "amount", cell, f"Read with a {self._amounts.words}, though other rows differ."
            )
        return self._amounts.minor(cell, stated, self._currency)

    def _days(
        self, row: Row, status: Status, crm_status: Status
    ) -> tuple[date | None, date | None, date | None]:
        """Return (created, expected close, closed); the close date of an open deal is the expected one."""
        created, expected, closed = (self._day(row, field) for field in ENDS)
        if status == "open":
            if crm_status != "open":
                # Somebody says that it is open all the same: the day stays, should they change their mind.
                expected = closed or expected
            return created, expected or closed, None
        if closed is None:
            raise CellRefused("closed", "", self._no_closing_date(status))
        if created and closed < created:
            self.cells.warn(
                row, "closed", str(closed), f"The deal was closed before it was created, on {created}."
            )
        return created, expected, closed

    def _day(self, row: Row, field: str) -> date | None:
        column = self._dates[field]
        cell = self.cells.raw(row, field)
        if cell in column.doubtful:
            self.cells.warn(row, field, cell, f"Read as {column.words}, though other rows differ.")
        return column.day(cell)

    def _modified(self, row: Row) -> date | None:
        """Return when the CRM changed the deal last; a cell that is no date holds up no deal."""
        try:
            return self._day(row, "modified")
        except CellRefused:
            return None

    def _owner(self, row: Row) -> tuple[str, str]:
        email = self.cells.text(row, "owner_email").lower()
        if email and not is_email(email):
            self.cells.warn(row, "owner_email", email, "This is no email address; it was left out.")
            email = ""
        name, email = owner_of(self.cells.text(row, "owner"), email)
        return intern(name), intern(email)

    def _text(self, row: Row, field: str) -> str:
        """Return a cell whose words many rows share, as one string for all of them: a file may have 100,000 rows."""
        return intern(self.cells.text(row, field))

    def _no_closing_date(self, status: Status) -> str:
        header = self._columns.found.get("closed")
        if header is None:
            return (
                f"The deal is {status}, and the file has no closing dates: please add a column “close date”."
            )
        return f"The deal is {status} but has no closing date: please fill in “{header}”."


def _name(external_id: str, product: str, account: str) -> str:
    return f"{product} for {account}" if product and account else f"Deal {external_id}"
