"""A rep's first page: own deals with proposals, own requests, and what buyers opened."""

from __future__ import annotations

import re
from datetime import timedelta

from portal.db import db, now
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.sharing.models import ShareLink, Visit
from portal.usage.models import UsageEvent

MOST_QUERIES = 25


def _order(page: str, *names: str) -> list[str]:
    return sorted(names, key=page.index)


def test_open_deals_stand_by_close_date_and_only_ones_own(make, sign_in):
    today = now().date()
    rep, mate = make.user("rep", team=(team := make.team())), make.user("rep", team=team)
    make.asset()
    make.deal(owner=rep, name="Later deal", expected_close=today + timedelta(days=40))
    make.deal(owner=rep, name="Sooner deal", expected_close=today + timedelta(days=4))
    make.deal(owner=rep, name="Undated deal", expected_close=None)
    make.deal(owner=rep, name="Closed deal", status="won", closed_on=today - timedelta(days=60))
    make.deal(owner=mate, name="Deal of a mate")

    page = sign_in(rep).get("/").text

    names = ("Sooner deal", "Later deal", "Undated deal")
    assert _order(page, *names) == list(names)
    assert "Closed deal" not in page
    assert "Deal of a mate" not in page
    assert "3 deals, $30,000 in all" in page


def test_six_deals_are_shown_and_the_rest_are_one_click_away(make, sign_in):
    rep = make.user("rep")
    make.asset()
    for number in range(8):
        close = now().date() + timedelta(days=number)
        make.deal(owner=rep, name=f"Deal number {number}", expected_close=close)

    page = sign_in(rep).get("/").text

    assert [number for number in range(8) if f"Deal number {number}<" in page] == [0, 1, 2, 3, 4, 5]
    assert "8 deals" in page
    assert 'href="/deals?view=mine"' in page


def test_a_deal_that_should_have_closed_says_so(make, sign_in):
    rep = make.user("rep")
    make.deal(owner=rep, expected_close=now().date() - timedelta(days=9))

    assert re.search(r"Was to close <time[^>]*>9 days ago", sign_in(rep).get("/").text)


def test_each_deal_has_three_proposals_with_a_reason_that_are_sent_on_that_deal(make, sign_in):
    term = make.facet("industry", ("Energy",)).terms[0]
    for number in range(5):
        make.asset(f"Fitting {number}", slug=f"fitting-{number}", terms=(term,))
    strong = make.asset("Strong", slug="strong", terms=(term,))
    snapshot = make.store(ImpactSnapshot(method_version="m", coverage={}, left_out={}))
    figures = {"deals_used": 60, "won": 40, "lost": 20, "matched": 60, "comparison_deals": 90}
    figures |= {"credited_minor": 0, "used_revenue_minor": 0, "shrunk_lift": 0.1, "verdict": "won_more"}
    make.store(ImpactRow(snapshot_id=snapshot.id, asset_id=strong.id, **figures))
    rep = make.user("rep")
    deal = make.deal(owner=rep, industry="Energy")

    page = sign_in(rep).get("/").text

    sends = re.findall(rf'href="/library/([a-z0-9-]+)/send\?deal_id={deal.id}"', page)
    assert len(sends) == 3
    assert sends[0] == "strong"
    assert "For Energy; won more often than other content on similar deals" in page


def test_a_battle_card_is_opened_and_not_sent_to_a_buyer(make, sign_in):
    term = make.facet("industry", ("Energy",)).terms[0]
    make.asset("Against them", slug="against-them", kind="battle_card", terms=(term,))
    rep = make.user("rep")
    make.deal(owner=rep, industry="Energy")

    page = sign_in(rep).get("/").text

    assert 'href="/library/against-them"' in page
    assert "/library/against-them/send" not in page


def test_from_home_to_a_sent_link_takes_three_clicks(make, sign_in, rows):
    term = make.facet("industry", ("Energy",)).terms[0]
    make.asset("Fitting", slug="fitting", terms=(term,))
    rep = make.user("rep")
    deal = make.deal(owner=rep, industry="Energy")
    client = sign_in(rep)

    send = re.search(r'href="(/library/fitting/send\?deal_id=\d+)"', client.get("/").text)[1]
    form = client.get(send).text
    chosen = re.search(r'<option value="(\d+)" selected|<option selected value="(\d+)"', form)
    assert str(deal.id) in chosen.groups(), "the deal is chosen already"
    made = client.post("/library/fitting/send", data={"deal_id": str(deal.id), "recipient": ""})

    assert made.status_code == 303
    assert "data-copy=" in client.get(made.headers["Location"]).text
    (link,) = rows(db.select(ShareLink))
    (event,) = rows(db.select(UsageEvent))
    assert (link.deal_id, event.deal_id, event.kind) == (deal.id, deal.id, "sent")


