"""A made-up library of any size, the same every time: what the measurements of the search run on.

Assets have 300 words on three pages, of a vocabulary of 40,000 that is distributed as in real text. Nine in ten are
published; the others are drafts, archived, or from the sales of two teams. Terms in five facets, owners, ratings, and
uses on deals, for popular content more than for the rest.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import insert, select

from portal.db import db, insert_rows, now, unit_of_work
from portal.deals.models import Account, Deal
from portal.feedback.models import Rating
from portal.library.models import ASSET_KINDS, Asset, Contribution, Facet, Page, Term, Version, asset_terms
from portal.library.vocabulary import ensure_facets
from portal.usage.models import FirstUse, UsageEvent
from portal.users.models import Team, User

VOCABULARY = 40_000
WORDS = 300
PAGES = 3
AT_ONCE = 2_000
REPS = 40
DEALS = 400
REP, MARKETER = "rep1@example.com", "marketer1@example.com"
TERMS = {"industry": 12, "product": 8, "persona": 6, "region": 5, "stage": 6}


class Writer:
    """Writes the same made-up text every time: words whose frequency falls with their rank."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        syllables = ("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zan", "tor", "pel", "gri", "dus")
        names = random.Random(1)
        self._words = ["".join(names.choices(syllables, k=names.randint(2, 5))) for _ in range(VOCABULARY)]
        self._weights = list(accumulate(rank**-1.07 for rank in range(1, VOCABULARY + 1)))

    def text(self, count: int) -> str:
        """Return so many words."""
        total = self._weights[-1]
        places = (bisect(self._weights, self._chance.random() * total) for _ in range(count))
        return " ".join(self._words[place] for place in places)


def questions(count: int, seed: int = 3) -> list[str]:
    """Return so many queries of one to five words of the same distribution."""
    writer = Writer(seed)
    return [writer.text(1 + turn % 5) for turn in range(count)]


@dataclass(frozen=True)
class _People:
    """The ids of who is there, what they sell, and the terms of each facet."""

    reps: list[int]
    marketers: list[int]
    deals: list[int]
    won: list[int]
    terms: dict[str, list[int]]


def fill(count: int) -> None:
    """Write a library of so many assets into an empty portal, in the present application context."""
    with unit_of_work():
        people = _add_people()
    writer, chance = Writer(2), random.Random(5)
    for first in range(1, count + 1, AT_ONCE):
        with unit_of_work():
            _add_assets(range(first, min(count, first + AT_ONCE - 1) + 1), people, writer, chance)


def _add_people() -> _People:
    insert_rows(Team, [{"id": number, "name": f"Team {number}"} for number in range(1, 5)])
    reps = [
        User(name=f"Rep {n}", email=f"rep{n}@example.com", role="rep", team_id=1 + n % 4)
        for n in range(1, REPS + 1)
    ]
    marketers = [
        User(name=f"Marketer {n}", email=f"marketer{n}@example.com", role="marketer") for n in range(1, 6)
    ]
    db.session.add_all([*reps, *marketers])
    db.session.flush()
    terms = _add_terms()
    deals = list(_deals([rep.id for rep in reps]))
    insert_rows(Account, [{"id": n, "name": f"Company {n}", "key": f"company {n}"} for n in range(1, 101)])
    insert_rows(Deal, deals)
    won = [deal["id"] for deal in deals if deal["status"] == "won"]
    ids = [deal["id"] for deal in deals]
    return _People([rep.id for rep in reps], [one.id for one in marketers], ids, won, terms)


def _add_terms() -> dict[str, list[int]]:
    facets: dict[str, Facet] = ensure_facets()
    for key, many in TERMS.items():
        names = [f"{facets[key].name} {number}" for number in range(1, many + 1)]
        rows = [
            {"facet_id": facets[key].id, "key": name.lower().replace(" ", "-"), "name": name, "position": n}
            for n, name in enumerate(names)
        ]
        insert_rows(Term, rows)
    return {
        key: list(db.session.scalars(select(Term.id).where(Term.facet_id == facets[key].id))) for key in TERMS
    }


def _deals(reps: list[int]) -> Iterator[dict[str, Any]]:
    today = now().date()
    for number in range(1, DEALS + 1):
        status = ("open", "won", "lost", "open")[number % 4]
        yield {
            "id": number,
            "source": "csv",
            "external_id": f"D{number}",
            "name": f"Deal {number}",
            "account_id": 1 + number % 100,
            "owner_id": reps[number % len(reps)],
            "stage": f"Stage {1 + number % TERMS['stage']}",
            "status": status,
            "amount_minor": 1_000_000,
            "base_amount_minor": 1_000_000,
            "size_minor": 1_000_000,
            "size_amount_minor": 1_000_000,
            "size_currency": "USD",
            "currency": "USD",
            "industry": f"Industry {1 + number % TERMS['industry']}",
            "product": f"Product {1 + number % TERMS['product']}",
            "created_on": today - timedelta(days=200 + number % 90),
            "closed_on": None if status == "open" else today - timedelta(days=number % 90),
        }


