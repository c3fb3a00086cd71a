"""Marketing's first page and its To do list: what is owed, and how each thing is begun with one click."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.content_requests.models import UNWORDED, ContentRequest
from portal.db import db, now
from portal.deals.models import DealImport
from portal.library.models import Asset
from portal.usage.models import UsageDay
from tests.impact.test_pages import CLEAR, snapshot
from tests.reports.actions.reading import link_named, rows_of

MOST_QUERIES = 25


@pytest.fixture
def owed(make):
    """A portal in which marketing owes one thing of each kind."""
    rep, marketer = make.user("rep", name="Rita Rep"), make.user("marketer", name="Mara Keting")
    small, large = make.deal(owner=rep, amount=1_000), make.deal(owner=rep, amount=90_000)
    make.request(rep, "Little need", deals=(small,))
    make.request(rep, "Large need", deals=(large,))
    make.request(rep, "Met need", status="delivered", closed_at=now())
    asset = make.asset("Disliked deck", slug="disliked", owner=marketer, use_count=3)
    make.rating(asset, rep, 1, reason="outdated")
    make.rating(asset, make.user("rep"), 2, comment="Old <screens>")
    make.rating(make.asset("Liked deck", owner=marketer, use_count=2), rep, 5)
    make.search(rep, "carbon footprint", deal_id=large.id)
    make.search(rep, "found thing", results=3)
    old = now() - timedelta(days=200)
    make.asset("Forgotten sheet", slug="forgotten", owner=marketer, published_at=old)
    make.asset("Fresh sheet", owner=marketer, published_at=now() - timedelta(days=5))
    used = {"use_count": 1, "last_used_on": now().date()}
    make.asset("Old but used", owner=marketer, published_at=old, **used)
    make.asset("Old draft", state="draft")
    return marketer


@pytest.mark.parametrize("address", ["/", "/to-do"])
def test_everything_owed_is_listed_the_most_pipeline_first(owed, sign_in, address):
    page = sign_in(owed).get(address).text

    assert page.index("Large need") < page.index("Little need")
    assert "$91,000" in page
    assert "Met need" not in page
    assert "“carbon footprint”" in page
    assert "$90,000" in page
    assert "found thing" not in page
    assert "Disliked deck" in page
    assert "Old &lt;screens&gt;" in page
    assert page.count("/library/disliked#rating-") == 2
    assert "Liked deck" not in page
    assert "Forgotten sheet" in page
    assert "Fresh sheet" not in page
    assert "Old but used" not in page
    assert "Old draft" not in page


def test_a_request_is_taken_with_one_click(owed, sign_in, rows):
    client = sign_in(owed)
    address = re.search(r'action="(/requests/\d+/take)"', client.get("/to-do").text)[1]

    assert client.post(address).status_code == 303

    (taken,) = rows(db.select(ContentRequest).where(ContentRequest.status == "accepted"))
    assert (taken.need, taken.assigned_to_id) == ("Large need", owed.id)
    assert f'action="{address}"' not in client.get("/to-do").text


def test_a_gap_becomes_a_request_that_remembers_the_search(owed, sign_in, rows):
    client = sign_in(owed)
    page = client.get("/to-do").text.split('action="/reports/search/request"', 1)[1]
    fields = dict(re.findall(r'name="(search|from)" value="([^"]+)"', page)[:2])
    assert client.post("/reports/search/request", data=fields).status_code == 303

    (asked,) = rows(db.select(ContentRequest).where(ContentRequest.need == UNWORDED))
    assert asked.search_id is not None
    page = client.get("/to-do").text
    assert "/reports/search/request" not in page
    assert "typed: “" in page  # among the requests, for nobody has put it into words yet


@pytest.mark.parametrize("address", ["/", "/to-do"])
def test_what_nobody_uses_has_the_reason_and_the_button_that_what_to_do_has(owed, make, sign_in, address):
    left = make.asset("Left sheet", slug="left", published_at=now() - timedelta(days=200))
    make.store(
        UsageDay(day=now().date(), asset_id=left.id, user_id=make.user("rep").id, kind="viewed", uses=4)
    )
    client = sign_in(owed)
    card = client.get(address).text.split('id="unused"', 1)[1]
    for name, title in (("not-found", "Forgotten sheet"), ("not-trusted", "Left sheet")):
        (row,) = rows_of(client, name)
        assert row.title == title
        assert link_named(card, row.button) == row.leads_to
    assert "nobody looked at it in 90 days" in card
    assert "Looked at 4 times in 90 days" in card


def test_a_low_rating_leads_to_where_it_was_given(owed, sign_in):
    client = sign_in(owed)

    place = re.search(r'href="/library/disliked#(rating-\d+)"', client.get("/to-do").text)[1]
    assert f'id="{place}"' in client.get("/library/disliked").text


def test_a_low_rating_of_long_ago_is_no_longer_owed(make, sign_in):
    marketer = make.user("marketer")
    for title, days in (("Lately disliked", 80), ("Once disliked", 100)):
        moment = now() - timedelta(days=days)
        make.rating(make.asset(title, owner=marketer, use_count=1), make.user(), 1, updated_at=moment)
    page = sign_in(marketer).get("/to-do").text
    assert "Lately disliked" in page
    assert "Once disliked" not in page


def test_a_low_rating_of_an_older_version_is_owed_until_somebody_says_what_became_of_it(
    owed, make, sign_in, rows
):
    (asset,) = rows(db.select(Asset).where(Asset.slug == "disliked"))

    def renew():
        from portal.library.models import Version

        row = db.session.get_one(Asset, asset.id)
        version = Version(asset_id=row.id, number=2, source="markdown", body="New", state="indexed")
        db.session.add(version)
        db.session.flush()
        row.current_version_id = version.id

    make.inside(renew)

    page = sign_in(owed).get("/to-do").text
    assert page.count("Disliked deck</a>") == 2
    assert page.count("Fixed in version 2") == 2


def test_the_first_page_shows_five_of_each_and_says_how_many_there_are(make, sign_in):
    rep, marketer = make.user("rep"), make.user("marketer")
    for number in range(7):
        make.request(rep, f"Need number {number}")

    client = sign_in(marketer)
    make.asset()
    for address in ("/", "/to-do"):
        page = client.get(address).text
        assert len(re.findall(r"Need number \d</a>", page)) == 5
        assert "/to-do?all=requests#requests" in page
        assert "All 7" in page
    whole = client.get("/to-do?all=requests").text
    assert len(re.findall(r"Need number \d</a>", whole)) == 7


def test_to_do_is_marketings_alone(make, sign_in):
    for role, status in (("rep", 403), ("manager", 403), ("marketer", 200), ("admin", 200)):
        assert sign_in(make.user(role)).get("/to-do").status_code == status


def test_a_list_on_which_nothing_is_owed_says_so(make, sign_in):
    make.asset()

    for address in ("/", "/to-do"):
        page = sign_in(make.user("marketer")).get(address).text
        assert "Nothing is waiting" in page
        assert "Nothing is missing" in page
        assert "No low rating waits" in page
        assert "Everything is in use" in page


def test_an_admin_sees_people_and_imports_too(owed, make, sign_in):
    make.user("rep", status="placeholder", email=None)
    make.store(DealImport(kind="deals", source="csv", filename="pipeline.csv", state="planned"))
    make.store(
        *(
            DealImport(
                kind="deals", source="csv", origin="hook", filename=f"Update of D{each}", state="applied"
            )
            for each in range(4)
        )
    )

    page = sign_in(make.user("admin")).get("/").text

    assert "1 only named by an import" in page
    assert "pipeline.csv" in page
    assert "Ready to import" in page
    assert "Update of" not in page
    assert "pipeline.csv" not in sign_in(owed).get("/").text


@pytest.mark.parametrize("address", ["/", "/to-do"])
@pytest.mark.parametrize("role", ["marketer", "admin"])
def test_the_pages_cost_few_queries_and_no_more_with_more_owed(make, sign_in, count_queries, address, role):
    person = make.user(role)
    costs = []
    for _ in range(2):
        for _ in range(4):
            rep = make.user("rep")
            asset = make.asset(published_at=now() - timedelta(days=60), owner=make.user("marketer"))
            make.rating(asset, rep, 1)
            deal = make.deal(owner=rep)
            make.request(rep, deals=(deal,))
            make.search(rep, f"need{asset.id}", deal_id=deal.id)
        client = sign_in(person)
        with count_queries() as queries:
            assert client.get(address).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= MOST_QUERIES


def test_the_first_page_says_what_the_figures_say_and_leads_there(make, sign_in):
    client = sign_in(make.user("marketer"))
    make.asset("Proof")
    assert "What to use more of" not in client.get("/").text
    snapshot(make, {make.asset("More"): CLEAR})
    page = client.get("/").text
    assert "1 piece of content won more often than other content on similar deals" in page
    assert link_named(page, "Look at the figures") == "/impact"
    assert link_named(page, "What to use more of") == "/reports/actions"
