"""The pages of synonyms: who may use them, what is refused, and that a change counts at once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.discovery.models import SynonymGroup
from portal.discovery.synonyms.queries import synonyms
from portal.library.indexing import all_documents, engine

GROUPS = select(SynonymGroup).order_by(SynonymGroup.id)


@pytest.fixture
def group(make):
    """Store a group of words that mean the same."""

    def store(*phrases, by=None):
        return make.store(SynonymGroup(phrases=list(phrases), changed_by_id=by.id if by else None))

    return store


@pytest.fixture
def marketer(make, sign_in):
    return sign_in(make.user("marketer", name="Mona Marketer"))


def post(client, *phrases, at="/library/synonyms/new", **fields):
    return client.post(at, data={"phrases": "\n".join(phrases), **fields})


def test_a_marketer_says_that_words_mean_the_same(marketer, rows):
    answer = post(marketer, "one-pager", "  one-sheeter ", "")
    stored = rows(GROUPS)[0]
    assert answer.location == f"/library/synonyms#group-{stored.id}"
    assert stored.phrases == ["one-pager", "one-sheeter"]
    page = marketer.get("/library/synonyms").text
    assert "one-pager" in page
    assert "Mona Marketer" in page
    assert "/library?q=one-pager" in page


def test_commas_and_equals_signs_stand_between_phrases_too(marketer, rows):
    post(marketer, "ROI = return on investment, “payback”")
    assert rows(GROUPS)[0].phrases == ["ROI", "return on investment", "payback"]


def test_searching_for_one_finds_the_other_at_once(make, marketer, sign_in, app):
    make.asset("Brief", pages=("A one-sheeter on pumps.",))
    with app.app_context():
        engine().rebuild(all_documents())
    rep = sign_in(make.user("rep"))
    assert "Nothing found" in rep.get("/library?q=leaflet&exact=yes").text
    post(marketer, "leaflet", "one-sheeter")
    assert "Brief" in rep.get("/library?q=leaflet&exact=yes").text
    number = int(marketer.get("/library/synonyms").text.split('id="group-')[1].split('"')[0])
    marketer.post(f"/library/synonyms/{number}/delete")
    assert "Nothing found" in rep.get("/library?q=leaflet&exact=yes").text


@pytest.mark.parametrize(
    ("phrases", "words"),
    [
        ((), "Please name at least two"),
        (("one-pager",), "What else means the same as “one-pager”?"),
        (("one-pager", "x" * 81), "81 characters"),
        (("one-pager", "of the"), "“of the” has only words so common"),
        (("one-pager", "deck", "Decks"), "The search reads “deck” and “Decks” as the same already"),
        (("deck", "deck"), "as the same already"),
        (("one-pager", "!!!"), "There is no word in “!!!”"),
        (("---",), "There is no word in this"),
        (tuple(f"word{number} other" for number in range(13)), "at most 12"),
        (("a" * 5_000,), "characters"),
    ],
)
def test_what_is_no_group_is_refused_at_the_field_and_kept(marketer, rows, phrases, words):
    answer = post(marketer, *phrases)
    assert answer.status_code == 422
    assert words in answer.text
    assert rows(GROUPS) == []
    if phrases and len(phrases[0]) < 100:
        assert phrases[0] in answer.text


def test_a_phrase_of_another_group_is_refused_with_a_link_to_it_and_the_offer_to_merge(marketer, rows, group):
    first = group("one-pager", "one-sheeter")
    answer = post(marketer, "One Pagers", "leaflet")
    assert answer.status_code == 422
    assert "“One Pagers” is in another group already: one-pager, one-sheeter." in answer.text
    assert f"/library/synonyms/{first.id}" in answer.text
    assert "Save as one group" in answer.text
    assert len(rows(GROUPS)) == 1
    post(marketer, "One Pagers", "leaflet", merge=f"{first.id}")
    assert [one.phrases for one in rows(GROUPS)] == [["One Pagers", "leaflet", "one-sheeter"]]


def test_merging_past_the_most_that_a_group_has_is_refused(marketer, rows, group):
    one = group(*(f"word{number} thing" for number in range(12)))
    answer = post(marketer, "word1 thing", "new thing", merge=f"{one.id}")
    assert answer.status_code == 422
    assert "at most 12" in answer.text
    assert len(rows(GROUPS)) == 1


def test_a_group_is_changed_and_deleted(marketer, rows, group, make):
    other = make.user("marketer")
    one = group("deck", "slides", by=other)
    page = marketer.get(f"/library/synonyms/{one.id}")
    assert "deck\nslides" in page.text
    stamp = one.changed_at.isoformat()
    post(marketer, "deck", "slides", "presentation", at=f"/library/synonyms/{one.id}", stamp=stamp)
    changed = rows(GROUPS)[0]
    assert changed.phrases == ["deck", "slides", "presentation"]
    assert changed.changed_by_id != other.id
    assert changed.changed_at > one.changed_at
    marketer.post(f"/library/synonyms/{one.id}/delete")
    assert rows(GROUPS) == []
    assert marketer.get(f"/library/synonyms/{one.id}").status_code == 404
    assert marketer.post(f"/library/synonyms/{one.id}/delete").status_code == 404


@pytest.mark.parametrize("stamp", ["2020-01-01T00:00:00", ""])
def test_nobody_undoes_what_somebody_else_changed_meanwhile(marketer, rows, group, stamp):
    one = group("deck", "slides")
    answer = post(marketer, "deck", "cards", at=f"/library/synonyms/{one.id}", stamp=stamp)
    assert answer.status_code == 422
    assert "Somebody else changed this group" in answer.text
    assert rows(GROUPS)[0].phrases == ["deck", "slides"]


def test_the_page_of_a_group_counts_what_each_phrase_finds_by_itself_and_with_the_others(
    make, marketer, app, group
):
    for text in ("A leaflet.", "A flyer.", "Another flyer."):
        make.asset(pages=(text,))
    make.asset(pages=("An old flyer.",), state="archived")
    with app.app_context():
        engine().rebuild(all_documents())
    one = group("leaflet", "flyer")
    page = " ".join(marketer.get(f"/library/synonyms/{one.id}").text.split())
    for phrase, alone in (("leaflet", 1), ("flyer", 2)):
        row = page.split(f'synonym-cell">{phrase}</td>')[1].split("</tr>")[0]
        assert f'data-label="By itself">{alone}<' in row
        assert 'data-label="With the others">3<' in row


def test_without_an_index_the_page_of_a_group_is_there(marketer, group):
    assert marketer.get(f"/library/synonyms/{group('deck', 'slides').id}").status_code == 200


@pytest.mark.parametrize("role", ["rep", "manager"])
def test_sales_neither_see_nor_change_synonyms(make, sign_in, rows, role, group):
    client, one = sign_in(make.user(role)), group("deck", "slides")
    for path in ("/library/synonyms", "/library/synonyms/new", f"/library/synonyms/{one.id}"):
        assert client.get(path).status_code == 403
    assert post(client, "a1", "b1").status_code == 403
    assert client.post(f"/library/synonyms/{one.id}/delete").status_code == 403
    assert "/library/synonyms" not in client.get("/library").text
    assert len(rows(GROUPS)) == 1


def test_synonyms_are_read_in_one_statement_in_a_stable_order(app, group, count_queries):
    group("b1", "b2")
    group("a1", "a2")
    with app.app_context(), count_queries() as queries:
        assert synonyms() == (("b1", "b2"), ("a1", "a2"))
    assert len(queries) == 1


def test_many_and_long_groups_cost_a_few_statements(marketer, group, count_queries, make):
    person = make.user("marketer", name="N" * 100)
    for number in range(30):
        group(*(f"{'w' * 60} {number} {other}" for other in "xyz"), by=person)
    with count_queries() as queries:
        assert marketer.get("/library/synonyms").status_code == 200
    assert len(queries) <= 25
