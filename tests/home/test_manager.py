"""A manager's first page: revenue against the target, coverage, waiting requests, and what changed since a day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.db import now
from portal.home.overview import quarter_begin
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.library.models import Version

MOST_QUERIES = 25
COVERAGE = {"share": 0.34, "closed_deals": 50, "logged_deals": 17, "since": "2026-01-01"}


def _stat(page: str, label: str) -> str:
    """The words of the figure under a label, without markup."""
    part = re.search(
        rf'<div class="stat">\s*<p class="stat-label">(?:<a[^>]*>)?{label}.*?\n</div>', page, re.S
    )
    assert part, label
    return " ".join(re.sub(r"<[^>]+>", " ", part[0]).split())


def _row(make, snapshot, asset, verdict):
    counts = {"deals_used": 60, "won": 40, "lost": 20, "matched": 60, "comparison_deals": 90}
    counts |= {"credited_minor": 0, "used_revenue_minor": 0, "verdict": verdict}
    make.store(ImpactRow(snapshot_id=snapshot.id, asset_id=asset.id, **counts))


def _snapshot(make, days_ago):
    moment = now() - timedelta(days=days_ago)
    return make.store(ImpactSnapshot(method_version="m", coverage=COVERAGE, left_out={}, computed_at=moment))


def _changes(page: str) -> str:
    return page.split("What changed since")[1]


@pytest.mark.parametrize(
    ("day", "begin"),
    [("2026-01-01", "2026-01-01"), ("2026-03-31", "2026-01-01"), ("2026-11-21", "2026-10-01")],
)
def test_a_quarter_begins_in_january_april_july_or_october(day, begin):
    assert quarter_begin(date.fromisoformat(day)) == date.fromisoformat(begin)


def test_won_revenue_of_the_quarter_stands_against_the_target(app, make, sign_in):
    begin = quarter_begin(now().date())
    make.deal(status="won", amount=30_000, closed_on=begin)
    make.deal(status="won", amount=20_000, closed_on=now().date())
    make.deal(status="won", amount=None, closed_on=begin)
    make.deal(status="won", amount=99_000, closed_on=begin - timedelta(days=1))
    make.deal(status="lost", amount=88_000, closed_on=begin)
    app.config["REVENUE_TARGET"] = 200_000

    page = sign_in(make.user("manager")).get("/").text

    told = _stat(page, "Won in Q")
    assert "$50,000" in told
    assert "3 deals, 1 of them without a known amount" in told
    assert "25% of the target of $200,000" in told


def test_without_a_target_the_page_says_how_to_set_one(make, sign_in):
    make.deal(status="won", amount=5_000)

    told = _stat(sign_in(make.user("manager")).get("/").text, "Won in Q")

    assert "No target is set" in told
    assert "An admin can set one for the quarter in the settings." in told
    assert "REVENUE_TARGET" not in told


def test_coverage_comes_from_the_latest_figures(make, sign_in):
    make.deal(status="won")
    manager = make.user("manager")
    assert "No figures were worked out yet" in sign_in(manager).get("/").text

    _snapshot(make, 0)
    page = sign_in(manager).get("/").text

    told = _stat(page, "Deals with content logged")
    assert "34%" in told
    assert "17 of 50 closed deals" in told
    assert "Content is logged on 34% of closed deals since January" in page


def test_waiting_requests_tell_how_many_how_old_and_how_much_waits(make, sign_in):
    rep = make.user("rep")
    deal, both = make.deal(owner=rep, amount=10_000), make.deal(owner=rep, amount=7_000)
    make.request(rep, "Old need", deals=(deal, both), created_at=now() - timedelta(days=20))
    taken = {"status": "accepted", "assigned_to_id": make.user("marketer").id}
    make.request(rep, "Young need", deals=(both,), created_at=now() - timedelta(days=2), **taken)
    make.request(rep, "Met need", status="delivered", closed_at=now())

    page = sign_in(make.user("manager")).get("/").text

    told = _stat(page, "Requests waiting")
    assert "Requests waiting 2 the oldest for 20 days 1 for two weeks or longer, 1 not taken yet" in told
    assert "$17,000 2 deals behind open requests" in _stat(page, "Pipeline waiting for content")
    assert page.index("Old need") < page.index("Young need")


def test_what_changed_counts_from_the_day_that_was_picked(make, sign_in):
    manager, rep = make.user("manager"), make.user("rep")
    today = now().date()
    used = make.deal(status="won", amount=4_000, closed_on=today - timedelta(days=5), owner=rep)
    make.deal(status="won", amount=3_000, closed_on=today - timedelta(days=6), owner=rep)
    make.deal(status="lost", closed_on=today - timedelta(days=7), owner=rep)
    make.deal(status="won", amount=50_000, closed_on=today - timedelta(days=11), owner=rep)
    asset = make.asset("Young deck", published_at=now() - timedelta(days=4))
    make.asset("Old deck", published_at=now() - timedelta(days=60))
    make.asset("Young draft", state="draft")
    make.use(asset, rep, kind="sent", deal=used)
    late, early = now() - timedelta(days=3), now() - timedelta(days=30)
    make.request(rep, "Late answer", status="delivered", closed_at=late, delivered_asset_id=asset.id)
    make.request(rep, "Early answer", status="delivered", closed_at=early, created_at=early)

    page = _changes(sign_in(manager).get(f"/?since={today - timedelta(days=10)}").text)

    assert "Deals won 2 $7,000 in all content logged on 1" in _stat(page, "Deals won")
    assert "Deals lost 1 content logged on 0" in _stat(page, "Deals lost")
    assert "New content and versions 1" in _stat(page, "New content and versions")
    assert "Requests delivered 1" in _stat(page, "Requests delivered")
    assert "Young deck" in page
    assert "Late answer" in page
    assert "Old deck" not in page
    assert "Young draft" not in page
    assert "Early answer" not in page


def test_a_new_version_of_old_content_is_a_change(make, sign_in):
    asset = make.asset("Renewed deck", published_at=now() - timedelta(days=300))

    def renew():
        from portal.db import db
        from portal.library.models import Asset

        row = db.session.get_one(Asset, asset.id)
        version = Version(asset_id=row.id, number=2, source="markdown", body="New", state="indexed")
        # Added long ago, published now: what counts is when everyone got it.
        version.created_at, version.published_at = now() - timedelta(days=90), now()
        db.session.add(version)
        db.session.flush()
        row.current_version_id = version.id

    make.inside(renew)

    page = _changes(sign_in(make.user("manager")).get("/").text)

    assert "Renewed deck" in page
    assert "Deck, version 2" in page


def test_verdicts_are_compared_with_the_figures_before_that_day(make, sign_in):
    risen, same, hidden = make.asset("Risen"), make.asset("Same"), make.asset("Hidden", state="draft")
    oldest, before, latest = _snapshot(make, 40), _snapshot(make, 20), _snapshot(make, 0)
    for snapshot, verdict in ((oldest, "won_less"), (before, "no_clear_difference"), (latest, "won_more")):
        _row(make, snapshot, risen, verdict)
        _row(make, snapshot, same, "no_clear_difference")
        _row(make, snapshot, hidden, verdict)
    manager = make.user("manager")

    def told(days_ago: int) -> str:
        since = now().date() - timedelta(days=days_ago)
        page = _changes(sign_in(manager).get(f"/?since={since}").text)
        return page.split("What the figures say differently")[1].split("</section>")[0]

    assert "was: no clear difference" in told(10)
    assert "was: won less" in told(30)
    assert "was: won less" in told(365), "with no figures that old, the first ones are the measure"
    for days_ago in (10, 30):
        assert "Same" not in told(days_ago)
        assert "Hidden" not in told(days_ago)


def test_figures_that_were_worked_out_once_cannot_have_changed(make, sign_in):
    make.asset()
    _snapshot(make, 0)

    assert "worked out only once so far" in sign_in(make.user("manager")).get("/").text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("yesterday", "Please give a day"),
        ("2026-02-30", "Please give a day"),
        ("20260101", "Please give a day"),
        ("9999-01-01", "still to come"),
        ("<b>", "Please give a day"),
        ("x" * 5_000, "Please give a day"),
    ],
)
def test_a_day_that_is_none_is_told_at_the_field_and_the_page_is_there_all_the_same(
    make, sign_in, typed, told
):
    make.deal(status="won")

    answer = sign_in(make.user("manager")).get("/", query_string={"since": typed})

    assert answer.status_code == 422
    field = answer.text.split('name="since"')[1].split("</div>")[0]
    assert 'aria-invalid="true"' in field
    assert told in field
    assert "<b>" not in field.split(">")[0]
    assert "Deals won" in answer.text


def test_a_day_long_past_is_fine(make, sign_in):
    make.deal(status="won")

    assert sign_in(make.user("manager")).get("/?since=0001-01-01").status_code == 200


def test_the_day_begins_where_the_organisation_is(app, make, sign_in):
    app.config["ORGANISATION_TIME_ZONE"] = "Asia/Tokyo"
    make.asset("Late evening in UTC", published_at=datetime(2026, 3, 1, 16, tzinfo=UTC))
    make.asset("Early evening in UTC", published_at=datetime(2026, 3, 1, 14, tzinfo=UTC))

    page = _changes(sign_in(make.user("manager")).get("/?since=2026-03-02").text)

    assert "Late evening in UTC" in page
    assert "Early evening in UTC" not in page


def test_the_page_costs_few_queries_and_no_more_with_more_changes(make, sign_in, count_queries):
    manager = make.user("manager")
    costs = []
    for round_ in (2, 1):
        snapshot = _snapshot(make, round_)
        for _ in range(4):
            rep = make.user("rep")
            asset = make.asset()
            make.request(rep, deals=(make.deal(owner=rep),))
            make.request(rep, status="delivered", closed_at=now(), delivered_asset_id=asset.id)
            make.deal(owner=rep, status="won")
            _row(make, snapshot, asset, "won_more")
        client = sign_in(manager)
        with count_queries() as queries:
            assert client.get("/").status_code == 200
        costs.append(len(queries))
    assert max(costs) <= MOST_QUERIES
    assert costs[1] - costs[0] <= 1, "one more, for the verdicts that a second computation can change"
