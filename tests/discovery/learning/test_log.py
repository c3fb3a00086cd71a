"""Which searches were put in other words, and which belong together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.db import db
from portal.discovery.learning.services import log_click, log_search, note_rephrasings
from portal.discovery.models import Search

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def search(make):
    """Log a search so many seconds after the start; returns its key."""

    def log(user, text, seconds, *, results=3, **fields):
        key = f"{user.id}-{seconds}"
        values = {"key": key, "user_id": user.id, "text": text, "filters": {}, "result_count": results}
        at = START + timedelta(seconds=seconds)
        make.inside(lambda: log_search(**(values | {"deal_id": None} | fields), at=at))
        return key

    return log


@pytest.fixture
def rephrased(app):
    """Return the pairs of texts of which the second followed the first in other words."""

    def pairs():
        later = db.aliased(Search)
        with app.app_context():
            found = select(Search.text, later.text).join(later, later.id == Search.rephrased_by_id)
            return [tuple(row) for row in db.session.execute(found.order_by(Search.id))]

    return pairs


def test_other_words_within_two_minutes_rephrase_a_search(make, search, rephrased):
    rep = make.user()
    search(rep, "lorry", 0)
    search(rep, "truck", 120)
    search(rep, "haulage", 241)
    assert rephrased() == [("lorry", "truck")]


def test_the_same_words_in_another_order_are_no_rephrasing(make, search, rephrased):
    rep = make.user()
    search(rep, "hospital case studies", 0)
    search(rep, "Case study hospitals", 30)
    search(rep, "clinic", 60)
    assert rephrased() == [("Case study hospitals", "clinic")]


def test_searches_of_different_people_do_not_rephrase_each_other(make, search, rephrased):
    one, two = make.user(), make.user()
    search(one, "lorry", 0)
    search(two, "truck", 10)
    assert rephrased() == []
    search(one, "haulage", 20)
    assert rephrased() == [("lorry", "haulage")]


@pytest.mark.parametrize(
    ("kind", "used_after", "expected"),
    [
        ("sent", 40, []),
        ("viewed", 40, [("lorry", "truck")]),
        ("sent", 70, [("lorry", "truck")]),
    ],
    ids=["used", "only looked at", "used later"],
)
def test_who_opened_a_hit_and_used_it_in_between_did_not_rephrase(
    make, search, rephrased, kind, used_after, expected
):
    rep, asset = make.user(), make.asset()
    key = search(rep, "lorry", 0)
    at = START + timedelta(seconds=20)
    make.inside(lambda: log_click(key=key, user_id=rep.id, asset_id=asset.id, place=1, at=at))
    make.use(asset, rep, kind=kind, at=START + timedelta(seconds=used_after))
    search(rep, "truck", 60)
    assert rephrased() == expected


def test_many_searches_that_are_there_already_are_tied_in_one_go(make, rephrased):
    rep = make.user()
    for seconds, text in ((0, "lorry"), (90, "truck"), (100, "haulage"), (400, "rail")):
        make.search(rep, text, at=START + timedelta(seconds=seconds))
    make.inside(note_rephrasings)
    assert rephrased() == [("lorry", "truck"), ("truck", "haulage")]


def test_typing_makes_no_search(make, sign_in, rows):
    client = sign_in(make.user())
    assert client.get("/search/suggest?q=lorr").status_code == 200
    assert rows(select(Search)) == []


def test_a_search_without_any_word_of_meaning_is_still_counted_by_what_was_typed(make, search, rows):
    search(make.user(), "  &  %% ", 0)
    assert [found.words for found in rows(select(Search))] == ["& %%"]


def test_what_shows_nothing_or_turns_text_around_is_not_kept(make, search, rows):
    rep = make.user()
    search(rep, "ho\u202espital\u2069 \u200eprices\u200f\tlist\x07\x00", 0)
    search(rep, "\u0645\u0631\u062d\u0628\u0627 na\u00efve \U0001f600", 300)
    found = rows(select(Search.text).order_by(Search.id))
    assert found == ["hospital prices list", "\u0645\u0631\u062d\u0628\u0627 na\u00efve \U0001f600"]
    assert rows(select(Search.words).order_by(Search.id))[0] == "hospit list price"


def test_the_same_search_with_such_characters_is_logged_once(make, sign_in, rows, index):
    make.asset("Hospital prices")
    index()
    client = sign_in(make.user())
    for _ in range(2):
        client.get("/library", query_string={"q": "hospital\u202e prices"})
    client.get("/library", query_string={"q": "\u202e"})
    assert rows(select(Search.text)) == ["hospital prices"]
