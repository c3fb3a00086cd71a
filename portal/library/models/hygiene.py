"""What the nightly look over the library found, and how its links answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.library.models.content import Asset


class HygieneFinding(Model):
    """One thing that is not in order with one asset, since when, and the other asset it concerns if any."""

    __tablename__ = "hygiene_findings"
    __table_args__ = (Index("ix_hygiene_findings_kind_asset_id", "kind", "asset_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"), index=True)
    other_asset_id: Mapped[int | None] = mapped_column(
        ForeignKey("assets.id", ondelete="CASCADE"), index=True
    )
    detail: Mapped[str] = mapped_column(default="")
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    asset: Mapped[Asset] = relationship(foreign_keys=asset_id)
    other: Mapped[Asset | None] = relationship(foreign_keys=other_asset_id)


class LinkCheck(Model):
    """How the address of a version that is a link answered when it was last tried.

    `failures` counts the tries in a row that failed: what may pass by itself is broken only from the second on.
    """

    __tablename__ = "link_checks"

    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    is_broken: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(default="")
