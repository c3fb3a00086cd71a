"""The database, and the one edge at which anything is committed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app, g, has_app_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    bindparam,
    event,
    insert,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

Item = TypeVar("Item")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

PRAGMAS = (
    "journal_mode=WAL",
    # A commit that was answered for survives a power cut; that costs one write to the disk.
    "synchronous=FULL",
    "busy_timeout=30000",
    "foreign_keys=ON",
    "cache_size=-64000",
    "temp_store=MEMORY",
    "mmap_size=268435456",
)


class Base(DeclarativeBase):
    """Base of every table; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMING)


# Objects are only ever read after a commit by code that is about to let go of them.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:

    class Model(Base):
        """What every table of the portal derives from."""

        __abstract__ = True
else:
    Model = db.Model


def now() -> datetime:
    """Return the present moment in UTC, the only clock the portal reads."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, naive in the table, so that both databases store the same."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # The driver must not begin transactions of its own accord; _begin does.
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        unit = _current_unit()
        # A read that turns into a write fails at once on SQLite, so writers say so from the start.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if unit and unit.writes else "BEGIN")


@dataclass
class Unit:
    """What one request, command step or job does to the database, and what waits for its end."""

    writes: bool
    apart: list[Callable[[], object]] = field(default_factory=list)
    after: list[Callable[[], object]] = field(default_factory=list)


def _current_unit() -> Unit | None:
    return g.get("unit") if has_app_context() else None


def begin_unit(*, writes: bool) -> None:
    """Open the unit of work of the present context; `writes` makes its transaction take the write lock."""
    if _current_unit() is not None:
        raise RuntimeError("a unit of work is already open")
    db.session.remove()
    g.unit = Unit(writes)


def start_writing() -> None:
    """Let the open unit write from here on: its next statement takes the write lock, and not a moment before.

    What was read until now (who is asking, say) stays loaded; the read itself ends, so that files can be stored
    without anybody having to wait.
    """
    unit = _current_unit()
    if unit is None:
        raise RuntimeError("no unit of work is open")
    db.session.commit()
    unit.writes = True


def end_read() -> None:
    """End what is read outside of a unit of work, so that the next statement reads the state of then."""
    if _current_unit() is None:
        db.session.rollback()


def give_up() -> None:
    """Roll the open unit back and let it only read from here on, so that the refusal can be shown."""
    unit = _current_unit()
    db.session.rollback()
    if unit is not None:
        unit.writes = False


def end_unit(*, commit: bool) -> None:
    """Commit or roll back once, then do what waited: first what must survive a refusal, then what follows a commit."""
    unit = g.pop("unit", None)
    if unit is None:
        return
    try:
        if commit and unit.writes:
            db.session.commit()
            committed = True
        else:
            db.session.rollback()
            committed = False
    finally:
        db.session.remove()
        if unit.apart:
            _run_apart(unit.apart)
    if committed:
        for callback in unit.after:
            _run_after(callback)


def _run_apart(callbacks: list[Callable[[], object]]) -> None:
    g.unit = unit = Unit(writes=True)
    try:
        for callback in callbacks:
            callback()
        db.session.commit()
    except Exception:
        db.session.rollback()
        current_app.logger.exception("a record kept apart was lost")
        unit.after.clear()
    finally:
        db.session.remove()
        g.pop("unit", None)
    for callback in unit.after:
        _run_after(callback)


def _run_after(callback: Callable[[], object]) -> None:
    try:
        callback()
    except Exception:
        current_app.logger.exception("what follows a commit failed")
    finally:
        db.session.remove()


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Commit once at the end of the block, or roll all of it back; for commands and jobs."""
    begin_unit(writes=True)
    try:
        yield
    except BaseException:
        end_unit(commit=False)
        raise
    end_unit(commit=True)


def on_commit(callback: Callable[[], object]) -> None:
    """Run `callback` in a new session once the present unit has been committed, and not at all otherwise."""
    unit = _current_unit()
    if unit is None:
        raise RuntimeError("nothing is going to be committed here")
    unit.after.append(callback)


def record_apart(callback: Callable[[], object]) -> None:
    """Run `callback` in a short transaction of its own at the end of the unit, whether that commits or not."""
    unit = _current_unit()
    if unit is None:
        _run_apart([callback])
    else:
        unit.apart.append(callback)


def chunks(items: Iterable[Item], size: int = 5_000) -> Iterator[list[Item]]:
    """Cut items into lists that one statement can carry; SQLite takes 32,766 values in one."""
    every = list(items)
    return (every[start : start + size] for start in range(0, len(every), size))


class _SentIds(FunctionElement[Any]):
    """A table of one column, `value`: the numbers of a JSON list, for which each database has a function."""

    name = "sent_ids"
    inherit_cache = True


@compiles(_SentIds, "sqlite")
def _on_sqlite(element: _SentIds, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_SentIds, "postgresql")
def _on_postgresql(element: _SentIds, compiler: SQLCompiler, **options: Any) -> str:
    sent = f"jsonb_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSONB))"
    return f"(SELECT CAST(each AS BIGINT) AS value FROM {sent} AS sent(each))"


def one_of(
    column: InstrumentedAttribute[int] | ColumnElement[int], ids: Sequence[int] | BindParameter[str]
) -> ColumnElement[bool]:
    """Say in SQL that a column is one of many ids, sent as one value, which is quicker than a thousand.

    A statement that is built once names IDS here, and is executed with sent(ids).
    """
    sent = ids if isinstance(ids, BindParameter) else json.dumps(list(ids))
    return column.in_(select(_SentIds(sent).table_valued("value").alias("sent_ids").c.value))


IDS: BindParameter[str] = bindparam("ids", type_=String)


def sent(ids: Iterable[int]) -> dict[str, str]:
    """Return what a statement with IDS is executed with."""
    return {"ids": json.dumps(list(ids))}


def insert_rows(table: type[Model], rows: Iterable[dict[str, Any]]) -> None:
    """Insert plain rows that all have the same keys; through the ORM, rows with and without nulls go one by one."""
    for part in chunks(rows):
        db.session.execute(insert(table.__table__), part)  # type: ignore[arg-type]
