"""Words of the library that a typed one may be a slip of."""

from collections import Counter
from collections.abc import Callable

import pytest

from portal.search.engine import Document, Engine
from portal.search.slips import WordList, distance, edits_allowed, nearest, written_words

Holding = Callable[..., Engine]


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("deck", "deck", 0),
        ("", "ab", 2),
        ("ab", "", 2),
        ("deck", "decks", 1),  # one letter more
        ("deck", "dek", 1),  # one less
        ("deck", "desk", 1),  # one other
        ("deck", "dekc", 1),  # two swapped
        ("edck", "deck", 1),  # the first two swapped
        ("pricing", "prcinig", 2),  # swapped twice
        ("kitten", "sitting", 3),  # the textbook's example
        ("ca", "abc", 3),  # no part is edited twice: swapping and then parting the two would be 2
        ("abcdef", "badcfe", 3),  # three swaps
        ("insurance", "insurence", 1),
        ("insurance", "inusrence", 2),
    ],
)
def test_the_distance_counts_letters_missed_added_mistaken_or_swapped(one: str, other: str, edits: int):
    assert distance(one, other, 5) == distance(other, one, 5) == edits


@pytest.mark.parametrize(
    ("one", "other", "most"), [("kitten", "sitting", 2), ("abc", "xyz", 1), ("a", "abcdef", 2)]
)
def test_a_distance_over_the_most_is_one_more_than_it(one: str, other: str, most: int):
    assert distance(one, other, most) == distance(other, one, most) == most + 1


@pytest.mark.parametrize(
    ("word", "edits"),
    [("dek", 0), ("deck", 1), ("decks", 1), ("sheets", 2), ("gtx100", 0), ("x" * 31, 0), ("", 0)],
)
def test_long_words_may_have_more_slips_and_codes_none(word: str, edits: int):
    assert edits_allowed(word) == edits


def test_the_look_at_letters_leaves_out_nothing_that_is_near():
    written = ["pricing", "princing", "priding", "pacing", "pprricing", "gnicirp", "prixyng", "bookkeeper"]
    near = {word for _, word in WordList(written).near("prcinig")}
    assert (
        near
        == {word for word in written if 0 < distance("prcinig", word, 2) <= 2}
        == {
            "pricing",
            "pacing",
        }
    )
    assert WordList([]).near("pricing") == []
    assert WordList(written).near("bookeeper") == [(1, "bookkeeper")]
    assert WordList(["🚀🚀🚀🚀", "日本語資料"]).near("日本語資科") == [(1, "日本語資料")]


def test_of_equally_near_words_the_more_frequent_comes_first():
    found = [(2, "desks"), (1, "deck"), (1, "desk"), (1, "dock"), (1, "deck")]
    often = Counter({"desk": 9, "desks": 99})
    assert nearest(found, often.__getitem__, 9) == ["desk", "deck", "dock", "desks"]


def test_words_that_can_be_suggested_are_written_as_in_the_text_without_codes_and_stop_words():
    text = "The Müller's PowerPoint, GTX-9 for IT: follow-up, C++, 42, ab, it’s"
    assert set(written_words(text)) == {"müller", "powerpoint", "follow-up", "follow"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pircing", "pricing"),
        ("Insurence", "insurance"),
        ("inusrence", "insurance"),
        ("dekc", "deck"),
        ("muler", "müller"),
        ("powerpiont", "powerpoint"),
        ("onboardng", "onboarding"),
        ("one-sheter", "one-sheeter"),
        ("germnay", "germany"),
    ],
)
def test_a_slip_brings_the_word_that_was_meant(engine: Engine, typed: str, meant: str):
    engine.put(
        [
            Document(1, "Pricing deck", "Insurance by Müller, in PowerPoint", "Germany"),
            Document(2, "One-sheeter", "An onboarding"),
        ]
    )
    assert engine.similar(typed) == [meant]


@pytest.mark.parametrize(
    "typed",
    ["dek", "gtx8", "gtx-8", "deck", "Deck", "insuring", "", "*", "\x00", "🚀", "x" * 50_000, "de ck s"],
)
def test_short_words_codes_known_words_and_what_is_far_bring_nothing(holding: Holding, typed: str):
    assert holding(("GTX-9 deck", "insurance")).similar(typed) == []


def test_the_nearest_come_first_and_of_those_the_most_frequent(holding: Holding):
    engine = holding("Stars", "Stage", "Staged stage", "Store")
    assert engine.similar("stare") == ["stage", "stars", "store"]
    assert engine.similar("stare", limit=1) == ["stage"]
    assert engine.similar("stare", limit=0) == []


def test_a_missing_index_has_no_words(engine: Engine):
    assert engine.similar("pircing") == []


def test_words_come_and_go_with_their_documents(holding: Holding):
    engine = holding("Pricing", "Deck")
    engine.put([Document(3, "Insurance", "")])
    assert engine.similar("insurence") == ["insurance"]
    engine.rebuild([Document(4, "Pricing", "")])
    assert engine.similar("insurence") == []
    assert engine.similar("prcing") == ["pricing"]
