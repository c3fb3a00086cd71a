"""The page that fits a query best, and what is shown of it."""

import pytest

from bench.strange_texts import LOOKED_FOR, RUNS, SYNONYMS_OF_RUNS, long_page
from portal.search.query import read_query
from portal.search.snippets import LENGTH, Fragment, best_page

FILLER = "Some plain sentence that says nothing of interest to anybody. "


def _shown(fragments: list[Fragment]) -> str:
    return "".join(f"[{fragment.text}]" if fragment.match else fragment.text for fragment in fragments)


def test_the_page_with_most_of_the_words_is_chosen():
    pages = [
        (1, "Agenda. Cost."),
        (4, "The cost of a renewal in insurance."),
        (9, "Renewal. Renewal. Renewal."),
    ]
    number, fragments = best_page(pages, read_query("insurance renewal costs"))
    assert number == 4
    assert _shown(fragments) == "The [cost] of a [renewal] in [insurance]."


def test_a_rare_word_chooses_the_page_before_a_common_one():
    pages = [(page, "price price price") for page in range(1, 9)] + [(9, "price of a zebra")]
    assert best_page(pages, read_query("zebra price"))[0] == 9


def test_a_page_with_what_was_typed_as_it_stands_comes_first():
    pages = [(1, "cost of data, total ownership, cost total"), (2, "In words: total cost of ownership.")]
    assert best_page(pages, read_query('"total cost of ownership"'))[0] == 2


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("Our GTX-9 box.", "gtx 9", "Our [GTX-9] box."),
        ("Our GTX-9 box.", "GTX9", "Our [GTX-9] box."),
        ("GTX-10 or GTX 9 of 9", "GTX-9", "GTX-10 or [GTX 9] of 9"),
        ("by email", "e-mail", "by [email]"),
        ("what AT&T at that", "at&t", "what [AT&T] at that"),
        ("All about pricing", "prices", "All about [pricing]"),
        ("Müller AG", "mueller", "[Müller] AG"),
        ("Cafe\u0301 au lait", "cafe", "[Café] au lait"),
        ("The one-sheeter", "onesheeters", "The [one-sheeter]"),
        ("1,000 seats", "1000", "[1,000] seats"),
        ("C and C++", "c++", "C and [C++]"),
        ("A report on art", "art", "A report on [art]"),
        ("系统客户管理", "客户管理", "系统[客户管理]"),
        ("a\x00b \n\t c price", "price", "a b c [price]"),
        ("<b>price</b>", "price", "<b>[price]</b>"),
        ("what we do", "what we do", "what we do"),
    ],
)
def test_the_words_that_search_would_find_are_marked(text: str, typed: str, shown: str):
    number, fragments = best_page([(3, "Nothing of that here"), (5, text)], read_query(typed))
    if "[" in shown:
        assert (number, _shown(fragments)) == (5, shown)
    else:
        assert (number, _shown(fragments)) == (3, "Nothing of that here")


def test_a_snippet_starts_at_a_sentence_and_is_about_as_long_as_it_should_be():
    text = FILLER * 30 + "Here the zebra is priced with care. " + FILLER * 30
    number, fragments = best_page([(1, text)], read_query("zebra"))
    shown = "".join(fragment.text for fragment in fragments)
    assert number == 1
    assert shown.startswith("Some plain sentence")
    assert shown.endswith(" …")
    assert "Here the zebra is priced" in shown
    assert 180 <= len(shown) <= 240


def test_a_snippet_cut_out_of_a_sentence_says_so():
    words = [f"word{n}" for n in range(200)]
    shown = _shown(best_page([(1, " ".join(words))], read_query("word100"))[1])
    assert shown.startswith("… word")
    assert " word99 [word100] word101 " in shown
    assert shown.endswith(" …")
    assert len(shown) <= LENGTH + 10


def test_the_passage_with_the_most_words_close_together_is_shown():
    text = f"A zebra. {FILLER * 10} The price of a zebra. {FILLER * 10} A price."
    assert "The [price] of a [zebra]." in _shown(best_page([(1, text)], read_query("zebra price"))[1])


def test_words_that_stand_as_typed_are_shown_before_those_apart():
    apart, together = "A cost, in all a total. ", "A total cost. "
    text = apart + FILLER * 10 + together + FILLER * 10
    assert "A [total] [cost]." in _shown(best_page([(1, text)], read_query("total cost"))[1])


def test_a_word_deep_in_a_very_long_page_is_found():
    text = FILLER * 3_000 + "At last the zebra. " + FILLER * 3_000
    assert "At last the [zebra]." in _shown(best_page([(1, text)], read_query("zebra"))[1])


def test_a_word_on_the_border_of_two_blocks_is_found():
    for length in range(1_990, 2_010):
        text = "x" * (length - 1) + " zebra " + "y" * 3_000
        assert any(
            fragment == Fragment("zebra", True) for fragment in best_page([(1, text)], read_query("zebra"))[1]
        )


def test_without_a_hit_the_first_page_with_text_is_shown_from_its_start():
    assert best_page([(1, " \n"), (2, "\n Agenda of today"), (3, "More")], read_query("zebra")) == (
        2,
        [Fragment("Agenda of today", False)],
    )


def test_without_text_there_is_no_snippet():
    assert best_page([(3, ""), (4, " ")], read_query("price")) == (3, [])
    assert best_page([], read_query("price")) == (0, [])


def test_fragments_are_the_text_of_the_page_and_no_markup_is_added():
    text = 'Tom & Jerry\'s <price> list, "quoted"'
    assert "".join(fragment.text for fragment in best_page([(1, text)], read_query("price"))[1]) == text


@pytest.mark.parametrize("run", RUNS)
def test_long_runs_of_anything_are_quoted_from_their_page(run: str):
    page = long_page(run, 200_000)
    for text in LOOKED_FOR:
        number, fragments = best_page([(1, page)], read_query(text, SYNONYMS_OF_RUNS))
        assert number == 1
        shown = "".join(fragment.text for fragment in fragments)
        assert 0 < len(shown) <= 240
        assert shown.strip("… ") in " ".join(page.split())


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("On the cost of our ownership.", '"cost of our ownership"'),
        ("On Cost-of-the\n ownership.", '"cost of the ownership"'),
        ("The pricing studies are here.", '"price study"'),
        ("The GTX-9 box.", '"gtx 9 box"'),
    ],
)
def test_the_block_with_a_phrase_is_chosen_before_those_with_its_words(text: str, typed: str):
    apart = " ownership our of cost, study of price, 9 box and gtx here and also many more words. " * 20
    pages = [(1, apart), (2, text), (3, apart)]
    assert best_page(pages, read_query(typed))[0] == 2
