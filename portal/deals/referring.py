"""What refers to rows that an import made: rows that somebody built on stay when the import is undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Select, Table, false, select, union

from portal.db import db
from portal.deals.models import DealChange, ImportedRow

# Rows of these tables follow what they refer to, or are worked out anew from it, and hold nothing.
FOLLOWING: Mapping[str, frozenset[str]] = {
    "accounts": frozenset({"alike_accounts"}),
    "deals": frozenset({"stage_entries", "deal_changes", "user_sessions", "first_uses"}),
    "users": frozenset({"user_sessions", "audit_entries", "notifications", "outbox_messages", "usage_days"}),
    "assets": frozenset({"first_uses", "usage_days", "impact_rows", "hygiene_findings", "saved_search_hits"}),
}
# Of these only the rows in which the column names somebody are a person's doing.
BY_SOMEBODY = {"asset_events": "user_id"}
# Rows that somebody has made their own since.
AS_IMPORTED = {"users": ("status", "placeholder")}

Ids = Select[Any]


def held(table: str, ids: Ids, leaving: Mapping[str, Ids]) -> Ids:
    """Select those of the rows of a table, given as a select of ids, that have to stay.

    `leaving` selects, by table, the rows that are going too, or will refer to something else.
    """
    target = db.metadata.tables[table]
    found: list[Select[Any]] = [
        _referring(column, ids, leaving)
        for column in referring_columns(target)
        if column.table.name not in FOLLOWING.get(table, ())
    ]
    if table in AS_IMPORTED:
        name, value = AS_IMPORTED[table]
        found.append(select(target.c.id).where(target.c.id.in_(ids), target.c[name] != value))
    if not found:
        return select(target.c.id).where(false())
    every = union(*found).subquery()
    return select(every.c[0])


def _referring(column: Column[Any], ids: Ids, leaving: Mapping[str, Ids]) -> Select[Any]:
    table = column.table
    found = select(column).where(column.in_(ids))
    if table.name in leaving:
        found = found.where(table.c.id.not_in(leaving[table.name]))
    if table.name in BY_SOMEBODY:
        found = found.where(table.c[BY_SOMEBODY[table.name]].is_not(None))
    return found


def referring_columns(target: Table) -> list[Column[Any]]:
    """Return the columns of all tables that refer to the rows of one."""
    return [
        key.parent
        for table in db.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is target
    ]


def put_back_elsewhere(table: str, ids: Ids, import_id: int) -> Ids:
    """Select those of the rows of a table to which undoing another import would have something refer again."""
    target = db.metadata.tables[table]
    if table in ("accounts", "users"):
        before = DealChange.before["account_id" if table == "accounts" else "owner_id"].as_integer()
        found = select(before).where(DealChange.import_id != import_id, DealChange.before.is_not(None))
    elif table == "teams":
        before = ImportedRow.before["team_id"].as_integer()
        found = select(before).where(ImportedRow.import_id != import_id, ImportedRow.table_name == "users")
    else:
        return select(target.c.id).where(false())
    return select(target.c.id).where(target.c.id.in_(ids), target.c.id.in_(found.where(before.is_not(None))))
