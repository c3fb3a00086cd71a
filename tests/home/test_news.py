"""What goes live that fits a rep's open deals stands on their home once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.db import db, now
from portal.discovery.models import SeenNews
from portal.library.models import Asset, Version

LONG_AGO = now() - timedelta(days=400)
TITLE = "New for your deals"


@pytest.fixture
def rep(make):
    return make.user("rep", created_at=LONG_AGO)


@pytest.fixture
def energy(make):
    return make.facet("industry", ("Energy", "Health")).terms[0]


@pytest.fixture
def date_version(make):
    """Say when, and by whom, the version of content in use was published."""

    def change(asset, **values):
        chosen = update(Version).where(Version.id == asset.current_version_id)
        make.inside(lambda: db.session.execute(chosen.values(**values)))

    return change


def test_news_is_shown_once_with_its_deal_and_the_reason(make, sign_in, rows, rep, energy):
    make.deal(owner=rep, name="Acme renewal", industry="Energy")
    asset = make.asset("Grid story", slug="grid", terms=(energy,))
    client = sign_in(rep)
    page = client.get("/").text
    assert TITLE in page
    news = page[page.index('id="news"') : page.index("deals-title")]
    assert "Grid story" in news
    assert ">Acme renewal</a>: same industry, Energy" in news
    assert [(seen.user_id, seen.version_id) for seen in rows(select(SeenNews))] == [
        (rep.id, asset.current_version_id)
    ]
    assert TITLE not in client.get("/").text
    assert len(rows(select(SeenNews))) == 1


def test_each_person_sees_it_for_themselves(make, sign_in, rep, energy):
    mate = make.user("rep", created_at=LONG_AGO)
    for owner in (rep, mate):
        make.deal(owner=owner, industry="Energy")
    make.asset(terms=(energy,))
    assert TITLE in sign_in(rep).get("/").text
    assert TITLE in sign_in(mate).get("/").text


def test_a_new_version_is_news_again(make, sign_in, rows, rep, energy, date_version):
    make.deal(owner=rep, industry="Energy")
    asset = make.asset("Grid story", terms=(energy,), published_at=now() - timedelta(days=10))
    date_version(asset, published_at=asset.published_at)
    client = sign_in(rep)
    assert "New version" not in client.get("/").text
    version = make.store(
        Version(asset_id=asset.id, number=2, source="markdown", state="indexed", note="New prices")
    )
    assert TITLE not in client.get("/").text, "it is not in use yet"
    in_use = {"current_version_id": version.id}
    make.inside(lambda: db.session.execute(update(Asset).values(in_use)))
    make.inside(lambda: db.session.execute(update(Version).values(published_at=now())))
    page = client.get("/").text
    assert "New version: New prices" in page
    assert TITLE not in client.get("/").text
    assert len(rows(select(SeenNews))) == 2


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"state": "draft"}, "not published"),
        ({"state": "archived"}, "archived"),
        ({"expires_on": now().date() - timedelta(days=2)}, "expired"),
        ({"is_placeholder": True}, "nothing in it"),
    ],
)
def test_what_sales_cannot_use_is_no_news(make, sign_in, rows, rep, energy, fields, why):
    make.deal(owner=rep, industry="Energy")
    make.asset(terms=(energy,), published_at=now(), **fields)
    assert TITLE not in sign_in(rep).get("/").text, why
    assert rows(select(SeenNews)) == []


def test_only_what_went_live_lately_since_the_person_came_and_by_others_is_news(
    make, sign_in, rep, energy, date_version
):
    make.deal(owner=rep, industry="Energy")
    asset = make.asset(terms=(energy,))
    for values in (
        {"published_at": now() - timedelta(days=31)},
        {"published_at": now(), "published_by_id": rep.id},
    ):
        date_version(asset, **values)
        assert TITLE not in sign_in(rep).get("/").text, values
    date_version(asset, published_at=now() - timedelta(days=2), published_by_id=None)
    newcomer = make.user("rep", created_at=now() - timedelta(days=1))
    make.deal(owner=newcomer, industry="Energy")
    assert TITLE not in sign_in(newcomer).get("/").text
    assert TITLE in sign_in(rep).get("/").text


def test_it_fits_an_open_deal_of_ones_own_by_more_than_region_or_stage(make, sign_in, rep, energy):
    emea = make.facet("region", ("EMEA",)).terms[0]
    health = make.facet("product", ("Dock",)).terms[0]
    make.asset("By industry", terms=(energy,))
    make.asset("By region", terms=(emea,))
    make.asset("For another product", terms=(energy, health))
    make.deal(owner=make.user("rep"), industry="Energy")
    make.deal(owner=rep, status="won", industry="Energy")
    make.deal(owner=rep, industry="Health", region="EMEA")
    assert TITLE not in sign_in(rep).get("/").text
    make.deal(owner=rep, name="Fitting", industry="Energy", product="Cold", region="EMEA")
    page = sign_in(rep).get("/").text
    news = page[page.index('id="news"') : page.index("deals-title")]
    assert "By industry" in news
    assert "By region" not in news
    assert "For another product" not in news


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"Sec-Purpose": "prefetch"}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
    ],
)
def test_a_page_that_nobody_looks_at_does_not_use_it_up(make, sign_in, rows, rep, energy, method, headers):
    make.deal(owner=rep, industry="Energy")
    make.asset(terms=(energy,))
    client = sign_in(rep)
    assert client.open("/", method=method, headers=headers).status_code == 200
    assert rows(select(SeenNews)) == []
    assert TITLE in client.get("/").text


def test_five_at_a_time_the_best_fit_first_and_the_rest_the_next_time(
    make, sign_in, rep, energy, count_queries
):
    dock = make.facet("product", ("Dock",)).terms[0]
    for number in range(6):
        make.asset(f"Piece {number}", terms=(energy,))
    make.asset("Fits twice", terms=(energy, dock))
    for number in range(12):
        make.deal(owner=rep, name=f"Deal {number}", industry="Energy", product="Dock")
    client = sign_in(rep)
    with count_queries() as queries:
        page = client.get("/").text
    assert len(queries) <= 25
    news = page[page.index('id="news"') : page.index("deals-title")]
    assert news.count('class="asset-line"') == 5
    assert news.index("Fits twice") < news.index("Piece")
    assert "and 11 more: same industry, Energy; same product, Dock" in news
    again = client.get("/").text
    assert again[again.index('id="news"') : again.index("deals-title")].count('class="asset-line"') == 2
    assert TITLE not in client.get("/").text


def test_terms_are_the_same_whatever_their_capitals_beyond_plain_letters(make, sign_in, rep):
    term = make.facet("industry", ("ÖL UND GAS",)).terms[0]
    make.deal(owner=rep, industry="Öl und Gas")
    make.asset("Rig story", terms=(term,))
    assert "Rig story" in sign_in(rep).get("/").text
