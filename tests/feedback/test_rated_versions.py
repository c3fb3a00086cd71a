"""What people said of one version is not said of the next: lists show the one in use, the page shows the trend."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import db
from portal.discovery.finding.boosts import Facts, shares
from portal.feedback.services import refresh_ratings
from portal.library import services
from portal.library.models import Asset, Version


def _asset(rows, asset):
    return rows(select(Asset).where(Asset.id == asset.id))[0]


def _add_version(make, asset):
    """Add a version as marketing does, and put it in the place of the one in use."""

    def add():
        row = db.session.get_one(Asset, asset.id)
        version = services.add_markdown_version(row, body=f"Text of {len(row.versions) + 1}", by=None)
        version.state, version.preview_kind = "indexed", "html"
        services.publish_version(row, version, None)

    make.inside(add)


def _rate(make, asset, *stars):
    version = make.inside(lambda: db.session.get_one(Asset, asset.id).current_version_id)
    for one in stars:
        make.rating(asset, make.user("rep"), one)
    return version


def _current(rows, asset):
    found = _asset(rows, asset)
    return found.rating_count, found.rating_mean


def test_publishing_a_version_starts_its_ratings_anew_and_keeps_the_mean_of_before(make, rows, run_jobs):
    asset, other = make.asset(), make.asset()
    _rate(make, asset, 3, 4, 5, 2)
    _rate(make, other, 1)
    make.inside(refresh_ratings)
    assert _current(rows, asset) == (4, 3.5)
    _add_version(make, asset)
    run_jobs()
    assert _current(rows, asset) == (0, 3.5)
    assert _current(rows, other) == (1, 1.0)
    _rate(make, _asset(rows, asset), 5)
    make.inside(refresh_ratings)
    assert _current(rows, asset) == (1, 5.0)


def test_bringing_an_earlier_version_back_starts_anew_too(make, sign_in, rows, run_jobs):
    asset = make.asset(slug="heron")
    _rate(make, asset, 1)
    _add_version(make, asset)
    _rate(make, _asset(rows, asset), 5)
    make.inside(refresh_ratings)
    assert _current(rows, asset) == (1, 5.0)
    client = sign_in(make.user("marketer"))
    assert client.post("/library/heron/v/1/restore").status_code == 303
    newest = rows(select(Version).order_by(Version.number.desc()))[0]
    run_jobs()
    client.post(f"/library/heron/v/{newest.number}/publish")
    run_jobs()
    # Version 3 is as version 1 was, but nobody has said so yet; version 2 was the last that somebody rated.
    assert _asset(rows, asset).current_version_id == newest.id
    assert _current(rows, asset) == (0, 5.0)


def test_a_version_that_was_added_while_it_was_out_of_use_starts_anew_as_well(make, rows, run_jobs):
    asset = make.asset()
    _rate(make, asset, 2)
    make.inside(refresh_ratings)

    def renew():
        row = db.session.get_one(Asset, asset.id)
        row.state = "draft"
        version = services.add_markdown_version(row, body="Text of 2", by=None)
        version.state, version.preview_kind = "indexed", "html"
        services.publish(row, None)

    make.inside(renew)
    run_jobs()
    assert _current(rows, asset) == (0, 2.0)


def test_the_order_expects_of_a_version_what_the_ones_before_it_let_expect(make, rows):
    asset, other = make.asset("Asset"), make.asset("Other")
    _rate(make, asset, 2, 2, 2)
    _rate(make, other, 5, 5, 5, 5, 5)
    _add_version(make, asset)
    make.inside(refresh_ratings)
    # Eight ratings with 31 stars: the mean of all is 3.875. Three ratings with 6 stars before, none since:
    # (6 + 5 × 3.875) / (3 + 5) = 25.375 / 8 = 3.171875 is expected, and nothing else is known.
    assert _asset(rows, asset).rating_rank == pytest.approx(3.171875)
    _rate(make, _asset(rows, asset), 5, 4)
    make.inside(refresh_ratings)
    # Ten ratings with 40 stars: 4.0. Expected is (6 + 20) / 8 = 3.25; with 9 stars by two: (9 + 16.25) / 7.
    assert _asset(rows, asset).rating_rank == pytest.approx(25.25 / 7)
    # The other has no earlier version: (25 + 5 × 4) / 10.
    assert _asset(rows, other).rating_rank == pytest.approx(4.5)


def test_many_ratings_of_an_earlier_version_weigh_no_more_than_five_of_this_one(make, rows):
    asset = make.asset()
    _rate(make, asset, *[1] * 40)
    _add_version(make, asset)
    _rate(make, _asset(rows, asset), *[5] * 5)
    make.inside(refresh_ratings)
    # 45 ratings with 65 stars: 1.444. Expected: (40 + 5 × 1.444) / 45 = 1.0494; with five fives (25 + 5.247) / 10.
    assert _asset(rows, asset).rating_rank == pytest.approx((25 + 5 * (40 + 5 * 65 / 45) / 45) / 10)
    assert _asset(rows, asset).rating_rank > 3


def test_the_page_shows_the_version_in_use_first_and_the_trend_beneath(make, sign_in, rows):
    asset = make.asset(slug="heron")
    _rate(make, asset, 3, 3, 4, 2)
    _add_version(make, asset)
    _rate(make, _asset(rows, asset), 5, 4, 4)
    make.inside(refresh_ratings)
    page = sign_in(make.user("rep")).get("/library/heron").text
    said = page.split('id="ratings"', 1)[1]
    assert "3 ratings of version 2, the one in use" in said
    assert "4.3 of 5" in said
    trend = said.split("Over its versions", 1)[1]
    assert (
        trend.index("Version 1")
        < trend.index("3.0</td>")
        < trend.index("Version 2")
        < trend.index("4.3</td>")
    )
    assert "(4)" in trend
    assert "(3)" in trend


def test_the_page_says_that_nobody_has_rated_the_version_in_use_yet(make, sign_in, rows, run_jobs):
    asset = make.asset("Heron deck", slug="heron")
    _rate(make, asset, 4, 4, 4, 3)
    make.inside(refresh_ratings)
    _add_version(make, asset)
    run_jobs()
    client = sign_in(make.user("rep"))
    page = client.get("/library/heron").text
    assert "No ratings of version 2 yet; version 1 had 3.8 (4)" in page
    # Lists do not pass the earlier ratings off as those of this version.
    listed = client.get("/library").text
    assert "3.8 of 5 for an earlier version; the one in use is not rated yet" in listed


def test_a_version_that_is_not_rated_anew_does_not_profit_in_search_from_the_one_before(make, rows, run_jobs):
    asset = make.asset()
    _rate(make, asset, 5, 5, 5)
    make.inside(refresh_ratings)
    _add_version(make, asset)
    run_jobs()
    found = _asset(rows, asset)
    facts = Facts(
        rating_count=found.rating_count, rating_mean=found.rating_mean, rating_rank=found.rating_rank
    )
    assert shares(facts, 0.0, ("rating",)) == {}


def test_the_page_of_content_asks_no_more_with_more_rated_versions(make, sign_in, rows, count_queries):
    asset, costs = make.asset(slug="heron"), []
    sign_in(make.user("rep")).get("/library/heron")
    for _ in range(2):
        for _ in range(3):
            _rate(make, _asset(rows, asset), 4, 2)
            _add_version(make, asset)
        client = sign_in(make.user("rep"))
        with count_queries() as queries:
            assert client.get("/library/heron").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
