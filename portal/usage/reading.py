"""Past uses of content out of a file: who did what with which asset, when, and on which deal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Literal

from portal.tabular.cells import is_blank, is_email
from portal.tabular.dates import DateColumn, Order, read_date_columns
from portal.tabular.fields import Fields, Layout, Spellings, chosen_orders
from portal.tabular.headers import header_key, match_fields, require
from portal.tabular.reading import CellRefused, Reading, RowReader, laid_out, read_rows, taken_warnings
from portal.tabular.table import Row, Table

Kind = Literal["viewed", "downloaded", "presented", "sent"]

COLUMNS: Spellings = {
    "at": ("at", "time", "timestamp", "date", "datetime", "when", "occurredat", "usedat", "createdat"),
    "user_email": ("useremail", "email", "user", "repemail", "rep", "owneremail", "owner", "person"),
    "asset": (
        "asset", "assetslug", "assetid", "slug", "assettitle", "content", "contenttitle", "contentname", "title",
    ),
    "kind": ("kind", "action", "event", "eventtype", "activity", "activitytype", "type"),
    "deal_id": ("dealid", "deal", "opportunityid", "opportunity"),
}  # fmt: skip
FIELDS = Fields(
    COLUMNS,
    wanted={
        "at": "the time (such as “at”)",
        "user_email": "the person (such as “user_email”)",
        "asset": "the content (such as “asset”)",
        "kind": "what was done with it (such as “kind”)",
    },
    dates=("at",),
    contents={"user_email": "email", "at": "date"},
)
KINDS: dict[str, Kind] = {
    "view": "viewed", "viewed": "viewed", "look": "viewed", "looked": "viewed", "lookedat": "viewed",
    "download": "downloaded", "downloaded": "downloaded",
    "present": "presented", "presented": "presented", "presentation": "presented",
    "share": "sent", "shared": "sent", "send": "sent", "sent": "sent",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One use: the moment in UTC, an email in lower case, an asset by slug, title or external id, a deal or None."""

    line: int
    at: datetime
    user_email: str
    asset: str
    kind: Kind
    deal_id: str | None


def read_usage(
    table: Table,
    now: datetime,
    dates: Order = "auto",
    zone: tzinfo = UTC,
    layout: Layout | None = None,
) -> Reading[UsageRow]:
    """Read past uses; refuse times after `now`, and raise TableUnreadable when a needed column is missing.

    Times without a zone are in `zone`.
    """
    columns = match_fields(table.headers, FIELDS, layout)
    require(columns, table, FIELDS.wanted)
    cells = RowReader(columns)
    when = read_date_columns({"at": columns.cells(table, "at")}, dates, zone, chosen_orders(layout))["at"]

    def read(row: Row) -> UsageRow:
        deal_id = cells.text(row, "deal_id")
        use = UsageRow(
            line=row.line,
            at=_at(cells, row, when, now),
            user_email=_email(cells, row),
            asset=cells.required(row, "asset"),
            kind=_kind(cells, row),
            deal_id=None if is_blank(deal_id) else deal_id,
        )
        key = (use.at, use.user_email, use.asset, use.kind, use.deal_id)
        cells.once(row, "at", key, cells.raw(row, "at"), "The same use is on line {line} already.")
        return use

    rows, refusals = read_rows(table, read)
    return Reading(
        rows,
        refusals,
        taken_warnings(cells.warnings, refusals),
        columns,
        {"at": when.words} if when.words else {},
        (*table.notes, *columns.notes, *when.notes),
        laid_out(table, columns, [when]),
    )


def _at(cells: RowReader, row: Row, when: DateColumn, now: datetime) -> datetime:
    cell = cells.raw(row, "at")
    at = when.moment(cell)
    if at is None:
        raise CellRefused("at", "", "The time is empty.")
    if at > now:
        raise CellRefused("at", cell, "The time is in the future.")
    if cell in when.doubtful:
        cells.warn(row, "at", cell, f"Read as {when.words}, though other rows differ.")
    return at


def _email(cells: RowReader, row: Row) -> str:
    email = cells.required(row, "user_email").lower()
    if not is_email(email):
        raise CellRefused("user_email", email, "This is no email address.")
    return email


def _kind(cells: RowReader, row: Row) -> Kind:
    said = cells.required(row, "kind")
    kind = KINDS.get(header_key(said))
    if kind is None:
        raise CellRefused("kind", said, "This is no kind of use; view, download, present and share are.")
    return kind
