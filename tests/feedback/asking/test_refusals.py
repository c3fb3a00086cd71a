"""Answers that come late, twice, from others or with nonsense in them: a clear message, and nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.feedback.models import Question, Rating
from portal.library.models import Asset, Version


@pytest.fixture
def team(make):
    return make.team()


@pytest.fixture
def rep(make, team):
    return make.user("rep", team=team)


@pytest.fixture
def deal(make, rep):
    return make.deal(owner=rep, name="Acme renewal")


@pytest.fixture
def deck(make, rep, deal):
    asset = make.asset("Heron deck", slug="heron")
    make.use(asset, rep, kind="presented", deal=deal, at=now() - timedelta(days=1))
    return asset


@pytest.fixture
def asked(sign_in, rep, deck):
    """The rep's browser, which shows the question."""
    client = sign_in(rep)
    assert "question-title" in client.get("/").text
    return client


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "one to five stars"),
        ({"stars": "0"}, "one to five stars"),
        ({"stars": "6"}, "one to five stars"),
        ({"stars": "many"}, "one to five stars"),
        ({"stars": "9" * 40}, "one to five stars"),
        ({"stars": "3", "reason": "nonsense"}, "choose one of the reasons"),
        ({"stars": "3", "comment": "x" * 200_000}, "up to 2,000 characters"),
    ],
)
def test_an_answer_that_cannot_be_taken_says_why_and_keeps_what_was_typed(asked, deal, rows, form, words):
    answer = asked.post(f"/questions/{deal.id}/heron", data={"comment": "Kept words", **form})
    assert answer.status_code == 422
    assert words in answer.text
    assert form.get("comment", "Kept words") in answer.text
    assert rows(select(Rating)) == []
    assert rows(select(Question.answered_at)) == [None]


@pytest.mark.parametrize(("stars", "reason", "kept"), [("5", "outdated", None), ("1", "saved_time", None)])
def test_a_reason_that_the_stars_have_hidden_is_none(asked, deal, rows, stars, reason, kept):
    asked.post(f"/questions/{deal.id}/heron", data={"stars": stars, "reason": reason})
    assert rows(select(Rating.reason)) == [kept]


@pytest.mark.parametrize("state", ["archived", "draft", "in_review"])
def test_what_was_taken_out_of_use_meanwhile_says_so_and_keeps_the_words(
    make, asked, deck, deal, rows, state
):
    def take_out():
        db.session.get_one(Asset, deck.id).state = state

    make.inside(take_out)
    answer = asked.post(f"/questions/{deal.id}/heron", data={"stars": "4", "comment": "Kept words"})
    assert answer.status_code == 422
    assert "“Heron deck” is no longer in use" in answer.text
    assert "Kept words" in answer.text
    assert rows(select(Rating)) == []


def test_a_version_that_came_meanwhile_is_not_rated_by_mistake(make, asked, deck, deal, rows):
    def replace():
        row = db.session.get_one(Asset, deck.id)
        version = Version(asset_id=row.id, number=2, source="markdown", body="b", state="indexed")
        db.session.add(version)
        db.session.flush()
        row.current_version_id = version.id

    make.inside(replace)
    form = {"stars": "4", "comment": "Kept words", "version": str(deck.current_version_id)}
    answer = asked.post(f"/questions/{deal.id}/heron", data=form)
    assert answer.status_code == 422
    assert "Version 2 took its place" in answer.text
    assert "Kept words" in answer.text
    assert rows(select(Rating)) == []


def test_a_question_is_answered_once_and_the_second_answer_is_kept_on_the_page(asked, deal, rows):
    asked.post(f"/questions/{deal.id}/heron", data={"stars": "4"})
    again = asked.post(f"/questions/{deal.id}/heron", data={"stars": "1", "comment": "Kept words"})
    assert again.status_code == 422
    assert "You have rated “Heron deck” already" in again.text
    assert "Kept words" in again.text
    assert rows(select(Rating.stars)) == [4]


