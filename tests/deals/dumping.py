"""Full dumps of what the portal knows, to compare before an import and after it was undone."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from portal.db import db

# What is no knowledge of deals, people or content: the imports themselves, who did what, and work that waits.
# Figures are reckoned anew by jobs, with new ids.
LEFT_OUT = {
    *("deal_imports", "deal_changes", "imported_rows", "hook_calls"),
    *("audit_entries", "jobs", "user_sessions", "attempts", "impact_snapshots", "impact_rows"),
    *("notifications", "outbox_messages", "search_entries"),
}

Dump = dict[str, list[tuple[Any, ...]]]


def dump(app: Flask) -> Dump:
    """Return every row of every table that an import may touch, in order of their keys."""
    with app.app_context():
        return {
            name: [
                tuple(row)
                for row in db.session.execute(
                    select(table).order_by(*(table.primary_key.columns or table.columns))
                )
            ]
            for name, table in db.metadata.tables.items()
            if name not in LEFT_OUT
        }


def differences(one: Dump, other: Dump) -> dict[str, tuple[list[Any], list[Any]]]:
    """Return by table the rows that only one of two dumps has."""
    return {
        name: (
            [row for row in one[name] if row not in other[name]],
            [row for row in other[name] if row not in one[name]],
        )
        for name in one
        if one[name] != other[name]
    }
