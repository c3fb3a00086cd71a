"""What people searched for, and what they opened of it."""

from __future__ import annotations

from sqlalchemy import func, insert, select

from portal.db import chunks, db
from portal.demo.loading.numbers import Numbers
from portal.demo.simulated import Simulated, SimulatedSearch
from portal.discovery.learning.services import group_of, new_key
from portal.discovery.models import Search, SearchClick


def add_searches(numbers: Numbers, story: Simulated) -> None:
    """Add every search with the hit that was opened."""
    keys = [new_key() for _ in story.searches]
    words = {text: group_of(text) for text in {search.text for search in story.searches}}
    rows = [
        _search(numbers, search, key, words[search.text])
        for key, search in zip(keys, story.searches, strict=True)
    ]
    for part in chunks(rows, 2_000):
        db.session.execute(insert(Search), part)
    ids = dict(db.session.execute(select(Search.key, Search.id)).tuples().all())
    clicks: list[dict[str, object]] = [
        {
            "search_id": ids[key],
            "asset_id": numbers.assets[search.opened],
            "place": search.place,
            "at": search.at,
        }
        for key, search in zip(keys, story.searches, strict=True)
        if search.opened
    ]
    for part in chunks(clicks, 2_000):
        db.session.execute(insert(SearchClick), part)


def _search(numbers: Numbers, search: SimulatedSearch, key: str, words: str) -> dict[str, object]:
    return {
        "key": key,
        "at": search.at,
        "user_id": numbers.people[search.user_email],
        "deal_id": numbers.deals[search.deal] if search.deal else None,
        "text": search.text,
        "words": words,
        "filters": {},
        "result_count": search.result_count,
    }


def in_vain() -> dict[str, int]:
    """Return by plain words the last search for each thing that was looked for in vain."""
    found = select(Search.words, func.max(Search.id)).where(Search.result_count == 0).group_by(Search.words)
    return {words: search_id for words, search_id in db.session.execute(found) if words}
