"""Writing down what was searched for, what was opened of it, and that it was put in other words."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, extract, func, or_, select, update

from portal.db import db, now
from portal.discovery.models import Search, SearchClick
from portal.search.analysis import Word
from portal.search.operators import Role, pieces
from portal.usage.models import UsageEvent

# Whoever comes back to a search within so long goes on with it; the links of its pages belong to it for longer.
SAME_SEARCH = timedelta(minutes=30)
SAME_PAGES = timedelta(hours=12)
REPHRASED_WITHIN = timedelta(minutes=2)
# What shows nothing, or turns around what stands beside it: in a report it would make a text look like another.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_DIRECTIONS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SIGNS = {Role.WITHOUT: "-", Role.IN_TITLE: "title:"}


def plain_words(text: str) -> str:
    """Return the words of a search as they are grouped: stemmed, without common words, in alphabetical order.

    What is left out or must be in the title keeps its sign: hospital -deck asks for something else than hospital deck.
    """
    found = {_SIGNS.get(piece.role, "") + term for piece in pieces(text) for term in _terms(piece.words)}
    return " ".join(sorted(found))[:500]


def _terms(found: Iterable[Word]) -> list[str]:
    return [term for word in found for term in word.terms]


def group_of(text: str, bare: str | None = None) -> str:
    """Return what a search is grouped by: its plain words, or what was typed when it has none of these.

    `bare` is what is left of the text once kind: and owner: were read.
    """
    return plain_words(text if bare is None else bare) or " ".join(text.lower().split())[:500]


def _readable(text: str) -> str:
    """Return a text as it is kept: without characters that show nothing."""
    return _CONTROLS.sub(" ", _DIRECTIONS.sub("", text)).strip()[:500]


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
    bare: str | None = None,
    corrected: str = "",
    at: datetime | None = None,
) -> None:
    """Store a search, with how much its words found; `bare` is its text without what kind: and owner: ask for.

    `corrected` are the words that were searched for instead, where what was typed found nothing.
    """
    text, bare = _readable(text), bare if bare is None else _readable(bare)
    if not text:
        return
    search = Search(
        key=key,
        at=at or now(),
        user_id=user_id,
        text=text,
        words=group_of(text, bare),
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


def same_search(user_id: int, text: str, bare: str, key: str = "") -> Search | None:
    """Return the search of the same person that this one belongs to, if any.

    Paging, sorting and filtering carry its key, which counts as long as the words are the same ones. Without it, the
    same text belongs to the last search for it as long as that was made, or something of it opened, not long ago.
    """
    moment, text, bare = now(), _readable(text), bare if bare is None else _readable(bare)
    own = select(Search).where(Search.user_id == user_id, Search.at > moment - SAME_PAGES)
    named = own.where(Search.key == key[:32], Search.words == group_of(text, bare))
    found = db.session.scalar(named) if key else None
    if found is not None:
        return found
    since = moment - SAME_SEARCH
    opened = select(SearchClick.id).where(SearchClick.search_id == Search.id, SearchClick.at > since).exists()
    recent = own.where(Search.text == text, or_(Search.at > since, opened))
    return db.session.scalar(recent.order_by(Search.id.desc()).limit(1))


def found_more(key: str, result_count: int) -> None:
    """Note that a search found more after all, as when its filters were taken off."""
    more = update(Search).where(Search.key == key, Search.result_count < result_count)
    db.session.execute(more.values(result_count=result_count, corrected=""))


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
