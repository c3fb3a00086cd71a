"""Rows get back the columns that they had before an import, as it kept them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, bindparam, update

from portal.db import UtcDateTime, chunks, db


def restore(table: Table, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Give rows of a table the columns back that they had before, written as JSON has them."""
    by_names: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row_id, before in rows:
        values = {name: _value(table, name, was) for name, was in before.items()}
        if values:
            by_names.setdefault(tuple(sorted(values)), []).append({"of_id": row_id, **values})
    for names, parameters in by_names.items():
        back = update(table).where(table.c.id == bindparam("of_id"))
        back = back.values({name: bindparam(name) for name in names})
        for part in chunks(parameters):
            db.session.connection().execute(back, part)


def _value(table: Table, name: str, was: Any) -> Any:
    kind = table.c[name].type
    if was is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(was)
    return date.fromisoformat(was) if kind.python_type is date else was
