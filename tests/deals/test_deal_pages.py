"""The list of deals, one deal with its story, and the deal that somebody works on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from portal.db import db, now, unit_of_work
from portal.sharing.models import Visit
from portal.users.models import UserSession


@pytest.fixture
def world(make):
    """Two teams with a rep each, and a deal of one of them."""

    class World:
        west, east = make.team("West"), make.team("East")
        owner, mate = make.user(team=west, name="Olga Owner"), make.user(team=west)
        other = make.user(team=east)
        manager, marketer = make.user("manager"), make.user("marketer")
        account = make.account("Acme")
        deal = make.deal(owner=owner, name="Acme renewal", account_id=account.id, amount=12_000)

    return World


def text(answer):
    return answer.get_data(as_text=True)


def test_owner_team_managers_and_marketers_see_a_deal_and_nobody_else(sign_in, world):
    address = f"/deals/{world.deal.id}"
    for person in (world.owner, world.mate, world.manager, world.marketer):
        answer = sign_in(person).get(address)
        assert answer.status_code == 200
        assert "Acme renewal" in text(answer)
    for hidden in (address, "/deals/crm/csv/" + world.deal.external_id, "/deals/999999"):
        assert sign_in(world.other).get(hidden).status_code == 404
    assert "Acme renewal" not in text(sign_in(world.other).get("/deals?view=all"))


def test_a_rep_without_a_team_sees_no_deal_of_others_without_a_team(make, sign_in):
    make.deal(owner=make.user(), name="Not yours")
    make.deal(name="Nobody's")
    page = text(sign_in(make.user()).get("/deals?view=all"))
    assert "Not yours" not in page
    assert "Nobody&#39;s" not in page


def test_the_list_begins_with_ones_own_deals_that_close_soonest(make, sign_in, world):
    today = now().date()
    make.deal(owner=world.mate, name="Soonest of a mate", expected_close=today + timedelta(days=1))
    make.deal(owner=world.owner, name="Soon", expected_close=today + timedelta(days=2))
    page = text(sign_in(world.owner).get("/deals?view=all"))
    places = [page.index(name) for name in ("Soon<", "Acme renewal", "Soonest of a mate")]
    assert places == sorted(places)
    own = text(sign_in(world.owner).get("/deals"))
    assert "Soonest of a mate" not in own


def test_views_and_words_narrow_the_list(make, sign_in, world):
    make.deal(owner=world.owner, name="Old win", status="won")
    make.deal(owner=world.owner, name="Old loss", status="lost")
    client = sign_in(world.owner)
    won = text(client.get("/deals?view=won"))
    assert "Old win" in won
    assert "Old loss" not in won
    for words in ("acme RENEWAL", world.deal.external_id, "acme", "renewal acme"):
        assert "Acme renewal" in text(client.get("/deals", query_string={"view": "all", "q": words}))
    nothing = text(client.get("/deals?view=all&q=100%25_<script>"))
    assert "No deal fits" in nothing
    assert "<script>" not in nothing.split("No deal fits")[1][:80]


def test_typing_in_the_list_asks_for_the_results_alone(sign_in, world):
    answer = sign_in(world.owner).get("/deals?view=all&q=acme", headers={"HX-Request": "true"})
    assert "Acme renewal" in text(answer)
    assert "<html" not in text(answer)
    assert "HX-Request" in answer.headers["Vary"]


@pytest.mark.parametrize("sort", ["name", "account", "owner", "stage", "amount", "close"])
def test_the_list_can_be_sorted_both_ways_by_every_column(make, sign_in, world, sort):
    first = make.deal(
        owner=world.owner, name="AAA", stage="A stage", amount=1, expected_close=date(2020, 1, 1),
        account_id=make.account("AAA account").id,
    )  # fmt: skip
    client = sign_in(world.owner)

    def order(key):
        page = text(client.get(f"/deals?view=all&sort={key}"))
        return page.index(f'/deals/{first.id}"') < page.index(f'/deals/{world.deal.id}"')

    assert client.get(f"/deals?sort={sort}").status_code == 200
    if sort != "owner":
        assert (order(sort), order(f"-{sort}")) == (True, False)


@pytest.mark.parametrize("address", ["/deals?view=nonsense&sort=nonsense&page=x", "/deals?page=99999"])
def test_a_strange_address_is_still_a_page(sign_in, world, address):
    assert sign_in(world.owner).get(address).status_code == 200


def test_the_list_takes_as_many_queries_for_many_deals_as_for_one(make, sign_in, world, count_queries):
    client = sign_in(world.manager)
    client.get("/deals?view=all")
    with count_queries() as few:
        client.get("/deals?view=all")
    for number in range(20):
        owner = make.user(team=world.east)
        make.deal(owner=owner, account_id=make.account(f"Account {number}").id)
    with count_queries() as many:
        client.get("/deals?view=all")
    assert len(many) == len(few) <= 12


def test_a_deals_story_tells_stages_uses_openings_and_the_end(make, sign_in, world):
    deal = make.deal(
        owner=world.owner, status="won", name="Told", created_on=date(2026, 1, 5), closed_on=date(2026, 2, 9)
    )
    make.stage(deal, "Discovery", date(2026, 1, 6))
    make.stage(deal, "Closed Won", date(2026, 2, 9))
    asset = make.asset("Hospital deck")
    make.use(asset, world.owner, kind="sent", deal=deal, at=datetime(2026, 1, 20, 9, tzinfo=UTC))
    link = make.link(asset, world.owner, deal=deal, recipient="buyer@acme.example")
    make.store(Visit(link_id=link.id, key="v", at=now(), seen_at=datetime(2026, 1, 25, 9, tzinfo=UTC)))
    page = text(sign_in(world.owner).get(f"/deals/{deal.id}"))
    story = page[page.index("What happened on this deal") :]
    words = ("Deal won", "buyer@acme.example opened", "Sent", "Moved to Discovery", "Deal created")
    places = [story.index(said) for said in words]
    assert places == sorted(places), "latest first"
    assert "Moved to Closed Won" not in story
    assert "Hospital deck" in story


def test_content_that_somebody_may_not_see_is_not_named_in_the_story(make, sign_in, world):
    draft = make.asset("Secret draft", state="draft")
    make.use(draft, world.marketer, kind="sent", deal=world.deal)
    page = text(sign_in(world.owner).get(f"/deals/{world.deal.id}"))
    assert "Secret draft" not in page
    assert "content that is not shared with you" in page
    assert "Secret draft" in text(sign_in(world.marketer).get(f"/deals/{world.deal.id}"))


def test_only_who_may_mend_a_use_is_offered_it(make, sign_in, world):
    event = make.use(make.asset(), world.mate, kind="sent", deal=world.deal)
    third = make.user(team=world.west)
    for person, offered in ((world.owner, True), (world.mate, True), (world.manager, True), (third, False)):
        page = text(sign_in(person).get(f"/deals/{world.deal.id}"))
        assert (f"/uses/{event.id}/move" in page) is offered


def test_a_deals_page_takes_a_bounded_number_of_queries(make, sign_in, world, count_queries):
    for number in range(12):
        asset = make.asset(f"Asset {number}")
        make.use(asset, make.user(team=world.west), kind="sent", deal=world.deal)
        make.link(asset, world.owner, deal=world.deal, token=f"{number}" * 43)
    make.request(world.owner, deals=(world.deal,))
    client = sign_in(world.owner)
    client.get(f"/deals/{world.deal.id}")
    with count_queries() as queries:
        assert client.get(f"/deals/{world.deal.id}").status_code == 200
    assert len(queries) <= 25


def test_requests_that_wait_and_links_stand_on_the_deal(make, sign_in, world):
    make.request(world.owner, "A study about hospitals", deals=(world.deal,))
    make.link(make.asset("Deck for them"), world.owner, deal=world.deal, recipient="Jo Buyer")
    page = text(sign_in(world.owner).get(f"/deals/{world.deal.id}"))
    assert "A study about hospitals" in page
    assert "to Jo Buyer · not opened yet" in page


def test_a_link_from_the_crm_leads_to_the_deal(make, sign_in, world):
    odd = make.deal(owner=world.owner, source="salesforce", external_id="006/A B")
    answer = sign_in(world.owner).get("/deals/crm/salesforce/006/A%20B")
    assert (answer.status_code, answer.location) == (302, f"/deals/{odd.id}")
    assert sign_in(world.owner).get("/deals/crm/csv/006").status_code == 404


def test_a_deal_is_worked_on_until_told_otherwise(sign_in, world):
    client = sign_in(world.owner)
    answer = client.post("/deals/working", data={"deal_id": world.deal.id, "next": "/library?q=x"})
    assert (answer.status_code, answer.location) == (303, "/library?q=x")
    page = text(client.get("/deals"))
    assert "Stop working on Acme renewal" in page
    client.post("/deals/working", data={"deal_id": ""})
    assert "Stop working on" not in text(client.get("/deals"))


def test_working_on_a_deal_ends_after_two_hours(app, sign_in, world):
    client = sign_in(world.owner)
    client.post("/deals/working", data={"deal_id": world.deal.id})
    with app.app_context(), unit_of_work():
        [until] = db.session.scalars(
            select(UserSession.working_until).where(UserSession.working_deal_id.is_not(None))
        )
        assert timedelta(minutes=119) < until - now() <= timedelta(hours=2)
        db.session.execute(update(UserSession).values(working_until=now() - timedelta(seconds=1)))
    assert "Stop working on" not in text(client.get("/deals"))


def test_another_sign_in_of_the_same_person_works_on_nothing(sign_in, world):
    sign_in(world.owner).post("/deals/working", data={"deal_id": world.deal.id})
    assert "Stop working on" not in text(sign_in(world.owner).get("/deals"))


@pytest.mark.parametrize("named", ["999999", "abc", "١"])
def test_a_deal_that_is_not_there_cannot_be_worked_on(sign_in, world, named):
    assert sign_in(world.owner).post("/deals/working", data={"deal_id": named}).status_code == 404


def test_somebody_elses_deal_cannot_be_worked_on(sign_in, world):
    assert sign_in(world.other).post("/deals/working", data={"deal_id": world.deal.id}).status_code == 404


@pytest.mark.parametrize(
    ("referrer", "leads_to"),
    [
        ("http://localhost/library?q=a&page=2", "/library?q=a&page=2"),
        ("https://evil.example/library", "/deals"),
        ("", "/deals"),
    ],
)
def test_after_choosing_a_deal_one_is_back_where_one_was(sign_in, world, referrer, leads_to):
    answer = sign_in(world.owner).post("/deals/working", data={"deal_id": ""}, headers={"Referer": referrer})
    assert answer.location == leads_to


def test_another_sites_address_is_not_followed(sign_in, world):
    answer = sign_in(world.owner).post("/deals/working", data={"deal_id": "", "next": "//evil.example"})
    assert answer.location == "/deals"


def test_the_type_ahead_offers_own_open_deals_first_and_no_hidden_ones(make, sign_in, world):
    make.deal(owner=world.mate, name="Acme by a mate")
    make.deal(owner=world.owner, name="Acme lost", status="lost")
    make.deal(owner=world.other, name="Acme hidden")
    page = text(sign_in(world.owner).get("/deals/suggest?q=acme"))
    places = [page.index(name) for name in ("Acme renewal", "Acme by a mate", "Acme lost")]
    assert places == sorted(places)
    assert "Acme hidden" not in page
    assert f'data-value="{world.deal.id}"' in page
    assert text(sign_in(world.owner).get("/deals/suggest?q=zzz")).strip() == ""


def test_a_deal_that_begins_as_typed_comes_before_one_that_has_the_words_somewhere(make, sign_in, world):
    make.deal(owner=world.owner, name="A 2 for deal 1")
    make.deal(owner=world.owner, name="Deal 2")
    page = text(sign_in(world.owner).get("/deals/suggest?q=deal+2"))
    assert page.index(">Deal 2<") < page.index("A 2 for deal 1")


def test_the_top_bar_offers_the_deals_one_may_see_as_buttons(make, sign_in, world):
    page = text(sign_in(world.owner).get("/deals/choose?choose=renewal"))
    assert f'name="deal_id" value="{world.deal.id}"' in page
    assert "No deal of yours fits." in text(sign_in(world.other).get("/deals/choose?choose=renewal"))


def test_a_name_typed_without_a_script_leads_to_the_deals_it_fits(sign_in, world):
    client = sign_in(world.owner)
    client.post("/deals/working", data={"deal_id": world.deal.id})
    answer = client.post("/deals/working", data={"choose": " acme "})
    assert (answer.status_code, answer.location) == (303, "/deals?view=mine&q=acme")
    assert "Stop working on Acme renewal" in text(client.get("/deals"))
