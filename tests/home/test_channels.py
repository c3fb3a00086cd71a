"""What the channels of teams are told: requests, deliveries and wins, and of these only what all who read may know."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.content_requests.delivering import deliver
from portal.content_requests.models import UNWORDED, ContentRequest
from portal.content_requests.services import ask, support
from portal.db import db, now
from portal.deals.models import Deal
from portal.feedback.closing.used import used_on
from portal.home.channels import MOST_APART, post_wins
from portal.library.models import Asset
from portal.notifications.models import TeamWebhook, WebhookPost
from portal.users.models import User


@pytest.fixture
def north(make):
    """A team with a channel that is told everything."""
    return _team(make, "North")


def _team(make, name):
    team = make.team(name)
    make.store(TeamWebhook(team_id=team.id, address="https://hooks.example/x", kinds="win,delivered,request"))
    return team


@pytest.fixture
def told(rows):
    """What a team's channel is to be told: told(north)."""

    def run(team):
        posts = rows(select(WebhookPost).where(WebhookPost.team_id == team.id).order_by(WebhookPost.id))
        return [(post.title, post.address) for post in posts]

    return run


def test_the_channel_of_who_asks_is_told_what_they_ask_for(make, sign_in, north, told):
    rep, other = make.user(team=north, name="Ann Reed"), make.user(team=_team(make, "South"))
    sign_in(rep).post("/requests/new", data={"need": "A case study about hospitals"})
    make.inside(lambda: ask(by=db.session.get_one(User, rep.id), need=UNWORDED))
    sign_in(make.user()).post("/requests/new", data={"need": "Of nobody's team"})
    assert told(north) == [("Ann Reed asks marketing: A case study about hospitals", "/requests/1")]
    assert other.team_id != north.id


def test_the_channels_of_all_who_need_it_are_told_once_that_it_is_there(make, north, told):
    south, west = _team(make, "South"), _team(make, "West")
    ann, ben, cleo, marketer = (make.user(team=one) for one in (north, north, south, west))
    asked, deck = make.request(ann, "Pump deck"), make.asset("Heron deck", slug="heron")

    def run():
        request = db.session.get_one(ContentRequest, asked.id)
        for person in (ben, cleo):
            support(request, db.session.get_one(User, person.id))
        deliver(request, db.session.get_one(User, marketer.id), db.session.get_one(Asset, deck.id))

    make.inside(run)
    line = [("Here it is: “Heron deck”. Asked for: Pump deck", "/library/heron")]
    assert (told(north), told(south), told(west)) == (line, line, [])


def _post(make, *deals, import_id=1):
    def run():
        won = [db.session.get_one(Deal, deal.id) for deal in deals]
        post_wins(won, used_on(won), import_id=import_id)

    make.inside(run)


def test_a_win_is_told_whole_where_it_was_sold_and_without_the_deal_where_content_was_made(make, north, told):
    makers = _team(make, "Content")
    rep, maker = make.user(team=north, name="Ann Reed"), make.user("marketer", team=makers)
    deal = make.deal(owner=rep, status="won", name="Acme renewal")
    for title, fields in (
        ("Heron deck", {}),
        ("Old sheet", {"expires_on": now().date()}),
        ("Pump paper", {}),
    ):
        asset = make.asset(title, slug=title.split()[0].lower(), owner=maker, **fields)
        make.use(asset, rep, kind="sent", deal=deal, at=now() - timedelta(days=9))
    _post(make, deal)
    _post(make, deal)
    assert told(north) == [
        ("Won by Ann Reed: Acme renewal, with “Heron deck” and 1 more", f"/deals/{deal.id}")
    ]
    assert told(makers) == [("A deal was won with “Heron deck” and 1 more", "/library/heron")]


def test_a_win_without_content_or_owner_is_told_as_far_as_it_goes(make, north, told):
    rep = make.user(team=north, name="Ann Reed")
    _post(make, make.deal(owner=rep, status="won", name="Acme"), make.deal(status="won"))
    assert [title for title, _ in told(north)] == ["Won by Ann Reed: Acme"]


def test_an_import_of_many_wins_is_one_message(make, north, told):
    rep = make.user(team=north)
    deals = [make.deal(owner=rep, status="won", name=f"Deal {number}") for number in range(MOST_APART + 1)]
    _post(make, *deals)
    ((title, address),) = told(north)
    assert title.startswith(f"{MOST_APART + 1} deals were won. Won by ")
    assert address == "/"
