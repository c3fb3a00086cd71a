"""Any text is a query: it gets an answer, and never an error."""

import random
from unicodedata import normalize

import pytest

from bench.strange_texts import ASKED
from portal.search.engine import Document, Engine, open_engine
from portal.search.query import MOST_PHRASES, MOST_WORDS, read_query
from portal.search.snippets import best_page


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, engine_name: str) -> Engine:
    """500 documents of 150 words out of 10,000, a few of them common."""
    chance = random.Random(1)
    engine = open_engine(tmp_path_factory.mktemp("search") / "index", engine_name)

    def text(words: int) -> str:
        return " ".join(f"word{int(10_000 * chance.random() ** 3)}" for _ in range(words))

    engine.rebuild(Document(id, f"price deck {text(3)}", text(150)) for id in range(1, 501))
    return engine


@pytest.mark.parametrize("text", ASKED.values(), ids=ASKED.keys())
def test_any_text_gets_an_answer(library: Engine, text: str):
    assert len(library.rank(read_query(text), limit=10)) <= 10
    pages = {1: "The price of a deck.", 2: text}
    number, fragments = best_page(list(pages.items()), read_query(text))
    shown = "".join(fragment.text for fragment in fragments).strip("… ")
    assert shown in normalize("NFC", " ".join(pages[number].replace("\0", " ").split()))


@pytest.mark.parametrize(
    "text", ["price\x00deck", "🚀 price", '"price', "((price", "price*", "<b>price</b>", "price\ud800"]
)
def test_what_can_be_read_of_a_strange_query_is_found(library: Engine, text: str):
    assert library.rank(read_query(text))


@pytest.mark.parametrize("text", ["", "*", "((((", "🚀", "\x00", '""', "…"])
def test_a_query_without_a_word_finds_nothing(library: Engine, text: str):
    assert library.rank(read_query(text)) == []


def test_strange_text_can_be_kept_and_found(engine: Engine):
    engine.put(Document(id, text, f"marker {text}", text) for id, text in enumerate(ASKED.values(), 1))
    assert len(engine.rank(read_query("marker"))) == len(ASKED)
    assert engine.check() is None


def test_a_query_looks_for_a_limited_number_of_words():
    assert len(read_query(ASKED["many words"]).words) == MOST_WORDS
    assert read_query("the " * 20_000 + "price").words == ()


def test_a_query_looks_for_a_limited_number_of_phrases_each_once():
    assert len(read_query(ASKED["many quotes"]).phrases) == 1
    assert len(read_query(" ".join(f'"deck {n}"' for n in range(99))).phrases) == MOST_PHRASES


def test_a_word_typed_often_is_one_word_that_weighs_more():
    (word,) = read_query("price Prices pricing").words
    assert word.count == 3
