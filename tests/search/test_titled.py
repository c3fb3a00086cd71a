"""As somebody types, documents are found by the beginnings of the words in their titles."""

from collections.abc import Callable

import pytest

from portal.search.engine import Document, Engine

Holding = Callable[..., Engine]


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Pricing battle card", ["p", "pri", "battle", "CARD b", "card pricing", "pricing batt"]),
        ("PowerPoint tips", ["power", "point", "powerpo", "PowerPo", "tips powerpoint"]),
        ("GTX-9 overview", ["gtx9", "gtx-9", "gtx", "gtx-", "GTX 9", "gtx9 over"]),
        ("GTX9", ["gtx-9", "gtx 9"]),
        ("GTX 9", ["gtx9"]),
        ("One-sheeter", ["one-sh", "onesh", "one sh", "sheet"]),
        ("Onesheeter", ["one-sh"]),
        ("C++ for beginners", ["c", "c+", "c++"]),
        ("Größe für Müller", ["grosse", "groesse", "größ", "mull", "muell", "MÜLL", "fur m"]),
        ("Café résumé", ["cafe\u0301", "resu"]),
        ("The plan of record", ["the", "the plan", "of rec"]),
        ("Customers' stories", ["customer", "customers", "storie"]),
        ("R&D at Acme", ["r&d", "rd", "r"]),
        ("1,000 seats", ["1000", "1,000"]),
        ("日本語の資料", ["日", "日本", "日本語", "資料"]),
        ("Internationalization handbook", ["internationalization", "internationaliz"]),
        ("sales_deck_final", ["deck", "sales_d"]),
    ],
)
def test_each_typed_word_begins_a_word_of_the_title(holding: Holding, title: str, typed: list[str]):
    engine = holding("Something else", title, ("Another deed", f"In the text: {title}"))
    assert {text: engine.titled(text) for text in typed} == {text: [2] for text in typed}


@pytest.mark.parametrize("typed", ["ricing", "pricing deck", "prices", "pricing cards", "x", "battle 9"])
def test_a_title_that_lacks_a_typed_beginning_is_left_out(holding: Holding, typed: str):
    assert holding("Pricing battle card").titled(typed) == []


@pytest.mark.parametrize("typed", ["", " ", "*", "((((", "\x00", "🚀", '""', "-", "\ud800"])
def test_nothing_typed_finds_nothing(holding: Holding, typed: str):
    assert holding("Deck").titled(typed) == []


def test_the_newest_come_first_up_to_a_limit(holding: Holding):
    engine = holding("Deck one", "Deck two", "Sheet", "Old deck")
    assert engine.titled("deck") == [4, 2, 1]
    assert engine.titled("deck", limit=2) == [4, 2]
    assert engine.titled("deck", limit=0) == []


def test_a_missing_index_has_no_titles(engine: Engine):
    assert engine.titled("deck") == []


def test_titles_follow_what_is_put_and_removed(holding: Holding):
    engine = holding("Red deck", "Blue deck", "Green deck")
    engine.put([Document(1, "Red sheet", "")])
    engine.remove([2])
    assert engine.titled("deck") == [3]
    assert engine.titled("red") == [1]
    engine.rebuild([Document(7, "Deck", "")])
    assert engine.titled("deck") == [7]


@pytest.mark.parametrize("typed", ["deck " * 10_000, "x" * 50_000, "a-1." * 12_000, "价格系统" * 5_000])
def test_very_long_texts_do_no_harm(holding: Holding, typed: str):
    assert holding("Deck").titled(typed) in ([], [1])
