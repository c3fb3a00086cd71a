"""Whatever is typed gets an answer: too much, nothing, signs that mean something elsewhere."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from bench.strange_texts import TYPED
from portal.discovery.asking import MOST_CHARACTERS
from portal.discovery.models import Search


@pytest.fixture
def library(make):
    """A rep, and a few assets of which one is no business of theirs."""
    for number in range(5):
        make.asset(
            f"Heron {number}", pages=("The heron of the north.", "Hospitals cut costs by 20 % with a_b.")
        )
    make.asset("Hidden", state="draft", pages=("heron",))
    return make.user("rep")


@pytest.mark.parametrize("name", TYPED)
@pytest.mark.parametrize("with_index", [True, False])
def test_whatever_is_typed_is_answered_and_does_nothing_else(library, index, sign_in, name, with_index):
    if with_index:
        index()
    answer = sign_in(library).get("/library", query_string={"q": TYPED[name]}, follow_redirects=True)
    assert answer.status_code == 200
    assert "Hidden" not in answer.text
    assert "<script>alert" not in answer.text
    assert "{{ 7*7 }}" in answer.text if name == "template" else True


@pytest.mark.parametrize("name", ["percent", "underline", "star", "punctuation"])
def test_signs_are_no_wildcards_even_without_an_index(library, sign_in, name):
    page = sign_in(library).get("/library", query_string={"q": TYPED[name], "sort": "title"}).text
    assert page.count('class="hit"') <= 5


def test_what_is_too_long_is_cut_and_the_rest_of_the_page_has_short_addresses(library, index, sign_in, rows):
    index()
    client = sign_in(library)
    answer = client.get("/library", query_string={"q": "heron " * 10_000}, follow_redirects=True)
    assert answer.status_code == 200
    assert "Heron 1" in answer.text
    (search,) = rows(select(Search.text))
    assert len(search) <= MOST_CHARACTERS
    assert max(len(part) for part in answer.text.split('href="')) < 20_000


@pytest.mark.parametrize(
    "arguments",
    [
        {"deal_id": "x"},
        {"deal_id": "9" * 30},
        {"deal_id": "0"},
        {"sort": "\x00", "page": "-1"},
        {"page": "9" * 30},
        {"kind": ["\x00", "deck"] * 50},
        {"state": "draft"},
        {"owner": "1", "owner:": "x"},
    ],
)
def test_an_address_that_was_changed_by_hand_is_answered(library, index, sign_in, arguments):
    index()
    answer = sign_in(library).get("/library?" + urlencode({"q": "heron", **arguments}, doseq=True))
    assert answer.status_code == 200
    assert "Hidden" not in answer.text


def test_nul_is_neither_logged_nor_shown(library, index, sign_in, rows):
    index()
    page = sign_in(library).get("/library?q=heron%00deck&kind=de%00ck").text
    assert "\x00" not in page
    assert rows(select(Search.text)) == ["heron deck"]


def test_without_an_index_plain_words_are_found_in_any_case_and_operators_are_said_to_mean_nothing(
    make, sign_in
):
    make.asset("Größe", pages=("ÜBERSICHT der Preise",))
    client = sign_in(make.user("rep"))
    for text in ("übersicht", "GRÖßE", '"übersicht" title:größe -preise'):
        page = client.get("/library", query_string={"q": text}).text
        assert "<b>1</b> found" in page
        assert "minus signs and title: are not understood meanwhile" in page
