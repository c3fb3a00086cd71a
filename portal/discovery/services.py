"""Writing down which news a person's home has shown."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from portal.db import db
from portal.discovery.models import SeenNews


def mark_news_seen(user_id: int, version_ids: Iterable[int]) -> None:
    """Note that a person's home has shown these versions, so that it does so once."""
    wanted = set(version_ids)
    seen = select(SeenNews.version_id).where(SeenNews.user_id == user_id, SeenNews.version_id.in_(wanted))
    for version_id in sorted(wanted.difference(db.session.scalars(seen))):
        db.session.add(SeenNews(user_id=user_id, version_id=version_id))
