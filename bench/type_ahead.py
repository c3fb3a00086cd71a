"""How fast an answer comes while somebody types: GET /search/suggest, as a rep.

Run by bench.search_page, whose library it uses. What is typed are beginnings of two to six letters of words from
titles of the library, half of them after another whole word. Goal: 95 in 100 under 50 ms.
"""

from __future__ import annotations

import random

from flask.testing import FlaskClient
from sqlalchemy import select

from bench.timing import Spent, timed
from portal.db import db
from portal.library.models import Asset

TIMES = 200
GOAL_MS = 50


def typed(count: int = TIMES) -> list[str]:
    """Return so many beginnings of what the titles of the library say, in the present application context."""
    chance = random.Random(7)
    titles = list(db.session.scalars(select(Asset.title).order_by(Asset.id).limit(count)))
    texts = []
    for turn, title in enumerate(titles):
        words = title.split()
        place = chance.randrange(len(words))
        beginning = words[place][: chance.randint(2, 6)]
        texts.append(f"{words[place - 1]} {beginning}" if turn % 2 and place else beginning)
    return texts


def measure(client: FlaskClient, texts: list[str]) -> Spent:
    """Ask for suggestions for each text and say how long that took."""

    def ask(text: str) -> None:
        assert client.get("/search/suggest", query_string={"q": text}).status_code == 200

    ask(texts[0])
    return timed([lambda text=text: ask(text) for text in texts])
