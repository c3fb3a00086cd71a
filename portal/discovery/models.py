"""The search log, what people asked to be told of, and which words mean the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.users.models import User


class Search(Model):
    """One search: the words, the filters, and how much the person could see of what was found."""

    __tablename__ = "searches"
    __table_args__ = (
        Index("ix_searches_count_at", "result_count", "at"),
        Index("ix_searches_user_at", "user_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id", ondelete="SET NULL"), index=True)
    text: Mapped[str] = mapped_column(String(500))
    words: Mapped[str] = mapped_column(String(500), index=True)
    filters: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result_count: Mapped[int]
    # The words that were searched for instead, where what was typed found nothing.
    corrected: Mapped[str] = mapped_column(String(500), default="")
    # The next search of the same person, with other words and within two minutes.
    rephrased_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("searches.id", ondelete="SET NULL"), index=True
    )


class SearchClick(Model):
    """A hit that was opened, and at which place it stood."""

    __tablename__ = "search_clicks"
    __table_args__ = (Index("ix_search_clicks_asset_at", "asset_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("searches.id", ondelete="CASCADE"), index=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    place: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class SeenNews(Model):
    """Something new for a person's open deals that their home has shown them; it is shown once."""

    __tablename__ = "seen_news"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class SynonymGroup(Model):
    """Words and phrases that mean the same to the people here; searching for one finds the others too."""

    __tablename__ = "synonym_groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    phrases: Mapped[list[str]] = mapped_column(JSON)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class DifferentWords(Model):
    """Two phrases that searches propose as the same and marketing said are not; they are not proposed again.

    `one` and `other` are their readings in alphabetical order: it does not matter which was typed first.
    """

    __tablename__ = "different_words"
    __table_args__ = (UniqueConstraint("one", "other"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    one: Mapped[str] = mapped_column(String(200))
    other: Mapped[str] = mapped_column(String(200))
    typed: Mapped[str] = mapped_column(String(80))
    instead: Mapped[str] = mapped_column(String(80))
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    said_by: Mapped[User | None] = relationship()


class SavedSearch(Model):
    """Words and filters of which somebody is told when something new fits them.

    It is asked about all content that is written to the index; `looked_at` is when all that fits it was last learned,
    None until what was there from the start has been.
    `seen_at` is when its owner last opened it: what was found later is new to them.
    """

    __tablename__ = "saved_searches"
    __table_args__ = (Index("ix_saved_searches_user", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(String(500))
    filters: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class SavedSearchHit(Model):
    """What a saved search has found already; whatever it finds beside these is new to its owner.

    `found_at` is None for what was no news: it was there from the start, or fits since words mean the same.
    What no longer fits is kept and marked, so that it is not news should it come back.
    """

    __tablename__ = "saved_search_hits"

    saved_search_id: Mapped[int] = mapped_column(
        ForeignKey("saved_searches.id", ondelete="CASCADE"), primary_key=True
    )
    asset_id: Mapped[int] = mapped_column(
        ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    found_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fits: Mapped[bool] = mapped_column(default=True)


class WrittenAsset(Model):
    """Content that was written to the index, and when saved searches were last asked about it.

    `is_due` says that they are to be asked again. `looked_at` is the last look at which its text had been read; what
    has gone live since then is news.
    """

    __tablename__ = "written_assets"

    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    is_due: Mapped[bool] = mapped_column(default=True, index=True)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RequestSearch(Model):
    """A search that a content request came from, and how it did when it was run again after the delivery.

    `place` is where the delivered content stood, from 1; without one it was not found. `left_at` is when marketing
    said that it need not be found by it; that holds for one delivery.
    """

    __tablename__ = "request_searches"

    request_id: Mapped[int] = mapped_column(
        ForeignKey("content_requests.id", ondelete="CASCADE"), primary_key=True
    )
    search_id: Mapped[int] = mapped_column(
        ForeignKey("searches.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    rerun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result_count: Mapped[int | None]
    place: Mapped[int | None]
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
