"""Groups that the searches of people propose: words, the other words with which they then found something."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import now
from portal.discovery.learning.services import plain_words
from portal.discovery.models import DifferentWords, SearchClick, SynonymGroup


@pytest.fixture
def rephrase(make):
    """Store a search that was rephrased, so many times, and what was opened after it."""

    def store(typed, instead, times=3, *, opened=True, days_ago=1):
        user, asset = make.user("rep"), make.asset()
        at = now() - timedelta(days=days_ago)
        for _ in range(times):
            then = make.search(user, instead, results=1, words=plain_words(instead), at=at)
            make.search(user, typed, words=plain_words(typed), rephrased_by_id=then.id, at=at)
            if opened:
                make.store(SearchClick(search_id=then.id, asset_id=asset.id, place=1))

    return store


@pytest.fixture
def marketer(make, sign_in):
    return sign_in(make.user("marketer"))


def test_what_was_rephrased_and_then_opened_is_proposed_and_taken_in_one_click(marketer, rephrase, rows):
    rephrase("one pager", "one-sheet flyer")
    rephrase("brochure", "leaflet", times=4)
    page = marketer.get("/library/synonyms").text
    assert "“brochure” was rephrased as “leaflet” 4 times" in page
    assert "one-sheet flyer" not in page, (
        "it shares a word with what was typed and has more, so it was narrowed"
    )
    marketer.post("/library/synonyms/new", data={"phrases": "brochure\nleaflet"})
    assert [group.phrases for group in rows(select(SynonymGroup))] == [["brochure", "leaflet"]]
    assert "was rephrased" not in marketer.get("/library/synonyms").text


def test_two_people_are_enough_and_the_page_says_how_many_it_takes(marketer, rephrase):
    for _ in range(2):
        rephrase("brochure", "leaflet", times=1)
    page = marketer.get("/library/synonyms").text
    assert "“brochure” was rephrased as “leaflet” 2 times, by 2 people" in page
    assert "by 2 people or more, or 3 times." in page


def test_another_word_beside_the_same_ones_is_proposed(marketer, rephrase):
    rephrase("one pager", "one-sheeter")
    assert "“one pager” was rephrased as “one-sheeter” 3 times" in marketer.get("/library/synonyms").text


@pytest.mark.parametrize(
    ("typed", "instead", "fields"),
    [
        ("brochure", "leaflet", {"times": 1}),
        ("brochure", "leaflet", {"times": 2}),
        ("brochure", "leaflet", {"opened": False}),
        ("brochure", "leaflet", {"days_ago": 91}),
        ("deck", "healthcare deck", {}),
        ("decks", "deck", {}),
        ("hospital pump", "pump hospital", {}),
        ("prices 2023", "prices 2024", {}),
        ("kind:deck", "slides", {}),
        ('"brochure"', "leaflet", {}),
        ("-brochure", "leaflet", {}),
        ("b" * 41, "leaflet", {}),
    ],
)
def test_what_says_nothing_of_meaning_is_not_proposed(marketer, rephrase, typed, instead, fields):
    rephrase(typed, instead, **fields)
    assert "was rephrased" not in marketer.get("/library/synonyms").text


def test_words_of_a_group_are_proposed_for_it(marketer, rephrase, make):
    group = make.store(SynonymGroup(phrases=["leaflet", "flyer"]))
    rephrase("brochure", "Leaflets")
    page = marketer.get("/library/synonyms").text
    assert "Add to its group" in page
    edit = marketer.get(f"/library/synonyms/{group.id}?add=brochure&add=Leaflets").text
    assert "leaflet\nflyer\nbrochure</textarea>" in edit.replace("\r", "")


def test_at_most_five_are_proposed(marketer, rephrase):
    for letter in "abcdefg":
        rephrase(f"typed{letter}", f"meant{letter}")
    assert marketer.get("/library/synonyms").text.count("was rephrased") == 5


def dismiss(client, typed, instead):
    return client.post("/library/synonyms/different", data={"typed": typed, "instead": instead})


def test_what_is_not_the_same_is_proposed_no_more_in_whatever_form_or_order(marketer, rephrase, rows):
    rephrase("brochure", "leaflet")
    rephrase("Leaflets", "brochures", times=4)
    rephrase("brochure", "flyer")
    assert dismiss(marketer, "brochure", "leaflet").status_code == 303
    assert dismiss(marketer, "leaflets", "Brochure").status_code == 303
    assert len(rows(select(DifferentWords))) == 1
    page = marketer.get("/library/synonyms").text
    assert "“brochure” was rephrased as “flyer”" in page
    assert "rephrased as “leaflet”" not in page
    assert "rephrased as “brochures”" not in page
    assert "1 that marketing said is not the same" in page
    assert "“brochure” and “leaflet”" in page


def test_that_they_are_not_the_same_can_be_taken_back(marketer, rephrase, rows):
    rephrase("brochure", "leaflet")
    dismiss(marketer, "brochure", "leaflet")
    (said,) = rows(select(DifferentWords))
    assert marketer.post(f"/library/synonyms/different/{said.id}/delete").status_code == 303
    assert rows(select(DifferentWords)) == []
    assert "“brochure” was rephrased as “leaflet”" in marketer.get("/library/synonyms").text
    assert marketer.post(f"/library/synonyms/different/{said.id}/delete").status_code == 404


def test_who_makes_them_a_group_takes_back_that_they_are_not_the_same(marketer, rows):
    dismiss(marketer, "brochure", "leaflet")
    dismiss(marketer, "brochure", "flyer")
    marketer.post("/library/synonyms/new", data={"phrases": "leaflets\nbrochure"})
    assert [said.instead for said in rows(select(DifferentWords))] == ["flyer"]


@pytest.mark.parametrize(
    ("typed", "instead"), [("", "leaflet"), ("deck", "decks"), ("...", "leaflet"), ("deck", "\x00"), ("", "")]
)
def test_only_two_phrases_that_differ_can_be_said_to(marketer, rows, typed, instead):
    assert dismiss(marketer, typed, instead).status_code == 422
    assert rows(select(DifferentWords)) == []


def test_very_long_phrases_are_cut_and_kept(marketer, rows):
    assert dismiss(marketer, "brochure " * 900, "leaflet").status_code == 303
    assert len(rows(select(DifferentWords))[0].typed) <= 80
