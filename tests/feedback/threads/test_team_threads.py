"""A team's own thread: its members read it who see what it is about, and for everybody else there is none."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import db
from portal.feedback.models import Comment, Thread
from portal.feedback.threads.services import start_thread
from portal.library.queries import asset_or_404
from portal.notifications.models import Notification, OutboxMessage
from portal.users.models import User

SECRET = "Their budget is 4 million"
SORTS = ("content", "request", "deal")


@pytest.fixture
def private(people, say):
    """Begin a thread of North's own: private(place)."""

    def begun(place, body=SECRET, by=None):
        answer = say(by or people.rob, place, body, audience=str(people.north.id))
        assert answer.status_code == 303
        return answer

    return begun


@pytest.mark.parametrize("sort", SORTS)
def test_members_read_answer_and_resolve_it(sign_in, rows, people, places, private, sort):
    private(places[sort])
    client = sign_in(people.mia)
    page = client.get(places[sort]).text
    assert SECRET in page
    assert "Only North" in page
    (thread,) = rows(select(Thread))
    assert thread.team_id == people.north.id
    assert client.post(f"/threads/{thread.id}/comments", data={"body": "So I heard"}).status_code == 303
    assert client.post(f"/threads/{thread.id}/resolve").status_code == 303
    assert "1 resolved" in client.get(places[sort]).text


@pytest.mark.parametrize("sort", SORTS)
def test_for_everybody_else_it_is_not_there(sign_in, rows, people, places, private, sort):
    private(places[sort])
    private(places[sort], "Second secret")
    thread, settled = rows(select(Thread).order_by(Thread.id))
    sign_in(people.rob).post(f"/threads/{settled.id}/resolve")
    comments = rows(select(Comment.id))
    addresses = [
        *(f"/threads/{thread.id}/{verb}" for verb in ("comments", "resolve", "reopen")),
        *(f"/comments/{one}/{verb}" for one in comments for verb in ("edit", "remove")),
    ]
    for person in (people.olga, people.max, people.ada, people.sam):
        client = sign_in(person)
        for address in addresses:
            assert client.post(address, data={"body": "Let me in"}).status_code == 404
        assert client.get(f"/comments/{comments[0]}/edit").status_code == 404
        page = client.get(places[sort]).text
        assert not any(word in page for word in (SECRET, "Second secret", "1 resolved", "Only North"))
    assert len(rows(select(Comment))) == 2


@pytest.mark.parametrize("sort", SORTS)
def test_nobody_else_is_told_and_no_words_leave_it(
    sign_in, rows, people, places, private, told, run_jobs, sort
):
    named = "@Mia Mate @Olga Owner @Max Manager @Ada Admin @Sam Stranger @South"
    private(places[sort], f"{SECRET} {named}")
    (thread_id,) = rows(select(Thread.id))
    sign_in(people.mia).post(f"/threads/{thread_id}/comments", data={"body": f"{SECRET}, @North"})
    sign_in(people.mia).post(f"/threads/{thread_id}/resolve")
    run_jobs()
    assert {person for person, _ in told()} == {people.rob.id, people.mia.id}
    assert {row.user_id for row in rows(select(Notification))} == {people.rob.id, people.mia.id}
    for title in rows(select(OutboxMessage.title)) + rows(select(Notification.title)):
        assert SECRET not in title


def test_the_writer_is_told_who_is_named_and_does_not_see_it(sign_in, people, places):
    form = {"body": "@Olga Owner and @South", "audience": str(people.north.id)}
    client = sign_in(people.rob)
    page = client.post("/library/deck/threads", data=form, follow_redirects=True).text
    assert "Olga Owner does not see this, so was not told." in page
    assert "South does not see this, so was not told." in page


@pytest.mark.parametrize("sort", SORTS)
def test_who_changes_team_loses_it_and_who_joins_gains_it(
    make, sign_in, rows, people, places, private, told, sort
):
    private(places[sort], by=people.mia)
    (thread_id,) = rows(select(Thread.id))
    for person, team in ((people.mia, people.south), (people.olga, people.north)):
        make.inside(lambda one=person.id, to=team.id: setattr(db.session.get_one(User, one), "team_id", to))
    assert SECRET not in sign_in(people.mia).get("/library/deck" if sort == "deal" else places[sort]).text
    assert sign_in(people.mia).post(f"/threads/{thread_id}/comments", data={"body": "?"}).status_code == 404
    assert sign_in(people.mia).get(f"/comments/{rows(select(Comment.id))[0]}/edit").status_code == 404
    assert SECRET in sign_in(people.olga).get(places[sort]).text
    before = len(told())
    sign_in(people.olga).post(f"/threads/{thread_id}/comments", data={"body": "Hello"})
    assert people.mia.id not in [person for person, _ in told()[before:]]
    assert sign_in(people.rob).post(f"/threads/{thread_id}/comments", data={"body": "Hi"}).status_code == 303
    assert (people.mia.id, "comment") not in told("Rob Rep on")


def test_a_member_who_does_not_see_the_content_does_not_see_its_thread(make, sign_in, rows, people, told):
    asset = make.asset("Plan", slug="plan", state="draft", owner=people.rob)
    make.inside(
        lambda: (
            start_thread(
                asset_or_404(asset.id),
                db.session.get_one(User, people.rob.id),
                f"{SECRET} @Mia Mate",
                team_id=people.north.id,
            ).thread
        )
    )
    (thread_id,) = rows(select(Thread.id))
    assert sign_in(people.mia).post(f"/threads/{thread_id}/comments", data={"body": "?"}).status_code == 404
    assert told() == []


@pytest.mark.parametrize(
    ("who", "audience", "words"),
    [
        ("sam", "north", "You are not in this team"),
        ("olga", "north", "You are not in this team"),
        ("rob", "x", "Please choose who reads it."),
        ("rob", "9" * 30, "Please choose who reads it."),
        ("rob", "999", "You are not in this team"),
    ],
)
@pytest.mark.parametrize("sort", ["content", "request"])
def test_nobody_writes_into_a_team_that_is_not_theirs(rows, people, places, say, sort, who, audience, words):
    value = str(people.north.id) if audience == "north" else audience
    answer = say(getattr(people, who), places[sort], "Kept words", audience=value)
    assert (answer.status_code, words in answer.text, "Kept words" in answer.text) == (422, True, True)
    assert rows(select(Thread)) == rows(select(OutboxMessage)) == []


def test_after_a_refusal_the_choice_is_not_wider_than_it_was(people, places, say):
    answer = say(people.sam, places["content"], "Kept words", audience=str(people.north.id))
    choice = answer.text.split(f'value="{people.south.id}"', 1)[1]
    assert choice.startswith(" checked")


def test_who_is_in_no_team_is_not_offered_one(sign_in, people, places):
    assert "Only my team (North)" in sign_in(people.rob).get("/library/deck").text
    assert "Only my team" not in sign_in(people.olga).get("/library/deck").text
