"""Threads on content, requests and deals: who sees one, who is told, who resolves it, and what a merge keeps."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest
from portal.db import db
from portal.feedback.models import Comment, Thread
from portal.feedback.threads.services import move_threads
from portal.notifications.models import OutboxMessage

SORTS = ("content", "request", "deal")


def _address(rows, verb="comments"):
    (thread_id,) = rows(select(Thread.id))
    return f"/threads/{thread_id}/{verb}"


@pytest.mark.parametrize("sort", SORTS)
def test_whoever_sees_it_begins_a_thread_and_reads_it_on_its_page(sign_in, rows, people, places, say, sort):
    answer = say(people.mia, places[sort], "What about **banks**?", nonce="once")
    again = say(people.mia, places[sort], "What about **banks**?", nonce="once")
    (comment,) = rows(select(Comment))
    assert [answer.status_code, answer.location] == [303, f"{places[sort]}#comment-{comment.id}"]
    assert again.location == answer.location
    page = sign_in(people.max).get(places[sort]).text
    assert "What about <strong>banks</strong>?" in page
    assert f'id="comment-{comment.id}"' in page
    assert f'action="{places[sort]}/threads"' in page


@pytest.mark.parametrize("sort", SORTS)
def test_those_who_look_after_it_are_told_where_it_is(rows, people, places, say, told, sort):
    say(people.max, places[sort], "Is there news?")
    looking_after = {"content": [people.olga], "request": [people.rob, people.olga], "deal": [people.rob]}
    assert told() == sorted((person.id, "comment") for person in looking_after[sort])
    (thread_id,) = rows(select(Thread.id))
    assert set(rows(select(OutboxMessage.address))) == {f"{places[sort]}#thread-{thread_id}"}
    assert set(rows(select(OutboxMessage.group_key))) == {f"comments:{thread_id}"}
    title = {"content": "Deck", "request": "A deck for banks", "deal": "Acme renewal"}[sort]
    assert set(rows(select(OutboxMessage.title))) == {f"Max Manager on “{title}”: Is there news?"}


@pytest.mark.parametrize("sort", SORTS)
def test_it_is_resolved_by_who_began_it_marketing_and_who_looks_after_it(
    sign_in, rows, people, places, say, told, sort
):
    say(people.mia, places[sort], "Prices?")
    may = {people.mia, people.ada} | ({people.rob} if sort != "content" else set())
    for person in (people.rob, people.max, people.mia, people.ada):
        client = sign_in(person)
        expected = 303 if person in may else 403
        assert client.post(_address(rows, "resolve")).status_code == expected
        if person in may:
            assert client.post(_address(rows), data={"body": "And"}).status_code == 409
            assert client.post(_address(rows, "reopen")).status_code == 303
    assert set(told("resolved your comment")) == {(people.mia.id, "comment")}


def test_a_refusal_to_resolve_names_those_who_may(sign_in, rows, people, places, say):
    say(people.olga, places["request"], "For whom?")
    answer = sign_in(people.sam).post(_address(rows, "resolve"))
    assert answer.status_code == 403
    assert "who asked, who makes it and marketing" in answer.text


def test_a_thread_on_a_deal_does_not_exist_for_who_does_not_see_the_deal(
    sign_in, rows, people, places, say, told
):
    assert say(people.sam, places["deal"], "Hello").status_code == 404
    say(people.rob, places["deal"], "Their budget is 4 million")
    (comment_id,) = rows(select(Comment.id))
    client = sign_in(people.sam)
    verbs = [_address(rows, verb) for verb in ("comments", "resolve", "reopen")]
    for address in [*verbs, f"/comments/{comment_id}/edit", f"/comments/{comment_id}/remove"]:
        assert client.post(address, data={"body": "Hello"}).status_code == 404
    assert rows(select(Comment.body)) == ["Their budget is 4 million"]


def test_who_sees_the_deal_no_more_is_told_no_more(make, sign_in, rows, people, places, say, told):
    say(people.mia, places["deal"], "Who signs?")
    make.inside(lambda: setattr(db.session.merge(people.mia), "team_id", people.south.id))
    sign_in(people.rob).post(_address(rows), data={"body": "Their board"})
    assert told("Their board") == []
    assert sign_in(people.mia).post(_address(rows), data={"body": "When?"}).status_code == 404


def test_a_marketer_removes_words_on_a_request_from_the_bell_too(sign_in, rows, people, places, say, told):
    say(people.sam, places["request"], "@Rob Rep secret words")
    (comment_id,) = rows(select(Comment.id))
    assert sign_in(people.mia).post(f"/comments/{comment_id}/remove").status_code == 403
    assert sign_in(people.olga).post(f"/comments/{comment_id}/remove").status_code == 303
    assert len(told("A comment on “A deck for banks” was removed")) == 2
    assert told("secret") == []


def test_what_was_said_on_a_merged_request_goes_on_with_the_one_it_became_part_of(
    make, sign_in, rows, people, places, say
):
    into = make.request(people.sam, need="Banks and insurers")
    old_id = int(places["request"].rsplit("/", 1)[1])
    say(people.mia, places["request"], "For retail banks")
    say(people.rob, places["request"], "Between us", audience=str(people.north.id))

    def merge():
        old, new = (db.session.get_one(ContentRequest, one) for one in (old_id, into.id))
        old.status, old.merged_into_id = "merged", new.id
        return move_threads(old, new)

    assert make.inside(merge) == 2
    page = sign_in(people.mia).get(f"/requests/{into.id}").text
    assert "For retail banks" in page
    assert "Between us" in page
    assert "Between us" not in sign_in(people.olga).get(f"/requests/{into.id}").text
    refused = say(people.mia, f"/requests/{old_id}", "Late")
    assert (refused.status_code, "part of another request now: “Banks and insurers”" in refused.text) == (
        409,
        True,
    )
    assert "Late</textarea>" in refused.text
    thread_id = rows(select(Thread.id).order_by(Thread.id))[0]
    answer = sign_in(people.olga).post(f"/threads/{thread_id}/comments", data={"body": "Noted"})
    assert answer.location.startswith(f"/requests/{into.id}#comment-")


@pytest.mark.parametrize("place", ["/requests/999", "/deals/999", "/library/none"])
def test_there_is_no_thread_about_what_is_not_there(people, places, say, place):
    assert say(people.ada, place, "Hello").status_code == 404


@pytest.mark.parametrize("sort", ["request", "deal"])
def test_many_threads_cost_no_more_statements_than_few(
    make, sign_in, rows, people, places, say, count_queries, sort
):
    client = sign_in(people.rob)
    say(people.mia, places[sort], "@Rob Rep look")
    (comment_id,) = rows(select(Comment.id))
    sign_in(people.mia).post(f"/comments/{comment_id}/edit", data={"body": "@Rob Rep look here"})
    client.get(places[sort])
    with count_queries() as few:
        client.get(places[sort])
    for number in range(12):
        say(people.sam if sort == "request" else people.max, places[sort], f"@North and @Mia Mate, {number}")
    with count_queries() as many:
        page = client.get(places[sort]).text
    assert page.count('class="mention"') == 25
    assert len(many) == len(few)
