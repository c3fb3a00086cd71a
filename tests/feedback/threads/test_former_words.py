"""What a comment said before it was changed: kept, shown to those who see the comment, and taken away with it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.feedback.models import Comment, CommentEdit
from portal.feedback.threads import queries


@pytest.fixture
def changed(sign_in, rows, people, places, say):
    """Write a comment and change it: changed(place, "first", "second", "third") returns its id."""

    def change(place, first, *more, **fields):
        say(people.rob, place, first, **fields)
        comment_id = max(rows(select(Comment.id)))
        for words in more:
            answer = sign_in(people.rob).post(f"/comments/{comment_id}/edit", data={"body": words})
            assert answer.location.endswith(f"#comment-{comment_id}")
        return comment_id

    return change


@pytest.mark.parametrize("sort", ["content", "request", "deal"])
def test_each_edit_keeps_what_was_said_and_readers_open_it(sign_in, rows, people, places, changed, sort):
    changed(places[sort], "First <b>words</b>", "Second words", "Second words", "Third words")
    assert rows(select(CommentEdit.body).order_by(CommentEdit.id)) == ["First <b>words</b>", "Second words"]
    page = sign_in(people.max).get(places[sort]).text
    at = [page.index(words) for words in ("Second words", "First &lt;b&gt;words", "Third words")]
    assert at == sorted(at)
    assert ">changed</summary>" in page


def test_who_does_not_see_the_comment_sees_no_former_words(sign_in, people, places, changed):
    changed(places["content"], "First secret", "Second secret", audience=str(people.north.id))
    assert "First secret" in sign_in(people.mia).get("/library/deck").text
    page = sign_in(people.olga).get("/library/deck").text
    assert "First secret" not in page
    assert ">changed<" not in page


def test_removing_takes_what_was_said_before_away_too(sign_in, rows, people, places, changed):
    comment_id = changed(places["request"], "First secret", "Second secret")
    assert sign_in(people.olga).post(f"/comments/{comment_id}/remove").status_code == 303
    assert rows(select(CommentEdit)) == []
    page = sign_in(people.rob).get(places["request"]).text
    assert not any(word in page for word in ("First secret", "Second secret", ">changed<"))


def test_of_very_many_changes_the_newest_are_shown(sign_in, people, places, changed, monkeypatch):
    monkeypatch.setattr(queries, "MOST_FORMER", 2)
    changed(places["content"], "Words zero", "Words one", "Words two", "Words three")
    page = sign_in(people.max).get("/library/deck").text
    assert "Words zero" not in page
    assert all(words in page for words in ("Words one", "Words two", "Words three"))
    changed(places["content"], "Another zero", "Another one", "Another two")
    assert "What it said before is not shown here." in sign_in(people.max).get("/library/deck").text
