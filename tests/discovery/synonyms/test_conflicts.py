"""Groups that are broken, gone, or not the ones that a page showed; and words from elsewhere that are none."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from portal.db import db
from portal.discovery.models import SynonymGroup
from portal.discovery.synonyms.queries import synonyms

GROUPS = select(SynonymGroup).order_by(SynonymGroup.id)


@pytest.fixture
def group(make):
    """Store a group of words that mean the same."""
    return lambda *phrases: make.store(SynonymGroup(phrases=list(phrases)))


@pytest.fixture
def marketer(make, sign_in):
    return sign_in(make.user("marketer"))


def post(client, *phrases, at="/library/synonyms/new", **fields):
    return client.post(at, data={"phrases": "\n".join(phrases), **fields})


@pytest.mark.parametrize(
    "written",
    ["null", "[1, 2]", "[null]", '[["x"]]', "[]", '"deck"', '["deck"]', "{}", "deck", '["deck", " "]'],
)
def test_one_broken_group_takes_nothing_with_it_and_can_be_deleted(
    make, marketer, sign_in, group, app, rows, written
):
    broken = group("broken", "row")
    group("leaflet", "flyer")
    changed = text("UPDATE synonym_groups SET phrases = :written WHERE id = :id")
    make.inside(lambda: db.session.execute(changed, {"written": written, "id": broken.id}))
    with app.app_context():
        assert synonyms() == (("leaflet", "flyer"),)
    assert sign_in(make.user("rep")).get("/library?q=leaflet").status_code == 200
    page = marketer.get("/library/synonyms").text
    assert "This group is broken" in page
    assert marketer.get(f"/library/synonyms/{broken.id}").status_code == 404
    assert post(marketer, "deck", "slides").status_code == 303
    assert marketer.post(f"/library/synonyms/{broken.id}/delete").status_code == 303
    assert "This group is broken" not in marketer.get("/library/synonyms").text
    assert [one.phrases for one in rows(GROUPS)] == [["leaflet", "flyer"], ["deck", "slides"]]


def test_what_was_typed_for_a_group_that_is_gone_is_shown_as_a_new_one(marketer, rows, group):
    one = group("deck", "slides")
    stamp = one.changed_at.isoformat()
    marketer.post(f"/library/synonyms/{one.id}/delete")
    answer = post(marketer, "deck", "slide show", at=f"/library/synonyms/{one.id}", stamp=stamp)
    assert answer.status_code == 422
    assert "Somebody else deleted this group meanwhile" in answer.text
    assert "slide show" in answer.text
    assert 'action="/library/synonyms/new"' in answer.text
    assert rows(GROUPS) == []


def test_only_groups_that_the_page_named_are_merged(marketer, rows, group):
    first = group("deck", "slides")
    refused = post(marketer, "deck", "flyer")
    assert f'value="{first.id}"' in refused.text
    second = group("leaflet", "flyer")
    again = post(marketer, "deck", "flyer", merge=f"{first.id}")
    assert again.status_code == 422
    assert f'value="{first.id},{second.id}"' in again.text
    assert len(rows(GROUPS)) == 2
    post(marketer, "deck", "flyer", merge=f"{first.id},{second.id}")
    assert [one.phrases for one in rows(GROUPS)] == [["deck", "flyer", "slides", "leaflet"]]


@pytest.mark.parametrize(
    ("added", "shown"),
    [
        ("pump, valve\nhose", "pump valve hose"),
        ('"remote  monitoring"', "remote monitoring"),
        ("x" * 500, "x" * 80),
        ("\x00", ""),
        ("<b>", "&lt;b&gt;"),
        ("...;", "..."),
    ],
)
def test_words_that_another_page_proposes_stand_in_the_form_one_a_line(marketer, added, shown):
    answer = marketer.get("/library/synonyms/new", query_string={"add": [added, "leaflet"]})
    assert answer.status_code == 200
    words = (
        answer.text.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0].replace("\r", "").strip()
    )
    assert words == f"{shown}\nleaflet".strip()
