"""Which pages belong to one search, what counts as found nothing, and what is not written down."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from portal.db import db
from portal.discovery.learning.queries import gaps
from portal.discovery.learning.services import group_of, log_click
from portal.discovery.models import Search, SearchClick
from portal.library.indexing import all_documents, engine


@pytest.fixture
def library(app, make):
    """Eleven decks and a case study about lorries, and a case study about tariffs, all in the index."""
    found = [make.asset(f"Lorry {number}", pages=("Lorry",)) for number in range(11)]
    make.asset("Lorries won", pages=("Lorry",), kind="case_study")
    make.asset("Tariff story", pages=("Tariff",), kind="case_study")
    with app.app_context():
        engine().rebuild(all_documents())
    return found


@pytest.fixture
def client(library, make, sign_in):
    return sign_in(make.user("rep"))


@pytest.fixture
def log(rows):
    """Return the searches there are as (text, count), the first first."""
    return lambda: [(one.text, one.result_count) for one in rows(select(Search).order_by(Search.id))]


@pytest.fixture
def age(make):
    """Let all searches, and what was opened of them, be so many minutes older."""

    def by(minutes, clicks=True):
        later = timedelta(minutes=minutes)

        def move():
            for model in (Search, SearchClick) if clicks else (Search,):
                for one in db.session.scalars(select(model)):
                    one.at = one.at - later

        make.inside(move)

    return by


def links(page):
    return [unescape(href) for href in re.findall(r'href="(/library\?[^"]*)"', page)]


def test_every_address_of_a_search_carries_it(client, rows, log):
    page = client.get("/library?q=lorry").text
    (search,) = rows(select(Search))
    paged = [href for href in links(page) if "page=2" in href]
    filtered = [href for href in links(page) if "kind=" in href]
    assert paged
    assert filtered
    assert all(f"s={search.key}" in href for href in paged + filtered)
    assert f'<input type="hidden" name="s" value="{search.key}">' in page
    again = client.get(filtered[0]).text
    assert f"/library?q=lorry&s={search.key}" in links(again)  # to clear the filters
    assert again.count(f"s={search.key}&s=") == 0


def test_paging_and_filtering_long_after_are_the_search_that_they_began_with(client, log, rows, age):
    page = client.get("/library?q=lorry").text
    follow = [href for href in links(page) if "page=2" in href or "kind=deck" in href]
    age(90)
    for href in follow:
        assert client.get(href).status_code == 200
    assert log() == [("lorry", 12)]
    age(60 * 24)
    client.get(follow[0])
    assert len(log()) == 2


def test_sorting_and_asking_for_the_very_words_are_the_same_search(client, log):
    for query in (
        "q=lorry",
        "q=lorry&sort=newest",
        "q=lorry&exact=yes",
        "q=lorry&page=2",
        "q=lorry&kind=deck",
    ):
        assert client.get(f"/library?{query}").status_code == 200
    assert log() == [("lorry", 12)]


def test_the_key_of_a_search_counts_for_its_person_and_its_words_alone(client, log, rows, make, sign_in, age):
    client.get("/library?q=lorry")
    (search,) = rows(select(Search))
    age(60)
    client.get(f"/library?q=tariff&s={search.key}")
    sign_in(make.user()).get(f"/library?q=lorry&s={search.key}")
    client.get("/library?q=lorry&s=nonsense")
    assert [text for text, _ in log()] == ["lorry", "tariff", "lorry", "lorry"]


def test_coming_back_within_half_an_hour_of_the_last_click_is_the_same_search(
    client, log, make, rows, library, age
):
    client.get("/library?q=lorry")
    age(20)
    client.get("/library?q=lorry")
    assert len(log()) == 1
    (search,) = rows(select(Search))
    make.inside(lambda: log_click(key=search.key, user_id=search.user_id, asset_id=library[0].id, place=1))
    age(20)
    client.get("/library?q=lorry")
    assert len(log()) == 1
    age(20)
    client.get("/library?q=lorry")
    assert len(log()) == 2


def test_a_filter_that_leaves_nothing_does_not_make_a_search_in_vain(client, log, app):
    assert "Nothing with this filter" in client.get("/library?q=tariff&kind=deck").text
    assert "Nothing with this filter" in client.get("/library?q=kind:deck+tariffs").text
    assert [count for _, count in log()] == [1, 1]
    client.get("/library?q=zeppelin&kind=deck")
    with app.app_context():
        assert [gap.text for gap in gaps()] == ["zeppelin"]


def test_taking_the_filters_off_raises_the_count_and_putting_them_on_does_not_lower_it(client, log):
    client.get("/library?q=lorry&kind=case_study")
    assert log() == [("lorry", 1)]
    client.get("/library?q=lorry")
    client.get("/library?q=lorry&kind=case_study")
    assert log() == [("lorry", 12)]


def test_what_is_answered_without_an_index_is_not_written_down(make, sign_in, log):
    client = sign_in(make.user("rep"))
    assert client.get("/library?q=zeppelin").status_code == 200
    assert log() == []


def test_whoever_follows_a_link_of_a_report_searches_for_nothing(client, log, make, sign_in):
    make.search(make.user("rep"), "lorry")
    manager = sign_in(make.user("manager"))
    report = manager.get("/reports/search").text
    (link,) = [href for href in links(report) if "q=lorry" in href]
    page = manager.get(link).text
    assert "Lorry 1" in page
    for href in [href for href in links(page) if "q=lorry" in href]:
        manager.get(href)
    assert len(log()) == 1


@pytest.mark.parametrize(
    ("typed", "bare", "expected"),
    [
        ("hospital decks", None, "deck hospit"),
        ("hospital -deck", None, "-deck hospit"),
        ('"hospital deck"', None, "deck hospit"),
        ("title:hospital deck", None, "deck title:hospit"),
        ("kind:deck hospital", "hospital", "hospit"),
        ("kind:deck", "", "kind:deck"),
    ],
)
def test_searches_are_grouped_by_what_they_ask_for(typed, bare, expected):
    assert group_of(typed, bare) == expected


def test_kind_and_owner_are_no_words_of_a_search(client, rows):
    client.get("/library?q=kind:case+study+lorries")
    assert [search.words for search in rows(select(Search))] == ["lorri"]
