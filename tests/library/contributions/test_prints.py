"""Prints of pages: which words count, and how well a signature tells how alike two pages are."""

from __future__ import annotations

import random

import numpy as np
import pytest

from portal.library.contributions.prints import (
    BANDS,
    HASHES,
    ROWS,
    THRESHOLD,
    bands_of,
    packed,
    print_of,
    shingles_of,
    similarities,
    similarity,
    unnumbered,
    unpacked,
    words_of,
)


def test_words_are_small_letters_in_one_writing_and_numbers_are_words():
    assert words_of("Straße № 12, ＦＵＬＬ width: 31% of €4.5m") == [
        *("strasse", "no", "12", "full", "width", "31", "of", "4", "5m")
    ]


def test_each_sign_is_a_word_where_a_script_has_no_spaces():
    assert words_of("物流の未来 Tandem") == ["物", "流", "の", "未", "来", "tandem"]


def test_a_page_with_fewer_than_eight_words_has_no_print():
    assert print_of("one two three four five six seven") is None
    assert print_of("") is None
    assert print_of("one two three four five six seven eight") is not None


def test_a_page_s_own_number_in_its_footer_says_nothing():
    assert unnumbered("Tandem · 11\nWe cut 11 days\nto 11", 11) == "Tandem · \nWe cut 11 days\nto "
    assert unnumbered("In 2011\n110\n1.11 ", 1) == "In 2011\n110\n1.11 "


def test_runs_of_two_words_are_what_is_compared():
    runs = shingles_of("a b c a b d e f")
    assert runs == {("a", "b"), ("b", "c"), ("c", "a"), ("b", "d"), ("d", "e"), ("e", "f")}


def test_the_same_words_have_the_same_print_whatever_their_signs_and_letters():
    first = print_of("Trucks wait 94 minutes at the gate, on average.")
    second = print_of("TRUCKS wait: 94 minutes — at the gate on average")
    assert similarity(first, second) == 1.0
    assert bands_of(first) == bands_of(second)


def test_other_words_have_nothing_in_common():
    first = print_of("Trucks wait 94 minutes at the gate on average")
    second = print_of("Sensors write down the temperature of every parcel all night")
    assert similarity(first, second) == 0.0
    assert not set(bands_of(first)) & set(bands_of(second))


def test_a_print_is_the_same_on_every_machine():
    """Stored prints outlive the process that made them, so these numbers may never change."""
    signature = print_of("Trucks wait 94 minutes at the gate on average")
    assert signature.shape == (HASHES,)
    assert signature.dtype == np.uint32
    assert [int(number) for number in signature[:3]] == [550535241, 44547192, 288124408]


def test_bands_are_numbers_that_every_database_can_keep():
    keys = bands_of(print_of("Trucks wait 94 minutes at the gate on average"))
    assert len(keys) == BANDS == HASHES // ROWS
    assert len(set(keys)) == BANDS
    assert all(0 <= key < 2**63 for key in keys)


def test_a_stored_print_comes_back_as_it_was():
    prints = [print_of(f"page {n} has quite enough words to be told by") for n in range(3)]
    assert np.array_equal(unpacked([packed(own) for own in prints]), np.stack(prints))


def test_many_are_compared_at_once_as_they_are_one_by_one():
    pages = [print_of(f"page {n // 2} has quite enough words to be told by {n}") for n in range(6)]
    alike = similarities(np.stack(pages[:2]), np.stack(pages))
    assert alike.shape == (2, 6)
    assert alike[1, 4] == similarity(pages[1], pages[4])


def _pair(rng: random.Random, shared: int, own: int) -> tuple[str, str]:
    """Two texts with some sentences in common, in sets of runs that cannot meet otherwise."""
    words = [f"w{rng.randrange(10**9)}" for _ in range(shared + 2 * own)]
    common = words[:shared]
    return " ".join([*common, *words[shared : shared + own]]), " ".join([*common, *words[shared + own :]])


@pytest.mark.parametrize(("shared", "own"), [(20, 80), (50, 50), (70, 30), (90, 10), (300, 20)])
def test_the_estimate_agrees_with_the_exact_share_within_its_error(shared, own):
    rng = random.Random(shared)
    errors, exact = [], 0.0
    for _ in range(60):
        first, second = _pair(rng, shared, own)
        ours, theirs = shingles_of(first), shingles_of(second)
        exact = len(ours & theirs) / len(ours | theirs)
        errors.append(similarity(print_of(first), print_of(second)) - exact)
    standard = (exact * (1 - exact) / HASHES) ** 0.5
    assert abs(float(np.mean(errors))) < 4 * standard / 60**0.5
    assert 0.7 * standard < float(np.std(errors)) < 1.35 * standard


def test_alike_pages_share_a_band_as_often_as_promised():
    rng = random.Random(7)
    for shared, own in ((62, 38), (80, 20), (30, 70)):
        hits, trials, exact = 0, 150, 0.0
        for _ in range(trials):
            first, second = _pair(rng, shared, own)
            ours, theirs = shingles_of(first), shingles_of(second)
            exact = len(ours & theirs) / len(ours | theirs)
            hits += bool(set(bands_of(print_of(first))) & set(bands_of(print_of(second))))
        promised = 1 - (1 - exact**ROWS) ** BANDS
        error = (promised * (1 - promised) / trials) ** 0.5
        assert abs(hits / trials - promised) < 4 * error + 0.02


def test_a_page_at_the_threshold_is_rarely_overlooked():
    assert 1 - (1 - THRESHOLD**ROWS) ** BANDS > 0.94


def test_an_endless_page_is_read_in_parts():
    words = [f"word{n}" for n in range(30_000)]
    whole, most = print_of(" ".join(words)), print_of(" ".join(words[:15_000]))
    assert abs(similarity(whole, most) - 0.5) < 0.2
