"""The vocabulary: added to, renamed and cleared by marketing, with what carries it kept in step."""

from __future__ import annotations

from sqlalchemy import select

from portal.library.models import Facet, Term
from portal.library.vocabulary import FACETS


def test_the_first_term_makes_the_facets_that_every_portal_has(make, sign_in, rows):
    client = sign_in(make.user("marketer"))
    assert all(name in client.get("/library/vocabulary").text for _, name in FACETS)
    assert rows(select(Facet)) == []
    assert client.post("/library/vocabulary/industry", data={"name": "Healthcare"}).status_code == 303
    assert len(rows(select(Facet))) == len(FACETS)
    assert [(term.key, term.name) for term in rows(select(Term))] == [("healthcare", "Healthcare")]


def test_a_term_is_renamed_and_keeps_the_key_that_addresses_carry(make, sign_in, rows):
    facet = make.facet(terms=("Health",))
    client = sign_in(make.user("marketer"))
    client.post(f"/library/vocabulary/terms/{facet.terms[0].id}", data={"name": "Health care"})
    assert [(term.key, term.name) for term in rows(select(Term))] == [("health", "Health care")]


def test_names_that_are_taken_empty_or_endless_are_refused_at_their_place(make, sign_in, rows):
    facet = make.facet(terms=("Energy", "Übersee"))
    client = sign_in(make.user("marketer"))
    for name, words in (
        ("energy", "has “energy” already"),
        ("Übersee", "has “Übersee” already"),
        ("", "Please give a name"),
        ("n" * 121, "120 characters"),
    ):
        answer = client.post("/library/vocabulary/industry", data={"name": name})
        assert (answer.status_code, words in answer.text) == (422, True), name
    answer = client.post(f"/library/vocabulary/terms/{facet.terms[0].id}", data={"name": "Übersee"})
    assert (answer.status_code, "is there already" in answer.text) == (422, True)
    assert client.post("/library/vocabulary/colour", data={"name": "Red"}).status_code == 404
    assert rows(select(Term.name).order_by(Term.name)) == ["Energy", "Übersee"]


def test_a_deleted_term_comes_off_all_content_and_the_number_is_said(make, sign_in, rows):
    facet = make.facet()
    make.asset(terms=(facet.terms[0],))
    make.asset(terms=tuple(facet.terms))
    client = sign_in(make.user("marketer"))
    assert "2 uses" in client.get("/library/vocabulary").text
    client.post(f"/library/vocabulary/terms/{facet.terms[0].id}/delete")
    assert "taken off 2 pieces" in client.get("/library/vocabulary").text
    assert rows(select(Term.name)) == ["Energy"]
    assert client.post(f"/library/vocabulary/terms/{facet.terms[0].id}/delete").status_code == 404


def test_a_rep_may_not_touch_the_vocabulary(make, sign_in, rows):
    facet = make.facet()
    client = sign_in(make.user("rep"))
    term = facet.terms[0].id
    for address in ("industry", f"terms/{term}", f"terms/{term}/delete"):
        assert client.post(f"/library/vocabulary/{address}", data={"name": "X"}).status_code == 403
    assert len(rows(select(Term))) == 2
