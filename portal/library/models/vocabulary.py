"""The controlled vocabulary that content is filed under; marketing owns it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, db

asset_terms = Table(
    "asset_terms",
    db.metadata,
    Column("asset_id", ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True),
    Column("term_id", ForeignKey("terms.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Facet(Model):
    """One way to file content: industry, product, persona, region, language, stage, competitor."""

    __tablename__ = "facets"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(default=0)

    terms: Mapped[list[Term]] = relationship(back_populates="facet", order_by="Term.position, Term.name")


class Term(Model):
    """One value of a facet."""

    __tablename__ = "terms"
    __table_args__ = (UniqueConstraint("facet_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    facet_id: Mapped[int] = mapped_column(ForeignKey("facets.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[int] = mapped_column(default=0)

    facet: Mapped[Facet] = relationship(back_populates="terms")
