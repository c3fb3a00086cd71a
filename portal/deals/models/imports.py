"""Imports: which file, how it was read, what came of it, and what was there before, so that it can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.users.models import User

# Where an import came from: a form, the watched folder, the address for single updates, or a command.
IMPORT_ORIGINS = ("upload", "folder", "hook", "command")


class DealImport(Model):
    """One import: which file, by whom, and what came of it, row by row where rows were refused.

    `layout` says how its columns were read (see ImportLayout); `is_complete` that what it lacks is gone from the CRM.
    """

    __tablename__ = "deal_imports"
    __table_args__ = (CheckConstraint(f"origin in {IMPORT_ORIGINS}", name="origin"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(40))
    origin: Mapped[str] = mapped_column(String(10), default="upload")
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    accounts_filename: Mapped[str | None] = mapped_column(String(255))
    accounts_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    users_filename: Mapped[str | None] = mapped_column(String(255))
    users_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    layout: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    is_complete: Mapped[bool] = mapped_column(default=False)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    created_by: Mapped[User | None] = relationship(foreign_keys=created_by_id)
    undone_by: Mapped[User | None] = relationship(foreign_keys=undone_by_id)


class DealChange(Model):
    """What one import changed on one deal: the fields as they were before, or nothing when the deal was new."""

    __tablename__ = "deal_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("deal_imports.id", ondelete="CASCADE"), index=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"), index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class ImportedRow(Model):
    """What one import did to a row that is no deal: its columns as they were before, or nothing when it was new."""

    __tablename__ = "imported_rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("deal_imports.id", ondelete="CASCADE"), index=True)
    table_name: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[int]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class ImportLayout(Model):
    """How files of one kind from one source are read: which column is which field, and how each is written."""

    __tablename__ = "import_layouts"
    __table_args__ = (UniqueConstraint("source", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    layout: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