def _add_assets(ids: range, people: _People, writer: Writer, chance: random.Random) -> None:
    rows = [_asset(number, people, writer, chance) for number in ids]
    # The current version is told afterwards, for each refers to the other.
    insert_rows(Asset, [{**row, "current_version_id": None} for row in rows])
    insert_rows(Version, [_version(row) for row in rows])
    current = "update assets set current_version_id = id where id between :first and :last"
    db.session.connection().exec_driver_sql(current, {"first": ids[0], "last": ids[-1]})
    pages = []
    for number in ids:
        words = writer.text(WORDS).split()
        share = WORDS // PAGES
        pages += [
            {"version_id": number, "number": page + 1, "text": " ".join(words[page * share :][:share])}
            for page in range(PAGES)
        ]
    insert_rows(Page, pages)
    filed = [
        {"asset_id": number, "term_id": term}
        for number in ids
        for terms in people.terms.values()
        for term in chance.sample(terms, chance.choice((0, 1, 1, 2)))
    ]
    db.session.execute(insert(asset_terms), filed)
    _add_contributions(rows, people)
    _add_opinions(rows, people, chance)


def _asset(number: int, people: _People, writer: Writer, chance: random.Random) -> dict[str, Any]:
    states = ("published", "draft", "from_sales", "archived")
    state = chance.choices(states, (90, 4, 3, 3))[0]
    at = _moment(chance)
    rated = chance.random() < 0.2 and state == "published"
    used = int(chance.paretovariate(1)) - 1 if state == "published" else 0
    owners = people.reps if state in ("draft", "from_sales") else people.marketers
    return {
        "id": number,
        "slug": f"asset-{number}",
        "title": writer.text(5).capitalize(),
        "kind": ASSET_KINDS[number % len(ASSET_KINDS)],
        "state": state,
        "summary": writer.text(12),
        "owner_id": chance.choice(owners),
        "created_at": at,
        "updated_at": at,
        "published_at": at if state in ("published", "archived") else None,
        "archived_at": at if state == "archived" else None,
        "is_placeholder": state == "published" and number % 100 == 0,
        "rating_count": 3 if rated else 0,
        "rating_mean": 4.0 if rated else None,
        "rating_rank": 3.6 if rated else 0.0,
        "use_count": min(used, 50),
        "deal_count": min(used, 50),
    }


def _moment(chance: random.Random) -> datetime:
    return now() - timedelta(days=chance.uniform(0, 900))


def _version(asset: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": asset["id"],
        "asset_id": asset["id"],
        "number": 1,
        "source": "markdown",
        "state": "indexed",
        "preview_kind": "html",
        "page_count": PAGES,
        "created_at": asset["created_at"],
        "created_by_id": asset["owner_id"],
        "published_at": asset["published_at"],
    }


def _add_contributions(rows: list[dict[str, Any]], people: _People) -> None:
    brought = [row for row in rows if row["state"] == "from_sales"]
    insert_rows(
        Contribution, [{"asset_id": row["id"], "contributed_by_id": row["owner_id"]} for row in brought]
    )


def _add_opinions(rows: list[dict[str, Any]], people: _People, chance: random.Random) -> None:
    ratings: list[dict[str, Any]] = []
    uses: list[dict[str, Any]] = []
    first: list[dict[str, Any]] = []
    for row in rows:
        key = {"asset_id": row["id"], "version_id": row["id"]}
        ratings += [
            {**key, "user_id": user, "stars": stars}
            for user, stars in zip(
                chance.sample(people.reps, row["rating_count"]), (3, 4, 5)[: row["rating_count"]], strict=True
            )
        ]
        for deal in chance.sample(people.deals, row["use_count"]):
            at, user = _moment(chance), chance.choice(people.reps)
            uses.append(
                {**key, "at": at, "user_id": user, "deal_id": deal, "kind": "sent", "deal_known_by": "named"}
            )
            first.append({"asset_id": row["id"], "deal_id": deal, "first_at": at})
    insert_rows(Rating, ratings)
    insert_rows(UsageEvent, uses)
    insert_rows(FirstUse, first)
