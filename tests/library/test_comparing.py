"""What changed between two versions: words by hand, pages paired, moved and numbered anew, and long texts."""

from __future__ import annotations

import pytest

from bench.strange_texts import long_versions, pages, versions_without_anchors
from portal.library.comparing import ComparedPage, compare_pages, summed_up
from portal.library.wording import Run, compare_words


def kinds(comparison):
    return [(page.kind, page.old, page.new) for page in comparison.pages]


ALPHA = "Waiting trucks cost a site forty thousand a year"
BETA = "Every arrival has a slot that fits the gate"
GAMMA = "Three customers tell what changed for them"
DELTA = "Prices depend upon sites and arrivals"


@pytest.mark.parametrize(
    ("old", "new", "runs"),
    [
        ("", "", []),
        ("one two", "one two", [("same", "one two")]),
        ("one  two", "one\ntwo", [("same", "one\ntwo")]),
        ("", "new words", [("added", "new words")]),
        ("old words", "", [("removed", "old words")]),
        (
            "It costs 9,600 a year",
            "It costs 10,200 a year",
            [("same", "It costs "), ("removed", "9,600 "), ("added", "10,200 "), ("same", "a year")],
        ),
        ("a b c d", "a c d e", [("same", "a "), ("removed", "b "), ("same", "c d "), ("added", "e")]),
        # A lone little word between rewritten ones is no island.
        (
            "Start cold trucks a slow gates end",
            "Start warm vans a fast doors end",
            [
                ("same", "Start "),
                ("removed", "cold trucks a slow gates "),
                ("added", "warm vans a fast doors "),
                ("same", "end"),
            ],
        ),
        # A script without spaces is compared sign by sign.
        ("東京の倉庫", "大阪の倉庫", [("removed", "東京"), ("added", "大阪"), ("same", "の倉庫")]),
    ],
)
def test_words_are_marked_as_by_hand(old, new, runs):
    assert compare_words(old, new) == tuple(Run(kind, text) for kind, text in runs)


def test_an_inserted_page_does_not_make_those_after_it_look_changed():
    comparison = compare_pages(pages(ALPHA, BETA, GAMMA), pages(ALPHA, DELTA, BETA, GAMMA))
    assert kinds(comparison) == [("same", 1, 1), ("added", None, 2), ("same", 2, 3), ("same", 3, 4)]
    assert summed_up(comparison, "slide") == "The words of no slide changed, 1 new."


def test_a_page_number_in_a_footer_is_no_change_when_pages_move_on():
    old = pages(f"{ALPHA}\nAcme · 1", f"{BETA}\nAcme · 2", f"{GAMMA}\nAcme · 3")
    new = pages(f"{ALPHA}\nAcme · 1", DELTA, f"{BETA}\nAcme · 3", f"{GAMMA}\nAcme · 4")
    assert [kind for kind, _, _ in kinds(compare_pages(old, new))] == ["same", "added", "same", "same"]
    old = pages(BETA, f"{ALPHA} on 2 sites")
    new = pages(BETA, GAMMA, f"{ALPHA} on 3 sites")
    assert kinds(compare_pages(old, new))[2] == ("changed", 2, 3)


def test_a_number_that_only_happens_to_be_the_page_number_is_compared_as_it_stands():
    moved = compare_pages(pages(ALPHA, BETA, f"{GAMMA}\n3 weeks"), pages(BETA, f"{GAMMA}\n3 weeks"))
    assert kinds(moved) == [("removed", 1, None), ("same", 2, 1), ("same", 3, 2)]
    fewer = compare_pages(pages(ALPHA, BETA, f"{GAMMA}\n3 weeks"), pages(BETA, f"{GAMMA}\n2 weeks"))
    assert fewer.pages[2].kind == "changed"
    assert [run.text.strip() for run in fewer.pages[2].runs if run.kind != "same"] == ["3", "2"]


