"""Filters and other orders are about all that the words find, not about the best thousand."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from portal.db import one_of
from portal.discovery import finding
from portal.discovery.finding import listed_ids, wanted
from portal.library.models import Asset


@pytest.fixture
def few(monkeypatch):
    """Let a search without filters list five hits, asked for in small steps."""
    monkeypatch.setattr(wanted, "MOST_FOUND", 5)
    monkeypatch.setattr(wanted, "LIMITS", (6, 8))
    monkeypatch.setattr(wanted, "_FIRST_ASKED", 6)


def _said(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def _counts(page: str, word: str) -> int:
    """How many a filter says there are of one value."""
    return int(re.search(rf"{word} (\d+)", _said(page))[1])


@pytest.fixture
def herons(make, index, few):
    """Nine decks that say much of herons, and a video that says little; the video is the newest of all."""
    for number in range(9):
        make.asset(f"Heron deck {number}", pages=("heron heron heron",))
    video = make.asset(
        "Zoo film", kind="video", pages=("A film of the zoo, with birds and one heron at last.",)
    )
    index()
    return video


def test_a_filter_finds_what_is_past_the_best_hits(herons, make, sign_in):
    client = sign_in(make.user("rep"))
    page = client.get("/library?q=heron").text
    assert "<b>5+</b> found" in page
    assert "Zoo film" not in page
    for address in (
        "/library?q=heron&kind=video",
        "/library?q=heron+kind:video",
        "/library?q=heron+-kind:deck",
    ):
        page = client.get(address).text
        assert "<b>1</b> found" in page
        assert "Zoo film" in page
    page = client.get("/library?q=heron&kind=deck").text
    assert "<b>9</b> found" in page
    assert (_counts(page, "Deck"), _counts(page, "Video")) == (9, 1)


@pytest.mark.parametrize("sort", ["newest", "used", "rated", "title"])
def test_another_order_is_of_all_that_is_found(herons, make, sign_in, sort):
    page = sign_in(make.user("rep")).get(f"/library?q=heron&sort={sort}").text
    assert "<b>10</b> found" in page
    if sort == "newest":
        assert page.index("Zoo film") < page.index("Heron deck")


def test_all_of_a_list_under_a_filter_is_all_of_it(herons, make):
    marketer = make.user("marketer")
    listed = make.inside(lambda: listed_ids(marketer, "heron", {"kind": ["video"]}, "relevance", 100))
    assert listed == [herons.id]
    assert len(make.inside(lambda: listed_ids(marketer, "heron", {}, "title", 100))) == 10


def test_what_is_archived_takes_nobodys_place_among_the_best(make, index, few, sign_in):
    for number in range(7):
        make.asset(f"Heron {number}", state="archived", pages=("heron heron heron",))
    for number in range(7):
        make.asset(f"Poster {number}", pages=("A poster of the zoo with one heron at last.",))
    index()
    client = sign_in(make.user("marketer"))
    page = client.get("/library?q=heron").text
    assert "<b>5+</b> found" in page
    assert _counts(page, "Archived") == 7
    assert "<b>7</b> found" in client.get("/library?q=heron&state=archived").text


def test_folded_hits_count_everywhere_alike(make, index, sign_in):
    newer = make.asset("Heron 2026", pages=("heron",))
    make.asset("Heron 2025", pages=("heron",), replaced_by_id=newer.id)
    make.asset("Heron poster", kind="other", pages=("heron",))
    index()
    client = sign_in(make.user("rep"))
    page = client.get("/library?q=heron").text
    assert re.search(r"3 found for “heron” ?, 1 of them folded", _said(page))
    assert _counts(page, "Deck") == 2
    assert "<b>2</b> found" in client.get("/library?q=heron&kind=deck").text
    assert "<b>3</b> found" in client.get("/library?q=heron&sort=title").text


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("-pricing", ["Bittern", "Heron"]),
        ("kind:deck -pricing", ["Heron"]),
        ('-"two words"', ["Bittern", "Heron", "Prices", "Words"]),
        ("-pricing -bittern", ["Heron"]),
        ("-the", []),
        ("kind:deck -kind:battle card -prices", ["Heron"]),
    ],
)
def test_only_exclusions_list_all_but_what_has_them(make, index, text, titles):
    make.asset("Heron", pages=("words by two",))
    make.asset("Bittern", kind="battle_card")
    make.asset("Prices", pages=("all about pricing",))
    make.asset("Words", kind="other", pages=("pricing",))
    make.asset("Both", kind="other", pages=("pricing in two words",))
    make.asset("Hidden", state="draft")
    index()
    rep = make.user("rep")
    found = make.inside(lambda: finding.find(rep, text))
    assert sorted(hit.asset.title for hit in found.hits) == titles
    assert found.total == len(titles)


def test_what_is_typed_as_unwanted_is_a_chip_that_takes_it_away(make, index, sign_in):
    make.asset("Heron deck", owner=make.user("marketer", name="Jasper Ode"))
    make.asset("Heron card", kind="battle_card", owner=None)
    index()
    client = sign_in(make.user("rep"))
    for typed, label in (("-kind:deck", "Not: Deck"), ("-owner:jasper", "Not: Jasper Ode")):
        page = client.get("/library", query_string={"q": f"heron {typed}"}).text
        assert "Heron card" in page
        assert "Heron deck" not in page
        assert re.search(rf'href="/library\?q=heron[^"]*" aria-label="Remove {label}"', page)


@pytest.mark.parametrize(
    ("dialect", "table"),
    [
        (sqlite.dialect(), "json_each(?) AS sent_ids"),
        (
            postgresql.dialect(),
            "(SELECT CAST(each AS BIGINT) AS value FROM "
            "jsonb_array_elements_text(CAST(%(sent_ids_1)s AS JSONB)) AS sent(each)) AS sent_ids",
        ),
    ],
    ids=["SQLite", "PostgreSQL"],
)
def test_many_ids_are_sent_in_one_value_to_either_database(dialect, table):
    said = str(one_of(Asset.id, range(40_000)).compile(dialect=dialect))
    assert " ".join(said.split()) == f"assets.id IN (SELECT sent_ids.value FROM {table})"
