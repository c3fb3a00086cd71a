"""kind: and owner: among what is typed become filters; what names no kind and nobody stays as words."""

from __future__ import annotations

import re

import pytest

from portal.discovery.asking import OWNER, read_typed
from portal.discovery.finding import find


@pytest.fixture
def read(make):
    """Read what a person typed: the words that are left, and the filters."""

    def run(user, text, synonyms=()):
        asked = make.inside(lambda: read_typed(user, text, synonyms))
        return asked.words, [(one.key, *one.values) for one in asked.typed]

    return run


@pytest.mark.parametrize(
    ("text", "words", "kinds"),
    [
        ("kind:deck", "", ["deck"]),
        ("KIND:Decks hospital", "hospital", ["deck"]),
        ("hospital kind: deck prices", "hospital prices", ["deck"]),
        ('kind:"case study" x', "x", ["case_study"]),
        ("kind:case study hospital", "hospital", ["case_study"]),
        ("kind:case-studies", "", ["case_study"]),
        ("kind:case_study", "", ["case_study"]),
        ("kind:case hospital", "hospital", ["case_study"]),
        ("kind:one-sheeter kind:deck", "", ["one_sheeter", "deck"]),
        ("kind:battlecard", "", ["battle_card"]),
        ("kind:one-pager", "", ["one_sheeter"]),
        ("kind:nonsense hospital", "kind:nonsense hospital", []),
        ("kind:", "kind:", []),
        ('kind:"', 'kind:"', []),
        ("kind:* x", "kind:* x", []),
        ("mankind:deck", "mankind:deck", []),
        ('"kind" of deck', '"kind" of deck', []),
    ],
)
def test_a_kind_in_any_form_becomes_a_filter(make, read, text, words, kinds):
    synonyms = (("one-pager", "one-sheeter"),)
    assert read(make.user("rep"), text, synonyms) == (words, [("kind", kind) for kind in kinds])


def test_an_owner_is_found_by_part_of_the_name_or_by_email(make, read):
    owner = make.user("marketer", name="Léonie Brandvold-Hauge", email="leonie@example.com")
    make.asset("Heron", owner=owner)
    rep = make.user("rep")
    for typed in ("leonie", "LÉONIE", '"leonie brand"', "brandvold leonie", "hauge", "leonie@example.com"):
        assert read(rep, f"owner:{typed}") == ("", [(OWNER, str(owner.id))])
    assert read(rep, "owner:leonie prices") == ("prices", [(OWNER, str(owner.id))])
    for typed in ("onie", "example.com", "nobody"):
        assert read(rep, f"owner:{typed}") == (f"owner:{typed}", [])


def test_nobody_learns_of_an_owner_whose_content_they_may_not_see(make, read, sign_in, index):
    hidden = make.user("marketer", name="Secret Person")
    make.asset("Hidden heron", state="draft", owner=hidden)
    index()
    assert read(make.user("rep"), "owner:secret") == ("owner:secret", [])
    assert "Secret Person" not in sign_in(make.user("rep")).get("/library?q=owner:secret").text
    assert "Owner: Secret Person" in sign_in(make.user("marketer")).get("/library?q=owner:secret").text


def test_two_of_the_same_name_are_both_meant(make, read):
    both = [make.user("marketer", name=f"Leonie {name}") for name in ("A", "B")]
    for owner in both:
        make.asset(owner=owner)
    words, typed = read(make.user("rep"), "owner:leonie")
    assert (words, typed) == ("", [(OWNER, *(str(owner.id) for owner in both))])


def test_only_a_filter_typed_browses(make, sign_in, index):
    make.asset("Heron deck")
    make.asset("Heron card", kind="battle_card")
    index()
    page = sign_in(make.user("rep")).get("/library?q=kind:deck").text
    assert "Heron deck" in page
    assert "Heron card" not in page
    assert '<option value="relevance"' not in page
    assert "Why here" not in page


def test_what_was_understood_is_a_chip_and_a_chosen_filter_and_both_take_it_away(make, sign_in, index):
    make.asset("Heron deck", owner=make.user("marketer", name="Leonie Brandvold"))
    make.asset("Heron card", kind="battle_card")
    index()
    page = sign_in(make.user("rep")).get("/library?q=heron+kind:deck+owner:leonie&sort=title").text
    page = re.sub(r"&amp;s=[\w-]+", "", page)  # which search it is of
    assert "Heron card" not in page
    assert 'href="/library?q=heron+owner%3Aleonie&amp;sort=title" aria-label="Remove Kind: Deck"' in page
    assert (
        'href="/library?q=heron+kind%3Adeck&amp;sort=title" aria-label="Remove Owner: Leonie Brandvold"'
        in page
    )
    assert 'href="/library?q=heron+owner%3Aleonie&amp;sort=title" aria-current="true"' in page
    assert '<span class="facet-label">Battle card</span>' not in page  # the owner counts against it


def test_a_typed_kind_joins_the_chosen_ones(make, index):
    for kind in ("deck", "battle_card", "video"):
        make.asset(f"Heron {kind}", kind=kind)
    index()
    rep = make.user("rep")
    found = make.inside(lambda: find(rep, "heron kind:deck", {"kind": ["video"]}))
    assert {hit.asset.kind for hit in found.hits} == {"deck", "video"}


def test_the_language_is_told_to_those_who_want_to_know(make, sign_in, index):
    index()
    page = sign_in(make.user("rep", name="Ben Ode")).get("/library?q=zeppelin").text
    assert "Search tips" in page
    assert "<code>kind:case study</code>" in page
