"""The content of the demo: complete, distinct, and filed under words that exist."""

import re
from collections import Counter
from itertools import pairwise

import pytest

from portal.demo.company import PEOPLE, TEAMS, VOCABULARY
from portal.demo.pieces import FORMATS, Piece, load_pieces
from portal.demo.searching import words_of, words_of_piece
from portal.demo.wording import IN_VAIN, SEARCHES
from portal.library.models import ASSET_KINDS

PIECES = load_pieces()


def by_key(piece: Piece) -> str:
    return piece.key


def test_there_are_forty_to_sixty_pieces_with_distinct_titles_and_keys() -> None:
    assert 40 <= len(PIECES) <= 60
    assert [title for title, count in Counter(piece.title for piece in PIECES).items() if count > 1] == []
    assert len({piece.key for piece in PIECES}) == len(PIECES)


def test_every_format_and_language_occurs() -> None:
    assert {piece.format for piece in PIECES} == set(FORMATS)
    assert {name for piece in PIECES for name in piece.terms["language"]} == {"English", "German", "Spanish"}


@pytest.mark.parametrize("piece", PIECES, ids=by_key)
def test_a_piece_is_filed_under_the_vocabulary_and_has_an_owner(piece: Piece) -> None:
    assert piece.kind in ASSET_KINDS
    assert piece.format in FORMATS
    assert piece.owner in {person.email for person in PEOPLE if person.role == "marketer"}
    assert {"language", "stage"} & set(piece.terms)
    for facet, names in piece.terms.items():
        assert set(names) <= set(VOCABULARY[facet])


@pytest.mark.parametrize("piece", PIECES, ids=by_key)
def test_a_piece_says_how_to_use_it_and_tells_what_changed(piece: Piece) -> None:
    assert piece.guidance.for_whom
    assert piece.guidance.not_to_promise
    assert len(piece.guidance.text) > 60
    assert len(piece.summary) > 30
    weeks = [edition.weeks_ago for edition in piece.editions]
    assert weeks == sorted(weeks, reverse=True)
    assert all(edition.note for edition in piece.editions)
    texts = [edition.sections for edition in piece.editions]
    assert all(one != other for one, other in pairwise(texts))


def test_decks_have_eight_to_fourteen_slides_with_notes() -> None:
    for deck in (piece for piece in PIECES if piece.kind == "deck"):
        slides = deck.editions[-1].sections
        assert 8 <= len(slides) + 1 <= 14, deck.key
        assert all(slide.notes for slide in slides), deck.key


def test_every_case_study_tells_its_own_story() -> None:
    stories = [words_of_piece(piece) for piece in PIECES if piece.kind == "case_study"]
    assert len(stories) >= 12
    for at, story in enumerate(stories):
        for other in stories[at + 1 :]:
            assert len(story & other) / len(story | other) < 0.35


def test_no_mark_of_the_dialect_is_left_in_the_text() -> None:
    for piece in PIECES:
        for edition in piece.editions:
            assert not re.search(r"'(v\d:|include:|notes:|~ |= |! |## )", repr(edition.sections)), piece.key


def test_what_is_searched_in_vain_stands_in_no_piece() -> None:
    known = set().union(*(words_of_piece(piece) for piece in PIECES))
    assert [text for text, _ in IN_VAIN if words_of(text) & known] == []


def test_what_is_searched_with_success_is_there() -> None:
    words = {piece.key: words_of_piece(piece) for piece in PIECES}
    assert [text for text, wanted in SEARCHES if not words_of(text) & words[wanted]] == []


def test_people_have_reserved_addresses_and_teams_that_exist() -> None:
    roles = Counter(person.role for person in PEOPLE)
    assert roles == {"rep": 12, "marketer": 4, "manager": 2, "admin": 1}
    assert len({person.email for person in PEOPLE}) == len(PEOPLE)
    assert all(person.email.endswith(".example") for person in PEOPLE)
    assert {person.team for person in PEOPLE} - {None} == set(TEAMS)
