"""Why a hit stands where it does: true sentences, on the page, and nothing of what one may not see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.db import now
from portal.discovery.finding import find
from portal.discovery.finding.presence import has
from portal.discovery.models import SynonymGroup
from portal.search.query import read_query
from portal.web.formatting import day


@pytest.fixture
def why(make, index):
    """Return by title the reasons of the hits of a rep's search."""

    def run(text: str, user=None, **how) -> dict[str, tuple[str, ...]]:
        index()
        rep = user or make.user("rep")
        return make.inside(lambda: {hit.asset.title: hit.why for hit in find(rep, text, **how).hits})

    return run


def test_all_words_and_missing_ones_are_told_as_they_were_typed(make, why):
    make.asset("Whole", pages=("Hospitals cut spreadsheets.", "Our prices."))
    make.asset("Part", pages=("Hospitals cut spreadsheets.",))
    found = why("hospital spreadsheet pricing")
    assert "Has all your words" in found["Whole"]
    assert "Has 2 of your 3 words, not: pricing" in found["Part"]


def test_a_word_that_nothing_has_is_no_word_that_a_hit_has(make, why):
    make.asset("Both", pages=("heron bittern",))
    found = why("heron bittern zzyzx")
    assert "Has 2 of your 3 words, not: zzyzx" in found["Both"]


def test_a_word_that_too_many_are_like_is_not_said_to_be_missing(make, why):
    make.asset("Heroines", pages=("bittern " + "heroine " * 100 + "heron",))
    make.asset("Offices", pages=("bittern " + "Chrome three " * 100 + "HR",))
    assert not any("not:" in reason for reason in why("bittern heron")["Heroines"])
    assert "Has all your words" in why("bittern HR")["Offices"]


def test_a_name_in_capitals_is_not_the_common_word(make, why):
    make.asset("Approved", pages=("They approve it quickly.",))
    make.asset("For IT", pages=("What IT has to approve.",))
    found = why("approve IT")
    assert "Has 1 of your 2 words, not: IT" in found["Approved"]
    assert "Has all your words" in found["For IT"]


def test_a_title_and_a_phrase_are_told(make, why):
    make.asset("Return on investment", pages=("About money.",))
    make.asset("Other", pages=("The return on investment is good.",))
    make.asset("Apart", pages=("Investment without return.",))
    assert "Its title is what you typed" in why("return on investment")["Return on investment"]
    found = why('"return on investment"')
    said = "Has what you put in quotes, word for word"
    assert said in found["Other"]
    assert said not in found.get("Apart", ())


def test_a_synonym_is_named_as_marketing_writes_it(make, why):
    make.store(SynonymGroup(phrases=["ROI", "return on investment"]))
    make.asset("Paper", pages=("The return on investment of herons.",))
    make.asset("Short", pages=("ROI of herons.",))
    found = why("ROI")
    assert "Found as: return on investment" in found["Paper"]
    assert not any(reason.startswith("Found as") for reason in found["Short"])


def test_what_lifted_a_hit_is_told_with_how_much(make, why):
    published = now() - timedelta(days=3)
    make.asset("Heron", rating_count=12, rating_mean=4.6, rating_rank=4.2, published_at=published)
    (said,) = why("heron").values()
    assert "Rated 4.6 by 12 people: up 4%" in said
    assert "Published by marketing: up 2%" in said
    until = make.inside(lambda: day(published + timedelta(days=30)))
    assert f"New: lifted until {until}: up 9%" in said


def test_what_all_hits_share_is_no_reason(make, why):
    make.asset("Heron one")
    make.asset("Heron two")
    found = why("heron")
    assert not any("Published by marketing" in reason for own in found.values() for reason in own)
    make.asset("Heron three", state="draft")
    assert "Published by marketing: up 2%" in why("heron", make.user("marketer"))["Heron one"]


def test_only_the_order_by_relevance_is_explained(make, why):
    make.asset("Heron")
    assert why("heron", sort="newest") == why("", sort="relevance") == {"Heron": ()}


def test_the_page_shows_it_with_the_keyboard_and_without_a_script(make, index, sign_in):
    make.asset("Heron")
    index()
    page = sign_in(make.user("rep")).get("/library?q=heron").text
    assert '<details class="hit-why"><summary><span>Why here<span class="sr-only">: Heron' in page
    assert "<li>Its title is what you typed</li>" in page


def test_a_deal_of_others_gives_no_reason(make, index, sign_in):
    facet = make.facet("industry", ("Healthcare",))
    make.asset("Heron", terms=tuple(facet.terms))
    index()
    rep = make.user("rep", team=make.team())
    mine = make.deal(owner=rep, name="Acme renewal", industry="Healthcare")
    theirs = make.deal(owner=make.user("rep", team=make.team()), name="Secret deal", industry="Healthcare")
    client = sign_in(rep)
    assert (
        "Fits the deal at hand (Acme renewal): up 3%"
        in client.get(f"/library?q=heron&deal_id={mine.id}").text
    )
    page = client.get(f"/library?q=heron&deal_id={theirs.id}").text
    assert "Secret deal" not in page
    assert "Fits the deal" not in page


@pytest.mark.parametrize(
    ("text", "word", "there"),
    [
        ("The studies show", "study", True),
        ("We price it", "pricing", True),
        ("Die Müller-Gruppe", "mueller", True),
        ("Die Müller-Gruppe", "muller", True),
        ("on Linked-\nIn", "LinkedIn", True),
        ("GTX 9 and 10", "GTX-9", True),
        ("GTX and 9 more", "GTX-9", False),
        ("C++ only", "C++", True),
        ("vitamin C", "C++", False),
        ("heroine", "heron", False),
        ("", "hospital", False),
        # Too many looks: it is not said.
        ("herons", "heron", True),
        ("heroine " * 100 + "heron", "heron", None),
        ("Chrome three " * 100 + "and HR", "HR", True),
        ("Chrome three " * 100, "HR", False),
        ("price product process " * 100 + "our PR-team", "PR", True),
        ("Price product process. " * 100, "PR", False),
        ("We use it", "using", True),
        ("We are using it", "use", True),
        ("Running a business", "run", True),
        ("The skies", "sky", True),
    ],
)
def test_a_word_is_there_as_the_index_would_say(text, word, there):
    (sought,) = read_query(word).words
    assert has((text,), sought) is there
