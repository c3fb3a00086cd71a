"""What was said before publication stays among those who saw it then, and any comment can be taken away."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from portal.db import db, now
from portal.feedback.models import Comment, Thread
from portal.feedback.threads.services import start_thread
from portal.library.models import Contribution, Version
from portal.library.queries import asset_or_404
from portal.library.reviewing.services import ask_review
from portal.notifications.delivering import deliver
from portal.notifications.models import Notification, OutboxMessage
from portal.users.models import User

SECRET = "Their budget is 4 million"


@pytest.fixture
def begin(make):
    """Begin a thread as a service would: begin(asset, by)."""

    def begun(asset, by):
        return make.inside(
            lambda: start_thread(asset_or_404(asset.id), db.session.get_one(User, by.id), SECRET).thread
        )

    return begun


def _reads(sign_in, person):
    return SECRET in sign_in(person).get("/library/plan").text


def test_what_a_team_said_about_its_own_content_is_not_read_by_others_once_it_is_published(
    make, sign_in, rows, begin
):
    north, south = make.team("North"), make.team("South")
    maker, mate, marketer = make.user("rep", team=north), make.user("rep", team=north), make.user("marketer")
    stranger = make.user("rep", team=south)
    asset = make.asset("Plan", slug="plan", state="from_sales", owner=maker)
    make.store(Contribution(asset_id=asset.id, contributed_by_id=maker.id, story=""))
    thread = begin(asset, maker)
    assert sign_in(marketer).post("/library/plan/adopt", data={"publish": "1"}).status_code == 303
    if rows(select(Version.published_at)) == [None]:
        assert sign_in(marketer).post("/library/plan/publish").status_code == 303
    assert sign_in(stranger).get("/library/plan").status_code == 200
    assert [_reads(sign_in, one) for one in (maker, mate, marketer, stranger)] == [True, True, True, False]
    assert "from before it was published" in sign_in(mate).get("/library/plan").text
    answer = sign_in(stranger).post(f"/threads/{thread.id}/comments", data={"body": "What?"})
    assert answer.status_code == 404


def test_what_was_said_about_a_draft_stays_with_those_who_were_asked(make, sign_in, rows, begin):
    owner, asker, asked, stranger = (make.user(role) for role in ("marketer", "marketer", "rep", "rep"))
    asset = make.asset("Plan", slug="plan", state="draft", owner=owner)

    def ask():
        known, by = asset_or_404(asset.id), db.session.get_one(User, asker.id)
        ask_review(known, known.current_version, by=by, reviewer_ids=[asked.id])

    make.inside(ask)
    begin(asset, owner)
    assert sign_in(asker).post("/library/plan/publish").status_code == 303
    assert [_reads(sign_in, one) for one in (owner, asked, stranger)] == [True, True, False]
    sign_in(stranger).post("/library/plan/threads", data={"body": "Good"})
    assert "Good" in sign_in(asked).get("/library/plan").text


def test_who_took_part_and_no_other_is_told_of_what_was_begun_before_publication(make, sign_in, rows, begin):
    owner, writer, stranger = make.user("marketer"), make.user("marketer"), make.user("rep")
    asset = make.asset("Plan", slug="plan", state="draft", owner=owner)
    thread = begin(asset, writer)
    make.store(Comment(thread_id=thread.id, author_id=stranger.id, body="Before"))
    make.inside(lambda: db.session.execute(update(User).where(User.id == writer.id).values(role="rep")))
    sign_in(owner).post("/library/plan/publish")
    sign_in(owner).post(f"/threads/{thread.id}/comments", data={"body": "Go on"})
    told = set(rows(select(OutboxMessage.recipient_id).where(OutboxMessage.title.contains("Go on"))))
    assert told == {writer.id, stranger.id}


@pytest.mark.parametrize("who", ["author", "marketer"])
def test_a_comment_is_removed_with_its_words_and_that_stays_visible(make, sign_in, rows, begin, who):
    owner, people = make.user("marketer"), {"author": make.user("rep"), "marketer": make.user("marketer")}
    begin(make.asset("Plan", slug="plan", owner=owner), people["author"])
    make.inside(deliver)
    (comment,) = rows(select(Comment))
    client, address = sign_in(people[who]), f"/comments/{comment.id}/remove"
    assert address in client.get("/library/plan").text
    assert client.post(address).status_code == 303
    page = client.get("/library/plan").text
    assert (SECRET in page, f"Removed by {people[who].name}" in page) == (False, True)
    assert rows(select(Comment.body)) == [""]
    titles = rows(select(OutboxMessage.title)) + rows(select(Notification.title))
    assert titles == ["A comment on “Plan” was removed"] * 2
    assert client.post(address).status_code == 409
    assert sign_in(people["author"]).get(f"/comments/{comment.id}/edit").status_code == 409
    edited = sign_in(people["author"]).post(f"/comments/{comment.id}/edit", data={"body": "Again"})
    assert (edited.status_code, rows(select(Comment.body))) == (409, [""])


def test_a_comment_is_removed_from_a_resolved_thread_too_and_by_no_other_rep(make, sign_in, rows, begin):
    owner, author, other = make.user("marketer"), make.user("rep"), make.user("rep")
    begin(make.asset("Plan", slug="plan", owner=owner), author)
    make.inside(lambda: db.session.execute(update(Thread).values(resolved_at=now(), resolved_by_id=owner.id)))
    address = f"/comments/{rows(select(Comment.id))[0]}/remove"
    assert address not in sign_in(other).get("/library/plan").text
    assert sign_in(other).post(address).status_code == 403
    assert rows(select(Comment.body)) == [SECRET]
    assert sign_in(author).post(address).status_code == 303