def test_what_was_put_off_in_one_tab_may_still_be_answered_in_another(asked, deal, rows):
    asked.post(f"/questions/{deal.id}/heron/later")
    assert asked.post(f"/questions/{deal.id}/heron", data={"stars": "4"}).status_code == 303
    assert rows(select(Rating.stars)) == [4]
    (question,) = rows(select(Question))
    assert question.dismissed_at is not None
    assert question.answered_at is not None


def test_what_was_answered_cannot_be_put_off_any_more(asked, deal, rows):
    asked.post(f"/questions/{deal.id}/heron", data={"stars": "4"})
    assert asked.post(f"/questions/{deal.id}/heron/later").status_code == 303
    assert rows(select(Question.dismissed_at)) == [None]
    assert "You have answered this already" in asked.get("/").text


def test_putting_off_what_was_not_noted_as_asked_notes_it(sign_in, rep, deck, deal, rows):
    client = sign_in(rep)
    assert client.post(f"/questions/{deal.id}/heron/later").status_code == 303
    (question,) = rows(select(Question))
    assert question.dismissed_at is not None
    assert "question-title" not in client.get("/").text


def test_what_another_tab_showed_is_put_off_for_good_though_another_question_was_noted_that_day(
    make, sign_in, rep, deck, deal, rows
):
    client = sign_in(rep)
    other = make.asset("Egret sheet", slug="egret")
    make.use(other, rep, kind="sent", deal=deal, at=now() - timedelta(hours=2))
    assert "Egret sheet" in client.get("/").text
    yesterday = now().date() - timedelta(days=1)
    third = make.asset("Teal story", slug="teal")
    make.store(Question(user_id=rep.id, day=yesterday, deal_id=deal.id, asset_id=third.id))
    for _ in range(2):
        assert client.post(f"/questions/{deal.id}/heron/later").status_code == 303
    put_off = select(Question).where(Question.asset_id == deck.id, Question.dismissed_at.is_not(None))
    assert [question.day for question in rows(put_off)] == [yesterday - timedelta(days=1)]
    assert "Egret sheet" in client.get("/").text, "what is asked today stays"
    client.post(f"/questions/{deal.id}/egret/later")
    for _ in range(3):
        assert "question-title" not in client.get("/").text
        make.inside(_another_day)


def _another_day():
    for question in db.session.scalars(select(Question).order_by(Question.day)):
        question.day -= timedelta(days=1)
        db.session.flush()


def test_nobody_answers_what_somebody_else_was_asked(make, sign_in, team, asked, deal, rows):
    mate = sign_in(make.user("rep", team=team))
    marketer = sign_in(make.user("marketer"))
    for client in (mate, marketer):
        assert client.post(f"/questions/{deal.id}/heron", data={"stars": "1"}).status_code == 404
        assert client.post(f"/questions/{deal.id}/heron/later").status_code == 404
    assert rows(select(Rating)) == []
    (question,) = rows(select(Question))
    assert (question.answered_at, question.dismissed_at) == (None, None)


@pytest.mark.parametrize("address", ["/questions/999/heron", "/questions/9{}/heron".format("9" * 30)])
def test_a_deal_or_content_that_is_not_there_is_not_found(asked, deal, address):
    assert asked.post(address, data={"stars": "4"}).status_code == 404
    assert asked.post(f"/questions/{deal.id}/nothing", data={"stars": "4"}).status_code == 404


def test_a_deal_that_was_handed_over_is_not_named_but_the_word_counts(make, asked, deal, rows):
    stranger = make.user("rep", team=make.team())

    def hand_over():
        row = db.session.merge(deal)
        row.owner_id, row.name = stranger.id, "Secret name"

    make.inside(hand_over)
    refused = asked.post(f"/questions/{deal.id}/heron", data={})
    assert "Secret name" not in refused.text
    assert asked.post(f"/questions/{deal.id}/heron", data={"stars": "4"}).status_code == 303
    assert rows(select(Rating.deal_id)) == [None]


def test_rating_it_on_its_own_page_answers_the_question_too(asked, rows):
    page = asked.get("/library/heron").text
    assert "Did it help on Acme renewal?" in page
    asked.post("/library/heron/rating", data={"stars": "3"})
    (question,) = rows(select(Question))
    assert question.answered_at is not None
    assert "question-title" not in asked.get("/").text
