"""Sales people and their teams out of a CRM's export."""

from __future__ import annotations

from dataclasses import dataclass

from portal.deals.reading.columns import USER_FIELDS
from portal.deals.reading.values import owner_of
from portal.tabular.cells import is_email
from portal.tabular.fields import Layout
from portal.tabular.headers import match_fields, require
from portal.tabular.reading import CellRefused, Reading, RowReader, laid_out, read_rows, taken_warnings
from portal.tabular.table import Row, Table

ROLES = frozenset({"rep", "marketer", "manager", "admin"})


@dataclass(frozen=True, slots=True)
class UserRow:
    """One person; `role` is one of the portal's or empty, `manager` a name, empty text means not said."""

    line: int
    name: str
    email: str
    team: str
    manager: str
    role: str


def read_users(table: Table, layout: Layout | None = None) -> Reading[UserRow]:
    """Read a list of people; raise TableUnreadable when it has no column for the name."""
    columns = match_fields(table.headers, USER_FIELDS, layout)
    require(columns, table, USER_FIELDS.wanted)
    cells = RowReader(columns)

    def read(row: Row) -> UserRow:
        name, email = owner_of(cells.text(row, "name"), cells.text(row, "email").lower())
        if not name and not email:
            raise CellRefused("name", "", "The name is empty.")
        if email and not is_email(email):
            raise CellRefused("email", email, "This is no email address.")
        person = UserRow(
            line=row.line,
            name=name or email,
            email=email,
            team=cells.text(row, "team"),
            manager=cells.text(row, "manager"),
            role=_role(cells, row),
        )
        key = email or (name.casefold(), "")
        cells.once(
            row,
            "email" if email else "name",
            key,
            email or name,
            "The same person is on line {line} already.",
        )
        return person

    rows, refusals = read_rows(table, read)
    warnings = taken_warnings(cells.warnings, refusals)
    notes = (*table.notes, *columns.notes)
    return Reading(rows, refusals, warnings, columns, {}, notes, laid_out(table, columns))


def _role(cells: RowReader, row: Row) -> str:
    role = cells.text(row, "role")
    if role and role.casefold() not in ROLES:
        cells.warn(
            row,
            "role",
            role,
            "This is no role of the portal (rep, marketer, manager, admin); it was left out.",
        )
        return ""
    return role.casefold()
