"""Words that mean the same, as marketers list them, are found for each other."""

from collections.abc import Callable

import pytest

from bench.strange_texts import MANY_GROUPS, MANY_WORDS
from portal.search.engine import Engine
from portal.search.query import read_query
from portal.search.ranking import SYNONYM
from portal.search.snippets import Fragment, best_page

Holding = Callable[..., Engine]

SAME = (
    ("one-pager", "one-sheeter"),
    ("ROI", "return on investment"),
    ("case study", "success story", "reference story"),
)


def _found(engine: Engine, text: str) -> list[int]:
    return [hit.id for hit in engine.rank(read_query(text, SAME))]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("a one-sheeter", ["one-pager", "one pager", "onepager", "One-Pagers"]),
        ("a one-pager", ["one-sheeter", "onesheeters"]),
        ("our ROI", ["return on investment", "returns on investments", "return of investment", "roi"]),
        ("the return on an investment", ["return on an investment"]),
        ("the return on investment", ["ROI", "roi", "The roi"]),
        ("success stories", ["case study", "Case Studies", "the case study", "reference story"]),
        ("a case study", ["success story", "reference stories"]),
    ],
)
def test_what_means_the_same_is_found(holding: Holding, written: str, typed: list[str]):
    engine = holding(("Sheet", "nothing of that"), ("Sheet", f"Here is {written} to read"))
    assert {text: _found(engine, text) for text in typed} == {text: [2] for text in typed}


@pytest.mark.parametrize("typed", ['"return on investment"', "title:ROI", "sheet -roi", "investment return"])
def test_what_is_quoted_excluded_or_in_another_order_is_meant_literally(holding: Holding, typed: str):
    literally = read_query(typed)
    assert read_query(typed, SAME) == literally
    engine = holding(("Sheet", "Our ROI"), ("Sheet", "our return on investment"))
    assert [hit.id for hit in engine.rank(literally)] == _found(engine, typed)


def test_an_alternative_of_several_words_must_stand_together(holding: Holding):
    engine = holding(("Deck", "an investment without a return"), ("Deck", "a success, and another story"))
    assert _found(engine, "ROI") == []
    assert _found(engine, "case study") == []


def test_one_word_stands_for_all_words_of_a_phrase(holding: Holding):
    engine = holding(
        ("Partial", "return return return insurance"),
        ("Sheet", "ROI in insurance, with a longer text that says other things besides, and more of them"),
    )
    query = read_query("return on investment insurance", SAME)
    hits = engine.rank(query)
    assert [hit.id for hit in hits] == [2, 1]
    assert (hits[0].lift, hits[1].lift) == (1, 0)
    assert [len(word.alternatives) for word in query.words] == [1, 1, 0]


def test_the_word_itself_counts_more_than_what_means_the_same(holding: Holding):
    engine = holding(("Sheet", "one-sheeter"), ("Sheet", "one-pager"))
    assert _found(engine, "one-pager") == [2, 1]
    assert _found(engine, "one-sheeter") == [1, 2]


def test_an_alternative_counts_a_share_of_what_it_would_if_typed(holding: Holding):
    engine = holding(("Sheet", "ROI"), ("Sheet", "deck"), ("Sheet", "more"))
    (typed,) = engine.rank(read_query("ROI plan"))
    (meant,) = engine.rank(read_query("yield plan", (("yield", "ROI"),)))
    assert meant.score == pytest.approx(SYNONYM * typed.score)


def test_a_document_with_both_gets_the_better_and_not_the_sum(holding: Holding):
    engine = holding(("Sheet", "yield ROI"), ("Sheet", "other words"))
    (literally,) = engine.rank(read_query("yield"))
    (both,) = engine.rank(read_query("yield", (("yield", "ROI"),)))
    assert both.score == pytest.approx(literally.score)


def test_the_longest_run_of_words_counts_and_groups_add_up():
    groups = (("case", "box"), ("case study", "success story"), ("case study", "reference"))
    both = read_query("case study", groups).words
    assert [len(word.alternatives) for word in both] == [2, 2]
    (case,) = read_query("case", groups).words
    assert [other.terms for other in case.alternatives] == [("box",)]


@pytest.mark.parametrize(
    "groups",
    [
        (),
        ((),),
        (("",),),
        (("deck",),),
        (("deck", "decks", "DECK"),),
        (("the", "deck of"), ("", "🚀", "deck")),
    ],
)
def test_groups_that_say_nothing_do_no_harm(groups: tuple[tuple[str, ...], ...]):
    assert read_query("the deck", groups) == read_query("the deck")


def test_words_of_very_many_groups_are_asked_for_alone():
    query = read_query(MANY_WORDS, MANY_GROUPS)
    assert all(len(word.alternatives) == 1 for word in query.words)


def test_alternatives_of_many_words_share_what_may_be_looked_for():
    names = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet")
    groups = tuple((name, *(f"{name} {other}" for other in names)) for name in names)
    alternatives = [word.alternatives for word in read_query(" ".join(names), groups).words]
    assert [len(each) for each in alternatives] == [4] * 10
    assert len(read_query("alpha", groups).words[0].alternatives) == 10


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("What ROI means", "return on investment", "What [ROI] means"),
        ("The return on investment, plainly", "roi", "The [return on investment], plainly"),
        ("Success stories", "case study", "[Success stories]"),
        ("A one-sheeter", "one-pager", "A [one-sheeter]"),
        ("The GTX-9 without drafts", "gtx9 -draft", "The [GTX-9] without drafts"),
        ("The total cost here", 'title:"total cost"', "The [total] [cost] here"),
        ("The total cost here", '"total cost" -here', "The [total] [cost] here"),
    ],
)
def test_snippets_mark_what_was_found_and_never_what_was_excluded(text: str, typed: str, shown: str):
    number, fragments = best_page([(3, "Nothing of that kind"), (5, text)], read_query(typed, SAME))
    assert number == 5
    assert "".join(f"[{part.text}]" if part.match else part.text for part in fragments) == shown


def test_the_page_with_the_quoted_phrase_is_shown_before_one_with_its_words():
    pages = [
        (1, "pricing: the cost, in total, of pricing"),
        (2, "The total cost, and pricing. " + "Other words. " * 20),
    ]
    number, fragments = best_page(pages, read_query('pricing "total cost"'))
    assert number == 2
    assert Fragment("total", True) in fragments
