"""What sales builds for itself, and which pages of it are known from elsewhere."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.library.models.content import Asset
from portal.users.models import User

OUTCOMES = ("adopted", "merged", "declined")


class Contribution(Model):
    """An asset that a rep brought, for which deal and why, and what marketing made of it."""

    __tablename__ = "contributions"
    __table_args__ = (CheckConstraint(f"outcome in {OUTCOMES}", name="outcome"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"), unique=True)
    contributed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id", ondelete="SET NULL"), index=True)
    story: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    outcome: Mapped[str | None] = mapped_column(String(20), index=True)
    reason: Mapped[str] = mapped_column(default="")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id", ondelete="SET NULL"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    asset: Mapped[Asset] = relationship(foreign_keys=asset_id)
    merged_into: Mapped[Asset | None] = relationship(foreign_keys=merged_into_id)
    contributed_by: Mapped[User] = relationship(foreign_keys=contributed_by_id)
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)


class PagePrint(Model):
    """The MinHash signature of one page's words, by which pages that say the same are recognised."""

    __tablename__ = "page_prints"

    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True)
    page_number: Mapped[int] = mapped_column(primary_key=True)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class PrintBand(Model):
    """One band of a signature; pages that share a band are worth comparing."""

    __tablename__ = "print_bands"
    __table_args__ = (
        ForeignKeyConstraint(
            ["version_id", "page_number"],
            ["page_prints.version_id", "page_prints.page_number"],
            ondelete="CASCADE",
        ),
    )

    band: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    page_number: Mapped[int] = mapped_column(primary_key=True)


class PageMatch(Model):
    """A page of a version that says what a page of another asset's version says, and how alike they are (0 to 1)."""

    __tablename__ = "page_matches"

    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True)
    page_number: Mapped[int] = mapped_column(primary_key=True)
    of_version_id: Mapped[int] = mapped_column(
        ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    of_page_number: Mapped[int]
    similarity: Mapped[float]
