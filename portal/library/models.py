"""Content: assets, their versions and pages, and the vocabulary they are filed under."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, db, now
from portal.users.models import User

ASSET_KINDS = (
    "case_study",
    "deck",
    "one_sheeter",
    "battle_card",
    "white_paper",
    "email_template",
    "video",
    "other",
)
ASSET_STATES = ("draft", "in_review", "published", "archived")
VERSION_STATES = ("waiting", "indexed", "stored_no_text", "refused")
PREVIEW_KINDS = ("waiting", "pages", "html", "cards", "none")

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


class Asset(Model):
    """One piece of content; lists sort on its summary columns, which the packages to the right refresh."""

    __tablename__ = "assets"
    __table_args__ = (
        CheckConstraint(f"kind in {ASSET_KINDS}", name="kind"),
        CheckConstraint(f"state in {ASSET_STATES}", name="state"),
        Index("ix_assets_state_published_at", "state", "published_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    external_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    title: Mapped[str] = mapped_column(String(300), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default="draft")
    summary: Mapped[str] = mapped_column(default="")
    guidance: Mapped[str] = mapped_column(default="")
    is_placeholder: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("versions.id", name="fk_assets_current_version_id_versions", use_alter=True)
    )
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rating_count: Mapped[int] = mapped_column(default=0)
    rating_mean: Mapped[float | None]
    rating_rank: Mapped[float] = mapped_column(default=0.0, index=True)
    use_count: Mapped[int] = mapped_column(default=0, index=True)
    deal_count: Mapped[int] = mapped_column(default=0)
    last_used_on: Mapped[date | None]

    owner: Mapped[User | None] = relationship(foreign_keys=owner_id)
    terms: Mapped[list[Term]] = relationship(secondary=asset_terms, order_by="Term.facet_id, Term.position")
    versions: Mapped[list[Version]] = relationship(
        back_populates="asset", foreign_keys="Version.asset_id", order_by="Version.number.desc()"
    )
    current_version: Mapped[Version | None] = relationship(foreign_keys=current_version_id, post_update=True)
    replaced_by: Mapped[Asset | None] = relationship(remote_side=id, foreign_keys=replaced_by_id)

    @property
    def is_published(self) -> bool:
        return self.state == "published"


class Version(Model):
    """One immutable state of an asset: a file, Markdown or a link, and what was made of it."""

    __tablename__ = "versions"
    __table_args__ = (
        UniqueConstraint("asset_id", "number"),
        CheckConstraint(f"state in {VERSION_STATES}", name="state"),
        CheckConstraint(f"preview_kind in {PREVIEW_KINDS}", name="preview_kind"),
        CheckConstraint("source in ('file', 'markdown', 'link', 'none')", name="source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    number: Mapped[int]
    source: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(default="")
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    filename: Mapped[str | None] = mapped_column(String(255))
    media_type: Mapped[str | None] = mapped_column(String(120))
    size: Mapped[int | None]
    # Long and rarely shown, so they are fetched only when asked for.
    body: Mapped[str | None] = mapped_column(deferred=True)
    link: Mapped[str | None] = mapped_column(String(2000))
    state: Mapped[str] = mapped_column(String(20), default="waiting", index=True)
    state_reason: Mapped[str] = mapped_column(default="")
    has_macros: Mapped[bool] = mapped_column(default=False)
    proposed_title: Mapped[str] = mapped_column(default="")
    page_count: Mapped[int] = mapped_column(default=0)
    character_count: Mapped[int] = mapped_column(default=0)
    preview_kind: Mapped[str] = mapped_column(String(20), default="waiting")
    preview_made_by: Mapped[str] = mapped_column(String(20), default="")
    preview_reason: Mapped[str] = mapped_column(default="")
    preview_html: Mapped[str | None] = mapped_column(deferred=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    asset: Mapped[Asset] = relationship(back_populates="versions", foreign_keys=asset_id)
    created_by: Mapped[User | None] = relationship(foreign_keys=created_by_id)
    pages: Mapped[list[Page]] = relationship(back_populates="version", order_by="Page.number")

    @property
    def is_being_read(self) -> bool:
        """Whether its text or its pictures are still to come."""
        return self.state == "waiting" or (self.preview_kind == "waiting" and self.state != "refused")

    @property
    def ended_unread(self) -> bool:
        """Whether its text could not be read or it could not be drawn, which may go better another time."""
        return self.source in ("file", "markdown") and (
            self.state == "stored_no_text" or (self.preview_kind == "none" and self.state == "indexed")
        )


class Page(Model):
    """One page or slide of a version: its text, and its pictures by content hash when there are any."""

    __tablename__ = "pages"
    __table_args__ = (UniqueConstraint("version_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    image_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    thumbnail_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    width: Mapped[int | None]
    height: Mapped[int | None]

    version: Mapped[Version] = relationship(back_populates="pages")
