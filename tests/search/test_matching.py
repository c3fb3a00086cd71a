"""Asking a document whether it has all of a query says the same as the engines do of their hits."""

from __future__ import annotations

import pytest

from portal.search.engine import Document
from portal.search.matching import Text, has_all
from portal.search.query import read_query

DOCUMENTS = [
    Document(1, "The one-pager on pumps", "GTX-9 for the hospital. Return on investment.", "Deck"),
    Document(2, "IT for all", "Nine GTX, and a one of pager. C++ and Käse.", "Video Healthcare"),
    Document(3, "Remote monitoring", "Monitoring in remote places: the hospital pump.", ""),
    Document(4, "Pump", "Maintenance of a pump in a clinic, for the US.", "Deck"),
]
SYNONYMS = (("ROI", "return on investment"), ("hospital", "clinic"))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("hospital pumps", {1, 3, 4}),
        ("clinic deck", {1, 4}),
        ("roi hospital", {1}),
        ("one-pager", {1, 2}),
        ("gtx9", {1}),
        ("GTX 9", {1}),
        ('"remote monitoring"', {3}),
        ("pump -maintenance", {1, 3}),
        ("pump -clinic", {1, 3}),
        ("-pump", {2}),
        ("title:pump", {1, 4}),
        ("title:pump maintenance", {4}),
        ("kase c++", {2}),
        ("US pump", {4}),
        ("for all", {2}),
        ("the", {1}),
        ("hospital pump zeppelin", set()),
        ("...", set()),
        ("", set()),
    ],
)
def test_a_document_has_all_of_a_query(text, ids):
    query = read_query(text, SYNONYMS)
    assert {document.id for document in DOCUMENTS if has_all(Text(document), query)} == ids


@pytest.mark.parametrize(
    "text",
    [
        "hospital pump",
        "clinic deck",
        "roi hospital",
        "gtx-9 hospital",
        '"remote monitoring"',
        "pump -clinic deck",
    ],
)
def test_an_engine_says_the_same_of_its_hits(engine, text):
    engine.put(DOCUMENTS)
    query = read_query(text, SYNONYMS)
    least = (len(query.words) > 1) + 2 * bool(query.phrases)
    ranked = {hit.id for hit in engine.rank(query) if hit.lift >= least}
    assert ranked == {document.id for document in DOCUMENTS if has_all(Text(document), query)}
