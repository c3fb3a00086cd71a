"""The page of a group costs the same few statements however many phrases it has."""

from __future__ import annotations

from portal.discovery.models import SynonymGroup
from portal.library.indexing import all_documents, engine


def test_twelve_phrases_are_counted_in_a_few_statements(make, sign_in, app, count_queries):
    phrases = [f"{letter * 4} flyer" for letter in "abcdefghijkl"]
    for phrase in phrases:
        make.asset(pages=(phrase,))
    with app.app_context():
        engine().rebuild(all_documents())
    group = make.store(SynonymGroup(phrases=phrases))
    client = sign_in(make.user("marketer"))
    with count_queries() as queries:
        page = client.get(f"/library/synonyms/{group.id}").text
    assert len(queries) <= 12
    assert page.count('data-label="By itself">1<') == 12
    assert page.count('data-label="With the others">12<') == 12
