"""What a search says of a text that has no word in it, that names what is not there, or that is too long."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import select

from config import TestConfig
from portal import create_app
from portal.discovery.models import Search

NO_WORD = "There is no word to search for in this"


@pytest.fixture
def client(make, sign_in, index):
    make.asset("Heron deck", pages=("A heron and its prices.",))
    make.asset("Bittern card", kind="battle_card")
    index()
    return sign_in(make.user("rep"))


def notes(page):
    found = re.findall(r'<p class="search-note">.*?<span>(.*?)</span></p>', page, re.DOTALL)
    return [unescape(note) for note in found]


@pytest.mark.parametrize("text", ["*", "((((", "-", '""', '-""', "?!", "€", "🙂", "the", "-the", "“ ”", "+"])
def test_a_text_without_a_word_is_no_search(client, rows, text):
    page = client.get("/library", query_string={"q": text}).text
    assert NO_WORD in page
    assert "such as “case study spare parts”" in page
    for left_out in (
        "Ask marketing for it",
        "Tell me when",
        'name="sort"',
        'aria-label="Filters"',
        "found for",
    ):
        assert left_out not in page
    assert rows(select(Search)) == []


def test_a_text_without_a_word_keeps_the_filters_and_is_no_search_with_them_either(client, rows):
    page = client.get("/library?q=*&kind=deck").text
    assert NO_WORD in page
    assert 'href="/library?q=%2A" aria-current="true"' in page
    assert rows(select(Search)) == []


def test_a_text_without_a_word_beside_a_filter_that_was_typed_browses(client):
    page = client.get("/library?q=kind:deck+*").text
    assert NO_WORD not in page
    assert "Heron deck" in page


def test_a_title_of_common_words_is_found_and_words_are_words(make, sign_in, index, rows):
    make.asset("The Who")
    index()
    client = sign_in(make.user("rep"))
    assert "The Who" in client.get("/library?q=the").text
    assert NO_WORD not in client.get("/library?q=zeppelin").text
    assert [one.text for one in rows(select(Search).order_by(Search.id))] == ["the", "zeppelin"]


@pytest.mark.parametrize(
    "text", ["kind:banana heron", "heron KIND: banana", 'kind:"banana" heron', "-kind:banana heron"]
)
def test_an_unknown_kind_is_read_as_words_and_that_is_said(client, text):
    page = client.get("/library", query_string={"q": text}).text
    assert "Heron deck" in page
    (note,) = notes(page)
    assert note.startswith(
        "“banana” is no kind of content, so kind: was read as a word. Kinds: Case study, Deck,"
    )
    assert note.endswith("Video and Other.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind:", ["kind: was read as a word, as nothing follows it. Try for instance kind:deck."]),
        ("heron kind: ", ["kind: was read as a word, as nothing follows it. Try for instance kind:deck."]),
        ('kind:"" heron', ["kind: was read as a word, as nothing follows it. Try for instance kind:deck."]),
        ("title:", ["title: was read as a word, as nothing follows it. Try for instance title:overview."]),
        (
            "owner: kind:deck",
            ["owner: was read as a word, as nothing follows it. Try for instance owner:anna."],
        ),
        ("kind:deck title:heron", []),
        ("mankind: heron", []),
        ("heron: kind", []),
    ],
)
def test_an_operator_without_a_value_is_read_as_a_word_and_that_is_said(client, text, said):
    assert notes(client.get("/library", query_string={"q": text}).text) == said


def test_what_is_not_understood_is_said_once_and_shortly(client):
    (note,) = notes(client.get("/library?q=kind:banana+kind:banana+heron").text)
    (long,) = notes(client.get("/library", query_string={"q": f"kind:{'x' * 300} heron"}).text)
    assert long.startswith(f"“{'x' * 39}…” is no kind")
    assert note.count("banana") == 1
    assert notes(client.get("/library?q=kind:<b>x</b>").text)[0].startswith("“<b>x</b>”")
    assert "<b>x</b>" not in client.get("/library?q=kind:<b>x</b>").text


def test_an_owner_who_is_not_there_and_one_whose_content_is_hidden_are_told_alike(make, sign_in, index):
    make.asset("Hidden heron", state="draft", owner=make.user("marketer", name="Secret Person"))
    index()
    rep, marketer = sign_in(make.user("rep")), sign_in(make.user("marketer"))
    (hidden,) = notes(rep.get("/library?q=owner:secret+heron").text)
    (nobody,) = notes(rep.get("/library?q=owner:nobody+heron").text)
    assert hidden.replace("secret", "nobody") == nobody
    assert (
        nobody == "Nobody called “nobody” looks after content that you can see, so owner: was read as a word."
    )
    assert notes(marketer.get("/library?q=owner:secret+heron").text) == []


def test_a_correction_keeps_what_was_said_of_the_text(make, sign_in, index):
    make.asset("Hospital deck", pages=("Hospital",))
    index()
    page = sign_in(make.user("rep")).get("/library?q=kind:banana+hosptial").text
    assert "These are the hits for <b>“kind:banana hospital”</b>" in page
    assert notes(page)[0].startswith("“banana” is no kind")


def test_a_text_that_is_cut_says_so_on_every_page_of_its_results(client):
    text = ("heron prices " * 60).strip()
    answer = client.get("/library", query_string={"q": text, "sort": "newest"}, follow_redirects=True)
    assert answer.request.args["q"] == ("heron prices " * 38).strip()
    page = answer.text
    assert notes(page) == ["Only the first 500 characters were searched for."]
    assert 'name="cut" value="yes"' in page
    assert all(
        "cut=yes" in href for href in re.findall(r'href="(/library\?q=heron[^"]*kind=deck[^"]*)"', page)
    )
    assert notes(client.get("/library", query_string={"q": text[:500]}).text) == []


def test_a_cut_leaves_no_half_word_behind_for_which_everything_would_be_only_a_partial_hit(
    make, client, index
):
    make.asset("Heron prices", pages=("heron prices",))
    index()
    page = client.get("/library", query_string={"q": "heron prices " * 60}, follow_redirects=True).text
    assert "Heron prices" in page
    assert "only part of" not in page


def test_a_cut_keeps_the_beginning_of_what_is_too_long_for_a_word(client):
    for text, kept in (("x" * 600, "x" * 500), (f"heron {'x' * 600}", f"heron {'x' * 494}")):
        answer = client.get("/library", query_string={"q": text}, follow_redirects=True)
        assert answer.request.args["q"] == kept


def test_the_box_takes_one_character_more_than_is_searched_for_so_that_a_cut_is_told(client):
    assert 'maxlength="501"' in client.get("/library").text
    assert client.get("/library", query_string={"q": "x" * 501}).status_code == 302
    assert client.get("/library", query_string={"q": "x" * 500}).status_code == 200


def test_a_headline_shows_the_beginning_of_a_long_text_and_the_box_all_of_it(client):
    text = ("heron prices " * 38).strip()
    page = unescape(client.get("/library", query_string={"q": text}).text)
    (shown,) = re.findall(r"found for “([^”]*)”", page)
    assert shown.endswith("…")
    assert 60 < len(shown) <= 80
    assert f'value="{text}"' in page
    nothing = unescape(client.get("/library", query_string={"q": "zeppelin" * 60}).text)
    assert f"Nothing found for “{('zeppelin' * 60)[:79]}…”" in nothing


def test_the_command_says_what_it_could_not_read_and_logs_no_search_without_a_word(make, app, client, rows):
    run = app.test_cli_runner().invoke
    rep = make.user("rep")
    assert run(args=["search", "query", "((", "--as", rep.email]).output == f"{NO_WORD}.\n"
    assert rows(select(Search)) == []
    assert "“banana” is no kind of content" in run(args=["search", "query", "kind:banana heron"]).output


def test_the_command_without_an_index_or_a_database_fails_with_one_line(app, tmp_path):
    (tmp_path / "empty").mkdir()
    empty_app = create_app(TestConfig(tmp_path / "empty"))
    without_index = app.test_cli_runner().invoke(args=["search", "query", "heron"])
    without_database = empty_app.test_cli_runner().invoke(args=["search", "query", "heron"])
    for result, command in ((without_index, "search rebuild"), (without_database, "db upgrade")):
        assert result.exit_code == 1
        assert result.output.startswith("Error: ")
        assert result.output.endswith(f"flask --app portal {command}.\n")
        assert result.output.count("\n") == 1
