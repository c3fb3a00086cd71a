"""What became of a request: shown from the day of delivery on, and told once four weeks later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest, Supporter, WaitingDeal
from portal.content_requests.tasks import tell_outcomes
from portal.db import db, now
from portal.library.models import Asset
from portal.notifications.models import OutboxMessage

NEED = "A deck about heat pumps"


@pytest.fixture
def north(make):
    return make.team("North")


@pytest.fixture
def asker(make, north):
    return make.user(name="Asa Asker", team=north)


@pytest.fixture
def maker(make):
    return make.user("marketer", name="Mika Maker")


@pytest.fixture
def asset(make):
    return make.asset("Heat pump deck", published_at=now() - timedelta(days=40))


def _delivered(make, asker, maker, asset, *, days=30, deals=(), **fields):
    closed = now() - timedelta(days=days)
    fields = {"status": "delivered", "closed_at": closed, "delivered_asset_id": asset.id} | fields
    return make.request(asker, NEED, deals=deals, assigned_to_id=maker.id, **fields)


def _page(client, asked):
    text = client.get(f"/requests/{asked.id}").text
    return text[text.index('id="outcome"') :].partition("</section>")[0]


def test_not_used_yet_is_said_plainly(make, asker, maker, asset, sign_in):
    asked = _delivered(make, asker, maker, asset, days=0, deals=(make.deal(owner=asker),))
    page = _page(sign_in(asker), asked)
    assert "Not used yet." in page
    assert "1 deal waited for it." in page


def test_uses_since_the_delivery_count_and_looking_around_does_not(make, asker, maker, asset, sign_in):
    asked = _delivered(make, asker, maker, asset)
    make.use(asset, asker, kind="presented", at=now() - timedelta(days=31))
    make.use(asset, asker, kind="viewed")
    assert "Not used yet." in _page(sign_in(asker), asked)
    make.use(asset, asker, kind="presented")
    make.use(asset, asker, kind="sent")
    page = _page(sign_in(asker), asked)
    assert "Used 2 times by 1 person" in page
    assert "Asa Asker" in page
    assert "North" in page


def test_deals_are_named_for_those_who_see_them_and_a_number_for_others(
    make, asker, maker, asset, north, sign_in
):
    waits = make.deal(owner=asker, name="Nordbank renewal")
    asked = _delivered(make, asker, maker, asset, deals=(waits, make.deal(owner=asker)))
    other = make.user(name="Otto Other", team=make.team("South"))
    hidden = make.deal(owner=other, name="Secret deal")
    make.use(asset, asker, kind="sent", deal=waits)
    make.use(asset, other, kind="sent", deal=hidden)
    page = _page(sign_in(asker), asked)
    assert "Used 2 times by 2 people" in page
    assert "1 of the 2 deals that waited used it." in page
    assert "Nordbank renewal" in page
    assert "and 1 more deal" in page
    assert "Secret deal" not in page
    assert "Otto Other" not in page
    assert "South" in page
    both = _page(sign_in(maker), asked)
    assert "Secret deal" in both
    assert "Otto Other" in both
    neither = _page(sign_in(make.user()), asked)
    assert "2 deals" in neither
    assert "Nordbank renewal" not in neither
    assert "Asa Asker" not in neither


def test_deals_that_closed_after_using_it_are_counted_and_nothing_is_claimed(
    make, asker, maker, asset, sign_in
):
    asked = _delivered(make, asker, maker, asset)
    week_ago = now() - timedelta(days=7)
    for status, closed in (("won", 3), ("won", 1), ("lost", 2), ("lost", 20)):
        deal = make.deal(owner=asker, status=status, closed_on=now().date() - timedelta(days=closed))
        make.use(asset, asker, kind="sent", deal=deal, at=week_ago)
    page = _page(sign_in(asker), asked)
    assert "2 won, 1 lost" in page
    assert "whether it helped is another question" in page


def test_ratings_since_the_delivery_are_shown_with_the_way_to_them(make, asker, maker, asset, sign_in):
    asked = _delivered(make, asker, maker, asset)
    make.use(asset, asker, kind="sent")
    client = sign_in(asker)
    assert "not rated since" in _page(client, asked)
    make.rating(asset, make.user(), 1, updated_at=now() - timedelta(days=35))
    make.rating(asset, asker, 4)
    page = _page(client, asked)
    assert f"/library/{asset.slug}#ratings" in page
    assert "4.0" in page


def test_what_is_no_longer_published_says_so_and_still_shows_what_became_of_it(
    make, asker, maker, asset, sign_in
):
    asked = _delivered(make, asker, maker, asset)
    make.use(asset, asker, kind="sent")
    make.inside(lambda: setattr(db.session.get_one(Asset, asset.id), "state", "archived"))
    client = sign_in(asker)
    assert "What was delivered is not published any more." in client.get(f"/requests/{asked.id}").text
    assert "Used 1 time by 1 person" in _page(client, asked)


@pytest.mark.parametrize("fields", [{}, {"status": "declined"}, {"status": "in_progress", "closed_at": None}])
def test_only_a_delivered_request_has_an_outcome(make, asker, maker, asset, sign_in, fields):
    asked = _delivered(make, asker, maker, asset, **fields)
    page = sign_in(asker).get(f"/requests/{asked.id}").text
    assert ("What became of it" in page) is (fields == {})


def _tell(app) -> None:
    with app.app_context():
        tell_outcomes(None)


def _told(rows):
    return rows(select(OutboxMessage).order_by(OutboxMessage.recipient_id))


def test_four_weeks_later_those_who_asked_and_the_maker_are_told_once(app, make, asker, maker, asset, rows):
    asked = _delivered(make, asker, maker, asset, deals=(make.deal(owner=asker),))
    joined, gone = make.user(), make.user(status="disabled")
    make.store(*(Supporter(request_id=asked.id, user_id=one.id) for one in (joined, gone, maker)))
    deal = make.deal(owner=asker)
    for kind in ("sent", "presented"):
        make.use(asset, asker, kind=kind, deal=deal)
    for _ in range(2):
        _tell(app)
    told = _told(rows)
    assert [message.recipient_id for message in told] == sorted([asker.id, joined.id, maker.id])
    assert {message.title for message in told} == {
        f"What became of “{NEED}”: used 2 times by 1 person on 1 deal"
    }
    assert {message.address for message in told} == {f"/requests/{asked.id}#outcome"}
    assert rows(select(ContentRequest.outcome_told_at)) != [None]


@pytest.mark.parametrize(
    ("days", "fields", "words"),
    [
        (30, {}, "not used yet"),
        (27, {}, None),
        (90, {}, None),
        (30, {"status": "declined"}, None),
        (30, {"outcome_told_at": now()}, None),
    ],
)
def test_it_is_told_when_it_is_time_and_never_of_long_ago(
    app, make, asker, maker, asset, rows, days, fields, words
):
    _delivered(make, asker, maker, asset, days=days, **fields)
    _tell(app)
    titles = {message.title for message in _told(rows)}
    assert titles == ({f"What became of “{NEED}”: {words}"} if words else set())


def test_what_is_not_published_any_more_is_told_as_that(app, make, asker, maker, asset, rows):
    _delivered(make, asker, maker, asset)
    make.inside(lambda: setattr(db.session.get_one(Asset, asset.id), "state", "archived"))
    _tell(app)
    assert {message.title for message in _told(rows)} == {
        f"What became of “{NEED}”: it is not published any more"
    }


def test_it_is_part_of_the_nights_work(app):
    from portal.jobs import nightly_kinds

    assert "tell_outcomes" in nightly_kinds


def test_a_deal_that_waited_and_left_the_request_is_not_counted(make, asker, maker, asset, sign_in, rows):
    deal = make.deal(owner=asker)
    asked = _delivered(make, asker, maker, asset, deals=(deal,))
    make.inside(lambda: db.session.delete(db.session.get_one(WaitingDeal, (asked.id, deal.id))))
    make.use(asset, asker, kind="sent", deal=deal)
    assert "that waited" not in _page(sign_in(asker), asked)
