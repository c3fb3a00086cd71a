"""Writing down what was searched for, and what was opened of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from portal.db import db, now
from portal.discovery.models import Search, SearchClick, SeenNews
from portal.search.analysis import words as words_of

SAME_SEARCH = timedelta(minutes=2)


def plain_words(text: str) -> str:
    """Return the words of a search as they are grouped: stemmed, without common words, in alphabetical order."""
    return " ".join(sorted({term for word in words_of(text) for term in word.terms}))[:500]


def new_key() -> str:
    """Return a name for a search before it is stored, so that the links of its page can carry it."""
    return secrets.token_hex(8)


def log_search(
    *,
    key: str,
    user_id: int,
    text: str,
    filters: dict[str, list[str]],
    result_count: int,
    deal_id: int | None,
) -> None:
    """Store a search."""
    db.session.add(
        Search(
            key=key,
            user_id=user_id,
            text=text[:500],
            words=plain_words(text),
            filters=filters,
            result_count=result_count,
            deal_id=deal_id,
        )
    )


def log_click(*, key: str, user_id: int, asset_id: int, place: int) -> None:
    """Store that a hit of one's own search was opened, once per hit."""
    search_id = db.session.scalar(select(Search.id).where(Search.key == key, Search.user_id == user_id))
    if search_id is None:
        return
    clicked = select(SearchClick.id).where(
        SearchClick.search_id == search_id, SearchClick.asset_id == asset_id
    )
    if db.session.scalar(clicked) is None:
        db.session.add(SearchClick(search_id=search_id, asset_id=asset_id, place=place))


def same_search(user_id: int, text: str, filters: dict[str, list[str]]) -> str | None:
    """Return the key of the same search by the same person a moment ago, which paging and reloading belong to."""
    recent = select(Search.key, Search.filters).where(
        Search.user_id == user_id, Search.text == text[:500], Search.at > now() - SAME_SEARCH
    )
    rows = db.session.execute(recent.order_by(Search.id.desc()).limit(5))
    return next((key for key, stored in rows if stored == filters), None)


def mark_news_seen(user_id: int, version_ids: Iterable[int]) -> None:
    """Note that a person's home has shown these versions, so that it does so once."""
    wanted = set(version_ids)
    seen = select(SeenNews.version_id).where(SeenNews.user_id == user_id, SeenNews.version_id.in_(wanted))
    for version_id in sorted(wanted.difference(db.session.scalars(seen))):
        db.session.add(SeenNews(user_id=user_id, version_id=version_id))
