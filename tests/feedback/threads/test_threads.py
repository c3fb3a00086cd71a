"""Threads about content: begun, answered, mended, resolved, opened again, and refused to whom they should be."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.feedback.models import Comment, Thread
from portal.feedback.threads.services import start_thread
from portal.library import services
from portal.library.models import Version
from portal.library.queries import asset_or_404
from portal.library.reviewing.services import ask_review
from portal.notifications.models import OutboxMessage
from portal.users.models import User

START = "/library/deck/threads"


@pytest.fixture
def owner(make):
    return make.user("marketer", name="Olga Owner")


@pytest.fixture
def rep(make):
    return make.user("rep", name="Rob Rep")


@pytest.fixture
def deck(make, owner):
    return make.asset("Deck", slug="deck", owner=owner, pages=("One", "Two", "Three"))


@pytest.fixture
def begin(make):
    """Begin a thread as a service would: begin(asset, by, "words", page_number=2)."""

    def begun(asset, by, body="Old prices", **fields):
        return make.inside(
            lambda: (
                start_thread(asset_or_404(asset.id), db.session.get_one(User, by.id), body, **fields).thread
            )
        )

    return begun


def _told(rows):
    return [(row.recipient_id, row.title) for row in rows(select(OutboxMessage).order_by(OutboxMessage.id))]


def test_anyone_who_sees_content_begins_a_thread_and_the_owner_is_told_once(sign_in, rows, deck, rep, owner):
    form = {"body": "Prices on this one are **old**", "page": "2", "nonce": "once"}
    answers = [sign_in(rep).post(START, data=form) for _ in range(2)]
    (thread,) = rows(select(Thread))
    (comment,) = rows(select(Comment))
    assert [answer.location for answer in answers] == [f"/library/deck?page=2#comment-{comment.id}"] * 2
    assert (thread.page_number, thread.version_id, thread.created_by_id) == (
        2,
        deck.current_version_id,
        rep.id,
    )
    assert _told(rows) == [(owner.id, "Rob Rep on “Deck”: Prices on this one are **old**")]
    page = sign_in(owner).get("/library/deck").text
    assert "<strong>old</strong>" in page
    assert 'href="/library/deck?page=2"' in page
    assert "Page 2" in page


def test_who_takes_part_is_told_of_an_answer_and_its_author_is_not(
    make, sign_in, rows, deck, rep, owner, begin
):
    other, third = make.user("manager"), make.user("rep")
    thread = begin(deck, rep)
    sign_in(other).post(f"/threads/{thread.id}/comments", data={"body": "Indeed"})
    sign_in(third).post(f"/threads/{thread.id}/comments", data={"body": "Mended"})
    told = [person for person, _ in _told(rows)]
    assert told == [owner.id, rep.id, owner.id, rep.id, owner.id, other.id] or sorted(told) == sorted(
        [owner.id, rep.id, owner.id, rep.id, owner.id, other.id]
    )
    assert rows(select(OutboxMessage.address)) == [f"/library/deck#thread-{thread.id}"]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"body": ""}, "Please write something"),
        ({"body": "  \n "}, "Please write something"),
        ({"body": "x" * 4_001}, "up to 4,000 characters"),
        ({"body": "Kept words", "page": "4"}, "no such page"),
        ({"body": "Kept words", "page": "0"}, "no such page"),
        ({"body": "Kept words", "page": "seven"}, "number of a page"),
        ({"body": "Kept words", "page": "9" * 40}, "number of a page"),
    ],
)
def test_what_cannot_be_said_is_refused_at_its_field(sign_in, rows, deck, rep, form, words):
    answer = sign_in(rep).post(START, data=form)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert "Kept words" in answer.text or "page" not in form
    assert rows(select(Thread)) == rows(select(OutboxMessage)) == []


def test_an_empty_or_endless_answer_is_refused(sign_in, rows, deck, rep, begin):
    thread = begin(deck, rep)
    client = sign_in(rep)
    for address in (f"/threads/{thread.id}/comments", f"/comments/{rows(select(Comment.id))[0]}/edit"):
        for body in ("", "y" * 4_001):
            assert client.post(address, data={"body": body}).status_code == 422
    assert rows(select(Comment.body)) == ["Old prices"]


def test_nothing_that_is_written_runs(sign_in, deck, rep, begin):
    begin(
        deck,
        rep,
        "<script>alert(1)</script><img src=x onerror=alert(2)> [x](javascript:alert(3)) <b>fine</b>",
    )
    page = sign_in(rep).get("/library/deck").text
    assert "<b>fine</b>" in page
    for bad in ("<script>alert", "onerror", "javascript:alert"):
        assert bad not in page


def test_only_the_author_changes_a_comment_and_that_is_shown(make, sign_in, rows, deck, rep, owner, begin):
    begin(deck, rep)
    (comment,) = rows(select(Comment))
    address = f"/comments/{comment.id}/edit"
    assert "Old prices" in sign_in(rep).get(address).text
    assert sign_in(rep).post(address, data={"body": "Old prices"}).status_code == 303
    assert rows(select(Comment.edited_at)) == [None]
    assert sign_in(rep).post(address, data={"body": "New words"}).status_code == 303
    (comment,) = rows(select(Comment))
    assert comment.body == "New words"
    assert comment.edited_at is not None
    assert ">changed<" in sign_in(owner).get("/library/deck").text
    assert len(_told(rows)) == 1
    for person in (owner, make.user("manager"), make.user("rep")):
        assert sign_in(person).get(address).status_code == 403
        assert sign_in(person).post(address, data={"body": "Mine"}).status_code == 403
    assert rows(select(Comment.body)) == ["New words"]


def test_a_thread_is_resolved_by_its_starter_the_owner_or_marketing_and_by_no_other(
    make, sign_in, rows, deck, rep, owner, begin
):
    thread = begin(deck, rep)
    resolve, reopen = f"/threads/{thread.id}/resolve", f"/threads/{thread.id}/reopen"
    for person in (make.user("rep"), make.user("manager")):
        assert sign_in(person).post(resolve).status_code == 403
        assert sign_in(person).post(reopen).status_code == 403
        assert ">Resolve<" not in sign_in(person).get("/library/deck").text
    for person in (rep, owner, make.user("marketer"), make.user("admin")):
        client = sign_in(person)
        assert ">Resolve<" in client.get("/library/deck").text
        assert client.post(resolve).status_code == 303
        (found,) = rows(select(Thread))
        assert found.resolved_by_id == person.id
        assert f"Resolved by {person.name}" in client.get("/library/deck").text
        assert client.post(resolve).status_code == 409
        assert client.post(reopen).status_code == 303
        assert client.post(reopen).status_code == 409
    resolved = [person for person, title in _told(rows) if "resolved your comment" in title]
    assert resolved == [rep.id] * 3


def test_a_resolved_thread_takes_no_more_words_until_it_is_opened_again(sign_in, rows, deck, rep, begin):
    thread, client = begin(deck, rep), sign_in(rep)
    client.post(f"/threads/{thread.id}/resolve")
    reply, edit = f"/threads/{thread.id}/comments", f"/comments/{rows(select(Comment.id))[0]}/edit"
    for address in (reply, edit):
        answer = client.post(address, data={"body": "Kept words"})
        assert (answer.status_code, "This thread is resolved" in answer.text) == (409, True)
        assert "Kept words</textarea>" in answer.text
    assert "1 resolved" in client.get("/library/deck").text
    client.post(f"/threads/{thread.id}/reopen")
    assert client.post(reply, data={"body": "And"}).status_code == 303


def test_threads_on_a_draft_exist_for_those_who_see_the_draft(make, sign_in, rows, owner, rep, begin):
    draft = make.asset("Plan", slug="plan", state="draft", owner=owner)
    thread, stranger = begin(draft, owner, "Is this right?"), make.user("rep")

    def ask():
        asset = asset_or_404(draft.id)
        by = db.session.get_one(User, make_marketer.id)
        ask_review(asset, asset.current_version, by=by, reviewer_ids=[rep.id])

    make_marketer = make.user("marketer")
    make.inside(ask)
    assert sign_in(rep).post(f"/threads/{thread.id}/comments", data={"body": "It is"}).status_code == 303
    assert "Is this right?" in sign_in(rep).get("/library/plan").text
    client = sign_in(stranger)
    (comment,) = rows(select(Comment).where(Comment.author_id == rep.id))
    addresses = [
        *(f"/threads/{thread.id}/{verb}" for verb in ("comments", "resolve", "reopen")),
        f"/comments/{comment.id}/edit",
        "/library/plan/threads",
    ]
    for address in addresses:
        assert client.post(address, data={"body": "Me too"}).status_code == 404
    assert len(rows(select(Comment))) == 2


def test_who_sees_the_content_no_more_is_told_no_more_and_cannot_answer(
    make, sign_in, rows, deck, rep, owner, begin
):
    thread = begin(deck, rep)
    sign_in(owner).post("/library/deck/archive")
    before = len(_told(rows))
    assert sign_in(owner).post(f"/threads/{thread.id}/comments", data={"body": "Done"}).status_code == 303
    assert [person for person, _ in _told(rows)[before:]] == []
    for address in (f"/threads/{thread.id}/comments", f"/threads/{thread.id}/resolve", START):
        assert sign_in(rep).post(address, data={"body": "And"}).status_code == 404
    assert sign_in(rep).get(f"/comments/{rows(select(Comment.id))[0]}/edit").status_code == 404


def test_what_is_said_about_a_version_that_waits_is_not_shown_to_sales(make, sign_in, rows, deck, owner, rep):
    def add():
        asset, by = asset_or_404(deck.id), db.session.get_one(User, owner.id)
        version = services.add_markdown_version(asset, by=by, body="Secret merger")
        version.state, version.page_count = "indexed", 1
        start_thread(asset, by, "The merger is named here", version=version)

    make.inside(add)
    (thread,) = rows(select(Thread))
    assert "The merger is named here" not in sign_in(rep).get("/library/deck").text
    assert sign_in(rep).post(f"/threads/{thread.id}/comments", data={"body": "?"}).status_code == 404
    assert sign_in(rep).post(START, data={"body": "?", "version": "2"}).status_code == 404
    page = sign_in(owner).get("/library/deck").text
    assert "The merger is named here" in page
    assert "About the whole, on version 2" in page


def test_a_comment_on_a_page_of_an_earlier_version_says_so(make, sign_in, rows, deck, rep, begin):
    begin(deck, rep, page_number=3)

    def renew():
        asset = asset_or_404(deck.id)
        version = Version(asset_id=deck.id, number=2, source="markdown", state="indexed", published_at=now())
        db.session.add(version)
        db.session.flush()
        asset.current_version_id = version.id

    make.inside(renew)
    page = sign_in(rep).get("/library/deck").text
    assert "on version 1" in page
    assert 'href="/library/deck/v/1?page=3"' in page


def test_fifty_threads_cost_no_more_statements_than_one(make, sign_in, deck, rep, begin, count_queries):
    client = sign_in(rep)
    begin(deck, rep)
    client.get("/library/deck")
    with count_queries() as few:
        client.get("/library/deck")
    people = [make.user("rep") for _ in range(5)]
    threads = [
        Thread(asset_id=deck.id, version_id=deck.current_version_id, created_by_id=rep.id) for _ in range(49)
    ]
    for thread in threads:
        thread.comments = [Comment(author_id=one.id, body="Words " * 50) for one in people]
    make.store(*threads)
    with count_queries() as many:
        page = client.get("/library/deck").text
    assert page.count('class="comment"') == 49 * 5 + 1
    assert len(many) == len(few)


def test_only_the_latest_two_hundred_are_shown_and_that_is_said(make, sign_in, deck, rep):
    threads = [Thread(asset_id=deck.id, created_by_id=rep.id) for _ in range(201)]
    make.store(*threads)
    assert "Older conversations are not shown" in sign_in(rep).get("/library/deck").text
