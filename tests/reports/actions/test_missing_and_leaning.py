"""What is searched for in vain, and open deals that lean on content about to expire."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.content_requests.models import ContentRequest
from portal.db import db, now
from tests.reports.actions.reading import link_named, plain, rows_of


def soon(days):
    return (now() + timedelta(days=days)).date()


def test_what_is_missing_stands_by_the_pipeline_of_those_who_searched(make, sign_in):
    rep = make.user("rep")
    large, small = make.deal(owner=rep, amount=90_000), make.deal(owner=rep, amount=5_000)
    for _ in range(3):
        make.search(rep, "often")
    make.search(rep, "small", deal_id=small.id)
    make.search(rep, "large", deal_id=large.id)
    found = rows_of(sign_in(make.user("manager")), "missing")
    assert [row.title for row in found] == ["“large”", "“small”", "“often”"]
    assert "$90,000" in found[0].text
    assert "1 search by 1 person in 90 days found nothing; a deal was chosen in 1 of them." in found[0].text
    assert "no deal was chosen while searching" in found[2].text


def test_a_gap_becomes_a_request_and_leaves_the_list(make, sign_in, rows):
    search = make.search(make.user("rep"), "webinar")
    client = sign_in(make.user("manager"))
    (row,) = rows_of(client, "missing")
    assert (row.button, row.path) == ("Make it a request", "/reports/search/request")
    answer = client.post(row.path, data={"search": search.key})
    (asked,) = rows(db.select(ContentRequest))
    assert answer.location == f"/requests/{asked.id}"
    assert rows_of(client, "missing") == []


@pytest.fixture
def leaning(make):
    """An open deal of a rep on which content was used that expires soon."""
    rep = make.user("rep", name="Ada North", team=make.team("North"))
    deal = make.deal(owner=rep, name="Big one", amount=70_000, account_id=make.account("Mercy").id)
    piece = make.asset("Price list", slug="price-list", expires_on=soon(20))
    make.use(piece, rep, deal=deal, kind="sent")
    return deal, piece, rep


def test_open_deals_that_lean_on_expiring_content_are_listed(make, sign_in, leaning):
    (row,) = rows_of(sign_in(make.user("marketer")), "leaning")
    assert row.title == "Big one"
    assert "Leans on “Price list” (expires on" in row.text
    assert "Mercy · Ada North" in row.text
    assert "$70,000" in row.text
    assert (row.button, row.leads_to) == ("Extend or replace it", "/library/price-list/dates")


def test_a_manager_asks_to_extend_it_with_the_deal_that_waits(make, sign_in, leaning):
    deal, _, _ = leaning
    client = sign_in(make.user("manager"))
    (row,) = rows_of(client, "leaning")
    assert row.button == "Ask to extend it"
    assert (row.path, row.filled_in["deal_id"]) == ("/requests/new", str(deal.id))
    assert "Big one" not in row.filled_in["need"]  # everybody reads a request
    assert client.get(row.leads_to).status_code == 200


@pytest.mark.parametrize("place", ["home", "deal"])
def test_the_owner_of_the_deal_is_told_and_asks_once(make, sign_in, rows, leaning, place):
    deal, _, rep = leaning
    client = sign_in(rep)
    page = "/" if place == "home" else f"/deals/{deal.id}"
    shown = client.get(page).text
    assert "Leans on “Price list” (expires on" in plain(shown)
    asking = link_named(shown, "Ask to extend it")
    filled_in = {name: words[0] for name, words in parse_qs(urlsplit(asking).query).items()}
    assert client.get(asking).status_code == 200
    assert client.post("/requests/new", data=filled_in).status_code == 303
    (asked,) = rows(db.select(ContentRequest))
    assert link_named(client.get(page).text, "Asked for: see the request") == f"/requests/{asked.id}"


def test_others_are_not_told_of_deals_that_are_not_theirs(make, sign_in, leaning):
    deal, _, _ = leaning
    other = sign_in(make.user("rep", team=make.team("South")))
    assert "about to expire" not in other.get("/").text
    assert "about to expire" not in sign_in(make.user("manager")).get("/").text
    assert "about to expire" in sign_in(make.user("marketer")).get(f"/deals/{deal.id}").text


def test_a_deal_that_is_closed_says_nothing_of_what_expires(make, sign_in):
    rep = make.user("rep")
    deal = make.deal(owner=rep, status="lost")
    make.use(make.asset("Piece", expires_on=soon(10)), rep, deal=deal, kind="sent")
    assert "about to expire" not in sign_in(rep).get(f"/deals/{deal.id}").text


def test_a_link_that_still_opens_counts_as_leaning_and_the_first_to_expire_comes_first(
    make, sign_in, leaning
):
    deal, _, rep = leaning
    make.link(make.asset("Sent one", expires_on=soon(5)), rep, deal=deal)
    (row,) = rows_of(sign_in(make.user("marketer")), "leaning")
    assert row.text.index("Sent one") < row.text.index("Price list")


def test_links_that_open_no_more_do_not_count(make, sign_in):
    rep = make.user("rep")
    for place, fields in enumerate(({"revoked_at": now()}, {"expires_at": now() - timedelta(days=1)})):
        piece = make.asset(expires_on=soon(5))
        make.link(piece, rep, deal=make.deal(owner=rep), token=str(place) * 43, **fields)
    assert rows_of(sign_in(make.user("marketer")), "leaning") == []


@pytest.mark.parametrize(
    "fields",
    [{"expires_on": soon(90)}, {"expires_on": None}, {"expires_on": soon(-2)}, {"state": "archived"}],
)
def test_content_that_lasts_or_is_gone_already_is_not_about_to_expire(make, sign_in, fields):
    rep = make.user("rep")
    make.use(make.asset("Piece", **fields), rep, deal=make.deal(owner=rep), kind="sent")
    assert rows_of(sign_in(make.user("marketer")), "leaning") == []


def test_closed_deals_and_those_gone_from_their_crm_lean_on_nothing(make, sign_in):
    rep = make.user("rep")
    piece = make.asset("Piece", expires_on=soon(10))
    for deal in (make.deal(owner=rep, status="won"), make.deal(owner=rep, removed_at=now())):
        make.use(piece, rep, deal=deal, kind="sent")
    assert rows_of(sign_in(make.user("marketer")), "leaning") == []


def test_the_largest_deals_come_first_and_unknown_amounts_last(make, sign_in):
    rep = make.user("rep")
    piece = make.asset("Piece", expires_on=soon(10))
    for name, amount in (("Small", 10), ("Unknown", None), ("Large", 900)):
        make.use(piece, rep, deal=make.deal(owner=rep, name=name, amount=amount), kind="sent")
    found = rows_of(sign_in(make.user("marketer")), "leaning")
    assert [row.title for row in found] == ["Large", "Small", "Unknown"]
