"""One question at the next visit after something was used on a deal, and never a second one that day."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.feedback.asking import choosing
from portal.feedback.asking.services import note_asked
from portal.feedback.models import Question, Rating
from portal.library.models import Asset, Version
from portal.users.models import User


def _before(**ago):
    return now() - timedelta(**ago)


@pytest.fixture
def rep(make):
    return make.user("rep", team=make.team())


@pytest.fixture
def deal(make, rep):
    return make.deal(owner=rep, name="Acme renewal")


@pytest.fixture
def deck(make, rep, deal):
    """A deck that the rep presented on the deal yesterday."""
    asset = make.asset("Heron deck", slug="heron")
    make.use(asset, rep, kind="presented", deal=deal, at=_before(days=1))
    return asset


def _asks(page: str) -> str | None:
    found = re.search(r'id="question-title">(.*?)</h2>', page, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]) if found else None


def _another_day(make, **fields):
    """Let a day pass, as far as questions know."""

    def pass_by():
        for question in db.session.scalars(select(Question)):
            question.day -= timedelta(days=1)
            question.asked_at -= timedelta(days=1)

    make.inside(pass_by)


def test_the_next_visit_asks_about_what_was_used_on_a_deal_and_notes_that_it_did(sign_in, rep, deck, rows):
    client = sign_in(rep)
    assert _asks(client.get("/").text) == "Did “Heron deck” help on Acme renewal?"
    (question,) = rows(select(Question))
    assert (question.user_id, question.asset_id, question.answered_at) == (rep.id, deck.id, None)
    # It stands there until it is answered or put off.
    assert _asks(client.get("/").text) == "Did “Heron deck” help on Acme renewal?"
    assert len(rows(select(Question))) == 1


@pytest.mark.parametrize("role", ["marketer", "manager", "admin"])
def test_whoever_used_something_is_asked_whatever_their_role(make, sign_in, role):
    person = make.user(role)
    make.use(make.asset("Heron deck"), person, kind="sent", deal=make.deal(name="Acme"), at=_before(hours=2))
    assert _asks(sign_in(person).get("/").text) == "Did “Heron deck” help on Acme?"


def test_an_answer_rates_it_on_that_deal_and_says_thank_you(sign_in, rep, deal, deck, rows):
    client = sign_in(rep)
    client.get("/")
    form = {"stars": "4", "reason": "right_message", "comment": "They nodded", "version": "1"}
    form["version"] = str(deck.current_version_id)
    assert client.post(f"/questions/{deal.id}/heron", data=form).location == "/"
    (rating,) = rows(select(Rating))
    assert (rating.stars, rating.reason, rating.comment) == (4, "right_message", "They nodded")
    assert (rating.deal_id, rating.user_id) == (deal.id, rep.id)
    (question,) = rows(select(Question))
    assert question.answered_at is not None
    page = client.get("/").text
    assert "Thank you" in page
    assert _asks(page) is None


def test_the_card_is_answered_without_leaving_the_page(sign_in, rep, deal, deck, rows):
    client, htmx = sign_in(rep), {"HX-Request": "true"}
    page = client.get("/").text
    assert f'hx-post="/questions/{deal.id}/heron"' in page
    refused = client.post(f"/questions/{deal.id}/heron", data={"comment": "Kept"}, headers=htmx)
    assert refused.status_code == 422
    assert "<html" not in refused.text
    assert "choose one to five stars" in refused.text
    assert "Kept" in refused.text
    answer = client.post(f"/questions/{deal.id}/heron", data={"stars": "5"}, headers=htmx)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Thank you" in answer.text
    assert rows(select(Rating.stars)) == [5]


def test_what_is_put_off_is_not_asked_again_but_something_else_another_day(
    make, sign_in, rep, deal, deck, rows
):
    other = make.asset("Egret sheet", slug="egret")
    make.use(other, rep, kind="sent", deal=deal, at=_before(days=2))
    client = sign_in(rep)
    client.get("/")
    assert client.post(f"/questions/{deal.id}/heron/later").location == "/"
    assert _asks(client.get("/").text) is None
    _another_day(make)
    assert _asks(client.get("/").text) == "Did “Egret sheet” help on Acme renewal?"
    client.post(f"/questions/{deal.id}/egret/later")
    _another_day(make)
    assert _asks(client.get("/").text) is None
    assert rows(select(Rating)) == []


def test_the_same_content_is_asked_about_again_only_after_a_later_use_on_another_deal(
    make, sign_in, rep, deal, deck
):
    second, third = make.deal(owner=rep, name="Second"), make.deal(owner=rep, name="Third")
    make.use(deck, rep, kind="sent", deal=second, at=_before(days=3))
    client = sign_in(rep)
    client.get("/")
    client.post(f"/questions/{deal.id}/heron/later")
    _another_day(make)
    assert _asks(client.get("/").text) is None
    make.use(deck, rep, kind="sent", deal=deal, at=_before(hours=3))
    assert _asks(client.get("/").text) is None
    make.use(deck, rep, kind="sent", deal=third, at=_before(hours=2))
    assert _asks(client.get("/").text) == "Did “Heron deck” help on Third?"


def test_nothing_is_asked_within_the_hour_nor_after_two_weeks(make, sign_in, rep, deal):
    make.use(make.asset("Just now"), rep, kind="sent", deal=deal, at=_before(minutes=59))
    make.use(make.asset("Long ago"), rep, kind="sent", deal=deal, at=_before(days=14, minutes=1))
    client = sign_in(rep)
    assert _asks(client.get("/").text) is None
    make.use(make.asset("Right then"), rep, kind="sent", deal=deal, at=_before(minutes=61))
    assert _asks(client.get("/").text) == "Did “Right then” help on Acme renewal?"


def test_looking_around_is_not_asked_about_nor_a_use_that_was_taken_back(make, sign_in, rep, deal):
    viewed = make.use(make.asset("Looked at"), rep, deal=deal, at=_before(hours=2))
    sent = make.use(make.asset("Taken back"), rep, kind="sent", deal=deal, at=_before(hours=3))

    def mend():
        db.session.merge(viewed).deal_known_by = "sticky"

    make.inside(mend)
    client = sign_in(rep)
    assert client.post(f"/uses/{sent.id}/remove").status_code == 303
    assert _asks(client.get("/").text) is None


def _replace(asset, **fields):
    row = db.session.get_one(Asset, asset.id)
    version = Version(asset_id=row.id, number=2, source="markdown", body="b", state="indexed")
    version.published_at = now()
    db.session.add(version)
    db.session.flush()
    row.current_version_id = version.id


@pytest.mark.parametrize("change", ["archived", "draft", "expired", "replaced", "rated", "handed over"])
def test_what_cannot_be_rated_or_seen_any_more_is_not_asked_about(make, sign_in, rep, deal, deck, change):
    def do():
        asset = db.session.get_one(Asset, deck.id)
        if change in ("archived", "draft"):
            asset.state = change
        elif change == "expired":
            asset.expires_on = date(2020, 1, 1)
        elif change == "replaced":
            _replace(deck)
        elif change == "rated":
            db.session.add(
                Rating(asset_id=deck.id, version_id=deck.current_version_id, user_id=rep.id, stars=3)
            )
        else:
            db.session.merge(deal).owner_id = stranger.id

    stranger = make.user("rep", team=make.team())
    client = sign_in(rep)
    assert _asks(client.get("/").text) is not None
    make.inside(do)
    assert _asks(client.get("/").text) is None


def test_the_day_is_that_of_the_persons_time_zone(app, make, monkeypatch):
    moment = now().replace(year=2026, month=11, day=22, hour=6)
    monkeypatch.setattr(choosing, "now", lambda: moment)
    with app.app_context():
        assert choosing.day_of(User(time_zone="Pacific/Auckland")) == date(2026, 11, 22)
        assert choosing.day_of(User(time_zone="America/Los_Angeles")) == date(2026, 11, 21)


def test_of_two_tabs_that_ask_at_once_the_first_counts(make, rep, deal, deck, rows):
    today = date(2026, 11, 22)
    other = make.asset()
    for asset in (deck, other, deck):
        make.inside(
            lambda asset=asset: note_asked(user_id=rep.id, day=today, deal_id=deal.id, asset_id=asset.id)
        )
    tomorrow = today + timedelta(days=1)
    make.inside(lambda: note_asked(user_id=rep.id, day=tomorrow, deal_id=deal.id, asset_id=deck.id))
    (question,) = rows(select(Question))
    assert (question.day, question.asset_id) == (today, deck.id)


def test_a_question_whose_content_is_gone_by_now_is_noted_by_nobody_and_breaks_nothing(make, rep, deal, rows):
    make.inside(lambda: note_asked(user_id=rep.id, day=date(2026, 1, 1), deal_id=deal.id, asset_id=999))
    assert rows(select(Question)) == []


@pytest.mark.parametrize(
    ("method", "headers"),
    [("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch"}), ("GET", {"Purpose": "prefetch"})],
)
def test_a_page_that_nobody_looks_at_uses_no_question_up(sign_in, rep, deck, rows, method, headers):
    sign_in(rep).open("/", method=method, headers=headers)
    assert rows(select(Question)) == []


def test_choosing_takes_three_statements(app, make, rep, deck, count_queries):
    for _ in range(5):
        make.use(make.asset(), rep, kind="sent", deal=make.deal(owner=rep), at=_before(hours=5))
    with app.app_context():
        user = db.session.get_one(User, rep.id)
        with count_queries() as queries:
            assert choosing.question_for(user, choosing.day_of(user)).asset.title.startswith("Asset")
        db.session.rollback()
    assert len(queries) == 3
