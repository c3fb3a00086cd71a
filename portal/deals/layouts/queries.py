"""The layouts remembered from earlier imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from portal.db import db
from portal.deals.models import ImportLayout

# The files that may come with one of deals, each with a layout of its own.
PARTS_OF_DEALS = ("accounts", "users")


def layout_of(source: str, kind: str) -> dict[str, Any] | None:
    """Return how files of a kind from a source were last read, or None; of deals, with accounts and users in it."""
    kinds = (kind, *PARTS_OF_DEALS) if kind == "deals" else (kind,)
    statement = select(ImportLayout.kind, ImportLayout.layout)
    statement = statement.where(ImportLayout.source == source, ImportLayout.kind.in_(kinds))
    found = dict(db.session.execute(statement).tuples().all())
    if not found:
        return None
    parts = {part: found[part] for part in PARTS_OF_DEALS if part in found and part != kind}
    return {**found.get(kind, {}), **parts}


def layout_of_part(layout: Mapping[str, Any] | None, part: str) -> Mapping[str, Any] | None:
    """Return the layout of a file that came with deals, out of theirs."""
    return (layout or {}).get(part)
