"""The scores are those of the formula, worked out by hand here."""

import math
from collections.abc import Callable
from itertools import pairwise

import pytest

from portal.search.engine import Document, Engine
from portal.search.query import read_query
from portal.search.ranking import K1, OFTEN, ONCE_MORE, WEIGHTS, B

Holding = Callable[..., Engine]


def _bm25(count: int, length: int, average: float, having: int, total: int) -> float:
    idf = math.log(1 + (total - having + 0.5) / (having + 0.5))
    return idf * count * (K1 + 1) / (count + K1 * (1 - B + B * length / average))


def test_the_settings_are_the_measured_ones():
    assert (K1, B) == (1.2, 0.75)
    assert WEIGHTS == {"body": 1.0, "title": 0.4}
    assert (OFTEN, ONCE_MORE) == (2, 100)


def test_a_word_in_the_text_scores_as_bm25_with_the_idf_of_lucene(holding: Holding):
    engine = holding(("Sheet", "price price of one deck"), ("Sheet", "price"), ("Sheet", "deck deck"))
    # Lengths without stop words, titles included: 5 (sheet price price one deck), 2, 3.
    average = (5 + 2 + 3) / 3
    scores = {hit.id: hit.score for hit in engine.rank(read_query("prices"))}
    assert scores == {
        1: pytest.approx(_bm25(2, 5, average, having=2, total=3)),
        2: pytest.approx(_bm25(1, 2, average, having=2, total=3)),
    }


def test_a_word_in_the_title_scores_in_both_fields(holding: Holding):
    engine = holding(("The price", "deck"), ("Sheet", "deck"))
    in_text = _bm25(1, 2, 2, having=1, total=2)
    in_title = _bm25(1, 2, 1.5, having=1, total=2)  # titles keep their stop words: lengths 2 and 1
    assert [hit.score for hit in engine.rank(read_query("price"))] == [
        pytest.approx(in_text + 0.4 * in_title)
    ]


def test_a_word_counts_more_by_the_share_of_its_documents_that_dwell_on_it(holding: Holding):
    engine = holding(
        ("Sheet", "price price price"), ("Sheet", "price deck"), ("Sheet", "deck deck deck deck")
    )
    scores = {hit.id: hit.score for hit in engine.rank(read_query("price"))}
    assert scores == {  # one of two has it three times
        1: pytest.approx(1.5 * _bm25(3, 4, 4, having=2, total=3)),
        2: pytest.approx(1.5 * _bm25(1, 3, 4, having=2, total=3)),
    }


def test_a_long_text_dwells_on_a_word_only_when_it_comes_again_and_again(holding: Holding):
    filling = ("deck " * 100 + "sheet " * 100).strip()
    for times, factor in ((4, 1), (5, 2)):  # two, and once per hundred of 205 and more
        (hit,) = holding(("Price", f"{'price ' * (times - 1)} {filling}")).rank(read_query("prices"))
        score = _bm25(times, 200 + times, 200 + times, having=1, total=1)
        score += 0.4 * _bm25(1, 1, 1, having=1, total=1)
        assert hit.score == pytest.approx(factor * score, rel=0.02)


def test_a_word_typed_twice_scores_twice(holding: Holding):
    engine = holding(("Sheet", "price"), ("Sheet", "deck"))
    once, twice = engine.rank(read_query("price zebra")), engine.rank(read_query("price price zebra"))
    assert twice[0].score == pytest.approx(2 * once[0].score)


def test_each_reason_to_come_first_lifts_above_all_that_lack_it(holding: Holding):
    engine = holding(
        ("Partial", "cost " * 9),
        ("All words", "cost of ownership, with a long text that has nothing else to say but some more words"),
        ("Phrase", "ownership cost, again in a long text that has nothing else to say but some more words"),
        ("Ownership cost", "this very title"),
        ("Other", "nothing"),
    )
    hits = engine.rank(read_query('"ownership cost"'))
    assert [hit.id for hit in hits] == [4, 3, 2, 1]
    assert all(better.lift > worse.lift for better, worse in pairwise(hits))


def test_the_order_does_not_tell_whether_anything_has_a_word(holding: Holding):
    documents = [("Short", "merger"), ("Long", "merger deck " + "and many more other things " * 9)]
    secret = ("Draft", "zebra")
    typed = read_query("merger deck zebra")
    without = [(hit.id, hit.lift) for hit in holding(*documents).rank(typed)]
    with_secret = [(hit.id, hit.lift) for hit in holding(*documents, secret).rank(typed) if hit.id != 3]
    assert with_secret == without
    assert {lift for _, lift in without} == {0}


def test_equal_hits_stand_in_the_order_of_their_ids_however_they_were_written(engine: Engine):
    for ids in ([7, 3, 9], [4, 8], [1, 6, 2, 5]):
        engine.put(Document(id, "Deck", "price") for id in ids)
    engine.remove([6])
    engine.put([Document(3, "Deck", "price")])
    every = [1, 2, 3, 4, 5, 7, 8, 9]
    assert [[hit.id for hit in engine.rank(read_query("price"), most)] for most in range(1, 10)] == [
        every[:most] for most in range(1, 10)
    ]


def test_scores_stay_below_lifts_when_nearly_all_documents_are_deleted(engine: Engine):
    gone = [Document(id, f"Sheet {id}", "deck " * 100) for id in range(1, 3_001)]
    left = [Document(3_001, "Zebra prices", "zebra price " * 50), Document(3_002, "Deck", "deck")]
    engine.rebuild(gone + left)
    engine.remove(range(1, 3_001))
    (hit,) = engine.rank(
        read_query("zebra")
    )  # the score is above 16 where the deleted ones are still counted
    assert (hit.id, hit.lift) == (3_001, 0)
    (hit,) = engine.rank(read_query("zebra and price"))
    assert (hit.id, hit.lift) == (3_001, 1)
