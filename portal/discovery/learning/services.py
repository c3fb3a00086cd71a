"""Writing down what was searched for, what was opened of it, and that it was put in other words."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, extract, func, select, update

from portal.db import db, now
from portal.discovery.models import Search, SearchClick
from portal.search.analysis import words as words_of
from portal.usage.models import UsageEvent

SAME_SEARCH = timedelta(minutes=2)
REPHRASED_WITHIN = timedelta(minutes=2)


def plain_words(text: str) -> str:
    """Return the words of a search as they are grouped: stemmed, without common words, in alphabetical order."""
    return " ".join(sorted({term for word in words_of(text) for term in word.terms}))[:500]


def group_of(text: str) -> str:
    """Return what a search is grouped by: its plain words, or what was typed when it has none of these."""
    return plain_words(text) or " ".join(text.lower().split())[:500]


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
    corrected: str = "",
    at: datetime | None = None,
) -> None:
    """Store a search; `corrected` are the words that were searched for instead, where what was typed found nothing."""
    search = Search(
        key=key,
        at=at or now(),
        user_id=user_id,
        text=text[:500],
        words=group_of(text),
        filters=filters,
        result_count=result_count,
        deal_id=deal_id,
        corrected=corrected[:500],
    )
    db.session.add(search)
    db.session.flush()
    note_rephrasings(user_id, search.at - REPHRASED_WITHIN)


def log_click(*, key: str, user_id: int, asset_id: int, place: int, at: datetime | None = None) -> None:
    """Store that a hit of one's own search was opened, once per hit."""
    search_id = db.session.scalar(select(Search.id).where(Search.key == key, Search.user_id == user_id))
    if search_id is None:
        return
    clicked = select(SearchClick.id).where(
        SearchClick.search_id == search_id, SearchClick.asset_id == asset_id
    )
    if db.session.scalar(clicked) is None:
        click = SearchClick(search_id=search_id, asset_id=asset_id, place=place, at=at or now())
        db.session.add(click)


def same_search(user_id: int, text: str) -> str | None:
    """Return the key of the same search by the same person a moment ago.

    Paging, sorting, filtering and reloading belong to the search that they began with.
    """
    recent = select(Search.key).where(
        Search.user_id == user_id, Search.text == text[:500], Search.at > now() - SAME_SEARCH
    )
    return db.session.scalar(recent.order_by(Search.id.desc()).limit(1))


def note_rephrasings(user_id: int | None = None, since: datetime | None = None) -> None:
    """Tie each search to the next one of the same person, if that has other words and comes within two minutes.

    Whoever opened a hit and used it in between had found what they looked for. Of one person and since a moment, or of
    everybody and ever.
    """
    ties = [
        {"id": former, "rephrased_by_id": later}
        for former, later in db.session.execute(_rephrased(user_id, since))
    ]
    if ties:
        db.session.execute(update(Search), ties)


def _rephrased(user_id: int | None, since: datetime | None) -> Select[tuple[int, int]]:
    in_order: dict[str, Any] = {"partition_by": Search.user_id, "order_by": (Search.at, Search.id)}
    each = select(
        *(Search.id, Search.user_id, Search.at, Search.words, Search.rephrased_by_id),
        func.lead(Search.id).over(**in_order).label("next_id"),
        func.lead(Search.at).over(**in_order).label("next_at"),
        func.lead(Search.words).over(**in_order).label("next_words"),
    ).where(Search.user_id.is_not(None))
    each = each.where(Search.user_id == user_id) if user_id is not None else each
    pairs = (each.where(Search.at >= since) if since is not None else each).subquery()
    used = (
        select(SearchClick.id)
        .join(
            UsageEvent,
            and_(
                UsageEvent.asset_id == SearchClick.asset_id,
                UsageEvent.user_id == pairs.c.user_id,
                UsageEvent.at >= SearchClick.at,
                UsageEvent.at < pairs.c.next_at,
                UsageEvent.kind != "viewed",
            ),
        )
        .where(SearchClick.search_id == pairs.c.id)
    )
    seconds = extract("epoch", pairs.c.next_at) - extract("epoch", pairs.c.at)
    return select(pairs.c.id, pairs.c.next_id).where(
        pairs.c.rephrased_by_id.is_(None),
        pairs.c.next_words != pairs.c.words,
        seconds <= REPHRASED_WITHIN.total_seconds(),
        ~used.exists(),
    )
