"""Queries find what a person means, whatever the spelling of codes, names and endings."""

from collections.abc import Callable

import pytest

from portal.search.engine import Engine
from tests.search.conftest import found

Holding = Callable[..., Engine]

SPELLINGS = [
    ("GTX-9", ["GTX-9", "gtx-9", "GTX9", "gtx 9", "Gtx\u20119"]),
    ("GTX9", ["GTX-9", "gtx9", "GTX 9"]),
    ("GTX 9", ["GTX-9", "gtx9"]),
    ("C++", ["C++", "c++"]),
    ("C#", ["c#"]),
    ("Disney+", ["disney+", "Disney"]),
    ("PowerPoint", ["powerpoint", "PowerPoint", "power point"]),
    ("powerpoint", ["PowerPoint"]),
    ("one-sheeters", ["one-sheeter", "onesheeter", "one sheeter", "One Sheeters"]),
    ("e-mail", ["email", "e-mails", "E-Mail"]),
    ("follow-up", ["followup", "follow up"]),
    ("R&D", ["R&D", "r&d"]),
    ("AT&T", ["at&t", "AT&T"]),
    ("LinkedIn", ["linkedin", "LinkedIn"]),
    ("node.js", ["Node.js", "nodejs"]),
    ("Müller", ["Müller", "muller", "Mueller", "MÜLLER", "Mu\u0308ller"]),
    ("Mueller", ["Müller", "mueller"]),
    ("Straße", ["strasse", "Straße"]),
    ("résumé café", ["resume", "cafe"]),
    ("Ørsted", ["orsted", "Ørsted"]),
    ("1,000 seats", ["1000", "1,000"]),
    ("3,5 %", ["3.5"]),
    ("Q4 results", ["q4", "Q4"]),
    ("customer\u2019s customers", ["customer", "customer's"]),
    ("O'Brien", ["obrien", "O\u2019Brien", "brien"]),
    ("infor-\nmation", ["information"]),
    ("infor\u00admation", ["information"]),
    ("ﬁnance", ["finance"]),
    ("sales_deck_final", ["deck", "sales deck"]),
    ("pricing", ["price", "prices", "priced"]),
    ("IT security", ["IT security", "it security", "security"]),
    ("客户管理系统", ["客户", "管理系统"]),
    ("العربية", ["العربية"]),
    ("שָׁלוֹם", ["שלום"]),
    ("हिन्दी", ["हिन्दी"]),
    ("ภาษาไทยง่าย", ["ไทย"]),
]


@pytest.mark.parametrize(
    ("written", "typed"), [(text, query) for text, queries in SPELLINGS for query in queries]
)
def test_a_word_is_found_however_it_is_spelled(holding: Holding, written: str, typed: str):
    engine = holding(
        ("Sheet", "nothing of that"), ("Sheet", f"About {written} here"), ("Sheet", "other words")
    )
    assert found(engine, typed) == [2]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("C or D", "C++"),
        ("GTX-10", "GTX-9"),
        ("a gtx with 7 ports, 9 wide", "GTX-9"),
        ("power of the point", "PowerPoint"),
        ("a link to the page", "LinkedIn"),
        ("mail room", "e-mail"),
        ("they told us", "US"),
        ("send it", "IT"),
    ],
)
def test_what_only_looks_alike_is_not_found(holding: Holding, written: str, typed: str):
    assert found(holding(("Sheet", written)), typed) == []


def test_stop_words_in_capitals_are_names(holding: Holding):
    engine = holding(("Sheet", "we sell it to them"), ("Sheet", "We sell to the US, to IT"))
    assert found(engine, "IT in the US") == [2]
    assert found(engine, "sells IT") == [2, 1]
    assert found(engine, "WE SELL IT") == [1, 2]


def test_a_query_of_stop_words_is_looked_for_in_titles(holding: Holding):
    engine = holding(("Who we are", "our story"), ("What we do", "who we are"), ("Deck", "who we are"))
    assert found(engine, "who are we") == [1]
    assert found(engine, "the of") == []


def test_the_document_of_that_very_title_comes_first(holding: Holding):
    rival = ("Acme case study, long", "acme case study " * 30)
    engine = holding(rival, rival, ("Case study: ACME!", "Nothing else."), rival)
    assert found(engine, "case study acme")[0] == 3
    assert found(engine, '"Case study" Acme')[0] == 3
    assert found(engine, "acme case study")[0] != 3


def test_a_title_counts_more_than_the_text(holding: Holding):
    engine = holding(("Deck one", "All of it on pricing"), ("Deck on pricing", "All of it one two"))
    assert found(engine, "pricing") == [2, 1]


def test_documents_with_all_words_come_before_those_with_some(holding: Holding):
    padding = " other words" * 200
    engine = holding(
        ("Renewals", "renewals " * 9),
        ("Sheet", f"insurance {padding} renewals"),
        ("Insurance", "insurance " * 9),
    )
    assert found(engine, "renewal insurance")[0] == 2
    assert set(found(engine, "renewal insurance")) == {1, 2, 3}


def test_documents_with_the_phrase_come_first_and_the_others_follow(holding: Holding):
    engine = holding(
        ("Sheet", "total cost, ownership, cost of total ownership"),
        ("Sheet", "much said before the total cost of ownership is named at last, after all these words"),
        ("Sheet", "total total cost cost ownership ownership"),
    )
    assert found(engine, '"total cost of ownership"')[0] == 2
    assert found(engine, "\u201ctotal cost of ownership\u201d")[0] == 2
    assert set(found(engine, '"total cost of ownership"')) == {1, 2, 3}
    assert found(engine, '"the total total cost"')[0] == found(engine, '"total total cost of"')[0] == 3


def test_a_phrase_is_found_across_spellings_but_not_across_other_words(holding: Holding):
    engine = holding(
        ("A", "cloud based secure systems, cloud secure"), ("B", "Cloud-based systems at work, for us all")
    )
    assert found(engine, '"cloud based system"')[0] == 2


def test_rare_words_weigh_more_than_common_ones(holding: Holding):
    engine = holding(*[("Sheet", f"report number{n}") for n in range(9)], ("Sheet", "zebra"))
    assert found(engine, "zebra report")[0] == 10


def test_a_natural_question_finds_its_answer(holding: Holding):
    engine = holding(
        ("Security overview", "How we encrypt data at rest"),
        ("Pricing", "What each plan costs"),
        ("Team", "Who answers"),
    )
    assert found(engine, "What does a plan cost, and what is the price for teams?")[0] == 2
