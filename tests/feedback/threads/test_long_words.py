"""However long or deep a text is, it gets a clear answer, and what was typed is kept."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bench import strange_texts
from portal.feedback.models import Comment


@pytest.mark.parametrize("letter", ["x", "\n", "> ", "- ", "𝕏", "[", "<b>"])
def test_a_text_of_two_hundred_thousand_characters_is_refused_at_its_field_and_kept(
    sign_in, rows, people, places, say, letter
):
    text = "Kept words " + (letter * 200_000)[:200_000] + " end"
    for place in places.values():
        answer = say(people.rob, place, text)
        assert answer.status_code == 422
        assert "A comment has up to 4,000 characters; this one has 200,0" in answer.text
        assert "Kept words" in answer.text
        assert len(answer.text) > 200_000
    assert rows(select(Comment)) == []


def test_an_answer_and_a_change_that_long_are_refused_and_kept_too(sign_in, rows, people, places, say):
    say(people.rob, places["request"], "Short")
    (comment,) = rows(select(Comment))
    for address in (f"/threads/{comment.thread_id}/comments", f"/comments/{comment.id}/edit"):
        answer = sign_in(people.rob).post(address, data={"body": "Kept " + "y" * 200_000})
        assert (answer.status_code, "Kept yyy" in answer.text) == (422, True)
        assert "up to 4,000 characters" in answer.text
    assert rows(select(Comment.body)) == ["Short"]


def test_more_than_a_form_may_carry_is_refused_in_words(people, places, say):
    answer = say(people.rob, places["deal"], "x" * 4_300_000)
    assert (answer.status_code, "4 MB" in answer.text) == (413, True)


def test_a_line_break_counts_as_one_character_as_it_does_while_typing(rows, people, places, say):
    assert say(people.rob, places["content"], "a\r\n" * 1_999 + "bc").status_code == 303
    (body,) = rows(select(Comment.body))
    assert len(body) == 4_000


@pytest.mark.parametrize("sort", list(strange_texts.COMMENTS))
def test_a_deep_text_is_kept_and_shown(sign_in, people, places, say, sort):
    assert say(people.rob, places["request"], strange_texts.COMMENTS[sort]).status_code == 303
    assert sign_in(people.max).get(places["request"]).status_code == 200
