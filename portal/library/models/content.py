"""Content: assets, their versions and pages, and what happened to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.library.guidance import Guidance
from portal.library.models.vocabulary import Term, asset_terms
from portal.usage.sums import local_day
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
ASSET_STATES = ("draft", "in_review", "published", "archived", "from_sales")
VERSION_STATES = ("waiting", "indexed", "stored_no_text", "refused")
PREVIEW_KINDS = ("waiting", "pages", "html", "cards", "none")
TEXT_PREVIEWS = ("html", "cards")
DRAWN_BY_OFFICE = (".docx", ".pptx")
READABLE = ("indexed", "stored_no_text")


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
    for_whom: Mapped[str] = mapped_column(default="")
    when_to_use: Mapped[str] = mapped_column(default="")
    what_to_say: Mapped[str] = mapped_column(default="")
    not_to_promise: Mapped[str] = mapped_column(default="")
    proof_points: Mapped[str] = mapped_column(default="")
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
    review_by: Mapped[date | None] = mapped_column(index=True)
    review_days: Mapped[int | None]
    expires_on: Mapped[date | None] = mapped_column(index=True)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
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
    verified_by: Mapped[User | None] = relationship(foreign_keys=verified_by_id)

    @property
    def is_published(self) -> bool:
        return self.state == "published"

    @property
    def is_expired(self) -> bool:
        """Whether the day has come from which it is not to be used any more."""
        return self.expires_on is not None and self.expires_on <= local_day(now())

    @property
    def is_live(self) -> bool:
        """Whether sales may use it: published, and not expired."""
        return self.is_published and not self.is_expired

    @property
    def shown_state(self) -> str:
        """The state as lists show it: an expired one is told apart from what is in use."""
        return "expired" if self.is_published and self.is_expired else self.state

    @property
    def guidance(self) -> Guidance:
        """How to use it, as one value."""
        return Guidance(
            self.for_whom, self.when_to_use, self.what_to_say, self.not_to_promise, self.proof_points
        )


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
    publish_when_read: Mapped[bool] = mapped_column(default=False)
    # When it first became what everyone uses, and who saw to that.
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    asset: Mapped[Asset] = relationship(back_populates="versions", foreign_keys=asset_id)
    created_by: Mapped[User | None] = relationship(foreign_keys=created_by_id)
    published_by: Mapped[User | None] = relationship(foreign_keys=published_by_id)
    pages: Mapped[list[Page]] = relationship(back_populates="version", order_by="Page.number")

    @property
    def is_being_read(self) -> bool:
        """Whether its text or its pictures are still to come."""
        return self.state == "waiting" or (self.preview_kind == "waiting" and self.state != "refused")

    @property
    def may_be_refused(self) -> bool:
        """Whether its file is still to be read, so that nobody may find it yet."""
        return self.state == "waiting" and self.source == "file"

    @property
    def ended_unread(self) -> bool:
        """Whether its text could not be read or it could not be drawn, which may go better another time."""
        return self.source in ("file", "markdown") and (
            self.state == "stored_no_text" or (self.preview_kind == "none" and self.state == "indexed")
        )

    @property
    def is_shown_as_text(self) -> bool:
        """Whether it has pages that LibreOffice would draw, and is shown without them."""
        is_office = (self.filename or "").lower().endswith(DRAWN_BY_OFFICE)
        return is_office and self.preview_kind in TEXT_PREVIEWS and self.state in READABLE


class Page(Model):
    """One page or slide of a version: its text, and its pictures by content hash when there are any."""

    __tablename__ = "pages"
    __table_args__ = (UniqueConstraint("version_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    # What the speaker says beside a slide, and slides left out of a show: neither is for buyers.
    notes: Mapped[str] = mapped_column(default="")
    is_hidden: Mapped[bool] = mapped_column(default=False)
    image_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    thumbnail_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    width: Mapped[int | None]
    height: Mapped[int | None]

    version: Mapped[Version] = relationship(back_populates="pages")


class AssetEvent(Model):
    """Something that somebody did to an asset: who, when and why; editing and verifying are told apart."""

    __tablename__ = "asset_events"
    __table_args__ = (Index("ix_asset_events_asset_id_at", "asset_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id", ondelete="SET NULL"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    action: Mapped[str] = mapped_column(String(30))
    note: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    user: Mapped[User | None] = relationship()
    version: Mapped[Version | None] = relationship()


class ReviewInterval(Model):
    """After how many days content of a kind is to be looked at again."""

    __tablename__ = "review_intervals"
    __table_args__ = (CheckConstraint(f"kind in {ASSET_KINDS}", name="kind"),)

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    days: Mapped[int]
