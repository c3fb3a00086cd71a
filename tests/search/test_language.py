"""What people type beside words: quotes, -without and title:, forgivingly."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.strange_texts import OPERATORS
from portal.search.engine import Document, Engine
from portal.search.query import MOST_IN_ALL, MOST_WORDS, read_query
from tests.search.conftest import OpenEngine, found

Holding = Callable[..., Engine]


def _terms(text: str) -> list[str]:
    return ["".join(word.terms or word.wholes) for word in read_query(text).words]


@pytest.mark.parametrize(
    ("text", "typed", "terms", "without", "in_title", "phrases"),
    [
        ("deck -draft", "deck", ["deck"], 1, 0, 0),
        ('deck -"first draft" -old', "deck", ["deck"], 2, 0, 0),
        ("title:deck price", "deck price", ["deck", "price"], 0, 1, 0),
        ('TITLE:"price deck" acme', "price deck acme", ["price", "deck", "acm"], 0, 1, 0),
        ('"price deck" acme', "price deck acme", ["price", "deck", "acm"], 0, 0, 1),
        ('-draft "price deck"', "price deck", ["price", "deck"], 1, 0, 1),
        ("-„alter Entwurf“ deck", "deck", ["deck"], 1, 0, 0),
        ('title:"price deck', 'title:"price deck', ["titl", "price", "deck"], 0, 0, 0),
        ('"price deck', '"price deck', ["price", "deck"], 0, 0, 0),
        ('-"price deck', '-"price deck', ["price", "deck"], 0, 0, 0),
        ("title: deck", "title: deck", ["titl", "deck"], 0, 0, 0),
        ('title:"" deck', 'title:"" deck', ["titl", "deck"], 0, 0, 0),
        ("deck - draft", "deck - draft", ["deck", "draft"], 0, 0, 0),
        ("deck -", "deck -", ["deck"], 0, 0, 0),
        ("deck --draft", "deck --draft", ["deck", "draft"], 0, 0, 0),
        ("deck -🚀", "deck -🚀", ["deck"], 0, 0, 0),
        ("subtitle:deck", "subtitle:deck", ["subtitl", "deck"], 0, 0, 0),
        ("deck -title:draft", "deck -title:draft", ["deck", "titl", "draft"], 0, 0, 0),
        ("(-draft)", "(-draft)", ["draft"], 0, 0, 0),
        ("-draft", "", [], 1, 0, 0),
        ('-"first draft" -old', "", [], 2, 0, 0),
        ("-the", "the", [], 0, 0, 0),
    ],
)
def test_operators_are_read_and_broken_ones_are_words(
    text: str, typed: str, terms: list[str], without: int, in_title: int, phrases: int
):
    query = read_query(text)
    assert (query.typed, _terms(text)) == (typed, terms)
    assert (len(query.without), len(query.in_title), len(query.phrases)) == (without, in_title, phrases)


@pytest.mark.parametrize("text", ["GTX-9", "follow-up", "pre-sales e-mail", "one-sheeter", "2024-11"])
def test_the_hyphen_in_a_word_leaves_nothing_out(text: str):
    assert read_query(text).without == ()
    assert read_query(text).typed == text.lower()


def test_documents_with_an_excluded_word_in_any_form_are_left_out(holding: Holding):
    engine = holding("Price deck", ("Price sheet", "two drafts"), "Drafted price", ("Price", "", "Draft"))
    assert sorted(found(engine, "price")) == [1, 2, 3, 4]
    assert found(engine, "price -draft") == [1]
    assert found(engine, "price -DRAFTS -deck") == []


@pytest.mark.parametrize(
    ("excluded", "left"),
    [
        ("GTX-9", [2, 3, 4]),
        ("gtx9", [2, 3, 4]),
        ("follow-up", [1, 2, 4]),
        ("followup", [1, 2, 4]),
        ("follow", [1, 2]),
        ('"follow the money"', [1, 2, 3]),
        ("C++", [1, 3, 4]),
        ("the", [1, 2, 3, 4]),
    ],
)
def test_an_excluded_code_or_phrase_must_stand_together(holding: Holding, excluded: str, left: list[int]):
    engine = holding(
        ("Deck", "the GTX-9"),
        ("Deck", "GTX-10 and 9 more in C++"),
        ("Deck", "a follow-up in C"),
        ("Deck", "follow the money"),
    )
    assert sorted(found(engine, f"deck -{excluded}")) == left


def test_a_word_of_the_title_must_be_in_the_title(holding: Holding):
    engine = holding(("Price deck", "for Acme"), ("Acme sheet", "price"), ("Pricing Acme", ""))
    assert sorted(found(engine, "title:price")) == [1, 3]
    assert found(engine, "title:price acme")[0] == 3
    assert sorted(found(engine, "title:price acme")) == [1, 3]
    assert found(engine, "title:price title:acme") == [3]
    assert found(engine, "title:price -deck") == [3]
    assert found(engine, "title:zebra acme") == []


def test_a_phrase_of_the_title_stands_together_in_the_title(holding: Holding):
    engine = holding(
        ("Total cost of ownership", ""),
        ("Ownership: total cost", "total cost of ownership"),
        ("In total", "cost of ownership"),
        ("The total cost", "of ownership"),
    )
    assert found(engine, 'title:"total cost of ownership"') == [1]
    assert sorted(found(engine, 'title:"the total cost"')) == [4]
    assert sorted(found(engine, 'title:"total costs"')) == [1, 2, 4]


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("GTX-9 deck", ["GTX9", "gtx-9", '"gtx 9"', '"GTX-9 deck"']),
        ("PowerPoint deck", ["powerpoint", "PowerPoint"]),
        ("C++ deck", ["c++"]),
        ("Müller deck", ["mueller", "muller", "MÜLLER"]),
        ("Who we are", ["who", '"we are"', "we"]),
        ("LinkedIn deck", ["linkedin", "LinkedIn"]),
        ("1,000 seats", ["1000"]),
    ],
)
def test_words_of_titles_are_found_however_spelled(holding: Holding, title: str, typed: list[str]):
    engine = holding(("Other GTX 9", title), title, "C link in power 9 gtx points")
    for text in typed:
        expected = [1, 2] if text.startswith(("GTX9", "gtx-9", '"gtx 9"')) else [2]
        assert sorted(found(engine, f"title:{text}")) == expected, text


def test_a_phrase_ends_with_the_title(holding: Holding):
    engine = holding(("Total cost", "of ownership"), ("Sheet", "total cost of ownership"))
    assert found(engine, '"cost of ownership"') == [2, 1]


def test_exclusions_do_not_keep_the_very_title_from_coming_first(holding: Holding):
    rival = ("Acme case study, long", "acme case study " * 30)
    engine = holding(rival, ("Case study: Acme", "Nothing else."), rival, ("Acme case study draft", ""))
    assert found(engine, "case study acme -draft")[0] == 2
    assert 4 not in found(engine, "case study acme -draft")


@pytest.fixture
def large(open_it: OpenEngine, tmp_path: Path) -> Engine:
    """300 documents that have much in common."""
    engine = open_it(tmp_path / "large")
    engine.rebuild(
        Document(id, f"Deck {id} word{id}", f"price {' '.join(f'word{id + n}' for n in range(50))}")
        for id in range(1, 301)
    )
    return engine


@pytest.mark.parametrize("text", OPERATORS.values(), ids=OPERATORS.keys())
def test_bad_input_is_answered(large: Engine, text: str):
    hits = large.rank(read_query(text, (("price", "deck", "word1 word2"),)), limit=400)
    assert len({hit.id for hit in hits}) == len(hits) <= 300


def test_operators_are_limited_like_words():
    assert len(read_query(OPERATORS["many exclusions"]).without) == MOST_IN_ALL
    assert len(read_query(OPERATORS["many titles"]).in_title) == MOST_WORDS
    assert len(read_query(OPERATORS["many excluded phrases"]).without) == 1
