"""How text becomes words."""

import re

import pytest

from portal.search.analysis import TITLE_END, has_phrase, normal, places, sequence, title_key, title_of, words
from portal.search.stopwords import STOP_WORDS


@pytest.mark.parametrize(
    ("text", "parts", "wholes"),
    [
        ("GTX-9", ("gtx", "9"), ("gtx9",)),
        ("HTMLParser", ("html", "parser"), ("htmlparser",)),
        ("SaaS", ("saa",), ()),
        ("PDFs", ("pdfs",), ()),
        ("v2.1", ("v", "2", "1"), ("v2.1",)),
        ("2.7.4", ("2.7.4",), ()),
        ("1,234,567.5", ("1234567.5",), ()),
        ("don\u2019t", ("dont",), ()),
        ("customers'", ("custom",), ()),
        ("C++", ("c++",), ()),
        ("Übergröße", ("ubergross",), ("uebergroess",)),
        ("日本語", ("日本", "本語"), ()),
    ],
)
def test_words_have_parts_and_other_spellings(text: str, parts: tuple[str, ...], wholes: tuple[str, ...]):
    found = list(words(text))
    assert sum((word.parts for word in found), ()) == parts
    assert sum((word.wholes for word in found), ()) == wholes


def test_words_know_their_place_in_the_text():
    text = normal("Ein Cafe\u0301 in Köln_Süd: GTX-9, C++ und 客户关系.")
    assert [text[word.start : word.end] for word in words(text)] == [
        *("Ein", "Café", "in", "Köln", "Süd", "GTX-9", "C++", "und", "客户", "户关", "关系")
    ]


def test_stop_words_are_parts_but_no_terms_unless_in_capitals():
    assert [word.terms for word in words("it is IT we follow-up")] == [(), (), ("it",), (), ("follow",)]


def test_the_stop_list_is_lower_case_and_of_a_sensible_size():
    assert 120 <= len(STOP_WORDS) <= 140
    assert all(re.fullmatch("[a-z]+", word) for word in STOP_WORDS)


def test_titles_that_people_call_the_same_share_a_key():
    assert title_key("The GTX-9: Battle Cards") == title_key("the gtx 9 battle card!")
    assert title_key("Battle card") != title_key("The battle card")
    assert title_key("🚀") == ""


def test_a_sequence_has_four_bytes_a_part_and_treats_stop_words_alike():
    assert len(sequence(words("GTX-9 for the road"))) == 4 * 5
    assert sequence(words("return on investment")) == sequence(words("return of investments"))
    assert sequence(words("return on investment")) != sequence(words("return investment"))


def test_a_phrase_is_found_between_words_only():
    text = bytes([1, 2, 3, 4, 5, 6, 7, 8, 3, 4, 5, 6])
    assert has_phrase(text, bytes([5, 6, 7, 8]))
    assert has_phrase(text, bytes([3, 4, 5, 6]))
    assert not has_phrase(text, bytes([4, 5, 6, 7]))
    assert not has_phrase(b"", bytes([4, 5, 6, 7]))


def test_a_phrase_is_found_wherever_it_begins():
    price, deck = sequence(words("price")), sequence(words("deck"))
    assert list(places(price + deck + price + price, price)) == [0, 2, 3]
    assert list(places(price, deck)) == []


def test_the_title_of_a_sequence_ends_before_the_text():
    title, text = sequence(words("price deck")), sequence(words("deck price"))
    assert title_of(title + TITLE_END + text) == title
    assert title_of(TITLE_END + text) == b""
    straddling = bytes([1, 2, 255, 255, 255, 255, 3, 4])  # the mark across two words is none
    assert title_of(straddling + TITLE_END + text) == straddling


def test_words_can_stay_as_they_are_written():
    assert [word.parts for word in words("Pricing PowerPoints", stemmed=False)] == [
        ("pricing",),
        ("power", "points"),
    ]


def test_a_long_chain_of_words_is_taken_apart_and_nothing_of_it_lost():
    names = [f"name{chr(97 + n)}{chr(97 + n)}" for n in range(26)]
    parts = [part for word in words("-".join(names)) for part in word.parts]
    assert parts == [part for name in names for word in words(name) for part in word.parts]


def test_words_can_be_left_out_that_have_none_of_some_forms():
    text = "Pricing for hospitals, e-mail to the hospital"
    found = [text[word.start : word.end] for word in words(text, having={"hospit", "email"})]
    assert found == ["hospitals", "e-mail", "hospital"]
    assert [word for word in words(text) if {"hospit", "email"} & {*word.terms, *word.wholes}] == list(
        words(text, having={"hospit", "email"})
    )
