"""Boosts are small, bounded and counted by hand; they never carry a hit past one that fits the words better."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from config import BOOSTS, Config
from portal.db import now
from portal.discovery.asking import deal_at_hand
from portal.discovery.finding import find, wanted
from portal.discovery.finding.boosts import MOST, WORTH, Facts, shares
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.search.engine import Ranked

AT = datetime(2026, 6, 30, tzinfo=UTC).timestamp()
DAY = 86_400


def test_a_worked_example_adds_up_as_by_hand():
    facts = Facts(
        is_approved=True,
        rating_count=12,
        rating_mean=4.6,
        rating_rank=4.0,  # half of the way from 3 to 5: half of 7%
        won=30,  # 30 of 30 + 10: three quarters of 7%
        published_at=AT - 20 * DAY,  # ten of thirty days are left: a third of 10%
        renewed_at=AT - 20 * DAY,
        verified_at=AT - 73 * DAY,  # 20 days ago is the later: 345 of 365 of 3%
        fits=(("industry", "Healthcare"), ("stage", "Proposal")),  # 3% and 1%
    )
    found = shares(facts, AT, BOOSTS)
    assert found == pytest.approx(
        {
            "rating": 0.035,
            "wins": 0.0525,
            "freshness": 0.03 * 345 / 365,
            "deal": 0.04,
            "approved": 0.02,
            "new": 0.1 / 3,
        }
    )
    assert sum(found.values()) == pytest.approx(0.2092, abs=1e-4)


def test_each_is_at_most_a_tenth_and_all_together_at_most_what_is_said():
    assert max(WORTH.values()) <= 0.10
    assert sum(WORTH.values()) == pytest.approx(MOST)
    assert tuple(WORTH) == BOOSTS
    best = Facts(
        True, 999, 5.0, 5.0, 10**9, AT, AT, AT, (("industry", "a"), ("product", "b"), ("stage", "c"))
    )
    assert sum(shares(best, AT, BOOSTS).values()) == pytest.approx(MOST)
    ahead = Facts(True, published_at=AT + 400 * DAY, renewed_at=AT + 400 * DAY)
    assert shares(ahead, AT, BOOSTS) == {"freshness": 0.03, "approved": 0.02, "new": 0.10}


def test_nothing_is_lifted_by_what_is_not_known():
    assert shares(Facts(), AT, BOOSTS) == {}
    few = Facts(rating_count=2, rating_mean=5.0, rating_rank=4.9)
    poor = Facts(rating_count=9, rating_mean=1.5, rating_rank=2.0)
    old = Facts(is_approved=True, published_at=AT - 366 * DAY)
    assert shares(few, AT, BOOSTS) == shares(poor, AT, BOOSTS) == {}
    assert shares(old, AT, BOOSTS) == {"approved": 0.02}


def test_the_chance_of_the_new_falls_day_by_day_and_ends():
    worth = [
        shares(Facts(True, published_at=AT - days * DAY), AT, ("new",)).get("new", 0.0)
        for days in (0, 15, 29, 30, 31)
    ]
    assert worth == pytest.approx([0.10, 0.05, 0.1 / 30, 0.0, 0.0])
    assert shares(Facts(False, published_at=AT), AT, ("new",)) == {}


def test_each_can_be_switched_off():
    facts = Facts(True, 12, 4.6, 4.4, 14, AT, AT, AT, (("industry", "a"),))
    for name in BOOSTS:
        assert name not in shares(facts, AT, [other for other in BOOSTS if other != name])
    assert shares(facts, AT, ()) == {}


def test_the_setting_names_them_and_refuses_what_is_none(tmp_path):
    def config(value: str) -> Config:
        return Config({"PORTAL_DATA_DIR": str(tmp_path), "SEARCH_BOOSTS": value})

    assert config("").SEARCH_BOOSTS == BOOSTS
    assert config("new, rating").SEARCH_BOOSTS == ("rating", "new")
    assert config("none").SEARCH_BOOSTS == ()
    with pytest.raises(SystemExit, match=r"SEARCH_BOOSTS.*rating wins.*'fame'"):
        config("rating fame")


@pytest.fixture
def ranks(monkeypatch):
    """Let the engine rank these: pairs of an asset and (lift, score)."""

    def set_up(*hits: tuple[object, tuple[float, float]]) -> None:
        order = sorted(hits, key=lambda hit: hit[1], reverse=True)
        ranked = [Ranked(asset.id, lift, score) for asset, (lift, score) in order]
        engine = SimpleNamespace(
            rank=lambda query, limit: ranked[:limit], check=lambda: None, count=lambda: 9
        )
        monkeypatch.setattr(wanted, "engine", lambda: engine)

    return set_up


LOVED = {"rating_count": 50, "rating_mean": 5.0, "rating_rank": 5.0}
OLD = {"published_at": now() - timedelta(days=900)}


def test_no_boost_carries_a_hit_past_a_title_or_past_all_words(make, ranks):
    titled, whole = make.asset("Heron", **OLD), make.asset("Whole", **OLD)
    partial, other = make.asset("Loved", **LOVED), make.asset("Close", **OLD)
    ranks((titled, (5.0, 1.0)), (whole, (1.0, 1.0)), (partial, (0.0, 9.0)), (other, (0.0, 8.9)))
    rep = make.user("rep")
    found = make.inside(lambda: [hit.asset.title for hit in find(rep, "heron calls").hits])
    assert found == ["Heron", "Whole", "Loved", "Close"]


def test_boosts_order_those_that_fit_about_as_well_and_only_while_they_are_on(make, ranks, app):
    plain, loved = make.asset("Plain", **OLD), make.asset("Loved", **LOVED, **OLD)
    ranks((plain, (0.0, 1.05)), (loved, (0.0, 1.0)))
    rep = make.user("rep")

    def order() -> list[str]:
        return make.inside(lambda: [hit.asset.title for hit in find(rep, "heron").hits])

    assert order() == ["Loved", "Plain"]  # 1.0 x 1.09 against 1.05 x 1.02
    app.config["SEARCH_BOOSTS"] = tuple(name for name in BOOSTS if name != "rating")
    assert order() == ["Plain", "Loved"]


def test_won_deals_and_the_deal_at_hand_lift_and_are_said(make, ranks):
    facet = make.facet("industry", ("Healthcare",))
    plain, used = make.asset("Plain", **OLD), make.asset("Used", **OLD)
    fitting = make.asset("Fitting", terms=tuple(facet.terms), **OLD)
    snapshot = make.store(ImpactSnapshot(method_version="1", coverage={}, left_out={}))
    figures = {"deals_used": 20, "lost": 6, "matched": 0, "comparison_deals": 0, "credited_minor": 0}
    figures |= {"used_revenue_minor": 0, "verdict": "not_enough_deals"}
    make.store(ImpactRow(snapshot_id=snapshot.id, asset_id=used.id, won=14, **figures))
    ranks((plain, (0.0, 1.01)), (used, (0.0, 1.0)), (fitting, (0.0, 0.99)))
    rep = make.user("rep")
    deal = make.deal(owner=rep, name="Acme renewal", industry="Healthcare")
    at_hand = {"deal_id": str(deal.id)}
    hits = make.inside(lambda: find(rep, "heron", deal=deal_at_hand(rep, None, at_hand)).hits)
    assert [hit.asset.title for hit in hits] == ["Used", "Fitting", "Plain"]
    assert "Used on 14 won deals: up 4%" in hits[0].why
    assert "Fits the deal at hand (Acme renewal): up 3%" in hits[1].why
    assert not any(
        "Acme" in reason for hit in make.inside(lambda: find(rep, "heron").hits) for reason in hit.why
    )