def test_working_on_a_deal_starts_from_home_and_shows_there(make, sign_in):
    rep = make.user("rep")
    deal = make.deal(owner=rep, name="Busy deal")
    client = sign_in(rep)

    answer = client.post("/deals/working", data={"deal_id": deal.id, "next": "/"})

    assert answer.headers["Location"] == "/"
    page = client.get("/").text
    assert "Working on it" in page
    assert "Work on this deal" not in page


def test_own_requests_tell_what_became_of_them(make, sign_in):
    rep, other, marketer = make.user("rep"), make.user("rep"), make.user("marketer", name="Mara Keting")
    asset = make.asset("The answer", slug="the-answer")
    make.request(rep, "An open need", status="accepted", assigned_to_id=marketer.id)
    make.request(rep, "A met need", status="delivered", delivered_asset_id=asset.id, closed_at=now())
    make.request(
        rep, "A refused need", status="declined", decline_reason="We do not sell that", closed_at=now()
    )
    make.request(other, "Somebody else's need")

    page = sign_in(rep).get("/").text

    assert _order(page, "An open need", "A met need")[0] == "An open need"
    assert "Mara Keting makes it" in page
    assert 'href="/library/the-answer"' in page
    assert "We do not sell that" in page
    assert "Somebody else" not in page


def test_links_that_buyers_opened_are_named_with_how_often_and_when(make, sign_in):
    rep, other = make.user("rep"), make.user("rep")
    asset = make.asset("Opened deck")
    deal = make.deal(owner=rep, name="Warm deal")
    opened = make.link(asset, rep, token="a" * 43, deal=deal, recipient="buyer@corp.example")
    unseen = make.link(make.asset("Unseen deck"), rep, token="b" * 43)
    foreign = make.link(make.asset("Foreign deck"), other, token="c" * 43)
    make.store(
        Visit(link_id=opened.id, key="1", seen_at=now() - timedelta(days=3)),
        Visit(link_id=opened.id, key="2", seen_at=now() - timedelta(hours=2), downloaded_at=now()),
        Visit(link_id=opened.id, key="3"),
        Visit(link_id=unseen.id, key="4"),
        Visit(link_id=foreign.id, key="5", seen_at=now()),
    )

    page = sign_in(rep).get("/").text

    assert "Opened deck" in page
    assert "buyer@corp.example" in page
    assert re.search(r"Opened 2 times, last <time[^>]*>2 h ago</time>, took the file", page)
    assert "Unseen deck" not in page
    assert "Foreign deck" not in page


def test_names_are_shown_as_text_whatever_they_hold(make, sign_in):
    rep = make.user("rep", name="<b>Bo</b> 🙂")
    make.deal(owner=rep, name="<script>alert(1)</script>")
    make.request(rep, "<img src=x onerror=alert(1)>")

    page = sign_in(rep).get("/").text

    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_rep_without_deals_is_told_where_they_come_from(make, sign_in):
    make.asset()

    page = sign_in(make.user("rep")).get("/").text

    assert "No open deals in your name" in page
    assert "You have asked for nothing yet" in page
    assert 'role="search" aria-label="Search content, main"' in page


def test_the_page_costs_few_queries_and_no_more_with_more_deals(make, sign_in, count_queries):
    rep, marketer = make.user("rep", team=make.team()), make.user("marketer")
    term = make.facet("industry", ("Energy",)).terms[0]
    costs = []
    for _ in range(2):
        for _ in range(5):
            asset = make.asset(terms=(term,))
            deal = make.deal(owner=rep, industry="Energy", account_id=make.account().id)
            make.request(rep, deals=(deal,), status="accepted", assigned_to_id=marketer.id)
            link = make.link(asset, rep, token=f"{asset.id:043}", deal=deal)
            make.store(Visit(link_id=link.id, key=f"k{link.id}", seen_at=now()))
        client = sign_in(rep)
        with count_queries() as queries:
            assert client.get("/").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= MOST_QUERIES
