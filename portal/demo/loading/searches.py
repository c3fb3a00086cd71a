"""What people searched for, what they opened of it, and which requests came of it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from portal.db import chunks, db
from portal.demo.loading.numbers import Numbers
from portal.demo.simulated import Simulated, SimulatedSearch
from portal.discovery.learning.services import group_of, new_key, note_rephrasings
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
            "at": search.at + timedelta(seconds=6 * (search.place or 1)),
        }
        for key, search in zip(keys, story.searches, strict=True)
        if search.opened
    ]
    for part in chunks(clicks, 2_000):
        db.session.execute(insert(SearchClick), part)
    note_rephrasings()


def _search(numbers: Numbers, search: SimulatedSearch, key: str, words: str) -> dict[str, object]:
    return {
        "key": key,
        "at": search.at,
        "user_id": numbers.people[search.user_email],
        "deal_id": numbers.deals[search.deal] if search.deal else None,
        "text": search.text,
        "words": words,
        "filters": {},
        "result_count": 0 if search.corrected else search.result_count,
        "corrected": search.corrected,
    }


def in_vain() -> dict[str, list[tuple[datetime, int]]]:
    """Return by plain words when each thing was looked for in vain, and by which search, the first first."""
    found = select(Search.words, Search.at, Search.id).where(Search.result_count == 0, Search.corrected == "")
    searches: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for words, at, search_id in db.session.execute(found.order_by(Search.at, Search.id)):
        searches[words].append((at, search_id))
    return searches
