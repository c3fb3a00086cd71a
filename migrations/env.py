"""Run migrations on the portal's own database, foreign keys off while tables are rebuilt, and checked afterwards."""

from __future__ import annotations

from alembic import context
from flask import current_app

from portal.db import db

target_metadata = db.metadata


def run() -> None:
    """Run the migrations in one transaction; a rebuild with foreign keys on would delete children."""
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            render_as_batch=True,
            compare_type=True,
            transactional_ddl=True,
            include_object=_include,
        )
        with context.begin_transaction():
            context.run_migrations()
            if sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"the migration would leave rows without their parent: {broken[:5]}")
        if sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


def _include(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    return not (kind == "table" and (name or "").startswith("sqlite_"))


current_app.logger.setLevel("WARNING")
run()