def test_only_the_last_of_the_lines_with_a_page_number_is_its_footer():
    old = pages(f"{BETA}\n1", f"{ALPHA}\n2", f"{GAMMA}\n3\n{DELTA}\n3")
    new = pages(f"{ALPHA}\n1", f"{GAMMA}\n2\n{DELTA}\n2")
    changed = compare_pages(old, new).pages[2]
    assert [run.text.strip() for run in changed.runs if run.kind != "same"] == ["3", "2"]


def test_a_page_that_is_gone_stands_where_it_was():
    comparison = compare_pages(pages(ALPHA, BETA, GAMMA), pages(ALPHA, f"{GAMMA} today"))
    assert kinds(comparison) == [("same", 1, 1), ("removed", 2, None), ("changed", 3, 2)]
    assert comparison.pages[2].runs == (Run("same", f"{GAMMA} "), Run("added", "today"))
    assert comparison.pages[2].words("added") == 1
    assert summed_up(comparison, "slide") == "1 of 2 slides changed, 1 gone."


def test_a_page_at_another_place_is_moved_and_neither_new_nor_gone():
    comparison = compare_pages(pages(ALPHA, BETA, GAMMA, DELTA), pages(BETA, GAMMA, DELTA, ALPHA))
    assert kinds(comparison) == [("same", 2, 1), ("same", 3, 2), ("same", 4, 3), ("same", 1, 4)]
    assert [page.moved for page in comparison.pages] == [False, False, False, True]
    assert summed_up(comparison) == "The words of no page changed, 1 moved."


def test_pages_with_the_same_words_and_another_picture_look_different():
    old = [ComparedPage(1, text=ALPHA, picture="a"), ComparedPage(2, text="", picture="b")]
    new = [ComparedPage(1, text=ALPHA, picture="c"), ComparedPage(2, text="", picture="b")]
    comparison = compare_pages(old, new)
    assert [page.kind for page in comparison.pages] == ["looks", "same"]
    assert summed_up(comparison) == "The words of no page changed, 1 only look different."


def test_words_that_were_only_pushed_to_the_next_page_are_the_same_in_flowing_text():
    words = [f"word{number}" for number in range(60)]
    old = pages(" ".join(words[:30]), " ".join(words[30:]))
    new = pages(" ".join(["brand", "new", *words[:28]]), " ".join(words[28:]))
    comparison = compare_pages(old, new, flowing=True)
    assert [page.kind for page in comparison.pages] == ["changed", "same"]
    assert [page.kind for page in compare_pages(old, new).pages] == ["changed", "changed"]


def test_what_stayed_is_left_out_but_for_some_words_around_each_change():
    words = [f"word{number}" for number in range(200)]
    (page,) = compare_pages(
        pages(" ".join(words)), pages(" ".join([*words[:100], "new", *words[100:]]))
    ).pages
    assert [
        (run.kind, run.text if run.kind == "skipped" else len(run.text.split())) for run in page.runs
    ] == [
        ("skipped", "76"),
        ("same", 24),
        ("added", 1),
        ("same", 24),
        ("skipped", "76"),
    ]


def test_nothing_against_something_is_all_new_or_all_gone():
    assert kinds(compare_pages([], pages(ALPHA))) == [("added", None, 1)]
    assert kinds(compare_pages(pages(ALPHA), [])) == [("removed", 1, None)]
    assert summed_up(compare_pages(pages(ALPHA), pages(ALPHA))) == "The words of the one page are the same."
    assert (
        summed_up(compare_pages(pages(ALPHA, BETA), pages(ALPHA, BETA)))
        == "The words of all 2 pages are the same."
    )


@pytest.mark.parametrize("vocabulary", [2, 60, 20_000])
def test_long_versions_of_any_words_are_compared_page_by_page(vocabulary):
    old, new = long_versions(vocabulary)
    comparison = compare_pages(old, new)
    assert (comparison.old_count, comparison.new_count) == (300, 300)


def test_a_text_without_anchors_is_replaced_as_a_whole_and_that_is_said():
    assert not compare_pages(*versions_without_anchors()).whole
