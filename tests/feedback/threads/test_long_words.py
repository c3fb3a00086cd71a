"""However long or deep a text is, it gets a clear answer, soon, and what was typed is kept."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select

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


DEEP = {
    "quotations": ">" * 4_000,
    "spaced quotations": "> " * 2_000,
    "lists": "- " * 2_000,
    "numbers": "1. " * 1_333,
    "growing lists": "\n".join(" " * 4 * depth + "- a" for depth in range(42)),
    "stars": "*" * 4_000,
    "open emphasis": "*a **b " * 570,
    "underscores": "_a__b" * 800,
    "brackets": "[" * 4_000,
    "links": "[a](" * 1_000,
    "ticks": "`" * 3_999,
    "open code": "`a " * 1_333,
    "tags": "<b>" * 1_333,
    "divisions": "<div>" * 800,
    "tables": "|" * 4_000,
    "wide table": "|a" * 990 + "\n" + "|-" * 990,
    "comments": "<!--" * 1_000,
    "entities": "&#" * 2_000,
    "lines": "a\n" * 1_999,
    "headings": "# a\n" * 1_000,
    "signs": "@a " * 1_333,
}


@pytest.mark.parametrize("sort", list(DEEP))
def test_a_deep_text_is_shown_soon(sign_in, rows, people, places, say, sort):
    start = time.process_time()
    assert say(people.rob, places["request"], DEEP[sort]).status_code == 303
    assert sign_in(people.max).get(places["request"]).status_code == 200
    assert time.process_time() - start < 2
