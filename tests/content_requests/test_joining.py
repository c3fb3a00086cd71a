"""Who joins and who leaves: the history says so to everybody, nobody's decision is refused for it, drafts follow."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest, RequestChange, Supporter
from portal.library.models import Review, Reviewer
from portal.notifications.models import OutboxMessage


@pytest.fixture
def asker(make):
    return make.user(name="Asa Asker")


@pytest.fixture
def joiner(make):
    return make.user(name="Joy Joined", team=make.team("North"))


@pytest.fixture
def maker(make):
    return make.user("marketer", name="Mika Maker")


@pytest.fixture
def asked(make, asker, joiner):
    asked = make.request(asker, status="in_progress")
    make.store(Supporter(request_id=asked.id, user_id=joiner.id))
    return asked


@pytest.fixture
def draft(make, sign_in, maker, asked):
    draft = make.asset("Heat pump deck", state="draft", owner=maker)
    assert _post(sign_in(maker), asked, "draft", draft_id=str(draft.id)).status_code == 303
    return draft


def _post(client, asked, verb, **form):
    return client.post(f"/requests/{asked.id}/{verb}", data=form)


def _approve(client, draft):
    assert client.post(f"/library/{draft.slug}/review/answer", data={"answer": "approve"}).status_code == 303


def _words(rows):
    return rows(select(RequestChange.words).order_by(RequestChange.id))


def _status(rows):
    return rows(select(ContentRequest.status))[0]


def test_the_history_says_who_joined_and_left_and_names_no_deal(make, sign_in, asker, joiner, rows):
    asked = make.request(asker)
    deal, other = (make.deal(owner=joiner, name=name) for name in ("Secret renewal", "Secret pilot"))
    client = sign_in(joiner)
    for deal_id in (deal.id, other.id, other.id):
        _post(client, asked, "support", deal_id=deal_id)
    page = sign_in(make.user()).get(f"/requests/{asked.id}").text
    for said in ("Needs it too, for a deal that waits", "Names a deal that waits", "Joy Joined"):
        assert said in page
    assert "Secret" not in page
    _post(client, asked, "withdraw")
    _post(client, asked, "withdraw")  # is off it already
    assert _words(rows) == [
        "Needs it too, for a deal that waits",
        "Names a deal that waits",
        "No longer needs it",
    ]


def test_asking_for_a_deal_is_one_line_of_history(make, sign_in, asker, rows):
    sign_in(asker).post("/requests/new", data={"need": "A deck", "deal_id": make.deal(owner=asker).id})
    assert _words(rows) == [""]


def test_who_decides_is_not_refused_because_somebody_joined_meanwhile(make, sign_in, asker, joiner, rows):
    asked, client = make.request(asker), sign_in(joiner)
    _post(client, asked, "support")
    ana, ben = sign_in(make.user("marketer", name="Ana Accepts")), sign_in(make.user("marketer"))
    assert _post(ana, asked, "take", revision="1").status_code == 303
    _post(client, asked, "withdraw")
    answer = _post(ben, asked, "take", revision="1")
    assert answer.status_code == 409
    told = answer.text.partition("Since you opened it:")[2].partition("</p>")[0]
    assert ("Ana Accepts" in told, "needs it" in told.lower()) == (True, False)


def test_nobody_leaves_what_is_closed_and_the_word_of_its_delivery_stays(
    make, sign_in, maker, joiner, asked, rows
):
    _post(sign_in(maker), asked, "deliver", asset_id=make.asset("Guide").id, word="Slide 4 has it")
    client = sign_in(joiner)
    assert _post(client, asked, "withdraw").status_code == 409
    assert "Slide 4 has it" in client.get(f"/requests/{asked.id}").text
    assert joiner.id in rows(select(Supporter.user_id))


def test_who_left_is_asked_about_its_draft_no_more(sign_in, asker, joiner, asked, draft, rows):
    client = sign_in(joiner)
    assert "Heat pump deck" in client.get("/reviews").text
    _post(client, asked, "withdraw")
    assert rows(select(Reviewer.user_id)) == [asker.id]
    assert rows(select(Review.state)) == ["open"]
    assert "Heat pump deck" not in client.get("/reviews").text
    assert client.get(f"/library/{draft.slug}").status_code == 404
    _approve(sign_in(asker), draft)
    assert rows(select(Review.state)) == ["approved"]


def test_what_waited_only_for_who_left_is_accepted_by_the_others(sign_in, asker, joiner, asked, draft, rows):
    _approve(sign_in(asker), draft)
    _post(sign_in(joiner), asked, "withdraw")
    assert rows(select(Review.state)) == ["approved"]
    assert _words(rows)[-1].startswith("Draft accepted")
    assert [title for title in rows(select(OutboxMessage.title)) if title.startswith("Accepted, ready")] != []


def test_what_nobody_is_left_to_look_at_is_taken_back(make, sign_in, asker, joiner, maker, rows):
    asked = make.request(maker, status="in_progress")  # who sends a draft is not asked about it
    client = sign_in(joiner)
    _post(client, asked, "support")
    draft = make.asset("Heat pump deck", state="draft", owner=maker)
    _post(sign_in(maker), asked, "draft", draft_id=str(draft.id))
    _post(client, asked, "withdraw")
    assert (rows(select(Review.state)), _status(rows)) == (["withdrawn"], "in_progress")
    assert rows(select(Reviewer.user_id)) == []


def test_an_answer_that_was_given_stays_with_the_draft(sign_in, asker, joiner, asked, draft, rows):
    client = sign_in(joiner)
    _approve(client, draft)
    _post(client, asked, "withdraw")
    assert sorted(rows(select(Reviewer.user_id))) == sorted([asker.id, joiner.id])
    assert rows(select(Review.state)) == ["open"]
