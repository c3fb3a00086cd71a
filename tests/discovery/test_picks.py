"""What is proposed for a deal is made for such deals, says why, and is never the same five for everyone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.deals.models import Deal
from portal.discovery.recommending import Pick, everything_for, picks_for_deal, picks_for_deals
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.library.models import Asset
from tests.factories import Make


def _deals() -> list[Deal]:
    return list(db.session.scalars(select(Deal).order_by(Deal.id).options(joinedload(Deal.account))))


def _titles(picks: list[Pick]) -> list[str]:
    return [pick.asset.title for pick in picks]


def _snapshot(make: Make, *rows: tuple[Asset, str, float]) -> None:
    """The latest figures: won more or less often by so much on forty deals, or unknown."""
    snapshot = make.store(ImpactSnapshot(method_version="m", coverage={}, left_out={}))
    for asset, verdict, lift in rows:
        known: dict[str, Any] = {
            "lift": lift,
            "ci_low": lift - 0.09,
            "ci_high": lift + 0.09,
            "shrunk_lift": lift,
        }
        make.store(
            ImpactRow(
                snapshot_id=snapshot.id,
                asset_id=asset.id,
                deals_used=44,
                won=20,
                lost=24,
                matched=40,
                comparison_deals=90,
                credited_minor=0,
                used_revenue_minor=0,
                verdict=verdict,
                **({} if verdict == "not_enough_deals" else known),
            )
        )


def test_content_made_for_other_products_regions_or_industries_is_not_proposed(
    app: Flask, make: Make
) -> None:
    energy, health = make.facet("industry", ("Energy", "Health")).terms
    dock, cold = make.facet("product", ("Dock", "Cold")).terms
    here, there = make.facet("region", ("EMEA", "APAC")).terms
    fits = make.asset("Fits", terms=(energy, dock))
    wide = make.asset("For both products", terms=(energy, dock, cold, here))
    make.asset("Other product", terms=(energy, cold))
    make.asset("Other region", terms=(energy, dock, there))
    make.asset("Other industry", terms=(health, dock))
    rep = make.user("rep")
    deal = make.deal(owner=rep, industry="Energy", product="Dock", region="EMEA")
    unknown = make.deal(owner=rep, industry="Energy")

    with app.app_context():
        picks = picks_for_deals(_deals(), limit=5)

    assert {pick.asset.id for pick in picks[deal.id]} == {fits.id, wide.id}
    assert set(_titles(picks[unknown.id])) == {
        *("Fits", "For both products", "Other product", "Other region"),
    }, "where the deal says nothing, nothing speaks against content"


def test_what_won_more_often_comes_first_and_what_won_less_often_not_at_all(app: Flask, make: Make) -> None:
    (energy,) = make.facet("industry", ("Energy",)).terms
    (dock,) = make.facet("product", ("Dock",)).terms
    good = make.asset("Won more", terms=(dock,))
    even = make.asset("No difference", terms=(energy,))
    bad = make.asset("Won less", terms=(energy, dock))
    few = make.asset("Too few deals", terms=(energy, dock))
    make.asset("Never used", terms=(dock,))
    _snapshot(
        make,
        *((good, "won_more", 0.12), (even, "no_clear_difference", 0.0), (bad, "won_less", -0.2)),
        (few, "not_enough_deals", 0.0),
    )
    make.deal(owner=make.user("rep"), industry="Energy", product="Dock")

    with app.app_context():
        every = everything_for(_deals()[0])

    assert _titles(every) == ["Won more", "Too few deals", "Never used", "No difference"]
    assert [pick.untested for pick in every] == [False, True, True, False]
    assert [pick.reason for pick in every] == [
        "For Dock; won 12 points more often on 40 similar deals (range +3 to +21)",
        "For Energy and Dock; not used on enough deals yet to know",
        "For Dock; not used on enough deals yet to know",
        "For Energy; no clear difference on 40 similar deals",
    ]


def test_five_leave_two_places_to_the_untested_however_much_is_proven(app: Flask, make: Make) -> None:
    (dock,) = make.facet("product", ("Dock",)).terms
    proven = [make.asset(f"Proven {number}", terms=(dock,)) for number in range(8)]
    for number in range(8):
        make.asset(f"Untested {number}", terms=(dock,))
    _snapshot(make, *((asset, "won_more", 0.2) for asset in proven))
    for _ in range(3):
        make.deal(owner=make.user("rep"), product="Dock")

    with app.app_context():
        fives = [picks_for_deal(deal, 5) for deal in _deals()]
        again = [_titles(picks_for_deal(deal, 5)) for deal in _deals()]
        three = picks_for_deal(_deals()[0], 3)

    assert [[pick.untested for pick in five] for five in fives] == [[False, False, False, True, True]] * 3
    assert [pick.untested for pick in three] == [False, False, True]
    assert again == [_titles(five) for five in fives], "a deal's five stay the same from look to look"


def test_deals_of_one_industry_get_different_fives_when_there_is_enough(app: Flask, make: Make) -> None:
    energy, *_ = make.facet("industry", ("Energy",)).terms
    proven = [make.asset(f"Proven {number}", terms=(energy,)) for number in range(9)]
    for number in range(9):
        make.asset(f"Untested {number}", terms=(energy,))
    _snapshot(make, *((asset, "won_more", 0.1 + index / 1000) for index, asset in enumerate(proven)))
    for _ in range(12):
        make.deal(owner=make.user("rep"), industry="Energy")

    with app.app_context():
        fives = [set(_titles(picks_for_deal(deal, 5))) for deal in _deals()]

    assert len({frozenset(five) for five in fives}) >= 10
    assert len(set.union(*fives)) >= 15, "nothing is always shown, and hardly anything never"


def test_the_lot_favours_what_fits_better(app: Flask, make: Make) -> None:
    (energy,), (dock,) = make.facet("industry", ("Energy",)).terms, make.facet("product", ("Dock",)).terms
    proven = [make.asset(f"Proven {number}", terms=(dock,)) for number in range(3)]
    _snapshot(make, *((asset, "won_more", 0.2) for asset in proven))
    for number in range(6):
        make.asset(f"Both {number}", terms=(energy, dock))
        make.asset(f"One {number}", terms=(dock,))
    for _ in range(20):
        make.deal(owner=make.user("rep"), industry="Energy", product="Dock")

    with app.app_context():
        drawn = [title for deal in _deals() for title in _titles(picks_for_deal(deal, 5)) if title[0] != "P"]

    both = sum(title.startswith("Both") for title in drawn)
    assert len(drawn) == 40
    assert 20 < both < 40


def test_a_deal_of_which_nothing_is_known_gets_only_what_did_well_for_everybody(
    app: Flask, make: Make
) -> None:
    (energy,) = make.facet("industry", ("Energy",)).terms
    make.asset("Only fits", terms=(energy,))
    general = make.asset("Did well")
    _snapshot(make, (general, "won_more", 0.1))
    make.deal(owner=make.user("rep"))

    with app.app_context():
        every = everything_for(_deals()[0])
    assert [pick.reason for pick in every] == [
        "Won 10 points more often on 40 similar deals (range +1 to +19)",
    ]


@pytest.mark.parametrize("state", ["draft", "in_review", "archived", "from_sales"])
def test_what_is_not_live_is_not_proposed(app: Flask, make: Make, state: str) -> None:
    (energy,) = make.facet("industry", ("Energy",)).terms
    hidden = make.asset("Not live", terms=(energy,), state=state)
    _snapshot(make, (hidden, "won_more", 0.2))
    make.deal(owner=make.user("rep"), industry="Energy")
    with app.app_context():
        assert everything_for(_deals()[0]) == []
