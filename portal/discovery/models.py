"""The search log: what people looked for, and what they opened of what they found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model, UtcDateTime, now


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


class SearchClick(Model):
    """A hit that was opened, and at which place it stood."""

    __tablename__ = "search_clicks"

    id: Mapped[int] = mapped_column(primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("searches.id", ondelete="CASCADE"), index=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"), index=True)
    place: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class SeenNews(Model):
    """Something new for a person's open deals that their home has shown them; it is shown once."""

    __tablename__ = "seen_news"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
